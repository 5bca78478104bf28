"""Level 1: each process locks itself (grader.lock) before student code is there; any modern Linux, root or not.

The box plants what a locked process must not reach, and believes in the lock only after every process of its own
has tried: a secret to read, a folder to write to, listeners to connect to.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from grader import lock
from grader.errors import HarnessError
from grader.lock.places import is_reachable
from grader.sandbox.process import ProcessBox

WORST_FIRST = ("allowed", "untested", "denied")
CAP_DAC_READ_SEARCH, CAP_SETGID, CAP_SETUID = 2, 6, 7
LOWEST_UID = 100_000  # above those of people and services


class LockdownBox(ProcessBox):
    """Processes that lock themselves."""

    level: ClassVar[str] = "lockdown"

    def __init__(self) -> None:
        super().__init__()
        self._probes: dict[str, str] = {}
        self._probing = threading.Lock()
        self._planted = _Planted(self.folder)

    @classmethod
    def missing(cls) -> str:
        """What this machine lacks for it; empty if nothing."""
        return lock.missing()

    def room(self, folder: Path, role: str, read: Sequence[str] = (), *, forked: bool = False) -> dict[str, Any]:
        """As root, ``folder`` and all in it goes to a user that nobody else is."""
        uid = fresh_uid() if can_change_user() else None
        if uid is not None:
            for here, folders, files in os.walk(folder):
                for name in [".", *folders, *files]:
                    os.chown(os.path.join(here, name), uid, uid, follow_symlinks=False)
        return {"role": role, "room": str(folder), "uid": uid, "read": list(read), "targets": self._planted.targets}

    def note(self, probes: Mapping[str, str]) -> None:
        """Take the worst of what was reported and what shows outside; HarnessError unless all was denied."""
        with self._probing:
            seen = {**probes, **self._planted.reached()}
            for name, outcome in seen.items():
                known = self._probes.get(name, "denied")
                self._probes[name] = min(outcome, known, key=WORST_FIRST.index)
        allowed = [name for name, outcome in seen.items() if outcome == "allowed"]
        if allowed or not probes:
            what = ", ".join(allowed) or "nothing was tried"
            raise HarnessError(
                f"The isolation level {self.level} does not hold on this machine ({what}); no code was run."
            )

    @property
    def probes(self) -> dict[str, str]:
        """The worst outcomes so far."""
        with self._probing:
            return dict(self._probes)

    def close(self) -> None:
        """Kill all that still runs, start nothing more, listen no more."""
        super().close()
        self._planted.close()


class _Planted:
    """What a locked process must not reach, open to everyone else: only the lock can deny it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "targets"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        secret, self._outside = self.folder / "secret", self.folder / "outside"
        secret.write_text(os.urandom(32).hex())
        secret.chmod(0o644)
        self._outside.mkdir()
        self._outside.chmod(0o777)
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._unix = socket.socket(socket.AF_UNIX)
        port = self._tcp.getsockname()[1]
        with contextlib.suppress(OSError):  # that port may be taken for UDP
            self._udp.bind(("127.0.0.1", port))
        self._unix.bind(str(self.folder / "listener"))
        (self.folder / "listener").chmod(0o777)
        self._unix.listen()
        for listener in (self._tcp, self._udp, self._unix):
            listener.setblocking(False)
        solutions = Path(__file__).resolve().parents[2] / "solutions" / "__init__.py"  # in a checkout
        self.targets: dict[str, Any] = {
            "secret": str(secret),
            "solutions": str(solutions) if solutions.exists() else None,
            "outside": str(self._outside),
            "tcp": port,
            "unix": str(self.folder / "listener"),
            "grader": os.getpid(),
        }

    def reached(self) -> dict[str, str]:
        """What shows outside of the attempts of all processes so far."""
        found = {}
        for name, listener in (("connect by TCP", self._tcp), ("connect to a unix socket", self._unix)):
            with contextlib.suppress(OSError):
                listener.accept()[0].close()
                found[name] = "allowed"
        with contextlib.suppress(OSError):
            self._udp.recv(16)
            found["send by UDP"] = "allowed"
        with contextlib.suppress(OSError):
            if os.listdir(self._outside):
                found["write outside"] = "allowed"
        return found

    def close(self) -> None:
        for listener in (self._tcp, self._udp, self._unix):
            listener.close()


def can_change_user() -> bool:
    """Whether this process may become another user that can still read Python's files.

    Root in a container may be stripped of either right; then processes stay root, without its capabilities.
    """
    if os.geteuid() != 0:
        return False
    needed = [CAP_SETUID, CAP_SETGID]
    if not is_reachable(os.__file__):
        needed.append(CAP_DAC_READ_SEARCH)
    return all(capabilities() >> capability & 1 for capability in needed)


def capabilities() -> int:
    """The capabilities that this process may use, a bit each."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1], 16) for line in file if line.startswith("CapEff:"))


def fresh_uid() -> int:
    """A user id that belongs to nobody, drawn anew for each process: no two submissions share one."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        ranges = [(int(inside), int(count)) for inside, _, count in map(str.split, file)]
    start, count = max(ranges, key=lambda item: item[1])
    last = min(start + count, 2**31) - 1
    first = LOWEST_UID if last > 2 * LOWEST_UID else max(start, last // 2)  # a container may have few
    return first + int.from_bytes(os.urandom(8), "big") % (last - first)
