"""The clean parent of student processes: NumPy is imported once; see grader.forks.server.

What students could misuse, or what holds for one submission alone (stand-ins, its room, its code), is not here: it
comes into the forked process.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterable

# What every student process imports before it is locked, or with it.
NEEDED = (
    *("numpy.lib.stride_tricks", "grader.worker.evaluations", "grader.worker.frames", "grader.worker.loader"),
    "grader.worker.watch",
    *("grader.lock.landlock", "grader.lock.privileges", "grader.lock.probe", "grader.lock.seccomp"),
)
# And what only some need: it costs as much as all the others together.
SERVES = (*NEEDED, "numpy.random", "grader.compat.runtime")


def main(arguments: list[str], serves: Iterable[str] = SERVES) -> None:
    """Serve until the grader is gone.

    ``arguments`` are the folder to remove then (none: it does so itself), the order of a nest, and the folders of
    installed packages.
    """
    from grader.lock.namespaces import settle

    folder, order, *places = arguments
    nest = settle(json.loads(order))
    sys.path += places
    for name in serves:
        importlib.import_module(name)
    from grader import lock
    from grader.forks.server import ForkServer, clear_up
    from grader.lock import places as files
    from grader.worker.student import serve

    lock.prepare("worker")
    if folder:
        files.real()  # remembered, as all children may read the same
    given = ForkServer(lambda words: None, nest).serve()
    if given:
        requests, replies = given
        serve(os.fdopen(requests, "rb"), os.fdopen(replies, "wb"))
    clear_up(folder, nest)
