"""Fixtures named by what they give."""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from grader.cli import main
from grader.course import folder as courses
from grader.course import modules
from grader.oracle.live import LiveOracle
from grader.sandbox import Box, open_box, own_level
from tests.diagnosing import hidden
from tests.wheels import student, wheel  # noqa: F401  fixtures

# Groups of tests that wait for other programs more than they compute, the longest first.
WAITS = ("notebooks nbclient", "wheel", "browser", "crowded", "shown commands", "notebooks fork", "nbclient", "cold",
         "job files")  # fmt: skip
WriteNotebook = Callable[..., Path]


def notebook_json(cells: list[str]) -> dict:
    """A notebook of nbformat 4 with the given code cells, after a markdown cell."""
    code = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": textwrap.dedent(cell)}
        for cell in cells
    ]
    markdown = {"cell_type": "markdown", "metadata": {}, "source": "# Work"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [markdown, *code]}


def pytest_configure() -> None:
    """Hear Ctrl-C: a shell may start what is in the background deaf to it, and what tests start would be so too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        with contextlib.suppress(ValueError):  # not in the main thread
            signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What was collected stays: eight thousand tests are no garbage, and need not be looked through for any."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups that run in one process go first, large ones before small: none is left to the end alone.

    The one that waits longest is the very first; others that wait come one at a time between those that compute, so
    that the processors always have something to do. pytest-xdist keeps this order: --no-loadscope-reorder.
    """
    groups: dict[str, list[pytest.Item]] = {}
    others = []
    for item in items:
        group = item.get_closest_marker("xdist_group")
        (others if group is None else groups.setdefault(group.args[0], [])).append(item)
    longest = groups.pop("waiting", [])
    waits = [groups.pop(name) for name in WAITS if name in groups]
    order = [longest]
    for number, computes in enumerate(sorted(groups.values(), key=len, reverse=True)):
        order += [computes, *(waits.pop(0) for _ in waits[: number % 3 == 2])]
    items[:] = [*itertools.chain(*order, *waits), *others]


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook with the given code cells and return its path."""

    def write(*cells: str, name: str = "work.ipynb") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook_json(list(cells))), "utf-8")
        return path

    return write


@pytest.fixture
def box() -> Iterator[Box]:
    """The strongest box of this machine, closed in the end."""
    box = open_box()
    yield box
    box.close()


@pytest.fixture(scope="session")
def shared_box() -> Iterator[Box]:
    """One box for all tests that only grade: the quickest that locks, so that they share its clean parent."""
    box = open_box(own_level())
    yield box
    box.close()


@pytest.fixture(scope="session")
def oracle() -> LiveOracle:
    """Hidden inputs, and what mistakes give for them, the same for all tests that diagnose."""
    return hidden()


@pytest.fixture
def process_box() -> Iterator[Box]:
    """A box of level 0, which denies nothing."""
    box = open_box("process")
    yield box
    box.close()


@dataclass(frozen=True)
class Ran:
    """What a command came to, as subprocess tells it."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def in_process() -> Iterator[Callable[..., Ran]]:
    """Run the command line in this process, which has loaded the reference: where no check is forked off it."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments: object) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(list(map(str, arguments)))
            except SystemExit as error:  # how argparse refuses
                code = error.code
        return Ran(code, out.getvalue(), err.getvalue())

    yield run
    gc.unfreeze()
    for number, handler in signals.items():
        signal.signal(number, handler)


PUBLIC_HALF, SECRET_HALF = modules.PUBLIC, modules.SECRET
ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """A course to change, for one test: its folder, made of links to what is in ours, is the one that is graded.

    Call it once more after a change to have the descriptions read anew.
    """
    before = courses.current()
    kept: dict[str, ModuleType] = {}  # none, where nothing of ours has been needed yet
    folder = tmp_path / "course"

    def use() -> Path:
        if not folder.exists():
            # Only now: until then modules of ours may have been loaded, which are kept.
            halves = (PUBLIC_HALF, SECRET_HALF)
            kept.update({name: module for name, module in sys.modules.items() if name.split(".")[0] in halves})
            (folder / PUBLIC_HALF / "checks").mkdir(parents=True)
            for path in (ROOT / PUBLIC_HALF / "checks").glob("*.py"):
                (folder / PUBLIC_HALF / "checks" / path.name).symlink_to(path)
            for path in (ROOT / PUBLIC_HALF).iterdir():
                if path.name != "checks":
                    (folder / PUBLIC_HALF / path.name).symlink_to(path)
            (folder / SECRET_HALF).symlink_to(ROOT / SECRET_HALF)
            (folder / courses.DESCRIPTION).write_text((ROOT / courses.DESCRIPTION).read_text("utf-8"), "utf-8")
        return courses.choose(folder).folder

    yield use
    if not folder.exists():
        return
    courses._current = before
    os.environ[courses.VARIABLE] = str(before.folder)
    for name in [name for name in sys.modules if name.split(".")[0] in (PUBLIC_HALF, SECRET_HALF)]:
        del sys.modules[name]
    sys.modules.update(kept)
