"""What a locked process may read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.lock import places


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, with the name that an editable install leaves there."""
    folder = tmp_path / "site-packages"
    for name in ("numpy", "grader-0.1.0.dist-info"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    return folder


def test_packages_are_readable_as_a_whole_beside_an_editable_install(packages: Path):
    """One rule for the folder: the grader itself lies elsewhere."""
    assert str(packages) in places.readable.__wrapped__()


def test_an_installed_grader_is_left_out(packages: Path):
    """Its data hold recorded answers: all packages but it are named one by one."""
    (packages / "grader").mkdir()
    readable = [path for path in places.readable.__wrapped__() if path.startswith(str(packages))]
    assert readable == [str(packages / "numpy")]


def test_of_its_own_process_what_is_the_machines_is_not_readable():
    """Mounts, networks and cgroups lie below /proc/self too; so does the environment."""
    for path in (*places.readable(), *places.listable()):
        assert not "/proc/self/net/dev".startswith(f"{path}/")
        assert not path.startswith("/proc") or os.path.basename(path) not in ("environ", "mountinfo", "mounts", "task")
    assert "/proc/self/status" in places.readable()


def test_links_are_followed_wherever_they_stand(packages: Path, tmp_path: Path):
    """Each path is where it lies, though no more is looked at than its folder, once, and itself."""
    (tmp_path / "elsewhere").mkdir()
    (packages / "linked").symlink_to(tmp_path / "elsewhere")
    (packages / "grader").mkdir()
    (tmp_path / "by").symlink_to(tmp_path)
    sys.path[-1] = str(tmp_path / "by" / packages.name)
    readable = places.readable.__wrapped__()
    assert {os.path.basename(path) for path in readable} >= {"linked", "numpy"}
    assert [places._real(path) for path in readable] == [os.path.realpath(path) for path in readable]
