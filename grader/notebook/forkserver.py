"""The clean parent: imports once what every notebook needs, then forks one kernel a notebook.

It is a process of its own with a single thread. It knows nothing of any submission, for kernels can read what it
knows: no path, no cell, no answer. The grader sends two sockets a notebook over stdin: the channel, which goes to the
kernel, and the control, which stays here. On the control the grader asks for an interrupt (one byte) or hangs up,
which kills the kernel with all that it started; the server says there how the kernel ended, once all of that is gone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass

from grader.notebook.answers import INLINE, leave_checkout

SERVES = ("grader.lock.landlock", "grader.lock.privileges", "grader.lock.probe", "grader.lock.seccomp")
SHELL = ("grader.notebook.forkedkernel", "ipykernel.debugger", "IPython.core.completerlib", "tornado.platform.asyncio")
# What notebooks import that takes long: a module's name, as the grader sends it, and what is imported for it.
ON_REQUEST = {
    "numpy": ("numpy.random",),
    "matplotlib": ("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib_inline.config"),
}
REQUEST_LIMIT = 200  # bytes


def main(arguments: list[str]) -> None:
    """Serve until the grader closes stdin."""
    from grader.lock.privileges import keep_orphans

    keep_orphans()
    leave_checkout()
    os.environ["MPLBACKEND"] = INLINE  # as ipykernel does; it takes effect when a cell draws
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in (*SERVES, *SHELL):
        importlib.import_module(name)
    del sys.modules["debugpy"]
    from grader.notebook.forkedkernel import prepare, serve

    kernel = prepare()
    _freeze()
    channel = ForkServer(socket.socket(fileno=os.dup(0))).serve()
    if channel is not None:
        serve(channel, kernel)


@dataclass
class Kernel:
    """A forked process, and the control on which the grader asked for it."""

    pid: int
    control: socket.socket


class ForkServer:
    """Forks on request, passes interrupts on, and cleans up after kernels that ended."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._kernels: dict[int, Kernel] = {}
        self._imported = set[str]()
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # a handler, so that the next line has an effect
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for readable in (requests, self._woken):
            self._selector.register(readable, selectors.EVENT_READ)

    def serve(self) -> socket.socket | None:
        """Serve until the grader is gone: None then; in each kernel it returns at once, with the kernel's channel."""
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._hear(key.data)
                elif key.fileobj is self._woken:
                    with contextlib.suppress(BlockingIOError):
                        self._woken.recv(4096)
                    self._bury()
                else:
                    channel, more = self._take()
                    if channel is not None:
                        return channel
                    if not more:
                        return None

    def _take(self) -> tuple[socket.socket | None, bool]:
        """Take a request: the channel, in the kernel alone, and whether there can be more requests."""
        word, descriptors, _, _ = socket.recv_fds(self._requests, REQUEST_LIMIT, 2)
        ends = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if not word:
            for kernel in self._kernels.values():
                _kill(kernel.pid)
            return None, False
        self._import(word.decode().split())
        if len(ends) == 2 and len(os.listdir("/proc/self/task")) == 1:
            channel, control = ends
            with contextlib.suppress(OSError):  # the grader sees both ends closed
                if self._fork(control):
                    return channel, True
                channel.close()
                return None, True
        for end in ends:
            end.close()
        return None, True

    def _import(self, wanted: list[str]) -> None:
        """Import what a notebook is going to import, for it and all that follow."""
        for name in wanted:
            if name in ON_REQUEST.keys() - self._imported:
                self._imported.add(name)
                for module in ON_REQUEST[name]:
                    with contextlib.suppress(ImportError):
                        importlib.import_module(module)
                _freeze()

    def _fork(self, control: socket.socket) -> bool:
        """Whether this is the kernel now: a session of its own, and nothing of the server's left open."""
        server = os.getpid()
        pid = os.fork()
        if pid:
            kernel = Kernel(pid, control)
            self._kernels[pid] = kernel
            self._selector.register(control, selectors.EVENT_READ, kernel)
            return False
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        controls = [kernel.control for kernel in self._kernels.values()]
        for mine in (self._requests, self._woken, self._waker, control, *controls):
            mine.close()
        self._kernels.clear()
        os.setsid()
        end_with(server)
        return True

    def _hear(self, kernel: Kernel) -> None:
        """The grader wants an interrupt, or has hung up."""
        word = b""
        with contextlib.suppress(OSError):
            word = kernel.control.recv(1)
        if word:
            _kill(kernel.pid, signal.SIGINT)
        else:
            _kill(kernel.pid)
            self._selector.unregister(kernel.control)

    def _bury(self) -> None:
        """Reap what has ended, kill what it left behind, and tell the grader."""
        ended = list[tuple[Kernel, int]]()
        while (pid := _ended_child()) is not None:
            if pid in self._kernels:
                _kill(pid)  # its group, while the number is still its own
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if pid in self._kernels:
                ended.append((self._kernels.pop(pid), code))
            while orphans := _children() - self._kernels.keys():  # this process inherits them
                for orphan in orphans:
                    _kill(orphan)
                    os.waitpid(orphan, 0)
        for kernel, code in ended:
            with contextlib.suppress(KeyError):
                self._selector.unregister(kernel.control)
            with contextlib.suppress(OSError):
                kernel.control.sendall(json.dumps({"ended": code}).encode())
            kernel.control.close()


def _freeze() -> None:
    """Take what there is from the collector: what it does not look at stays shared with the kernels."""
    gc.collect()
    gc.freeze()


def end_with(server: int) -> None:
    """Die when the server does, also if it did so already."""
    from grader.lock.privileges import end_with_parent

    end_with_parent()
    if os.getppid() != server:
        os._exit(1)


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


def _children() -> set[int]:
    """The processes that are this one's children, its own and those that it inherited."""
    with contextlib.suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return set(map(int, file.read().split()))
    return set()
