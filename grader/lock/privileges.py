"""Limits, identity and end of a process that runs student code."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Sequence

from grader.lock.libc import (
    PR_CAPBSET_DROP,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    call,
    prctl,
)
from grader.lock.places import is_open, is_reachable

CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
CAP_DAC_READ_SEARCH = 2
CAPABILITIES = 64  # more than there are


def limit(*, memory: int, file_size: int, open_files: int, threads: int) -> None:
    """Cap address space and file size in bytes, open files, and the threads of this process's user; no core dumps."""
    for name, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_NPROC, threads),  # root alone is free of it
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        _, hard = resource.getrlimit(name)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(name, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that is too long fails to be written, no more


def running_threads() -> int:
    """How many threads this process's user has: the limit on them is one for all of the user's processes."""
    count = 0
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += len(os.listdir(f"{entry.path}/task"))
    return count


def end_with_parent() -> None:
    """Die when the process that started this one does, and keep orphans below this process, where they are found."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    keep_orphans()


def keep_orphans() -> None:
    """Inherit the processes whose parents below this one have ended."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def drop(uid: int | None, read: Sequence[str] = ()) -> None:
    """Gain no privilege any more; become ``uid``, if given, without groups and capabilities.

    Where that user cannot reach Python's own files (an interpreter in a private folder) or what else is to be
    ``read``, the right to read past permissions stays; what may be read is then Landlock's matter alone.
    """
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    bound()
    if uid is None:
        hold()
        return
    keep = not is_reachable(os.__file__) or not all(map(is_open, read))
    prctl(PR_SET_KEEPCAPS, int(keep))
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if keep:
        hold(CAP_DAC_READ_SEARCH)
        prctl(PR_SET_KEEPCAPS, 0)


def bound(*kept: int) -> None:
    """Where that is allowed, have no program that is started gain other capabilities than these."""
    for capability in range(CAPABILITIES):
        if capability not in kept:
            try:
                prctl(PR_CAPBSET_DROP, capability)
            except OSError:  # all were dropped, or none may be
                return


def hold(*capabilities: int) -> None:
    """Have these capabilities and no other."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    wanted = sum(1 << capability for capability in capabilities)
    data = (ctypes.c_uint32 * 6)(wanted, wanted, 0, 0, 0, 0)  # effective, permitted, inheritable: low, then high words
    call("capset", ctypes.byref(header), ctypes.byref(data))
