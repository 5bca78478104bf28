"""Attacks as classes: which are graded together, and how such a class is graded, in a scene."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.intake.layouts import Entry, open_entries
from grader.limits import NotebookLimits
from grader.model import Result
from grader.people import Person
from grader.sandbox import LEVELS, open_box
from tests.attacks.scene import Scene

ROOT = Path(__file__).parent
LOCKED = [level for level in LEVELS if level != "process"]
# What is read before anything is locked in, or judged after, is the same at every level: the quickest that locks.
# So are what the grader reads of a process, and when it ends one that computes.
AT_ONE_LEVEL = ("endless", "fake results", "floods of the grader", "hostile files", "hostile values",
                "text that holds the grader")  # fmt: skip
TOGETHER = 64  # in one class
JOBS = 3  # side by side: some only wait
SEARCH = 20  # variants of an attack that are played as well, of 1,500: a few show what they do
TIME_FACTOR, ENDLESS = 0.2, 0.05  # the second where nothing else is waited for
CELL_SECONDS = (10.0, 20.0)  # of a cell, and of all cells


@functools.cache
def expectation(name: str) -> dict[str, Any]:
    """What stands beside an attack; nobody changes it."""
    return tomllib.loads((ROOT / name / "expect.toml").read_text("utf-8"))


def put(name: str, scene: Scene, submissions: Path) -> None:
    """Put the attack's submission into a folder: made by its own program, or copied with the scene filled in."""
    folder = ROOT / name
    maker = folder / "make.py"
    if maker.exists():
        spec = importlib.util.spec_from_file_location(f"make_{name}", maker)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.make(submissions, scene)
        return
    target = submissions / "attack"
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_file() and path.name != "expect.toml" and "__pycache__" not in path.parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(scene.fill_in(path.read_text("utf-8")), "utf-8")


@contextlib.contextmanager
def entries_of(names: Sequence[str], scene: Scene, own: Mapping[str, Scene]) -> Iterator[list[Entry]]:
    """The class: the honest neighbour, and each attack by its name, or by that which it gave itself.

    Each lies in a folder beside an honest file, as in a class of two, and attacks its ``own`` scene, if it has one.
    """
    with contextlib.ExitStack() as stack:
        entries = stack.enter_context(open_entries([scene.submissions], "class"))
        for name in names:
            folder = scene.folder / "classes" / name
            shutil.copytree(scene.submissions, folder)
            put(name, own.get(name, scene), folder)
            found = stack.enter_context(open_entries([folder], "class"))
            (entry,) = [entry for entry in found if entry.student != "control"]
            entries.append(entry if "student" in expectation(name) else replace(entry, person=Person(name)))
        yield entries


def grade(
    scene: Scene, level: str, names: Sequence[str], engine: str | None = None, own: Mapping[str, Scene] | None = None
) -> dict[str, Result]:
    """Grade a class of attacks and the control, some side by side; the results by attack."""
    expect = expectation(names[0])
    settings = Settings(
        out=scene.folder / "out",
        assignment="layers",
        seed=7,
        jobs=JOBS,
        only=("relu/forward", "relu/backward"),  # an attack is in the second: once is enough
        notebook=NotebookLimits(*cell_seconds(expect), engine or engine_of(expect)) if expect.get("notebook") else None,
        time_factor=ENDLESS if expect["kind"] == "endless" else TIME_FACTOR,
        compat=expect.get("compat", False),
        search=SEARCH,
    )
    with pytest.MonkeyPatch.context() as monkeypatch, entries_of(names, scene, own or {}) as entries:
        monkeypatch.setattr(tempfile, "tempdir", str(scene.temporary))
        box = open_box(level)
        try:
            students = {one.student for one in grade_class(entries, settings, box, lambda result: None).results}
        finally:
            box.close()
    by_name = {student_of(name): name for name in names} | {"control": "control"}
    return {by_name[student]: read(settings.out / student / "result.json") for student in students}


def student_of(name: str) -> str:
    """By which name an attack is in its class."""
    return expectation(name).get("student", name)


def read(file: Path) -> Result:
    """A result that is kept, without the student's own code, in which the words of success stand."""
    fields = json.loads(file.read_text())
    for check in (check for part in fields["parts"] for check in part["checks"]):
        if check["place"]:
            check["place"]["code"] = ""
    return Result.from_dict(fields)


def cell_seconds(expect: dict[str, Any]) -> tuple[float, float]:
    """The limits of a cell and of all: short for those that run into them, else enough on a busy machine."""
    wanted = [expect, expect["locked"], *(expect.get(level, {}) for level in LOCKED)]
    waits = any("seconds" in want or "CellTimeout" in want.get("cell", ()) for want in wanted)
    return (2.0, 5.0) if waits else CELL_SECONDS


def engine_of(expect: dict[str, Any]) -> str:
    """What runs a notebook: the fastest, which there is wherever attacks are run, or the one that is attacked."""
    return expect.get("engine", "fork")


def levels_of(expect: dict[str, Any]) -> list[str]:
    """The levels at which an attack is graded."""
    return LOCKED[-1:] if expect["kind"] in AT_ONE_LEVEL else LOCKED


def alike(names: Sequence[str], levels_of: Callable[..., list[str]]) -> dict[str, tuple[str, ...]]:
    """The attacks as classes, by their names: those with the same settings together, not too many."""
    kinds: dict[tuple[Any, ...], list[str]] = {}
    for name in names:
        expect = expectation(name)
        run = expect.get("notebook") and (engine_of(expect), cell_seconds(expect))
        settings = (run, expect.get("compat"), expect["kind"] == "endless")
        kinds.setdefault((*settings, *levels_of(expect)), []).append(name)
    classes = [(kind, -(-len(kind) // TOGETHER)) for kind in kinds.values()]
    return {name: tuple(kind[n::number]) for kind, number in classes for n in range(number) for name in kind[n::number]}
