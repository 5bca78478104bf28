"""The kernel that the fork server makes: ipykernel's own kernel and shell, with a socket to the grader for ZeroMQ's.

It closes what it inherited, locks itself, and only then receives cells: one line of JSON each way a cell. What cells
show is dropped where it arises, unless the grader asks for it (the comparison with nbclient does).
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import json
import logging
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.kernelapp import IPKernelApp
from IPython.core.profiledir import ProfileDir
from IPython.core.shellapp import InteractiveShellApp
from IPython.paths import get_ipython_dir
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets.config import Config

from grader import lock
from grader.lock import namespaces
from grader.notebook.answers import INLINE, MESSAGE_LIMIT, answering_kernel, refuse_checks, refuse_shell_lines

LINE_LIMIT = 64 << 20  # bytes of a request
REHEARSED = 16  # cells; Python quickens what has run eight times
HELD = 1 << 16  # characters of printed text that are held before they are sent on
SHOWN_LIMIT = 512 << 10  # bytes of JSON a cell, where outputs are asked for
QUIET = ("starting", "status", "execute_input")


def prepare() -> Any:
    """In the server: the kernel with its shell, set up as ipykernel's application does it, and no output yet."""
    IPKernelApp.patch_io(None)  # type: ignore[arg-type]
    IPKernelApp.init_pdb(None)  # type: ignore[arg-type]
    config = Config()
    config.HistoryManager.enabled = False  # the file of it: a database, and a thread that writes
    log = logging.getLogger("grader.kernel")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    application = IPKernelApp.instance(config=config)  # never initialized; %matplotlib finds the kernel through it
    traits: dict[str, Any] = {"parent": application, "session": Recorder(), "log": log, "user_ns": None}
    kind = answering_kernel()
    if "shell_channel_thread" in kind.class_traits():
        traits["shell_channel_thread"] = SimpleNamespace(parent_thread=threading.main_thread())
    application.kernel = kernel = kind.instance(**traits)
    kernel.shell.exit_now = False
    for name in ("transform_cell", "should_run_async"):
        setattr(kernel.shell, name, AskedTwice(getattr(kernel.shell, name)))
    for name in ("run_cell", "run_cell_async"):
        function = getattr(type(kernel.shell), name)
        function.__signature__ = inspect.signature(function)  # ipykernel asks for it at every cell (PEP 362)
    kernel.shell.extension_manager.load_extension("storemagic")
    _rehearse(kernel)
    kernel.shell.display_formatter.format(0)
    return kernel


def _rehearse(kernel: Any) -> None:
    """Serve cells: what comes about with the first ones, and what Python quickens on their way, is there for all."""
    shell, history = kernel.shell, kernel.shell.history_manager
    shown = sys.stdout, sys.stderr, sys.displayhook
    names, hidden = dict(shell.user_ns), dict(shell.user_ns_hidden)
    cells, its_end = socket.socketpair()
    with cells:
        cells.sendall(b'{"cell": 0, "code": "None"}\n' * REHEARSED)
        cells.shutdown(socket.SHUT_WR)
        asyncio.run(_serve_cells(its_end, kernel, shown=False))
    signal.set_wakeup_fd(-1)
    sys.stdout, sys.stderr, sys.displayhook = shown
    for space, before in ((shell.user_ns, names), (shell.user_ns_hidden, hidden)):
        space.clear()
        space.update(before)
    history.input_hist_parsed[:] = history.input_hist_raw[:] = [""]
    history._i = history._ii = history._iii = history._i00 = ""  # what the next cells show as the last ones
    shell.execution_count = 1


