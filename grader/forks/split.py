"""The clean parent of a single submission's processes: forked off the grader itself, before that knows any answer.

It saves starting Python and importing NumPy once more, which is most of what a self-check costs. It is for one's own
work only: a class is graded with a parent that never was a grader.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping

from grader.environment import may_hold_secrets

PATIENCE = 10.0  # seconds that it may take to end its children and itself


class Split:
    """A forked process that serves requests from the descriptor ``stdin``; as much of a Popen as is needed of it."""

    stdout = None

    def __init__(self, serve: Callable[[], None], env: Mapping[str, str], stdin: int, log: str) -> None:
        """Fork; ``serve`` runs in the child, with exactly ``env``, and then that ends. OSError if it cannot be.

        Only where nothing but this thread runs: with a second one a lock might be held for ever in the child. And only
        where the grader was started without secrets, as copies of its environment are in the child's memory.
        """
        if may_hold_secrets():
            raise OSError("the grader's environment may hold secrets")
        if len(os.listdir("/proc/self/task")) > 1:
            raise OSError("the grader has more than one thread")
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid:
            return
        try:
            _leave(env, stdin, log)
            serve()
        finally:
            os._exit(1)

    def poll(self) -> int | None:
        """How it ended; None if it lives."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def end(self) -> None:
        """Wait until it has gone, as it does once its requests end; what does not go is killed."""
        deadline = time.monotonic() + PATIENCE
        while self.poll() is None:
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
            time.sleep(0.002)


def _leave(env: Mapping[str, str], stdin: int, log: str) -> None:
    """Leave behind what was the grader's: its session, files, signals, environment and ways to modules."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    said = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor, target in ((stdin, 0), (nowhere, 1), (said, 2)):
        os.dup2(descriptor, target)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(os.path.dirname(log))
    os.environ.clear()
    os.environ.update(env)
    paths = sysconfig.get_paths()
    known = tuple(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    sys.path[:] = [place for place in sys.path if place.startswith(known) or place.endswith(".zip")]
    # An editable installation finds the project's folder, solutions and all.
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if not getattr(finder, "__module__", "").startswith("__edit")
    ]
