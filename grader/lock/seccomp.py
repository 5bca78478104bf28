"""A seccomp filter: which system calls this process, and all that it starts, may make from now on.

Roles: the function worker has an allowlist (what Python and NumPy need), a judge a little more, the notebook kernel a
denylist. What is
refused fails with EPERM, which Python raises as PermissionError; what no honest notebook tries ends the process.
Source: https://docs.kernel.org/userspace-api/seccomp_filter.html; constants of linux/seccomp.h, linux/audit.h,
linux/filter.h, linux/sched.h and linux/prctl.h.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct

from grader.lock.libc import PR_SET_NO_NEW_PRIVS, prctl, syscall
from grader.lock.syscalls import NUMBERS

# What Python and NumPy need; files are Landlock's matter.
ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range lseek open openat
    openat2 creat access faccessat faccessat2 stat lstat fstat newfstatat statx statfs fstatfs readlink
    readlinkat getcwd chdir fchdir getdents getdents64 mkdir mkdirat rmdir unlink unlinkat rename renameat
    renameat2 link linkat symlink symlinkat ftruncate fsync fdatasync flock fadvise64 sendfile
    copy_file_range umask dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1
    epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 mmap munmap mprotect mremap madvise mincore
    msync mlock munlock brk membarrier get_mempolicy futex futex_waitv futex_wake futex_wait futex_requeue
    set_robust_list get_robust_list rseq set_tid_address arch_prctl rt_sigaction rt_sigprocmask rt_sigreturn
    rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack restart_syscall pause alarm getitimer setitimer
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime
    timerfd_gettime clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getpid getppid
    gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid capget uname
    sysinfo getrlimit getrusage getpriority getcpu getrandom sched_yield sched_getaffinity sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval getxattr lgetxattr
    fgetxattr listxattr llistxattr flistxattr wait4 waitid exit exit_group
""".split()

# What a judge needs besides: its line to the class's process, over which descriptors come.
TALK = "sendmsg recvmsg sendto recvfrom getsockopt setsockopt shutdown".split()

# Landlock does not restrict these: they do nothing and report success, so that copying a file or starting a
# library's threads works.
PRETENDED = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
    setpriority sched_setscheduler sched_setattr sched_setparam sched_setaffinity ioprio_set
""".split()

# Starting processes, reaching others, memory that no limit counts, attributes of files, what the whole machine has
# only so many of (io_setup) or waits for (sync).
DENIED = """
    fork vfork execve execveat connect memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd msgrcv
    msgctl semget semop semtimedop semctl mq_open mq_unlink truncate setxattr lsetxattr fsetxattr setxattrat
    removexattr lremovexattr fremovexattr removexattrat file_setattr process_mrelease mknod mknodat
    rt_sigqueueinfo rt_tgsigqueueinfo tkill sendmmsg personality pidfd_open pidfd_send_signal move_pages
    migrate_pages inotify_init inotify_init1 seccomp listmount statmount io_setup sync syncfs vmsplice
    lsm_set_self_attr
""".split()

# What no notebook needs: the process is ended.
HOSTILE = """
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd bpf
    perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register unshare setns mount umount2
    pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr keyctl
    add_key request_key name_to_handle_at open_by_handle_at kexec_load kexec_file_load init_module finit_module
    delete_module reboot swapon swapoff iopl ioperm modify_ldt acct quotactl quotactl_fd syslog sethostname
    setdomainname settimeofday adjtimex clock_settime clock_adjtime vhangup fanotify_init lookup_dcookie
""".split()

# Audit architecture, number of seccomp, column of NUMBERS.
MACHINES = {"x86_64": (0xC000003E, 317, 0), "aarch64": (0xC00000B7, 277, 1)}
X32 = 0x40000000  # x86-64's second set of system calls, which would pass by their other numbers

SET_MODE_FILTER = 1
ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000

LOAD, AND, RETURN = 0x20, 0x54, 0x06  # BPF_LD|W|ABS, BPF_ALU|AND|K, BPF_RET|K
JUMP_EQUAL, JUMP_AT_LEAST = 0x15, 0x35  # BPF_JMP|JEQ|K, BPF_JMP|JGE|K
NUMBER, ARCH, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; little-endian: the low word comes first

THREAD = 0x00000100 | 0x00010000  # CLONE_VM | CLONE_THREAD
NAMESPACES = 0x7E020000 | 0x80  # CLONE_NEW*
UNIX, STREAM, TYPE_MASK = 1, 1, 0xF
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
# All that copies descriptors, reads and sets flags, locks, and sizes pipes. Not F_SETOWN, F_SETSIG and F_NOTIFY (nor
# their ioctls): through them the kernel would signal another process.
FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
PRCTLS = (15, 16, 0x53564D41, 38, 39)  # names of threads and of memory, no_new_privs

INSTRUCTION = struct.Struct("<HBBI")  # struct sock_filter
OF_ITSELF = struct.Struct("<I")  # its last field
ANY_PID = 0x7FFFFFFF  # stands for a number that is not known yet; no process has this one

Instruction = tuple[int, int, int, int]
Condition = tuple[int, int, int]  # argument, mask, wanted value


def install(role: str) -> None:
    """Filter this thread and what it starts: ``role`` is worker, kernel or judge. OSError where seccomp is missing."""
    packed = OF_ITSELF.pack(os.getpid()).join(_pieces(role, platform.machine()))
    blob = ctypes.create_string_buffer(packed, len(packed))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    described = _Program(len(packed) // INSTRUCTION.size, ctypes.addressof(blob))
    number = MACHINES[platform.machine()][1]
    syscall(number, ctypes.c_uint(SET_MODE_FILTER), ctypes.c_uint(0), ctypes.byref(described))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


@functools.cache
def _pieces(role: str, machine: str) -> list[bytes]:
    """The packed instructions, cut where the process's own number belongs: all that a clean parent can make ahead."""
    pieces = [b""]
    for instruction in program(role, machine, ANY_PID):
        packed = INSTRUCTION.pack(*instruction)
        if instruction[3] == ANY_PID:
            pieces[-1] += packed[: -OF_ITSELF.size]
            pieces.append(b"")
        else:
            pieces[-1] += packed
    return pieces


