"""In the student process: notices what student code tries that the sandbox denies, to be shown to staff.

It denies nothing: student code can blind it, the lock cannot be. It uses Python's audit events
(https://docs.python.org/3/library/audit_events.html).
"""

from __future__ import annotations

import functools
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

# event -> words; what of its arguments is shown follows
EVENTS = {
    "socket.connect": "connect to a network or socket",
    "socket.getaddrinfo": "look up a name in the network",
    "socket.gethostbyname": "look up a name in the network",
    "socket.sendto": "send to a network or socket",
    "socket.bind": "listen on a network or socket",
    "subprocess.Popen": "start a program",
    "os.system": "start a program",
    "os.exec": "start a program",
    "os.posix_spawn": "start a program",
    "os.fork": "start a process",
    "os.kill": "signal a process",
}
MOST = 5


class Watch:
    """Collects attempts from ``begin`` on; ``request`` is that of grader.lock, None where nothing is denied."""

    def __init__(self, request: Mapping[str, Any] | None) -> None:
        self._tried: dict[str, None] = {}
        self._labels: Mapping[str, Any] = {}
        self._request = request
        if request is not None:
            from grader.lock import places  # noqa: F401  # while it can be imported

    def begin(self, labels: Mapping[str, Any]) -> None:
        """Watch from now on; ``labels`` are the file names of student code."""
        self._labels = labels
        if self._request is not None:
            sys.addaudithook(self._hear)

    def tell(self, words: str) -> None:
        """Note an attempt that something else has denied."""
        if len(self._tried) < MOST:
            self._tried[words] = None

    def tried(self) -> list[str]:
        """What was tried since the last call."""
        found, self._tried = list(self._tried), {}
        return found

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            words = self._denied_file(arguments[0]) if self._is_students() else ""
        elif event == "socket.__new__":
            # A network's socket is denied before it can connect; pairs of unix sockets are not.
            words = EVENTS["socket.connect"] if arguments[1] in (socket.AF_INET, socket.AF_INET6) else ""
        else:
            words = EVENTS.get(event, "")
        if words and self._is_students():
            self.tell(words)

    @functools.cached_property
    def _open(self) -> tuple[str, ...]:
        """What may be read, links followed: most student code opens nothing, and it takes a while to find out."""
        from grader.lock import places

        assert self._request is not None, "nothing is watched else"
        own = [*places.OWN, *places.OWN_LISTS, *self._request["read"], self._request["room"]]
        return (*places.real(), *map(os.path.realpath, own))

    def _denied_file(self, path: Any) -> str:
        """Words for a file that is there and may not be read; what is not there is no attempt at anything."""
        if not isinstance(path, (str, bytes)):
            return ""
        place = os.path.realpath(os.fsdecode(path))
        known = any(place == root or place.startswith(f"{root}/") for root in self._open)
        return "" if known or not os.path.exists(place) else f"open {os.fsdecode(path)[:150]}"

    def _is_students(self) -> bool:
        """Whether student code asked, itself or through the standard library; not a package that it imports."""
        frame = sys._getframe(2)
        standard = os.path.dirname(os.__file__)
        while frame is not None:
            file = frame.f_code.co_filename
            if file in self._labels:
                return True
            if not file.startswith((standard, "<frozen")) or "site-packages" in file:
                return False
            frame = frame.f_back  # type: ignore[assignment]
        return False
