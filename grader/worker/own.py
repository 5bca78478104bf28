"""The box for one's own work, opened before the grader is imported: its student processes come of a small one."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator

from grader.machine.system import FORKS
from grader.sandbox import Box, open_box, own_level
from grader.worker.forkserver import NEEDED
from grader.worker.processes import split

SERVES = ("grader.forks.server", "grader.worker.student")


@contextlib.contextmanager
def own_box() -> Iterator[Box]:
    """The box, whose clean parent has been forked off this process if that can be.

    To be opened first of all. What this process imports or reads later, answers above all, is not in the memory that
    student code inherits; and the less there is of it, the less a fork costs on both sides, page by page.
    """
    box = open_box(own_level())
    try:
        for name in (*NEEDED, *SERVES) if FORKS else ():  # once for both, before pages are shared that would be copied
            importlib.import_module(name)
        split(box)
        yield box
    finally:
        box.close()
