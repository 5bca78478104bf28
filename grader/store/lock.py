"""One process at a time writes into a folder of reports, and whoever comes second hears which one that is.

A lock of the kernel's on a file beside the database, which is gone with the process that held it, however it ended; the
file's text says who that is.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psutil

from grader.errors import Refused
from grader.machine.system import REMOVES_OPEN_FILES, flags, lock_file

NAME = ".grades.lock"  # no student's folder: those begin with no dot


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes: a process of a host that began at ``since``, and the command that it runs.

    ``started`` tells the process from a later one of the same number.
    """

    host: str
    pid: int
    started: float
    since: str
    command: str

    @classmethod
    def ourselves(cls, command: str) -> Holder:
        """This process, from now on."""
        now = datetime.now().astimezone().isoformat(" ", "seconds")
        return cls(socket.gethostname(), os.getpid(), psutil.Process().create_time(), now, command)

    def __str__(self) -> str:
        return f"`grader {self.command}`, process {self.pid} on {self.host}, since {self.since}"

    @property
    def is_gone(self) -> bool:
        """Whether it has ended, as far as this host can tell."""
        if self.host != socket.gethostname():
            return False
        with contextlib.suppress(psutil.Error):
            return bool(abs(psutil.Process(self.pid).create_time() - self.started) > 2)
        return True


@contextlib.contextmanager
def writing(out: Path, command: str, tell: Callable[[str], object]) -> Iterator[None]:
    """Be the one who writes into a folder while the block runs; Refused if another process is.

    ``tell`` hears of a run that ended without a word, whose place is taken. OSError if the folder cannot be written.
    """
    place = out / NAME
    file = _taken(place, out)
    try:
        before = _read(file)
        if before:
            tell(f"{before} ended without finishing; what it had written is kept.")
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(asdict(Holder.ourselves(command))).encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            if REMOVES_OPEN_FILES:
                place.unlink()
                os.close(file)
            else:
                os.close(file)
                place.unlink()


def _taken(place: Path, out: Path) -> int:
    """The lock's file, which is ours now."""
    while True:
        file = os.open(place, os.O_RDWR | os.O_CREAT | flags("O_NOFOLLOW"), 0o600)
        try:
            if not _is_free(file):
                raise Refused(_refusal(_read(file), out))
            # Who had it may have removed it between our two steps: then it is nobody's lock.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), os.stat(place)):
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _is_free(file: int) -> bool:
    """Whether nobody holds it; then we do."""
    ours = lock_file(file)
    if ours is not None:
        return ours
    before = _read(file)
    return before is None or before.is_gone


def _read(file: int) -> Holder | None:
    try:
        os.lseek(file, 0, os.SEEK_SET)
        return Holder(**json.loads(os.read(file, 10_000)))
    except (ValueError, TypeError, OSError):
        return None


def _refusal(holder: Holder | None, out: Path) -> str:
    who = str(holder) if holder else "another process"
    return f"{out} is being written by {who}; wait until that has ended, or choose another --out."