def prepare(role: str) -> None:
    """In a clean parent: make what its children need for their filter."""
    _pieces(role, platform.machine())


def is_supported() -> bool:
    """Whether this machine's architecture and kernel have what ``install`` needs."""
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii") as file:
            return platform.machine() in MACHINES and "kill_process" in file.read()
    except OSError:
        return False


def program(role: str, machine: str, pid: int) -> list[Instruction]:
    """The filter as BPF instructions (code, jump if true, jump if false, value)."""
    arch, _, column = MACHINES[machine]
    code: list[Instruction] = [(LOAD, 0, 0, ARCH), (JUMP_EQUAL, 1, 0, arch), (RETURN, 0, 0, KILL_PROCESS)]
    code += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        code += [(JUMP_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL_PROCESS)]

    def number(name: str) -> int | None:
        return NUMBERS[name][column]

    for name, alternatives in _conditions(role, pid).items():
        code += _conditional(number(name), alternatives)
    answers = [("clone3", ERRNO | errno.ENOSYS)]  # the C library then falls back to clone, which can be judged
    answers += [(name, KILL_PROCESS) for name in HOSTILE]
    answers += [(name, ERRNO) for name in PRETENDED]
    if role != "kernel":
        answers += [(name, ALLOW) for name in (*ALLOWED, *(TALK if role == "judge" else ()))]
    else:
        answers += [(name, ERRNO | errno.EPERM) for name in DENIED]
    for name, answer in answers:
        if number(name) is not None:
            code += [(JUMP_EQUAL, 0, 1, number(name) or 0), (RETURN, 0, 0, answer)]
    return [*code, (RETURN, 0, 0, ERRNO | errno.EPERM if role != "kernel" else ALLOW)]


def _conditions(role: str, pid: int) -> dict[str, list[list[Condition]]]:
    """System calls that are allowed with some arguments only: alternatives of conditions that must all hold."""
    own = [[(0, 0xFFFFFFFF, 0)], [(0, 0xFFFFFFFF, pid)]]
    unix_stream: list[list[Condition]] = [[(0, 0xFFFFFFFF, UNIX), (1, TYPE_MASK, STREAM)]]
    return {
        "clone": [[(0, THREAD | NAMESPACES, THREAD)]],
        "fallocate": [[(1, 0xFFFFFFFF, 0)]],  # its other modes reserve space that no limit on sizes counts
        "kill": own[1:],
        "tgkill": own[1:],
        "prlimit64": own,
        "socketpair": unix_stream,
        "socket": unix_stream if role == "kernel" else [],
        "prctl": [[(0, 0xFFFFFFFF, option)] for option in PRCTLS],
        "fcntl": [[(1, 0xFFFFFFFF, command)] for command in FCNTLS],
        "ioctl": [[(1, 0xFFFFFFFF, request)] for request in IOCTLS],
    }


def _conditional(number: int | None, alternatives: list[list[Condition]]) -> list[Instruction]:
    """Allow the call if one of the alternatives holds, else deny it; other calls jump behind."""
    assert number is not None, "conditions are on calls that every machine has"
    block: list[Instruction] = []
    for conditions in alternatives:
        tests: list[Instruction] = []
        for place, (argument, mask, value) in enumerate(conditions):
            left = 3 * (len(conditions) - place - 1) + 1  # to behind this alternative's RETURN
            tests += [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (AND, 0, 0, mask), (JUMP_EQUAL, 0, left, value)]
        block += [*tests, (RETURN, 0, 0, ALLOW)]
    block.append((RETURN, 0, 0, ERRNO | errno.EPERM))
    return [(JUMP_EQUAL, 0, len(block), number), *block]
