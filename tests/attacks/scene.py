"""What stands around an attack: things to steal, to change and to connect to, all open to everyone but the lock."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import secrets
import shutil
import signal
import socket
import tempfile
from pathlib import Path

import psutil

HONEST = """
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


def honest_notebook(*more: str) -> str:
    """The JSON of a notebook with the honest functions in its first cell; ``more`` are the cells that follow."""
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text.splitlines(True)}
        for text in (HONEST, *more)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)


class Scene:
    """A folder with canaries, listeners, and the submissions of one batch; a context manager."""

    def __enter__(self) -> Scene:
        self.folder = Path(tempfile.mkdtemp(prefix="at-"))  # short: sockets lie below it
        self.folder.chmod(0o755)
        self.temporary = self.folder / "tmp"
        self.outside = self.folder / "outside"
        for place in (self.temporary, self.outside):
            place.mkdir()
            place.chmod(0o777)
        self.secret = self.folder / "id_rsa"
        self.secret.write_text(secrets.token_hex())
        self.submissions = self.folder / "class"
        self.submissions.mkdir()
        (self.submissions / "control.py").write_text(HONEST)
        self.abstract = f"grader-attack-{secrets.token_hex(8)}"
        self._listeners = self._listen()
        self._before = self._digest()
        self._process = own_priority(), own_limits()
        self._priority, self._cores = own_priority()
        os.environ["GRADER_TEST_TOKEN"] = f"tok-{secrets.token_hex(16)}"  # as CI has them
        self._signals: list[int] = []
        self._handler = signal.signal(signal.SIGURG, lambda number, frame: self._signals.append(number))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.left_behind():
            process.kill()
        for listener in self._listeners:
            listener.close()
        signal.signal(signal.SIGURG, self._handler)
        os.environ.pop("GRADER_TEST_TOKEN", None)  # of scenes side by side one has it
        with contextlib.suppress(PermissionError):  # only root may raise its priority again
            os.setpriority(os.PRIO_PROCESS, 0, self._priority)
        os.sched_setaffinity(0, self._cores)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listen(self) -> list[socket.socket]:
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        path, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        letters = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path.bind(str(self.folder / "listener"))
        letters.bind(str(self.folder / "listener-datagram"))
        abstract.bind(f"\0{self.abstract}")
        for name in ("listener", "listener-datagram"):
            (self.folder / name).chmod(0o777)
        for listener in (path, abstract):
            listener.listen()
        for listener in (tcp, udp, letters, path, abstract):
            listener.setblocking(False)
        return [tcp, udp, letters, path, abstract]

    def fill_in(self, text: str) -> str:
        """The text with the scene's names in the place of @SECRET@ and the like."""
        values = {
            "SECRET": self.secret,
            "OUTSIDE": self.outside,
            "OTHER": self.submissions / "control.py",
            "SOLUTIONS": Path(__file__).parents[2] / "solutions" / "relu.py",
            "REPORTS": self.folder / "out",
            "ANSWERS": Path(__file__).parents[2] / "student_template" / "layers" / "public_answers.npz",
            "TCP": self.port,
            "UNIX": self.folder / "listener",
            "ABSTRACT": self.abstract,
            "GRADER": os.getpid(),
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def changed(self) -> bool:
        """Whether a canary or the grader's own process was changed, or something was written outside."""
        return self.touched() or (own_priority(), own_limits()) != self._process

    def touched(self) -> bool:
        """Whether a canary was changed, or something was written outside."""
        return self._digest() != self._before

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for path in sorted([self.secret, *self.outside.rglob("*"), self.submissions / "control.py"]):
            status = path.lstat()
            digest.update(f"{path}{status.st_mode}{status.st_uid}{status.st_nlink}{status.st_mtime_ns}".encode())
            if path.is_file() and not path.is_symlink():
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def reached(self) -> bool:
        """Whether anything arrived at a listener, or a signal (SIGURG, which else does nothing) at this process."""
        arrived = bool(self._signals)
        tcp, udp, letters, *unix = self._listeners
        for listener in (tcp, *unix):
            with contextlib.suppress(BlockingIOError):
                listener.accept()[0].close()
                arrived = True
        for listener in (udp, letters):
            with contextlib.suppress(BlockingIOError):
                listener.recv(64)
                arrived = True
        return arrived

    def left_behind(self) -> list[psutil.Process]:
        """Processes that the batch started and that still run: all have their home below the scene."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                own = process.environ().get("HOME", "").startswith(str(self.temporary))
                if own and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


def own_priority() -> tuple[int, set[int]]:
    """The grader's nice value and the cores that it may use."""
    return os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)


def own_limits() -> list[tuple[int, int]]:
    """The grader's limits."""
    return [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")]
