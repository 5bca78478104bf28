"""Level 2: level 1 inside bubblewrap, where it works: namespaces of its own for all, and a read-only root.

What lies in /tmp, /home, /root, /run and the like is not even there, but for the room and the interpreter.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from grader import lock
from grader.sandbox.lockdown import LockdownBox, can_change_user

PROGRAM = "bwrap"
HIDDEN = ("/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var")
TMPFS_BYTES = 64 << 20
TRIAL_SECONDS = 20
# What a process started by root needs to give its room's user away and to end it; the lock drops all of it.
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH")


class NamespacesBox(LockdownBox):
    """Processes that lock themselves inside bubblewrap."""

    level: ClassVar[str] = "namespaces"
    fixed_view: ClassVar[bool] = True

    @classmethod
    def missing(cls) -> str:
        """What this machine lacks for it; empty if nothing."""
        return lock.missing() or _trouble()

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
    ) -> subprocess.Popen[bytes]:
        """Start the command inside, with its room, and what else it may read, mounted at the same path."""
        places = ["--ro-bind", str(cwd), str(cwd), "--bind", str(room), str(room), "--chdir", str(cwd)]
        for path in read:
            places += ["--ro-bind", path, path]
        return super().start([*_wrapper(), *places, "--", *argv], cwd=cwd, env=env, room=room, log=log, stdin=stdin)

    def exit_code(self, process: subprocess.Popen[bytes]) -> int | None:
        """Bubblewrap says 128 + n for signal n, as shells do."""
        code = super().exit_code(process)
        return 128 - code if code is not None and code > 128 else code


@functools.cache
def _trouble() -> str:
    """Why bubblewrap does not start here; empty if it does."""
    if shutil.which(PROGRAM) is None:
        return f"bubblewrap is not installed (the program {PROGRAM})"
    try:
        trial = subprocess.run([*_wrapper(), "--", "/bin/sh", "-c", ":"], capture_output=True, timeout=TRIAL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not run ({error})"
    if trial.returncode == 0:
        return ""
    said = trial.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"bubblewrap may not make namespaces here ({said[-1] if said else f'exit code {trial.returncode}'})"


def _wrapper() -> Iterator[str]:
    """Bubblewrap and its options, up to the room."""
    yield from (PROGRAM, "--die-with-parent", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
    yield "--unshare-cgroup-try"
    if can_change_user():
        for capability in CAPABILITIES:
            yield from ("--cap-add", capability)
    else:
        yield from ("--unshare-user",)
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    for folder in HIDDEN:
        if os.path.isdir(folder) and not os.path.islink(folder):
            yield from ("--size", str(TMPFS_BYTES), "--tmpfs", folder)
    for path in dict.fromkeys(_needed()):
        if path.startswith(tuple(f"{folder}/" for folder in HIDDEN)):
            yield from ("--ro-bind-try", path, path)


def _needed() -> Iterator[str]:
    """What Python and the start of a process read, wherever it lies."""
    yield from (sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix))
    yield str(Path(__file__).parents[1])
    yield from (place for place in sys.path if os.path.basename(place) in ("site-packages", "dist-packages"))
