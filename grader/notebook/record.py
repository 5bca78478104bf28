"""What a headless run keeps of its cells, in the same words whichever engine runs them. Standard library only."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Mapping
from typing import Any

START_SECONDS = 20.0  # how long a kernel may take to be there
INTERRUPT_SECONDS = 3.0  # how long a cell may take to end after the interrupt
KILLED = "Python itself ended in this cell (SIGKILL)"  # by whom is not said here
NOT_RUN = "The cells after it were not run."


def is_answer(said: Mapping[str, Any], kind: str = "type", message: str = "message") -> bool:
    """Whether a kernel's words about a cell have the types that an answer has; cells can send anything in its name.

    ``kind`` and ``message`` are what the fields of an exception are called.
    """
    line = said.get("line")
    error = isinstance(said.get(kind), str) and isinstance(said.get(message), str)
    return (
        (said.get("status") == "ok" or (said.get("status") == "error" and error))
        and type(said.get("ends", False)) is bool
        and (line is None or is_number(line))
    )


def is_number(value: object) -> bool:
    """Whether it can be the number of a cell or line."""
    return type(value) is int and 0 <= value < 2**31


class Halt(Exception):
    """The rest of the notebook is not run."""


class Record:
    """Counts the cells that were ``executed`` and keeps in ``errors`` how they failed; limits are in seconds."""

    def __init__(self, cell_seconds: float, total_seconds: float) -> None:
        self.cell_seconds = cell_seconds
        self.total_seconds = total_seconds
        self.executed = 0
        self.errors: list[dict[str, Any]] = []

    def error(self, kind: str, message: str, line: int | None = None) -> None:
        """The last cell that was executed failed."""
        self.errors.append({"cell": self.executed, "line": line, "type": kind, "message": message})

    def overran(self, *, in_all: bool, heard: bool, line: int | None = None) -> None:
        """It ran into a limit, that of the notebook if ``in_all``; ``heard``: it ended when interrupted."""
        limit = f"Ran longer than {self.cell_seconds:g} s"
        if in_all:
            limit = f"The notebook ran longer than {self.total_seconds:g} s in all"
        if not heard:
            self.error("CellTimeout", f"{limit}; this cell ignored the interrupt. {NOT_RUN}")
        elif in_all:
            self.error("CellTimeout", f"{limit}; this cell was interrupted. {NOT_RUN}", line)
        else:
            self.error("CellTimeout", f"{limit} and was interrupted.", line)

    def died(self, code: int | None) -> None:
        """Its process ended in it, with that exit code: negative for a signal."""
        cause = f"exit code {code}"
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                cause = signal.Signals(-code).name
        self.error("KernelDied", f"Python itself ended in this cell ({cause}). {NOT_RUN}")

    def asked_to_exit(self) -> None:
        """It called exit()."""
        self.error("KernelDied", f"This cell asked the kernel to exit. {NOT_RUN}")

    def closed(self) -> None:
        """Its process lives and is not heard any more."""
        self.error("KernelDied", f"The kernel had closed its connection before this cell ended. {NOT_RUN}")

    def garbled(self) -> None:
        """Its process sent what is no answer."""
        self.error("KernelDied", f"In this cell the kernel sent something that is no answer. {NOT_RUN}")
