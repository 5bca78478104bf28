"""Temporary folders whose paths are short, and folders that others filled: removed whatever is in them."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import tempfile
from pathlib import Path

from grader.errors import Refused

NEEDED, ADVISED = 64 << 20, 1 << 30  # bytes for temporary files
PASSES = 1000  # tries at a folder that changes while it is removed; each takes something away
# What a write fails by that is no fault of what is written.
OUR_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS, errno.ENOMEM}
LONGEST_TEMPORARY = 50  # bytes; the kernel's sockets lie some 40 deeper, and their paths end at about 100


def need_room() -> None:
    """Refused unless there is a folder for temporary files with some room: copies of submissions, rooms, sockets."""
    most = f"{ADVISED >> 20} MB"
    give = (
        f"give it {most} or more (in a container: --tmpfs /tmp:size={ADVISED >> 20}m; elsewhere TMPDIR names another)"
    )
    try:
        folder = tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
    except OSError:
        raise Refused(f"There is no folder for temporary files that can be written: {give}.") from None
    if free < NEEDED:
        raise Refused(f"The folder for temporary files, {folder}, has only {free >> 20} MB left: {give}.")


def remove(folder: Path) -> None:
    """Remove a folder, however deep and whatever its modes: what is nested is moved up, so that no path grows long.

    Links are not followed. What cannot be removed stays. Another thread may remove parts of it at the same time.
    """
    for _ in range(PASSES):
        try:
            _remove(folder)
        except FileNotFoundError:
            if not os.path.lexists(folder):
                return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                return
        else:
            return


def _remove(folder: Path) -> None:
    token = os.urandom(8).hex()
    numbers = itertools.count()
    found, emptied = [folder], []
    while found:
        here = found.pop()
        emptied.append(here)
        os.chmod(here, 0o700)
        with os.scandir(here) as entries:
            for entry in list(entries):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)  # a folder can be moved only by who may write to it
                if here != folder:
                    found.append(folder / f"{token}-{next(numbers)}")
                    os.rename(entry.path, found[-1])
                else:
                    found.append(Path(entry.path))
    for here in reversed(emptied):
        os.rmdir(here)


def for_sockets(prefix: str) -> Path:
    """A new temporary folder whose path is short enough for sockets in it."""
    usual = tempfile.gettempdir()
    short = len(os.fsencode(usual)) <= LONGEST_TEMPORARY or not os.path.isdir("/tmp")
    return Path(tempfile.mkdtemp(prefix=prefix, dir=usual if short else "/tmp"))
