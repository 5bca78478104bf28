"""In a process that is about to run student code, or to judge it: give up every right that it does not need.

libc, landlock, seccomp, syscalls   the kernel's interfaces, through ctypes
privileges                          limits, identity, end with the parent
places                              which files stay readable
probe                               tries what must now be denied
namespaces, views, launch           before that, at the level of that name: what is hidden

It is called after the imports that need more, and before any student code is there. It cannot be undone.
Standard library only, Linux only; docs/security.md says what it promises.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from typing import Any

from grader.machine.system import LOCKS

MEMORY = {"worker": 2 << 30, "kernel": 4 << 30, "judge": 6 << 30}  # bytes of address space
FILE_SIZE = {"worker": 16 << 20, "kernel": 64 << 20, "judge": 512 << 20}  # bytes
MEMORY_WITH_DATA = 6 << 30  # a data set as float64 may take over 1 GB, and honest code makes copies
# Files without a name escape the quota: they take this times FILE_SIZE at most.
OPEN_FILES = {"worker": 64, "kernel": 128, "judge": 512}
THREADS = 64  # twice what Python's own pools start, and little beside what the neighbours run
NICENESS = 5  # the grader, which measures their time, goes first
# Whom the kernel ends first when there is no memory left (/proc/self/oom_score_adj, at most 1000): never the grader.
FIRST_TO_GO = {"worker": 1000, "kernel": 1000, "judge": 500}


def lock(role: str, *, room: str, uid: int | None, read: Sequence[str] = ()) -> None:
    """Lock this process: ``role`` is worker, kernel or judge, ``room`` the only folder that it may write to.

    ``uid`` is the user to become, if the process was started by root; ``read`` are further files and folders that
    it may read: a data set, which also takes more memory. Raises OSError if a lock does not close:
    then no student code may run here.
    """
    from grader.lock import landlock, places, privileges, seccomp

    readable, listable = [*places.readable(), *read], places.listable()
    threads = THREADS if uid is not None else THREADS + privileges.counted_threads()
    limits = {"file_size": FILE_SIZE[role], "open_files": OPEN_FILES[role], "threads": threads}
    privileges.limit(memory=memory(role, read), **limits)
    privileges.go_before_others(FIRST_TO_GO[role])
    if role != "judge":
        os.nice(NICENESS)
    privileges.drop(uid, read)
    privileges.end_with_parent()  # after the change of user, which forgets it
    landlock.restrict(read=readable, list_only=listable, write=[room, *places.DEVICES])
    seccomp.install(role)


def prepare(role: str) -> None:
    """In a clean parent: find out once what every child needs for its lock."""
    from grader.lock import places, seccomp

    places.readable()
    seccomp.prepare(role)


def memory(role: str, read: Sequence[str]) -> int:
    """The limit in bytes of address space."""
    return max(MEMORY[role], MEMORY_WITH_DATA) if read else MEMORY[role]


def missing() -> str:
    """Why this machine cannot lock a process; empty if it can."""
    if not LOCKS:
        return "it needs Linux"
    from grader.lock import landlock, seccomp

    why = landlock.trouble()
    if why:
        return why
    if not seccomp.is_supported():
        return f"there is no seccomp filter for this kernel and processor ({platform.machine()})"
    return ""


def from_request(request: dict[str, Any] | None) -> dict[str, str]:
    """Lock as the grader asks ({role, room, uid, read, targets}; None: not at all), then try what must be denied."""
    if request is None:
        return {}
    from grader.lock.probe import attempt

    lock(request["role"], room=request["room"], uid=request["uid"], read=request["read"])
    return attempt(request["targets"], memory(request["role"], request["read"]))
