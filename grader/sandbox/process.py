"""Level 0: a process group of its own, a clean environment, and a kill that takes the whole tree.

This contains accidents (endless loops, crashes, floods), not malice.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from grader.errors import Interrupted
from grader.folders import for_sockets, remove
from grader.machine.system import SESSIONS
from grader.model import UNLOCKED
from grader.words import plain_text

if TYPE_CHECKING:
    import psutil

# How NumPy uses the processor: student code must use it as the grader does.
PROCESSOR = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES")
KILL_SECONDS = 5.0  # how long an orphan may take to die


class ProcessBox:
    """Plain child processes; nothing is denied, so nothing is claimed."""

    level: ClassVar[str] = UNLOCKED
    quick: ClassVar[bool] = True  # of those that lock, the one for one's own work

    def __init__(self) -> None:
        self._live: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._at_close: list[Callable[[], None]] = []
        self.closed = False
        self._folder: Path | None = None

    @classmethod
    def missing(cls) -> str:
        """What this machine lacks for this level; empty if nothing."""
        return ""

    @property
    def folder(self) -> Path:
        """A folder for what processes use, made when it is first asked for; Interrupted after ``close``."""
        with self._lock:
            if self.closed:
                raise Interrupted("Grading was stopped.")
            if self._folder is None:
                self._folder = for_sockets("box-")
                self._folder.chmod(0o711)  # processes may be other users
            return self._folder

    def room(self, folder: Path, role: str, read: Sequence[str] = (), *, forked: bool = False) -> dict[str, Any] | None:
        """Processes of this level are not locked."""
        return None

    def inside(self, path: Path, room: Path) -> Path:
        """Processes see the files of the machine."""
        return path

    def nest(self, read: Sequence[str] = ()) -> dict[str, Any] | None:
        """Children of clean parents are like others."""
        return None

    @property
    def probes(self) -> dict[str, str]:
        """Nothing was tried."""
        return {}

    def note(self, probes: Mapping[str, str]) -> None:
        """Nothing was tried."""

    def start(
        self,
        argv: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        room: Path,
        log: Path,
        read: Sequence[str] = (),
        stdin: int = subprocess.PIPE,
        nests: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start ``argv`` in ``cwd`` with exactly ``env``; its stderr goes to the file ``log``, which is no pipe.

        ``stdin`` is a descriptor that it gets in the place of a pipe. Raises Interrupted after ``close``: a stopping
        grader starts nothing new.
        """
        with self._lock:
            if self.closed:
                raise Interrupted("Grading was stopped.")
            with open(log, "wb", opener=private) as stderr:
                process = subprocess.Popen(
                    argv,
                    cwd=cwd,
                    env=dict(env),
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    bufsize=0,  # so that a byte too many shows in the pipe
                    # A session of its own: Ctrl-C reaches the grader alone, which then ends its children in order.
                    start_new_session=SESSIONS,
                )
            self._live.add(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the process, its group and its descendants; wait until they are gone."""
        orphans = descendants(process.pid) if process.poll() is None else []
        if SESSIONS:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        _kill_all(orphans)
        with self._lock:
            self._live.discard(process)

    def close(self) -> None:
        """Kill all that still runs, and start nothing more."""
        with self._lock:
            self.closed = True
            live, last = list(self._live), list(self._at_close)
        for process in live:
            self.kill(process)
        for call in last:
            call()
        if self._folder:
            remove(self._folder)

    def at_close(self, call: Callable[[], None]) -> None:
        """Have ``close`` call this in the end, or do so now if it is closed already."""
        with self._lock:
            if not self.closed:
                self._at_close.append(call)
                return
        call()

    def exit_code(self, process: subprocess.Popen[bytes]) -> int | None:
        """How the process ended, negative for a signal; None if it lives on for a second more."""
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return None


def private(path: str, flags: int) -> int:
    """What opens a file that no other user of the machine may read, as ``open`` wants it."""
    return os.open(path, flags, 0o600)


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of student code: no secrets of the caller's, one thread, files in ``home``."""
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TZ", *PROCESSOR)
    env = {name: os.environ[name] for name in kept if name in os.environ}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "MPLCONFIGDIR", "IPYTHONDIR"), str(home))
    return env | threads | places | {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def last_words(log: Path) -> str:
    """The last line of a process's stderr, in brackets; empty if it said nothing."""
    with contextlib.suppress(OSError), open(log, "rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        words = plain_text((file.read(2000).decode("utf-8", "replace").strip().splitlines() or [""])[-1])
        return f" ({words})" if words else ""
    return ""


def descendants(pid: int) -> list[psutil.Process]:
    """The processes that one has started, and those that these have; none if it is gone."""
    import psutil

    with contextlib.suppress(psutil.Error):
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
        return found
    return []


def _kill_all(processes: list[psutil.Process]) -> None:
    """Kill orphans of a killed process; one that only its new parent can reap counts as gone."""
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    for process in processes:
        deadline = time.monotonic() + KILL_SECONDS
        while _is_running(process) and time.monotonic() < deadline:
            time.sleep(0.002)


def _is_running(process: psutil.Process) -> bool:
    import psutil

    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
