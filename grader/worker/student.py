"""The student process: ``python -I -S student.py``, told over stdin what to load and which scenarios to play.

It holds the student's code, the scenarios and their inputs: no solution, no expected answer. Its own stdin
and stdout become a private channel before any student code is loaded; what students print goes nowhere.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any, BinaryIO

OUT_OF_MEMORY = {"type": "MemoryError", "message": "What the function returned does not fit into memory."}


def main() -> None:
    """Serve requests until the grader closes the channel."""
    package, *places = sys.argv[1:]
    # Installed packages; the folder that holds `grader`, and may hold solutions/, is not among them.
    sys.path += places
    _import_by_path("grader", package)
    from grader.worker import frames

    _end_with_parent()
    requests, replies = _private_channel()
    code: Any = None
    loader: Any = None
    while True:
        try:
            nonce, request, inputs = frames.read(requests)
        except EOFError:
            os._exit(0)  # no atexit handler or thread of the student's gets a say
        if request["do"] == "hello":
            frames.write(replies, nonce, {})
        elif request["do"] == "load":
            from grader.worker.loader import Loader

            loader = Loader(request["program"])
            code = loader.load()
            frames.write(replies, nonce, {"problems": loader.problems[:50], "names": sorted(code)})
        else:
            head, values = play(request, inputs, code, loader.labels)
            try:
                frames.write(replies, nonce, head, values)
            except MemoryError:
                frames.write(replies, nonce, {"outcome": "raised", "error": OUT_OF_MEMORY})


def play(request: dict[str, Any], inputs: dict[str, Any], code: Any, labels: Any) -> tuple[dict[str, Any], Any]:
    """Play one scenario; what it returns or raises, as the head and the values of the reply."""
    from grader.checks import load_part
    from grader.worker.loader import Missing
    from grader.worker.student_errors import describe

    check = load_part(request["part"]).checks[request["check"]]
    try:
        return {"outcome": "returned"}, dict(check.play(code, inputs))
    except Missing as missing:
        return {"outcome": "missing", "name": str(missing)}, {}
    except BaseException as error:  # also SystemExit and KeyboardInterrupt: it is the student's code that raises them
        described = describe(error, labels, playing=True)
        outcome = "unwritten" if isinstance(error, NotImplementedError) and described["function"] else "raised"
        return {"outcome": outcome, "error": described}, {}


def _private_channel() -> tuple[BinaryIO, BinaryIO]:
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return requests, replies


def _end_with_parent() -> None:
    """On Linux: die when the grader does, and keep orphans below this process, where they are found."""
    if sys.platform == "linux":
        import ctypes
        import signal

        set_death_signal, set_child_subreaper = 1, 36  # linux/prctl.h
        prctl = ctypes.CDLL(None).prctl
        prctl(set_death_signal, signal.SIGKILL)
        prctl(set_child_subreaper, 1)


def _import_by_path(name: str, folder: str) -> None:
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec and spec.loader, f"no package in {folder}"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    main()
