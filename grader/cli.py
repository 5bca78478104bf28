"""The command line: runs a command of ``grader.commands``, and turns every trouble into a sentence and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

# Parallel over submissions, one thread each; OpenBLAS's own threads would cost every start a fifth of its time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from grader.commands import module_of, parse
from grader.commands._options import GRADER_FAILED, REFUSED, STOPPED
from grader.commands._output import say
from grader.errors import GraderError, Refused
from grader.machine.system import stopping

# They write about others' work.
PRIVATE = ("grade", "regrade", "policy", "merge", "override", "feedback", "export", "agree", "worker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns one of EXIT_CODES."""
    options = parse(arguments)
    # A stopped job ends as one that was interrupted by hand: in order.
    for number in stopping("SIGTERM", "SIGHUP"):
        signal.signal(number, signal.default_int_handler)
    # What is written about others' work is for who grades, also while it is being made.
    before = os.umask(0o077) if options.command in PRIVATE else None
    try:
        if getattr(options, "course", None):
            from grader.course.folder import choose

            choose(options.course)
        return int(module_of(options.command).run(options))
    except Refused as error:
        say(str(error))
        return REFUSED
    except GraderError as error:
        say(str(error))
        return GRADER_FAILED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED
    except KeyboardInterrupt:
        print("grader: stopped.", file=sys.stderr)
        return STOPPED
    finally:
        if before is not None:
            os.umask(before)


def failed(error: Exception) -> int:
    """Say of a bug where it is: the exit code. With GRADER_TRACEBACK set it is raised, for whoever mends it."""
    if os.environ.get("GRADER_TRACEBACK"):
        raise error
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    place = f"{os.path.join(*frame.filename.split(os.sep)[-2:])}, line {frame.lineno}"
    say(
        f"The grader itself failed, in {place}: {what}. Nothing was found out about your work by it. Please report "
        "this line; with GRADER_TRACEBACK=1 in the environment, the same command shows where it came from."
    )
    return GRADER_FAILED


if __name__ == "__main__":
    from grader.__main__ import main as begin

    sys.exit(begin())
