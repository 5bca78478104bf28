"""Who may read and write what, in words: in a container the user who runs is rarely the owner of what is given."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from grader.machine.groups import ROOT
from grader.machine.system import flags, user

MARKS = (".dockerenv", "run/.containerenv")  # Docker's and podman's
MOST = 5000  # files and folders that are looked at
DENIED = {errno.EACCES, errno.EPERM}


def in_container(root: Path = ROOT) -> bool:
    """Whether this runs in a container, as far as that shows."""
    said = {"container", "KUBERNETES_SERVICE_HOST"} & os.environ.keys()
    return bool(said) or any((root / mark).exists() for mark in MARKS)


def reason(error: OSError, path: str | os.PathLike[str], root: Path = ROOT) -> str:
    """Why something failed at ``path``, without a full stop; for want of rights: whose it is, who asks, what to do.

    Of a path that is not there yet, the folder that is counts.
    """
    why = str(error.strerror or error)
    if error.errno not in DENIED or (me := user()) is None:
        return why
    place = Path(path).absolute()
    status = None
    while status is None:
        with contextlib.suppress(OSError):
            status = os.stat(place)
        if status is None and place == place.parent:
            return why
        place = place if status else place.parent
    owner, mode = status.st_uid, status.st_mode & 0o777
    if owner == me:
        return f"{why}; its mode is {mode:o}"
    whose = f"{why}; it belongs to user {owner}, mode {mode:o}, and this runs as user {me}"
    if in_container(root):
        return f"{whose}: run the container with --user {owner}:{status.st_gid}{_more(owner)}"
    return f"{whose}: run this as its owner, or have the owner give it away"


def denied_below(path: Path, shown: str | os.PathLike[str]) -> str:
    """A sentence on the first file or folder, at ``path`` or below it, that may not be read; empty if all may be.

    No link is followed. ``shown`` is the path for people.
    """
    waiting, seen = [path], 0
    while waiting and seen < MOST:
        here = waiting.pop()
        seen += 1
        try:
            if here.is_symlink():
                continue
            if here.is_dir():
                waiting += here.iterdir()
            else:
                os.close(os.open(here, os.O_RDONLY | flags("O_NONBLOCK")))
        except OSError as error:
            if error.errno in DENIED:
                return f"{Path(shown) / here.relative_to(path)} cannot be read: {reason(error, here)}."
    return ""


def _more(owner: int) -> str:
    """What rootless engines need beside that."""
    return ", with rootless podman also --userns=keep-id" if owner else " (with rootless podman or Docker that is you)"
