"""Tries, from inside a locked process, what the lock must deny; each attempt takes microseconds.

The grader planted the targets and looks from outside too: a connection or a file that appears there counts as
allowed, whatever is said here.
"""

from __future__ import annotations

import mmap
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

# name -> what students would gain by it; the order is that of the report
NAMES = (
    "read a secret",
    "read the solutions",
    "write outside",
    "connect by TCP",
    "send by UDP",
    "connect to a unix socket",
    "start a process",
    "memory without a file (memfd)",
    "memory past the limit",
    "signal the grader",
)
HIDING = ("see the machine's files", "share its namespaces")  # where each process has namespaces of its own


def attempt(targets: dict[str, Any], memory: int) -> dict[str, str]:
    """Try everything; name -> denied, allowed or untested.

    ``targets``: secret, solutions (paths), outside (a folder), tcp (a port of 127.0.0.1), unix (a path), grader (a
    process id), and where they are not to be shared ``spaces``: the grader's namespaces. ``memory`` is the limit in
    bytes.
    """
    attempts: tuple[Callable[[], object], ...] = (
        lambda: _read(targets["secret"]),
        lambda: _read(targets["solutions"]),
        lambda: _write(os.path.join(targets["outside"], f"written-{os.getpid()}")),
        lambda: _connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", targets["tcp"])),
        lambda: _send(("127.0.0.1", targets["tcp"])),
        lambda: _connect(socket.AF_UNIX, socket.SOCK_STREAM, targets["unix"]),
        _fork,
        lambda: os.close(os.memfd_create("probe")),
        lambda: mmap.mmap(-1, memory).close(),
        lambda: _signal(targets["grader"]),
    )
    found = {name: _tried(one) for name, one in zip(NAMES, attempts, strict=True)}
    if "spaces" in targets:
        hidden = (lambda: os.stat(targets["secret"]), lambda: _share(targets["spaces"]))
        found |= {name: _tried(one) for name, one in zip(HIDING, hidden, strict=True)}
    return found


class _Untested(Exception):
    """There is nothing to try it on."""


def _tried(one: Callable[[], object]) -> str:
    try:
        one()
    except _Untested:
        return "untested"
    except (OSError, MemoryError, OverflowError):  # what is hidden is denied too
        return "denied"
    return "allowed"


def _read(path: str | None) -> bytes:
    if path is None:
        raise _Untested
    with open(path, "rb") as file:
        return file.read(1)


def _write(path: str) -> None:
    with open(path, "w", encoding="ascii"):
        pass


def _connect(family: int, kind: int, address: Any) -> None:
    with socket.socket(family, kind) as own:
        own.connect(address)


def _send(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.sendto(b"probe", address)


def _signal(pid: int) -> None:
    if pid == os.getpid():  # by numbers of its own, as the grader has no number here
        raise _Untested
    os.kill(pid, 0)


def _share(spaces: dict[str, int]) -> None:
    own = {kind: os.stat(f"/proc/self/ns/{kind}").st_ino for kind in spaces}
    if not any(own[kind] == number for kind, number in spaces.items()):
        raise PermissionError


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
