"""Namespaces of a process's own: files, process numbers, networks, names of memory and of the machine, and users.

A clean parent *settles* once: it makes the view that all its children get (grader.lock.views), and is the first process
of its own process numbers, so that nothing below it outlives it. For each child it has a *keeper* of process numbers
forked (grader.lock.keepers), and then forks the child, which gets a number of those and *moves in*: its own mounts, of
which the view and its room alone stay. Who is not root does all that in a user namespace, and each child ends in
another one below, where it has no right over any of it. Source: namespaces(7), pid_namespaces(7), user_namespaces(7),
pivot_root(2); constants of linux/sched.h.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from grader.lock import views
from grader.lock.keepers import NEWPID, Keepers, enter
from grader.lock.libc import PR_SET_PDEATHSIG, call, prctl
from grader.lock.privileges import give_up, leave_descriptors

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWNET = 0x10000000, 0x40000000
OWN = NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWNET  # of each child
KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "uts")  # below /proc/self/ns

_nest: Nest | None = None


def spaces() -> dict[str, int]:
    """The namespaces of this process, as numbers."""
    return {kind: os.stat(f"/proc/self/ns/{kind}").st_ino for kind in KINDS}


def settle(order: Mapping[str, Any] | None) -> Nest | None:
    """In a clean parent, as long as it has one thread: the nest of its children; None if they need none.

    ``order`` says what they see: ``view`` is a folder to mount it on, ``show`` and ``cover`` as in grader.lock.views.
    The process that calls this stays behind, and ends as the one does that goes on. OSError if it may not be.
    """
    global _nest
    if order is not None:
        begin(NEWNS)
        goes_on()
        _nest = Nest(order)
    return _nest


def is_settled() -> bool:
    """Whether this process, or its parent, has settled."""
    return _nest is not None


class Nest:
    """In a clean parent: what its children are forked into; in a child: the way in."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        self._view = str(order["view"])
        view = views.View(self._view, order["show"], order["cover"])
        view.seal()
        self.keepers = Keepers(self._view + views.EMPTY[0])
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def open(self) -> int:
        """Have what is forked next, until ``shut``, get new process numbers: the keeper, which ends all of them.

        It has given up its rights when this returns: nothing that is forked next may meet it with them.
        """
        keeper, numbers = self.keepers.open()
        try:
            enter(numbers)
        finally:
            os.close(numbers)
        return keeper

    def shut(self) -> None:
        """Have what is forked get this process's own numbers again."""
        enter(self._own)

    def end(self, keeper: int) -> None:
        """End a keeper, and what still lives by its process numbers."""
        self.keepers.end(keeper)

    def leave_view(self) -> None:
        """Have no view any more, and no children."""
        views.unmount(self._view)

    def move_in(self, room: str) -> int:
        """In a child: see the view and the ``room`` alone, which is at views.ROOM: the number it has outside."""
        number = int(os.readlink("/proc/self"))  # the machine's, still
        itself = folder_of_itself()
        unshare(OWN)
        views.lodge(room, self._view + views.ROOM)
        views.move_in(self._view)
        if os.geteuid() != 0:
            leave_users(itself)
        os.close(itself)
        return number


def move_in(request: Mapping[str, Any] | None) -> int:
    """Move in as a request for a lock says, if it does: the number that this process has for who asked.

    OSError if it does not say so and the parent has settled, or the other way round: nothing may be run then.
    """
    place = (request or {}).get("place")
    if (place is not None) != is_settled():
        raise OSError("its parent is not of the isolation level that was asked for")
    if place is None or _nest is None:
        return os.getpid()
    return _nest.move_in(place)


def begin(spaces: int) -> None:
    """Leave these namespaces of the process that started this one; what is forked gets new process numbers."""
    if os.geteuid() == 0:
        unshare(NEWPID | spaces)
    else:
        itself = folder_of_itself()
        leave_users(itself, NEWPID | spaces)
        os.close(itself)
    views.mount(None, "/", None, views.MS_REC | views.MS_PRIVATE)


def goes_on() -> None:
    """Fork: the child returns and dies with this process, which ends as the child does, signal n as 128 + n."""
    ready, tell = os.pipe()
    child = os.fork()
    if child:
        try:
            os.write(tell, b"-")
            leave_descriptors()
            os._exit(ended(os.waitpid(child, 0)[1]))
        finally:
            os._exit(1)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.close(tell)
    if not os.read(ready, 1):  # it died before that took effect
        os._exit(1)
    os.close(ready)


def ended(status: int) -> int:
    """An exit code that says how a process ended, as shells have it."""
    how = os.waitstatus_to_exitcode(status)
    return 128 - how if how < 0 else how


def leave_users(itself: int, more: int = 0) -> None:
    """Be the same user and group in a new user namespace, with all rights in there; ``itself`` is folder_of_itself."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(NEWUSER | more)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        file = os.open(name, os.O_WRONLY, dir_fd=itself)
        os.write(file, text.encode())
        os.close(file)


def folder_of_itself() -> int:
    """This process below /proc, where it can be written to."""
    return os.open("/proc/self", os.O_PATH | os.O_DIRECTORY)


def unshare(flags: int) -> None:
    """Call unshare(2)."""
    call("unshare", ctypes.c_ulong(flags))


def main(arguments: list[str]) -> None:
    """Try it all out with one child; the order is that of ``settle``, with a ``room``. What fails is said on stderr."""
    order = json.loads(arguments[0])
    try:
        nest = settle(order)
        assert nest, "it was ordered"
        keeper = nest.open()
        child = os.fork()
        if child == 0:
            nest.move_in(order["room"])
            give_up()
            for path in order["show"]:
                os.stat(path)
            os._exit(0)
        nest.shut()
        status = os.waitpid(child, 0)[1]
        nest.end(keeper)
        sys.exit(ended(status))
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
