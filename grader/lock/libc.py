"""System calls that Python has no name for, through the C library that is loaded already."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
from collections.abc import Callable
from typing import Any

from grader.lock.syscalls import NUMBERS

# linux/prctl.h
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

# Not ctypes.util.find_library, which starts a compiler to find it.
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def syscall(number: int, *arguments: Any) -> int:
    """Make a system call; OSError if it fails."""
    return checked(prepared(number, *arguments)())


def prepared(number: int, *arguments: Any) -> Callable[[], int]:
    """A system call to make again and again, as with structures that change meanwhile: below 0 if it fails."""
    return functools.partial(_libc.syscall, ctypes.c_long(number), *arguments)


def call(name: str, *arguments: Any) -> int:
    """Make a system call by its name in NUMBERS; OSError if it fails, whose ``filename`` is that name."""
    number = NUMBERS[name][platform.machine() == "aarch64"]
    try:
        return syscall(number or -1, *arguments)
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from None


def prctl(option: int, value: int) -> int:
    """Call prctl(option, value, 0, 0, 0); OSError if it fails."""
    zero = ctypes.c_ulong(0)
    return checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def checked(result: int) -> int:
    """What a system call gave; OSError if it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
