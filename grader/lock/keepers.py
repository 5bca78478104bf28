"""Keepers: each is the first process of new process numbers, and all that has such a number dies with it.

A fork copies the tables of all memory that a process has, and a clean parent has much. So it has its keepers forked by
a small process, which it forks itself while it is small. Source: pid_namespaces(7).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import socket
from typing import NoReturn

from grader.lock.libc import PR_SET_PDEATHSIG, call, prctl
from grader.lock.privileges import give_up, leave_descriptors

NEWPID = 0x20000000  # linux/sched.h
WORD = 32  # bytes of a message
OPEN, DONE = b"open", b"done"


class Keepers:
    """The small process, as its parent sees it, which asks for one thing at a time."""

    def __init__(self, void: str) -> None:
        """Fork it, after namespaces were left and before anything large is imported; ``void`` is an empty folder.

        Its number is ``pid``; should it end, its parent has to end too.
        """
        self._line, its_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                self._line.close()
                _serve(its_line, void)
            finally:
                os._exit(1)
        its_line.close()

    def open(self) -> tuple[int, int]:
        """A new keeper, which has given up its rights: its number, and a descriptor of the numbers that it holds."""
        self._line.send(OPEN)
        word, descriptors, _, _ = socket.recv_fds(self._line, WORD, 1, socket.MSG_CMSG_CLOEXEC)
        if not descriptors:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), "a keeper of process numbers")
        return int(word), descriptors[0]

    def end(self, keeper: int) -> None:
        """End what still lives by the numbers that a keeper holds, and the keeper."""
        with contextlib.suppress(OSError):  # who has died has taken them along
            self._line.send(str(keeper).encode())
            self._line.recv(WORD)


def enter(numbers: int) -> None:
    """Have what this process forks from now on get the process numbers that a descriptor stands for."""
    call("setns", numbers, NEWPID)


def _serve(line: socket.socket, void: str) -> NoReturn:
    leave_descriptors((line.fileno(),))
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    while word := line.recv(WORD):
        if word == OPEN:
            _open(line, void, own)
        else:
            _end(int(word))
            line.send(DONE)
    os._exit(0)


def _open(line: socket.socket, void: str, own: int) -> None:
    try:
        keeper = _forked(void)
        numbers = os.open("/proc/self/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # no process to be had
        line.send(DONE)
        return
    finally:
        enter(own)
    socket.send_fds(line, [str(keeper).encode()], [numbers])
    os.close(numbers)


def _forked(void: str) -> int:
    """A keeper; when this returns nothing that is forked can meet it with rights."""
    call("unshare", ctypes.c_ulong(NEWPID))
    ready, tell = os.pipe()
    try:
        keeper = os.fork()
        if keeper == 0:
            _keep(tell, void)
    finally:
        os.close(tell)
        with open(ready, "rb", buffering=0) as file:
            file.read(1)  # nothing, if it has died: then nothing can be forked either
    return keeper


def _keep(tell: int, void: str) -> NoReturn:
    """Hold the process numbers, until killed: without descriptors, files and rights, which closing tells."""
    try:
        leave_descriptors((tell,))
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
        os.chroot(void)
        os.chdir("/")
        give_up()
        os.close(tell)
        while True:
            signal.pause()
    finally:
        os._exit(1)


def _end(keeper: int) -> None:
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(keeper, signal.SIGKILL)
        os.waitpid(keeper, 0)
