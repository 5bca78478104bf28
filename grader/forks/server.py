"""In the clean parent: forks a child on request.

It is a process of its own with a single thread. It knows nothing of any submission, for children can read what it
knows: no path, no code, no answer. The grader sends descriptors over stdin: those of the child, and last the control,
which stays here. On the control the grader asks for an interrupt (one byte) or hangs up, which kills the child with
all that it started; the server says there how the child ended, once all of that is gone.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable

from grader.lock.namespaces import Nest
from grader.lock.privileges import end_with_parent, keep_orphans, leave_descriptors
from grader.records import dataclass

REQUEST_LIMIT = 4096  # bytes
MOST_DESCRIPTORS = 3
TRIES = 100  # to remove a folder that others remove meanwhile


@dataclass
class Child:
    """A forked process, and the control on which the grader asked for it.

    Where it has namespaces of its own, the ``keeper`` is the process that ends with it and holds them until then.
    """

    pid: int
    control: socket.socket
    keeper: int | None = None


class ForkServer:
    """Forks on request, passes interrupts on, and cleans up after children that ended."""

    def __init__(self, bring_in: Callable[[list[str]], None], nest: Nest | None = None) -> None:
        """Take requests from stdin; ``bring_in`` imports what a request's words say, for its child and all later ones.

        Children are forked into the ``nest``, if there is one.
        What there is is kept from the garbage collector: what it does not look at stays shared.
        """
        keep_orphans()
        self._requests = socket.socket(fileno=os.dup(0))
        self._bring_in = bring_in
        self._nest = nest
        self._known: list[str] = []
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # a handler, so that the next line has an effect
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for readable in (self._requests, self._woken):
            self._selector.register(readable, selectors.EVENT_READ)
        gc.freeze()
        gc.enable()  # who loaded may have done without

    def serve(self) -> list[int] | None:
        """Serve until the grader is gone: None then; in each child it returns at once, with the child's descriptors."""
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    child: Child = key.data
                    if self._children.get(child.pid) is child:  # not buried just now
                        self._hear(child)
                elif key.fileobj is self._woken:
                    with contextlib.suppress(BlockingIOError):
                        self._woken.recv(4096)
                    self._bury()
                else:
                    given, more = self._take()
                    if given or not more:
                        return given

    def _take(self) -> tuple[list[int] | None, bool]:
        """Take a request: the descriptors, in the child alone, and whether there can be more requests."""
        not_inherited = socket.MSG_CMSG_CLOEXEC  # by programs that a child may start
        word, descriptors, _, _ = socket.recv_fds(self._requests, REQUEST_LIMIT, MOST_DESCRIPTORS, not_inherited)
        if not word:
            for child in self._children.values():
                _kill(child.pid)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(child.pid, 0)
                self._end(child.keeper)
            return None, False
        self._prepare(word.decode().split())
        # With a second thread a fork may leave a lock held for ever.
        if len(descriptors) > 1 and len(os.listdir("/proc/self/task")) == 1:
            *given, last = descriptors
            with contextlib.suppress(OSError):  # no process to be had: the grader sees all ends closed
                if self._fork(given, socket.socket(fileno=os.dup(last))):
                    return given, True
        for descriptor in descriptors:
            os.close(descriptor)
        return None, True

    def _prepare(self, words: list[str]) -> None:
        new = [word for word in words if word not in self._known]
        if new:
            self._known += new
            self._bring_in(new)
            gc.freeze()

    def _fork(self, given: list[int], control: socket.socket) -> bool:
        """Whether this is the child now: a session of its own, and nothing open but what was given to it."""
        server = os.getpid()
        keeper = None
        with contextlib.ExitStack() as undo:
            undo.callback(control.close)
            if self._nest:
                keeper = self._nest.open()
                undo.callback(self._end, keeper)
                undo.callback(self._nest.shut)
            pid = os.fork()
            undo.pop_all()
        if pid:
            if self._nest:
                self._nest.shut()
            child = Child(pid, control, keeper)
            self._children[pid] = child
            self._selector.register(control, selectors.EVENT_READ, child)
            return False
        gc.enable()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        controls = [child.control for child in self._children.values()]
        for mine in (self._requests, self._woken, self._waker, control, *controls):
            mine.close()
        self._children.clear()
        leave_descriptors(given)
        os.setsid()
        end_with_parent()
        if not self._nest and os.getppid() != server:  # it died before that took effect; of a nest all die with it
            os._exit(1)
        if "numpy.random" in sys.modules:  # Python seeds its own generator anew
            sys.modules["numpy.random"].seed()
        return True

    def _hear(self, child: Child) -> None:
        """The grader wants an interrupt, or has hung up."""
        word = b""
        with contextlib.suppress(OSError):
            word = child.control.recv(1)
        if word:
            _kill(child.pid, signal.SIGINT)
        else:
            _kill(child.pid)
            if child.keeper:
                _kill(child.keeper)  # at once: it takes its time, as the child does
            self._selector.unregister(child.control)

    def _bury(self) -> None:
        """Reap what has ended, kill what it left behind, and tell the grader."""
        ended = list[tuple[Child, int]]()
        while (pid := _ended_child()) is not None:
            if pid in self._children:
                _kill(pid)  # its group, while the number is still its own
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if self._nest and pid == self._nest.keepers.pid:
                os._exit(1)  # nothing could be forked any more; the grader starts another server
            if pid in self._children:
                ended.append((self._children.pop(pid), code))
                self._end(ended[-1][0].keeper)
            while orphans := self._orphans():
                for orphan in orphans:
                    _kill(orphan)
                    os.waitpid(orphan, 0)
        for child, code in ended:
            with contextlib.suppress(KeyError):
                self._selector.unregister(child.control)
            with contextlib.suppress(OSError):
                child.control.sendall(json.dumps({"ended": code}).encode())
            child.control.close()

    def _end(self, keeper: int | None) -> None:
        """End what still lives by the process numbers that a keeper holds, and the keeper."""
        if self._nest and keeper is not None:
            self._nest.end(keeper)

    def _orphans(self) -> set[int]:
        """Processes that are this one's children by inheritance; those of a nest are inherited by their keeper."""
        own = f"/proc/self/task/{os.getpid()}/children"
        with contextlib.suppress(OSError), open(own, encoding="ascii") as file:
            return set() if self._nest else set(map(int, file.read().split())) - self._children.keys()
        return set()


def clear_up(folder: str, nest: Nest | None) -> None:
    """Remove what a killed grader left: it closes its box by other means. Other parents may be at it as well.

    Nothing is removed while something is mounted below it.
    """
    from pathlib import Path

    from grader.folders import remove

    if nest:
        nest.leave_view()
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
        if not folder or folder in file.read():
            return
    for _ in range(TRIES):
        if os.path.exists(folder):
            remove(Path(folder))


def _kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a child that was not waited for, and its group."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, number)
            if number == signal.SIGINT:
                return


def _ended_child() -> int | None:
    """A child that has ended, left to be waited for."""
    with contextlib.suppress(ChildProcessError):
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return found.si_pid if found else None
    return None
