"""Landlock: from now on this thread, and all that it starts, reaches the named files only.

It needs no privilege and cannot be undone. It does not restrict chmod, stat, UDP or sockets with a path:
grader.lock.seccomp does. Source: https://docs.kernel.org/userspace-api/landlock.html; the system calls and
constants (linux/landlock.h) are the same on all architectures.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
from collections.abc import Iterable

from grader.lock.libc import PR_SET_NO_NEW_PRIVS, checked, prctl, prepared, syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
CREATE_RULESET_VERSION = 1 << 0
RULE_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15

# The first ABI version that knows the rights up to this bit of handled_access_fs.
FS_BITS = {1: 13, 2: 14, 3: 15, 5: 16}
NET_ABI, NET_TCP = 4, 0b11  # bind and connect
SCOPE_ABI, SCOPES = 6, 0b11  # abstract unix sockets and signals

READ = READ_FILE | READ_DIR
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # all other rights are those of folders


class _RulesetAttr(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneathAttr(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # Python 3.14 wants it said with _pack_
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def abi_version() -> int:
    """The kernel's version of the interface; 0 if it has none or it is switched off."""
    with contextlib.suppress(OSError):
        return syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(CREATE_RULESET_VERSION))
    return 0


def trouble() -> str:
    """Why there is no Landlock here, in words that name the kernel; empty if there is."""
    kernel = f"Linux {platform.release()}"
    try:
        syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(CREATE_RULESET_VERSION))
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            return f"the kernel, {kernel}, has Landlock and was started without it (add landlock to its option lsm=)"
        if error.errno == errno.EPERM:
            return "the container's engine denies Landlock by its seccomp profile: use a newer engine or profile"
        return f"the kernel, {kernel}, offers no Landlock (Linux 5.13 or later does, if it was built with it)"
    return ""


def restrict(*, read: Iterable[str], list_only: Iterable[str], write: Iterable[str]) -> None:
    """Deny all files but these and what is below them; ``list_only`` folders show names, no content.

    Paths that do not exist are left out. Raises OSError where Landlock is missing.
    """
    abi = abi_version()
    fs = (1 << max(bits for version, bits in FS_BITS.items() if version <= max(abi, 1))) - 1
    ruleset = _create(fs, abi)
    try:
        for paths, access in ((read, READ), (list_only, READ_DIR), (write, fs & ~EXECUTE)):
            _allow(ruleset, paths, access & fs)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _create(fs: int, abi: int) -> int:
    net = NET_TCP if abi >= NET_ABI else 0
    scoped = SCOPES if abi >= SCOPE_ABI else 0
    attr = _RulesetAttr(fs, net, scoped)
    # An older kernel takes a longer structure as long as the part that it does not know is zero.
    return syscall(CREATE_RULESET, ctypes.byref(attr), ctypes.c_size_t(ctypes.sizeof(attr)), ctypes.c_uint32(0))


def _allow(ruleset: int, paths: Iterable[str], access: int) -> None:
    """A rule for each path: hundreds of them for each student process, so one structure and one call serve for all."""
    rule = _PathBeneathAttr()
    add = prepared(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
    for path in paths:
        try:
            rule.parent_fd = descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            rule.allowed_access = access
            if add() < 0:  # a file has no rights of folders
                rule.allowed_access = access & ON_FILES
                checked(add())
        finally:
            os.close(descriptor)