def serve(channel: socket.socket, kernel: Any) -> NoReturn:
    """In the forked process: serve the grader at the other end of ``channel`` until killed."""
    try:
        request = json.loads(_line(channel))
        if request["compat"]:
            from grader.compat import runtime

            runtime.install()
        try:
            namespaces.move_in(request["lock"])
            _settle(request["environment"], request["folder"], kernel.shell)
            answer: dict[str, Any] = {"probes": lock.from_request(request["lock"])}
        except OSError as error:
            answer = {"trouble": f"it could not be locked: {type(error).__name__}: {error}"}
        channel.sendall(json.dumps(answer).encode() + b"\n")
        if "trouble" not in answer:  # as the user that it has become
            kernel.shell.ipython_dir = get_ipython_dir()
            kernel.shell.init_profile_dir(Profile(location=os.path.join(kernel.shell.ipython_dir, "profile_default")))
        refuse_checks()
        if request["lock"]:
            refuse_shell_lines()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # but for the time of a cell
        if "trouble" not in answer:
            asyncio.run(_serve_cells(channel, kernel, shown=request["outputs"]))
    finally:
        os._exit(1)


def _settle(environment: dict[str, str], folder: str, shell: Any) -> None:
    """Make this process the notebook's own: nothing is left that it would share with the server's other kernels."""
    os.environ.clear()
    os.environ.update(environment, MPLBACKEND=INLINE)
    shell.init_environment()
    tempfile.tempdir = environment.get("TMPDIR")  # which is tried out with a file else
    os.chdir(folder)
    shell.starting_dir = os.getcwd()
    shell.history_manager.dir_hist[:] = [Path.cwd()]
    shell.home_dir = environment["HOME"]
    InteractiveShellApp.init_path(SimpleNamespace(ignore_cwd=False))  # type: ignore[arg-type,no-untyped-call]


def _line(channel: socket.socket) -> bytes:
    """The next line, and no byte of the one after it."""
    line = b""
    while not line.endswith(b"\n"):
        seen = channel.recv(4096, socket.MSG_PEEK)
        if not seen:
            os._exit(0)  # the grader has gone
        line += channel.recv(seen.find(b"\n") + 1 or len(seen))
    return line


async def _serve_cells(channel: socket.socket, kernel: Any, *, shown: bool) -> None:
    """Execute the cells that arrive, one after the other, in a loop that goes on between them as Jupyter's does."""
    reader, writer = await asyncio.open_connection(sock=channel, limit=LINE_LIMIT)
    _wake_by_signals(asyncio.get_running_loop())
    session = kernel.session
    session.shown = shown
    _capture(kernel)
    while line := await reader.readline():
        request = json.loads(line)
        answer = await _execute(kernel, session, request["code"])
        writer.write(json.dumps({"cell": request["cell"], **answer}).encode() + b"\n")


def _wake_by_signals(loop: asyncio.AbstractEventLoop) -> None:
    """Have an interrupt wake a cell that awaits: the handler that ipykernel sets would leave the loop asleep."""
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.set_wakeup_fd(waker.detach(), warn_on_full_buffer=False)
    loop.add_reader(woken, woken.recv, 4096)


async def _execute(kernel: Any, session: Recorder, code: str) -> dict[str, Any]:
    """What the cell came to, as the grader reads it; ``outputs`` are messages of Jupyter's protocol."""
    request = session.msg("execute_request", {"code": code})
    session.begin(request)
    kernel.set_parent([], request)
    kernel.pre_handler_hook()  # the interrupt works from here on
    try:
        reply = await kernel.do_execute(code, silent=False, store_history=True, user_expressions={}, allow_stdin=False)
        answer = {"status": reply["status"], "ends": reply["ends"]}
        if reply["status"] == "error":
            answer |= {"type": reply["ename"], "message": reply["evalue"], "line": reply.get("line")}
    except KeyboardInterrupt as error:  # it came when the cell had just ended
        answer = {"status": "error", "ends": False, "type": type(error).__name__, "message": "", "line": None}
    except Exception as error:
        answer = {"status": "error", "ends": False, "type": type(error).__name__, "line": None}
        answer["message"] = str(error)[:MESSAGE_LIMIT]
    finally:
        kernel.post_handler_hook()
    if session.shown:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.drain()  # type: ignore[union-attr]
        answer["outputs"] = session.outputs
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # students may have put anything there
            stream.flush()
    return answer


