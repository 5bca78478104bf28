"""What the image, CI and students' checks install is exactly what was looked at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = {
    "image": ("grade", "plots"),
    "cluster": ("grade", "plots", "cluster"),
    "ci": ("grade", "plots", "test", "lint"),
    "tools": (),
    "docs": (),
}
PINNED = re.compile(r"^([a-z0-9-]+)==[^\s;]+(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def locked(name: str) -> dict[str, int]:
    """The packages of a lock file, and how many hashes each has; any line that is neither fails."""
    packages: dict[str, int] = {}
    last = ""
    for line in (ROOT / "requirements" / f"{name}.lock").read_text("utf-8").splitlines():
        if line.lstrip().startswith("#"):
            continue
        if pinned := PINNED.match(line):
            last = pinned[1]
            packages.setdefault(last, 0)
        else:
            assert HASH.match(line), line
            packages[last] += 1
    return packages


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_one_version_and_hashes_of_all_that_is_needed(name: str):
    """Of what pyproject.toml asks for, and of what builds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]] if LOCKS[name] else []
    wanted += [item for extra in LOCKS[name] for item in project["optional-dependencies"][extra]]
    for source in ("build",) if LOCKS[name] else (name,):
        lines = (ROOT / "requirements" / f"{source}.in").read_text("utf-8").splitlines()
        wanted += [line for line in lines if not line.startswith("#")]
    packages = locked(name)
    assert {re.split(r"[<>=]", item)[0] for item in wanted} <= packages.keys()
    assert all(packages.values())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_place(name: str):
    """No index, no host, no folder of the machine on which it was made."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|(^|\s)/\w", text)


def test_ci_tests_what_the_image_holds():
    """The versions of the image are those that were tested."""
    versions = {
        name: set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / f"{name}.lock").read_text("utf-8"), re.MULTILINE))
        for name in LOCKS
    }
    assert versions["image"] <= versions["cluster"] <= versions["ci"]


def test_the_image_installs_by_hashes_before_the_sources_are_there():
    """So nothing is installed that is not in the lock file, and a change of the sources installs nothing again."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    installs = re.findall(r"pip (?:--python \S+ )?install (.*)", text)
    assert installs
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)
    assert text.index("COPY requirements/image.lock") < text.index("COPY grader grader")


def test_actions_are_named_by_commit():
    """A tag could come to mean other code."""
    texts = [(ROOT / "student_template" / name).read_text("utf-8") for name in ("check.yml", "action.yml")]
    used = [action for text in texts for action in re.findall(r"uses: (.*)", text) if not action.startswith("./")]
    assert len(used) == 4
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", action) for action in used)
