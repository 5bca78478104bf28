"""Where student code runs: one file a level, all with the same three verbs.

A level starts a command in its box, kills it with everything that it started, and probes what the box denies.
Level 0 (``process``) works everywhere; stronger levels join the table below.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from grader.errors import Refused
from grader.sandbox.process import ProcessBox


class Box(Protocol):
    """One isolation level."""

    @property
    def level(self) -> str:
        """Its name, as Results report it."""

    @property
    def closed(self) -> bool:
        """Whether grading was stopped: what then ends, ends by our hand."""

    def start(self, argv: list[str], *, cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a command with pipes at its stdin and stdout."""

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a command and all that it started, and wait until it is gone."""

    def close(self) -> None:
        """Kill all that still runs, and start nothing more."""

    def probe(self) -> dict[str, str]:
        """What this box denies, as tried from inside: name -> denied | allowed | untested."""


# Strongest first.
LEVELS: dict[str, type[ProcessBox]] = {"process": ProcessBox}


def open_box(level: str | None = None) -> Box:
    """Open the box of the given level, or of the strongest one that this machine offers."""
    if level is None:
        return next(iter(LEVELS.values()))()
    if level not in LEVELS:
        raise Refused(f"There is no isolation level {level!r}; this version offers: {', '.join(LEVELS)}.")
    return LEVELS[level]()
