"""Both ways to a student process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.sandbox import Box, open_box
from grader.sandbox.lockdown import LockdownBox
from grader.worker import processes


@pytest.fixture(params=["fork", pytest.param("start", marks=pytest.mark.levels)])
def box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A box that forks student processes, and the strongest of this machine with programs of their own."""
    if request.param == "start":
        monkeypatch.setenv(processes.SWITCH, "0")
        box = open_box()
    else:
        box = open_box("process" if LockdownBox.missing() else "lockdown")
    if processes.can_fork(box) != (request.param == "fork"):
        pytest.skip("NOT TESTED: student processes are forked on Linux only")
    yield box
    box.close()
