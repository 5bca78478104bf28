"""The student process, told what to load and which scenarios to play.

grader/boot.py starts it, told over stdin, or grader.worker.forkserver forks it, with pipes of its own.

It holds the student's code, the scenarios and their inputs: no solution, no expected answer. Its own stdin
and stdout become a private channel before any student code is loaded; what students print goes nowhere.
After the first request, which brings in all that it needs of the grader, it locks itself.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any, BinaryIO, NoReturn

OUT_OF_MEMORY = {"type": "MemoryError", "message": "What the function returned does not fit into memory."}


def main(places: list[str]) -> None:
    """Serve requests until the grader closes the channel; ``places`` are the folders of installed packages."""
    sys.path += places
    if sys.platform == "linux":
        from grader.lock.privileges import end_with_parent

        end_with_parent()
    serve(*_private_channel())


def serve(requests: BinaryIO, replies: BinaryIO) -> NoReturn:
    """Answer requests until the grader closes the channel."""
    from grader.worker import frames

    code: Any = None
    loader: Any = None
    watch: Any = None
    while True:
        try:
            nonce, request, inputs = frames.read(requests, max_arrays=frames.MAX_DATA)
        except EOFError:
            os._exit(0)  # no atexit handler or thread of the student's gets a say
        if request["do"] == "hello":
            watch, head = prepare(request)
            frames.write(replies, nonce, head)
        elif request["do"] == "load":
            from grader.worker.loader import Loader

            loader = Loader(request["program"])
            watch.begin(loader.labels)
            code = loader.load()
            stand_ins = list(loader.stand_ins.used)
            frames.write(
                replies, nonce, {"problems": loader.problems[:50], "names": sorted(code), "stand_ins": stand_ins}
            )
        else:
            head, values = play(request, inputs, code, loader.labels)
            head["tried"] = watch.tried()
            try:
                frames.write(replies, nonce, head, values)
            except MemoryError:
                frames.write(replies, nonce, {"outcome": "raised", "error": OUT_OF_MEMORY})


def prepare(request: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Import what will be needed while the grader's files can be read, then lock: a watch, and the reply."""
    from grader import lock
    from grader.worker import loader, stand_ins, student_errors  # noqa: F401
    from grader.worker.watch import Watch

    if request["settle"]:
        settle(request["settle"])
    if request["random"]:
        import numpy.random  # noqa: F401  # it imports secrets and more, which a file of the submission may be called
    if request["compat"]:
        from grader.compat import runtime

        runtime.install()
    bring_in(request["parts"])
    stand_ins.prepare(request["stand_ins"])
    watch = Watch(request["lock"])
    try:
        return watch, {"probes": lock.from_request(request["lock"])}
    except OSError as error:
        return watch, {"trouble": f"{type(error).__name__}: {error}"}


def settle(environment: dict[str, str]) -> None:
    """Make a forked process the submission's own: its environment, and its room, which is the HOME in there."""
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    os.chdir(environment["HOME"])


def bring_in(parts: list[str]) -> None:
    """Import the parts' scenarios, with their source: tracebacks quote the scenario's line."""
    import linecache

    from grader.checks import load_part

    for name in parts:
        load_part(name)
        linecache.getlines(sys.modules[f"grader.checks.{name}"].__file__ or "")


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
