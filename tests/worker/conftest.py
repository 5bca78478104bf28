"""Both ways to a student process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader.sandbox import Box, open_box, strongest_level
from grader.sandbox.lockdown import LockdownBox
from grader.worker import processes


@pytest.fixture(scope="session")
def boxes() -> Iterator[Callable[[str], Box]]:
    """Boxes by their level, one each for all tests of a process: students of a class share one too."""
    opened: dict[str, Box] = {}

    def at(level: str) -> Box:
        if level not in opened:
            opened[level] = open_box(level)
        return opened[level]

    yield at
    for box in opened.values():
        box.close()


@pytest.fixture(params=["fork", pytest.param("start", marks=pytest.mark.levels)])
def box(request: pytest.FixtureRequest, boxes: Callable[[str], Box], monkeypatch: pytest.MonkeyPatch) -> Box:
    """A box that forks student processes, and the strongest of this machine with programs of their own."""
    if request.param == "start":
        monkeypatch.setenv(processes.SWITCH, "0")
        box = boxes(strongest_level())
    else:
        box = boxes("process" if LockdownBox.missing() else "lockdown")
    if processes.can_fork(box) != (request.param == "fork"):
        pytest.skip("NOT TESTED: student processes are forked on Linux only")
    return box
