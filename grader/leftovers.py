"""The temporary folder of a run, whose name says which process it belongs to; those of dead processes are removed.

All that a run needs for a while lies in it, so that one that was killed leaves one folder, which the next run takes
away. What carries no such name, or another machine's, container's or user's, is left alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import stat
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from grader.folders import need_room, remove
from grader.machine.system import user

DIGITS = string.digits + string.ascii_lowercase
NAME = re.compile(r"grader-([0-9a-z]{1,7})\.([0-9a-z]{4})([0-9a-z]{1,12})-[0-9a-z_]{8}")


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """Have all temporary folders of the block in one, which is removed in the end; first clear those of dead runs.

    Refused if there is no room for them.
    """
    need_room()
    clear(Path(tempfile.gettempdir()))
    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix=f"grader-{_mark(os.getpid())}-"))
    folder.chmod(0o711)  # student processes may be other users
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        remove(folder)


def clear(place: Path) -> list[Path]:
    """Remove the folders of this user's runs that have ended without doing so; which they were."""
    dead = []
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            mark = NAME.fullmatch(entry.name)
            if mark and mark[2] == _home() and _is_ours(entry) and not _is_alive(_read(mark[1]), mark[3]):
                dead.append(Path(entry.path))
    for folder in dead:
        remove(folder)
    return dead


def _mark(pid: int) -> str:
    """What tells a process from every other one: its number, where that holds, and when it began."""
    return f"{_written(pid)}.{_home()}{_began(pid)}"


def _is_alive(pid: int, began: str) -> bool:
    """Whether that very process is there; a later one of its number began at another time."""
    try:
        return _began(pid) == began
    except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
        return False
    except (OSError, psutil.Error):  # nobody knows
        return True


def _began(pid: int) -> str:
    """When a process began, in a unit that no clock moves: on Linux ticks since the boot."""
    if os.path.exists("/proc/self/stat"):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return _written(int(fields[19]))
    return _written(int(psutil.Process(pid).create_time()))


def _home() -> str:
    """Where numbers of processes mean what they mean here: this boot of this machine, or this container."""
    places = [socket.gethostname()]
    with contextlib.suppress(OSError):
        places.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        places.append(os.readlink("/proc/self/ns/pid"))
    digest = int.from_bytes(hashlib.sha256("\n".join(places).encode()).digest()[:8], "big")
    return _written(digest)[-4:].rjust(4, "0")


def _is_ours(entry: os.DirEntry[str]) -> bool:
    status = entry.stat(follow_symlinks=False)
    return stat.S_ISDIR(status.st_mode) and user() in (None, status.st_uid)


def _written(number: int) -> str:
    """A number in few characters: names of sockets in the folder must stay short."""
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = DIGITS[rest] + text
    return text or "0"


def _read(text: str) -> int:
    return int(text, 36)
