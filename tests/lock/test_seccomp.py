"""The filters, run by an interpreter of their instructions: what each role may do, on both architectures."""

from __future__ import annotations

import errno
import fcntl
import struct

import pytest

from grader.lock import seccomp
from grader.lock.seccomp import ALLOW, ERRNO, KILL_PROCESS
from grader.lock.syscalls import NUMBERS

PID = 4711
DENIED = ERRNO | errno.EPERM
PRETENDED = ERRNO
THREAD_FLAGS = 0x3D0F00  # what the C library starts threads with
FORK_FLAGS = 0x1200011


def verdict(role: str, machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the filter answers to a system call."""
    data = struct.pack("<iIQ6Q", number, seccomp.MACHINES[machine][0] if arch is None else arch, 0,
                       *arguments, *[0] * (6 - len(arguments)))  # fmt: skip
    code = seccomp.program(role, machine, PID)
    place = accumulator = 0
    while True:
        operation, if_true, if_false, value = code[place]
        place += 1
        if operation == seccomp.RETURN:
            return value
        if operation == seccomp.LOAD:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == seccomp.AND:
            accumulator &= value
        else:
            met = accumulator == value if operation == seccomp.JUMP_EQUAL else accumulator >= value
            place += if_true if met else if_false


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request):
    return request.param


def call(role, machine, name, *arguments):
    number = NUMBERS[name][0 if machine == "x86_64" else 1]
    assert number is not None
    return verdict(role, machine, number, *arguments)


@pytest.mark.parametrize("role", ["worker", "kernel", "judge"])
def test_what_is_made_ahead_is_the_same_filter_for_any_process(role, machine):
    """The clean parent does not know its children's numbers."""
    for pid in (1, PID, 1 << 22):
        packed = struct.pack("<I", pid).join(seccomp._pieces(role, machine))
        assert packed == b"".join(struct.pack("<HBBI", *one) for one in seccomp.program(role, machine, pid))


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_both_roles_read_write_and_start_threads(role, machine):
    """What NumPy and threads need is allowed."""
    for name in ("read", "write", "openat", "mmap", "futex", "exit_group", "getrandom", "pipe2"):
        assert call(role, machine, name) == ALLOW
    assert call(role, machine, "clone", THREAD_FLAGS) == ALLOW


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_no_role_starts_processes_or_namespaces(role, machine):
    """Forks are denied, also in disguise; clone3, whose flags cannot be seen, does not exist."""
    assert call(role, machine, "clone", FORK_FLAGS) == DENIED
    assert call(role, machine, "clone", THREAD_FLAGS | 0x10000000) == DENIED
    assert call(role, machine, "clone3") == ERRNO | errno.ENOSYS
    assert call(role, machine, "execve") == DENIED
    assert call(role, machine, "unshare") == KILL_PROCESS


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_signals_and_limits_reach_the_own_process_only(role, machine):
    """By process id, groups and everyone (-1) included."""
    for name in ("kill", "tgkill"):
        assert call(role, machine, name, PID) == ALLOW
        for other in (1, 0, 2**32 - 1, 2**32 - PID):
            assert call(role, machine, name, other) == DENIED
    assert call(role, machine, "prlimit64", 0) == ALLOW
    assert call(role, machine, "prlimit64", PID + 1) == DENIED
    assert call(role, machine, "tkill", PID) == DENIED


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_space_is_reserved_within_a_files_size_only(role, machine):
    """Beyond its end (FALLOC_FL_KEEP_SIZE = 1) no limit on the sizes of files counts it."""
    assert call(role, machine, "fallocate", 3, 0, 0, 4096) == ALLOW
    assert call(role, machine, "fallocate", 3, 1, 0, 4096) == DENIED


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_no_file_is_made_to_signal_another_process(role, machine):
    """The owner of a file, whom the kernel signals, cannot be set; locks and flags can."""
    set_owner, set_signal, notify, set_owner_extended = 8, 10, 1026, 15
    for command in (set_owner, set_signal, notify, set_owner_extended):
        assert call(role, machine, "fcntl", 0, command) == DENIED
    for request in (0x8901, 0x8902, 0x5452):  # FIOSETOWN, SIOCSPGRP, FIOASYNC
        assert call(role, machine, "ioctl", 0, request) == DENIED
    for command in (fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFL, fcntl.F_SETFL, fcntl.F_SETLKW):
        assert call(role, machine, "fcntl", 0, command) == ALLOW


def test_the_worker_has_no_sockets_and_the_kernel_those_of_its_own_channel(machine):
    """Unix streams may be made and listened to, nothing may be connected."""
    unix, inet, netlink, stream, datagram = 1, 2, 16, 1, 2
    nonblocking = 0o4000
    assert call("worker", machine, "socket", unix, stream) == DENIED
    assert call("kernel", machine, "socket", unix, stream | nonblocking) == ALLOW
    for family, kind in ((unix, datagram), (inet, stream), (inet, datagram), (netlink, datagram)):
        assert call("kernel", machine, "socket", family, kind) == DENIED
        assert call("kernel", machine, "socketpair", family, kind) == DENIED
    assert call("kernel", machine, "connect") == DENIED


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_what_landlock_leaves_open_is_pretended(role, machine):
    """Changing modes and priorities reports success and does nothing."""
    for name in ("fchmodat", "fchownat", "utimensat", "setpriority", "sched_setaffinity"):
        assert call(role, machine, name) == PRETENDED


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_what_the_whole_machine_shares_is_denied(role, machine):
    """Contexts of asynchronous input and output, of which it has a fixed number; having all disks written to; pages of
    memory in pipes; System V's memory, queues and semaphores, which outlive who made them."""
    shared = ("io_setup", "sync", "syncfs", "vmsplice", "lsm_set_self_attr", "shmget", "msgget", "semget", "mq_open")
    for name in (*shared, "inotify_init1", "personality", "memfd_create"):
        assert call(role, machine, name) == DENIED
    for name in ("swapon", "acct", "quotactl", "keyctl", "userfaultfd", "perf_event_open", "fanotify_init", "bpf"):
        assert call(role, machine, name) == KILL_PROCESS
    for name in ("setpriority", "ioprio_set", "sched_setattr", "sched_setscheduler"):
        assert call(role, machine, name) == PRETENDED
    for name in ("fsync", "fdatasync"):  # of its own files
        assert call(role, machine, name) == ALLOW


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_hostile_calls_end_the_process(role, machine):
    """No honest notebook traces, mounts or loads programs into the kernel."""
    for name in ("ptrace", "process_vm_readv", "io_uring_setup", "bpf", "mount", "open_by_handle_at", "keyctl"):
        assert call(role, machine, name) == KILL_PROCESS


def test_other_architectures_and_number_spaces_end_the_process(machine):
    """32-bit calls have other numbers, and so has x32: neither gets past."""
    assert verdict("kernel", machine, 1, arch=0x40000003) == KILL_PROCESS
    if machine == "x86_64":
        assert verdict("kernel", machine, 0x40000000 + 1) == KILL_PROCESS


def test_the_worker_is_denied_what_is_not_listed(machine):
    """An allowlist: a system call of the future is denied; the kernel's denylist lets it pass."""
    assert verdict("worker", machine, 999) == DENIED
    assert verdict("kernel", machine, 999) == ALLOW


@pytest.mark.parametrize("role", ["worker", "kernel"])
def test_a_filter_fits_into_what_the_kernel_takes(role, machine):
    """At most 4096 instructions, jumps of at most 255."""
    code = seccomp.program(role, machine, PID)
    assert len(code) <= 4096
    assert all(0 <= jump <= 255 for _, yes, no, _ in code for jump in (yes, no))
