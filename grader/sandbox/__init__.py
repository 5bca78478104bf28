"""Where student code runs: one file a level, all with the same verbs.

A level starts a command in its box, kills it with everything that it started, and says which room a process gets
and how it must lock itself (grader.lock), and what it is called. Another one joins ``BOXES`` and nothing else.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.errors import Refused
from grader.folders import need_room
from grader.model import locks
from grader.sandbox.lockdown import LockdownBox
from grader.sandbox.namespaces import NamespacesBox
from grader.sandbox.process import ProcessBox


class Box(Protocol):
    """One isolation level."""

    @property
    def level(self) -> str:
        """Its name, as Results report it."""

    @property
    def folder(self) -> Path:
        """Where rooms are made, and what else processes use; it goes when the box is closed.

        If the grader is killed, the clean parents remove it, which end then.
        """

    @property
    def closed(self) -> bool:
        """Whether grading was stopped: what then ends, ends by our hand."""

    @property
    def probes(self) -> dict[str, str]:
        """What was tried from inside, in the very processes that ran student code: name -> denied | allowed | untested.

        Of several outcomes the worst one.
        """

    def room(self, folder: Path, role: str, read: Sequence[str] = (), *, forked: bool = False) -> dict[str, Any] | None:
        """Give ``folder`` to a process as the only one to write to: the request that it hands to grader.lock.

        ``read`` are further files and folders that it may read; ``forked`` is one that a clean parent forks.
        """

    def inside(self, path: Path, room: Path) -> Path:
        """What a forked process calls a ``path`` in its ``room``."""

    def nest(self, read: Sequence[str] = ()) -> dict[str, Any] | None:
        """What a clean parent makes for its children (grader.lock.namespaces), None if nothing; ``read`` as above."""

    def start(
        self,
        argv: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        room: Path,
        log: Path,
        read: Sequence[str] = (),
        stdin: int = subprocess.PIPE,
        nests: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a command with unbuffered pipes at its stdin and stdout; its stderr goes to the file ``log``.

        ``room`` is the folder that stays writable, ``read`` as in ``room``; ``stdin`` is a descriptor in the place of
        that pipe. It ``nests`` if it does for its children what ``nest`` says. Raises Interrupted after ``close``.
        """

    def exit_code(self, process: subprocess.Popen[bytes]) -> int | None:
        """How the command ended, negative for a signal; None if it runs on for a second more."""

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a command and all that it started, and wait until it is gone."""

    def note(self, probes: Mapping[str, str]) -> None:
        """Keep what a process reports of its attempts; HarnessError if the box does not hold."""

    def at_close(self, call: Callable[[], None]) -> None:
        """Have ``close`` call this when nothing runs any more."""

    def close(self) -> None:
        """Kill all that still runs, and start nothing more."""


# Strongest first: what there is to choose from, by the name that each has.
BOXES: tuple[type[ProcessBox], ...] = (NamespacesBox, LockdownBox, ProcessBox)
LEVELS = {box.level: box for box in BOXES}


def strongest_level() -> str:
    """The strongest level that this machine offers, for others' work: `grader grade`, `agree` and `release`."""
    return next(level for level, box in LEVELS.items() if not box.missing())


def own_level() -> str:
    """The level for one's own work, `grader check`: the quickest that locks, or else the strongest there is."""
    quick = (level for level, box in LEVELS.items() if locks(level) and box.quick and not box.missing())
    return next(quick, "") or strongest_level()  # trying out which is strongest takes a process


def open_box(level: str | None = None) -> Box:
    """Open the box of the given level, or of the strongest that this machine offers; Refused says what is missing."""
    if level is None:
        level = strongest_level()
    if level not in LEVELS:
        raise Refused(f"There is no isolation level {level!r}; this version offers: {', '.join(LEVELS)}.")
    why = LEVELS[level].missing()
    if why:
        raise Refused(f"This machine does not reach the isolation level {level}: {why}. See `grader doctor`.")
    need_room()
    return LEVELS[level]()
