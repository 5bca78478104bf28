"""Limits, identity and end of a process that runs student code."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Sequence

from grader.lock.libc import (
    PR_CAPBSET_DROP,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    call,
    prctl,
)
from grader.lock.places import is_open, is_reachable

CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
CAP_DAC_READ_SEARCH = 2
FIRST_PID_NAMESPACE = 0xEFFFFFFC  # that of the machine itself (PROC_PID_INIT_INO of linux/proc_ns.h)
MOST_THREADS = 1 << 22  # of a machine (PID_MAX_LIMIT of linux/threads.h)
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


def counted_threads() -> int:
    """How many threads the kernel counts for this process's user, or a few more.

    In a container only its own can be seen, and those of the same number in other containers count as well: so a limit
    is tried that the kernel finds too low, until it lets a thread be started.
    """
    seen = running_threads()
    if os.stat("/proc/self/ns/pid").st_ino == FIRST_PID_NAMESPACE:
        return seen
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    most = before[1] if before[1] != resource.RLIM_INFINITY else MOST_THREADS
    count = seen
    try:
        while count < most and not _can_start(count + 1, before[1]):
            count += max(8, count // 8)
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, before)
    return count


def _can_start(limit: int, hard: int) -> bool:
    """Whether a thread can be started with that limit."""
    resource.setrlimit(resource.RLIMIT_NPROC, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    done = _thread.allocate_lock()
    done.acquire()
    try:
        _thread.start_new_thread(done.release, ())
    except RuntimeError:
        return False
    done.acquire()
    while len(os.listdir("/proc/self/task")) > 1:  # what locks from here on locks this thread alone
        os.sched_yield()
    return True


def go_before_others(score: int) -> None:
    """Have the kernel end this process before those of a lower score when memory runs out, up to 1000; never less."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/oom_score_adj", "rb+", buffering=0) as file:
        if int(file.read(16) or b"") < score:
            file.write(str(score).encode())


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


def give_up() -> None:
    """Have no capability, gain none, and be nothing that others may look into."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    bound()
    hold()
    prctl(PR_SET_DUMPABLE, 0)


def leave_descriptors(kept: Sequence[int] = ()) -> None:
    """Only these stay open, and nothing in the place of the three standard files."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    first = 3
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
