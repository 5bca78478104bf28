"""What a run that was killed left in the temporary folder is cleared by the next; nothing else ever is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader import leftovers
from grader.leftovers import clear, run_folder

HOLD = """
import os, sys, tempfile
from pathlib import Path
from grader.leftovers import run_folder
with run_folder() as folder:
    inner = Path(tempfile.mkdtemp(prefix="nb-"))
    (inner / "locked").mkdir()
    (inner / "locked" / "file").write_text("x")
    (inner / "locked").chmod(0)
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A temporary folder of our own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other(place):
    """A run in another process, and its folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )
    yield process, Path(process.stdout.readline().strip())
    process.kill()
    process.communicate()


def test_the_folder_of_a_live_run_stays_and_that_of_a_dead_one_goes(place, other):
    """With all that is in it, whatever its modes."""
    process, folder = other
    assert folder.parent == place
    assert clear(place) == []
    assert list(folder.iterdir())
    process.kill()
    process.wait()
    with run_folder() as ours:
        assert [path.name for path in place.iterdir()] == [ours.name]
        assert Path(tempfile.mkdtemp()).parent == ours
    assert list(place.iterdir()) == []
    assert tempfile.gettempdir() == str(place)


def test_a_run_that_ends_leaves_nothing(place, other):
    """Also where a student made what cannot be read."""
    process, _ = other
    process.communicate("")
    assert process.returncode == 0
    assert list(place.iterdir()) == []


def test_a_later_process_of_the_same_number_is_another(place, other):
    """It began at another time."""
    _, folder = other
    began = leftovers.NAME.fullmatch(folder.name)[3]
    later = folder.with_name(folder.name.replace(began, leftovers._written(int(began, 36) - 1)))
    folder.rename(later)
    assert clear(place) == [later]


@pytest.mark.parametrize(
    "name", ["grader-abcdefgh", "grader-targets-abcdefgh", "grader-1.{other}1-abcdefgh", "nb-x", "g"]
)
def test_what_carries_no_mark_of_here_is_left_alone(place, name):
    """Folders of earlier versions, of other containers and machines, and of anyone else."""
    home = leftovers._home()
    (place / name.format(other="zzzz" if home != "zzzz" else "yyyy")).mkdir()
    assert clear(place) == []
    assert len(list(place.iterdir())) == 1


def dead(place: Path) -> Path:
    return place / f"grader-1.{leftovers._home()}1-abcdefgh"


def test_neither_files_nor_links_are_removed(place, tmp_path_factory):
    """A run's is a folder."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("x")
    dead(place).symlink_to(elsewhere)
    assert clear(place) == []
    assert (elsewhere / "file").exists()
    dead(place).unlink()
    dead(place).write_text("x")
    assert clear(place) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
def test_anothers_folders_are_left_alone(place):
    """Whoever named them so."""
    dead(place).mkdir()
    os.chown(dead(place), 65534, 65534)
    assert clear(place) == []
    os.chown(dead(place), 0, 0)
    assert clear(place) == [dead(place)]


def test_the_name_is_short_enough_for_sockets_in_it(place):
    """Their paths end at about 100 bytes."""
    with run_folder() as folder:
        assert len(folder.name) <= 34
        assert re.fullmatch(leftovers.NAME, folder.name)
