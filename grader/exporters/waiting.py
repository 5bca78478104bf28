"""A line at the terminal while a check takes its time: what runs, and for how long."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator

SILENT = 2.0  # seconds before anything is said
AGAIN = 1.0  # seconds from line to line


@contextlib.contextmanager
def shown_while_waiting(silent: float = SILENT) -> Iterator[Callable[[str, int, int], None] | None]:
    """Inside the block the last check that was told of is shown on stderr; None, and nothing, if that is no terminal.

    What is called is given its name, how many came before it, and of how many.
    """
    if not sys.stderr.isatty():
        yield None
        return
    line = _Line()
    thread = threading.Thread(target=line.keep_showing, args=(silent,), daemon=True)
    thread.start()
    try:
        yield line.tell
    finally:
        line.ended.set()
        thread.join()


class _Line:
    """The one line that is written over and over, and is gone in the end."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._begun = time.monotonic()
        self._running = "reading"

    def tell(self, name: str, before: int, of: int) -> None:
        """Another check is run."""
        self._running = f"running {name} ({before + 1} of {of})"

    def keep_showing(self, silent: float) -> None:
        """Write the line each second until the end."""
        wait = silent
        while not self.ended.wait(wait):
            text = f"grader: {self._running}, {time.monotonic() - self._begun:.0f} s so far"
            width = max(shutil.get_terminal_size().columns - 1, 20)
            print(f"\r{text[:width]:<{width}}", end="", file=sys.stderr, flush=True)
            wait = AGAIN
        if wait == AGAIN:
            width = max(shutil.get_terminal_size().columns - 1, 20)
            print(f"\r{'':<{width}}\r", end="", file=sys.stderr, flush=True)
