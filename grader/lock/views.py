"""What a process sees in a mount namespace of its own: a small tree, made once and for many, read-only but for a room.

In it lie the interpreter, the libraries and the installed packages at the paths that they have outside, five devices,
and empty folders where student code likes to write. Nothing else of the machine is there, by any name. Source of the
calls: mount(2), mount_setattr(2); constants of linux/mount.h and linux/fcntl.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable

from grader.lock.libc import call

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC = 1, 2, 4, 8
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MNT_DETACH = 2

ROOM = "/room"  # where a forked process finds its room
DEVICES = ("null", "zero", "full", "random", "urandom")
EMPTY = ("/dev/shm", "/home", "/proc", ROOM, "/root", "/tmp", "/var/tmp")
MOST_LINKS = 40  # on the way to one place


class _MountAttr(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd"))


class View:
    """A tree below the folder ``root``, for a process that may mount; its root is a file system in memory."""

    def __init__(self, root: str, show: Iterable[str], cover: Iterable[str]) -> None:
        """``show`` are files and folders to be seen, at the same path; ``cover`` folders in them to be empty."""
        self.root = root
        self._shown: list[str] = []
        before = os.umask(0o022)
        try:
            mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
            for path in sorted(show, key=len):
                self.show(path)
            for folder in EMPTY:
                if not any(os.path.islink(root + above) for above in (folder, os.path.dirname(folder))):
                    os.makedirs(root + folder, exist_ok=True)
            for name in DEVICES:
                open(f"{root}/dev/{name}", "wb").close()
            for place in {root + os.path.realpath(path) for path in cover}:
                if os.path.isdir(place):
                    mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4k")
        finally:
            os.umask(before)

    def show(self, path: str) -> None:
        """Show what there is at ``path``, by the same links as outside."""
        real = self._by_links(path)
        if self._is_shown(real) or not os.path.exists(real):
            return
        if f"{real}/".startswith(f"{ROOM}/"):
            raise OSError(errno.EBUSY, "what is to be seen lies where rooms will", real)
        target = self.root + real
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(real):
            os.makedirs(target, exist_ok=True)
        else:
            open(target, "ab").close()
        mount(real, target, None, MS_BIND | MS_REC)
        self._shown.append(real)

    def seal(self) -> None:
        """Nothing in it can be changed or gives rights any more; then there are devices."""
        restrict(self.root, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, AT_RECURSIVE)
        for name in DEVICES:
            mount(f"/dev/{name}", f"{self.root}/dev/{name}", None, MS_BIND)
            restrict(f"{self.root}/dev/{name}", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)

    def _by_links(self, path: str) -> str:
        """Where ``path`` really lies; the links on the way are there in the tree too."""
        real, left, links = "/", path.split("/"), 0
        while left:
            part = left.pop(0)
            here = os.path.normpath(os.path.join(real, part))
            if part in ("", ".", "..") or not os.path.islink(here):
                real = here
                continue
            to = os.readlink(here)
            if not self._is_shown(here) and not os.path.lexists(self.root + here):
                os.makedirs(self.root + real, exist_ok=True)
                os.symlink(to, self.root + here)
            links += 1
            if links > MOST_LINKS:
                return ""
            left = [*to.split("/"), *left]
            real = "/" if to.startswith("/") else real
        return real

    def _is_shown(self, path: str) -> bool:
        return any(path == place or path.startswith(f"{place}/") for place in self._shown)


def lodge(room: str, target: str) -> None:
    """Show the folder ``room`` at ``target``, to be written to."""
    mount(room, target, None, MS_BIND)
    restrict(target, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)


def move_in(root: str) -> None:
    """Have this process, whose mount namespace is its own, see the tree and nothing else; its folder is ``/``."""
    mount("proc", f"{root}/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.chdir(root)
    call("pivot_root", b".", b".")
    unmount(".")
    os.chdir("/")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Call mount(2)."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    call("mount", *encoded[:3], ctypes.c_ulong(flags), encoded[3])


def unmount(path: str) -> None:
    """Take away what is mounted there, with all below it."""
    call("umount2", os.fsencode(path), ctypes.c_int(MNT_DETACH))


def restrict(path: str, attributes: int, flags: int = 0) -> None:
    """Give a mount attributes, with AT_RECURSIVE all that are below it too; none is taken away."""
    attr = _MountAttr(attributes, 0, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(attr))
    call("mount_setattr", AT_FDCWD, os.fsencode(path), ctypes.c_uint(flags), ctypes.byref(attr), size)
