"""The student process, told what to load and which scenarios to play.

grader/boot.py starts it, told over stdin, or grader.worker.forkserver forks it, with pipes of its own.

It holds the student's code, the scenarios that it was sent and their inputs: no solution, no expected answer, and
no module of the grader that knows anything of an exercise. Its own stdin and stdout become a private channel before
any student code is loaded; what students print goes nowhere. After the first request, which brings in all that it
needs of the grader, it locks itself.
"""

from __future__ import annotations

import contextlib
import functools
import linecache
import os
import sys
import tempfile
from typing import Any, BinaryIO, NoReturn

from grader.machine.system import end_with_parent

# All of the grader that may be in a process with student code.
PRESENT = frozenset(
    ("grader", *(f"grader.{name}" for name in """
    arrays boot compat compat.old_names compat.runtime errors forks forks.server forks.split lock lock.keepers
    lock.landlock lock.libc lock.namespaces lock.places lock.privileges lock.probe lock.seccomp lock.syscalls lock.views
    machine machine.system records
    worker worker.changed worker.evaluations worker.finders worker.forkserver worker.frames worker.loader
    worker.packages worker.stand_ins worker.student worker.student_errors worker.watch
    """.split()))
)  # fmt: skip
OURS = ("grader", "student_template", "solutions")  # the course's two halves go as well
OUT_OF_MEMORY = {"type": "MemoryError", "message": "What the function returned does not fit into memory."}


def main(places: list[str]) -> None:
    """Serve requests until the grader closes the channel; ``places`` are the folders of installed packages."""
    sys.path += places
    end_with_parent()
    serve(*_private_channel())


def serve(requests: BinaryIO, replies: BinaryIO) -> NoReturn:
    """Answer requests until the grader closes the channel."""
    from grader.worker import frames

    terms: Any = None
    code: Any = None
    loader: Any = None
    watch: Any = None
    while True:
        try:
            nonce, request, inputs = frames.read(requests, max_arrays=frames.MAX_DATA)
        except EOFError:
            os._exit(0)  # no atexit handler or thread of the student's gets a say
        if terms is None:
            terms = request  # the box's, before whoever speaks from now on: how to lock
        elif request["do"] == "hello":
            watch, head = prepare(request, terms)
            frames.write(replies, nonce, head)
            if "trouble" in head:
                os._exit(1)  # nothing is loaded by one that is not locked
        elif watch is None:
            os._exit(1)  # it is not locked yet
        elif request["do"] == "load":
            from grader.worker.loader import Loader

            loader = Loader(request["program"], request["allow"], watch.tell)
            watch.begin(loader.labels)
            code = loader.load()
            stand_ins = list(loader.stand_ins.used)
            frames.write(
                replies, nonce, {"problems": loader.problems[:50], "names": sorted(code), "stand_ins": stand_ins}
            )
        else:
            for number, given in enumerate(by_case(inputs, request["cases"])):
                head, values = play(request, given, code, loader.labels)
                head["tried"] = watch.tried()
                try:
                    frames.write(replies, nonce + number, head, values)
                except MemoryError:
                    frames.write(replies, nonce + number, {"outcome": "raised", "error": OUT_OF_MEMORY})


def by_case(inputs: dict[str, Any], cases: int) -> list[dict[str, Any]]:
    """The inputs of each case, whose names begin with its number."""
    several: list[dict[str, Any]] = [{} for _ in range(cases)]
    for name, value in inputs.items():
        number, _, own = name.partition(" ")
        several[int(number)][own] = value
    return several


def prepare(request: dict[str, Any], terms: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Import what will be needed while the grader's files can be read, then lock: a watch, and the reply."""
    from grader import lock
    from grader.lock import namespaces
    from grader.worker import changed, evaluations, loader, stand_ins, student_errors  # noqa: F401
    from grader.worker.watch import Watch

    if request["random"]:
        import numpy.random  # noqa: F401  # it imports secrets and more, which a file of the submission may be called
    if request["compat"]:
        from grader.compat import runtime

        runtime.install()
    stand_ins.prepare(request["stand_ins"])
    watch = None
    try:
        number = namespaces.move_in(terms["lock"])
        if terms["settle"]:
            settle(terms["settle"])
        watch = Watch(terms["lock"])
        head: dict[str, Any] = {"probes": lock.from_request(terms["lock"]), "pid": number}
    except OSError as error:
        head = {"trouble": f"{type(error).__name__}: {error}"}
    leave_out_the_rest()
    return watch, head


def settle(environment: dict[str, str]) -> None:
    """Make a forked process the submission's own: its environment, and its room, which is the HOME in there."""
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    os.chdir(environment["HOME"])


def leave_out_the_rest() -> None:
    """Empty the grader's other modules, which a process has that was forked off the grader; none can be imported."""
    for name in [name for name in sys.modules if name.split(".")[0] in OURS and name not in PRESENT]:
        vars(sys.modules.pop(name)).clear()
    for name in PRESENT & sys.modules.keys():
        if hasattr(sys.modules[name], "__path__"):
            sys.modules[name].__path__ = []


def play(request: dict[str, Any], inputs: dict[str, Any], code: Any, labels: Any) -> tuple[dict[str, Any], Any]:
    """Play one scenario; what it returns or raises, as the head and the values of the reply.

    NumPy's global generator is seeded first, so that code that draws from it repeats its numbers; in a process that
    has not imported it no code does.
    """
    from grader.worker.changed import changed
    from grader.worker.evaluations import Evaluations
    from grader.worker.loader import Missing
    from grader.worker.student_errors import describe

    evaluations = Evaluations(inputs, labels, code)
    try:
        scenario = defined(**request["scenario"])
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed(231)
        arguments = {name: value.item() if value.ndim == 0 else value.copy() for name, value in inputs.items()}
        watched = evaluations if request.get("count") else contextlib.nullcontext()
        strictly = numpy_raises() if request.get("finite") else contextlib.nullcontext()
        with watched, strictly, changed(code, request.get("instead")):
            values = dict(scenario(under_other_names(code, request["rename"]), **arguments))
        return {"outcome": "returned", "moved": evaluations.found, "called": evaluations.called}, values
    except Missing as missing:
        return {"outcome": "missing", "name": str(missing)}, {}
    except BaseException as error:  # also SystemExit and KeyboardInterrupt: it is the student's code that raises them
        described = describe(error, labels, playing=True)
        outcome = "unwritten" if isinstance(error, NotImplementedError) and described["function"] else "raised"
        return {"outcome": outcome, "error": described}, {}


def numpy_raises() -> Any:
    """A context in which NumPy raises where a number comes out that is not finite."""
    import numpy as np

    return np.errstate(divide="raise", over="raise", invalid="raise")


def under_other_names(code: Any, names: dict[str, str]) -> Any:
    """The submission's functions, some of which the scenario knows by another name than the course."""
    return code.renamed(names) if names else code


@functools.cache
def defined(name: str, label: str, text: str) -> Any:
    """The function that the text of a scenario defines; tracebacks quote its lines."""
    linecache.cache[label] = (len(text), None, text.splitlines(keepends=True), label)
    module: dict[str, Any] = {"__name__": "scenario"}
    exec(compile(text, label, "exec", dont_inherit=True), module)
    return module[name]


def _private_channel() -> tuple[BinaryIO, BinaryIO]:
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return requests, replies
