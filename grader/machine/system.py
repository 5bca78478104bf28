"""What differs from system to system, asked for in one place: forks, groups of processes, signals."""

from __future__ import annotations

import os
import signal
import sys

# Children are forked off clean parents and lock themselves: macOS forks too, but not safely beside its own libraries.
FORKS = sys.platform == "linux"
# A child may begin a session, whose processes are ended together.
SESSIONS = os.name == "posix"


def stopping(*names: str) -> list[signal.Signals]:
    """The signals of these names that there are; SIGHUP is only where there are terminals to hang up."""
    return [getattr(signal, name) for name in names if hasattr(signal, name)]
