"""The clean parent of the notebooks' kernels: imports once what every notebook needs; see grader.forks.server."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import socket
import sys

from grader.forks.server import ForkServer, clear_up
from grader.lock.namespaces import settle
from grader.notebook.answers import INLINE, leave_checkout

SERVES = ("grader.lock.landlock", "grader.lock.privileges", "grader.lock.probe", "grader.lock.seccomp")
SHELL = ("grader.notebook.forkedkernel", "ipykernel.debugger", "IPython.core.completerlib", "tornado.platform.asyncio")
# What notebooks import that takes long: a module's name, as the grader sends it, and what is imported for it.
ON_REQUEST = {
    "numpy": ("numpy.random",),
    "matplotlib": ("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib_inline.config"),
}


def main(arguments: list[str]) -> None:
    """Serve until the grader is gone; ``arguments`` are the folder to remove then, and the order of a nest."""
    gc.disable()  # of what is imported nothing can be freed; the server enables it
    folder, order = arguments
    nest = settle(json.loads(order))
    leave_checkout()
    os.environ["MPLBACKEND"] = INLINE  # as ipykernel does; it takes effect when a cell draws
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in (*SERVES, *SHELL):
        importlib.import_module(name)
    del sys.modules["debugpy"]
    from grader import lock
    from grader.notebook.forkedkernel import prepare, serve

    kernel = prepare()
    lock.prepare("kernel")
    given = ForkServer(bring_in, nest).serve()
    if given:
        serve(socket.socket(fileno=given[0]), kernel)
    clear_up(folder, nest)


def bring_in(wanted: list[str]) -> None:
    """Import what a notebook is going to import."""
    for name in wanted:
        for module in ON_REQUEST.get(name, ()):
            with contextlib.suppress(ImportError):
                importlib.import_module(module)