def _capture(kernel: Any) -> None:
    """Take what is printed and displayed."""
    wire, session = Wire(), kernel.session
    kernel.io_loop = IOLoop.current()
    sys.stdout, sys.stderr = (Printed(session, wire, name, watchfd=session.shown) for name in ("stdout", "stderr"))
    kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
    sys.displayhook = hook = ZMQDisplayHook(session, None)
    hook.get_execution_count = lambda: kernel.execution_count  # type: ignore[method-assign]


class Profile(ProfileDir):
    """IPython's folder for settings, without folders below it that nothing writes to here."""

    def _mkdir(self, path: str, mode: int | None = None) -> bool:
        return False


class AskedTwice:
    """A function whose result is kept for a second call: ipykernel and IPython both transform and compile each cell."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._kept: tuple[Any, Any] | None = None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """What the function gives."""
        kept, self._kept = self._kept, None
        if kept and kept[0] == (arguments, named):
            return kept[1]
        found = self._function(*arguments, **named)
        self._kept = (arguments, named), found
        return found


class Recorder(Session):
    """Jupyter's session without a socket: keeps what the current cell shows, if ``shown``, else drops it."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = False
        self.outputs: list[dict[str, Any]] = []
        self._cell = ""
        self._room = 0

    def begin(self, request: dict[str, Any]) -> None:
        """What is shown from now on in answer to ``request`` belongs to a new cell."""
        self.outputs, self._cell, self._room = [], request["header"]["msg_id"], SHOWN_LIMIT

    def send(  # type: ignore[override]  # the rest is for the socket
        self, stream: Any, message: Any, content: Any = None, parent: Any = None, *more: Any, **named: Any
    ) -> Any:
        """Take a message, or its type, content and the request that it answers."""
        if not isinstance(message, dict):
            message = self.msg(message, content, parent=parent)
        kind = message["header"]["msg_type"]
        if self.shown and kind not in QUIET and message["parent_header"].get("msg_id") == self._cell:
            size = len(json.dumps(message["content"], default=str))
            if size <= self._room:
                self._room -= size
                self.outputs.append({"msg_type": kind, "content": message["content"]})
        return message


class Wire(IOPubThread):
    """Stands where ipykernel has a thread that sends: streams find none and send themselves when they are flushed."""

    def __init__(self) -> None:
        self.thread = None  # type: ignore[assignment]
        self.io_loop = None  # type: ignore[assignment]
        self.socket = None

    def schedule(self, f: Any) -> None:
        """Do not flush later: the cell's end does."""


class Printed(OutStream):
    """sys.stdout or sys.stderr; with ``watchfd`` also what is written to its descriptor."""

    def __init__(self, session: Recorder, wire: Wire, name: str, *, watchfd: bool) -> None:
        super().__init__(session, wire, name, watchfd="force" if watchfd else False)  # type: ignore[no-untyped-call]
        self._held = 0
        if not watchfd:
            self._original_stdstream_copy = os.dup(2 if name == "stderr" else 1)

    def write(self, string: str) -> int:
        """Hold the text, within limits."""
        count = super().write(string) or 0
        self._held += count
        if self._held > HELD:
            self.flush()
        return count

    def flush(self) -> None:
        """Send on what is held."""
        self._held = 0
        super().flush()  # type: ignore[no-untyped-call]

    def drain(self) -> None:
        """Wait until what was written to the descriptor has been read."""
        if not self._should_watch or self._fid is None:
            raise io.UnsupportedOperation("nothing is watched")
        while select.select([self._fid], [], [], 0)[0]:
            os.sched_yield()
        time.sleep(0.02)  # the thread that has read it may not have passed it on yet
