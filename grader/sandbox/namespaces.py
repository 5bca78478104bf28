"""Level 2: level 1 in namespaces of each process's own, where the kernel gives them; root or not.

Of the machine's files a process sees the interpreter, the installed packages and its room, of its processes itself, of
its networks none. Forks of clean parents come by that in some milliseconds (grader.lock.namespaces).
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from grader import lock
from grader.folders import remove
from grader.sandbox.lockdown import LockdownBox, capabilities
from grader.sandbox.process import clean_environment

BOOT = Path(__file__).parents[1] / "boot.py"
PYTHON = (sys.executable, "-I", "-S", "-B", str(BOOT))
TRIAL_SECONDS = 20
CAP_SYS_ADMIN = 21
SYSCTL = Path("/proc/sys")
RESTRICTIONS = (
    ("user/max_user_namespaces", "0", "there are no user namespaces"),
    ("kernel/unprivileged_userns_clone", "0", "only root may make user namespaces"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor lets only programs with a profile of theirs do it"),
)


class NamespacesBox(LockdownBox):
    """Processes that lock themselves in namespaces of their own."""

    level: ClassVar[str] = "namespaces"
    quick: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        from grader.lock import namespaces

        self._view = self._planted.folder / "view"
        self._view.mkdir()
        self._planted.targets["spaces"] = namespaces.spaces()

    @classmethod
    def missing(cls) -> str:
        """What this machine lacks for it; empty if nothing."""
        return lock.missing() or _trouble()

    def room(self, folder: Path, role: str, read: Sequence[str] = (), *, forked: bool = False) -> dict[str, Any]:
        """A forked process knows its room by another name."""
        from grader.lock import views

        request = super().room(folder, role, read)
        return request | ({"room": views.ROOM, "place": str(folder)} if forked else {})

    def inside(self, path: Path, room: Path) -> Path:
        """Rooms of forked processes all have the same place."""
        from grader.lock import views

        return views.ROOM / path.relative_to(room)

    def nest(self, read: Sequence[str] = ()) -> dict[str, Any]:
        """What grader.lock.namespaces makes it of."""
        return _order(self._view, read)

    def start(
        self,
        argv: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        room: Path,
        log: Path,
        read: Sequence[str] = (),
        stdin: int = subprocess.PIPE,
        nests: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start the command inside, with its room, and what else it may read, at the same path."""
        if not nests:
            order = _order(self._view, [argv[0], str(BOOT.parent), str(cwd), *read]) | {"cover": [], "room": str(room)}
            argv = [*PYTHON, "grader.lock.launch", json.dumps(order), *argv]
        return super().start(argv, cwd=cwd, env=env, room=room, log=log, stdin=stdin)

    def exit_code(self, process: subprocess.Popen[bytes]) -> int | None:
        """A program's end by signal n is said as 128 + n, as shells do."""
        code = super().exit_code(process)
        return 128 - code if code is not None and code > 128 else code


def _order(view: Path, more: Sequence[str]) -> dict[str, Any]:
    from grader.lock import places

    return {"view": str(view), "show": [*places.shown(), *more], "cover": places.covered()}


@functools.cache
def _trouble() -> str:
    """Why processes cannot be forked into namespaces here; empty if they can."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="grader-"))
        stack.callback(remove, folder)
        places = [folder / name for name in ("view", "room")]
        for place in places:
            place.mkdir()
        order = _order(places[0], []) | {"room": str(places[1])}
        command = [*PYTHON, "grader.lock.namespaces", json.dumps(order)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TRIAL_SECONDS, env=clean_environment(folder))
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"namespaces cannot be tried out ({error})"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"namespaces cannot be made here: {_why()} ({said[-1] if said else f'exit code {done.returncode}'})"


def _why() -> str:
    """What most likely keeps this user from it."""
    if os.geteuid() == 0:
        missing = not capabilities() >> CAP_SYS_ADMIN & 1
        return "root lacks CAP_SYS_ADMIN, as in a container" if missing else "the kernel or the container forbids it"
    for name, value, words in RESTRICTIONS:
        with contextlib.suppress(OSError):
            if (SYSCTL / name).read_text("ascii").strip() == value:
                return f"{words} ({name.replace('/', '.')} is {value})"
    return "the kernel or the container forbids it"
