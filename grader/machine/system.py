"""What differs from system to system, asked for in one place; no other module asks which one this is.

Every level of isolation, and whatever makes processes by forks, is of Linux. On macOS and Windows students check their
own work, at the level ``process``: the same verdicts, by processes that are started anew. Standard library only.
"""

from __future__ import annotations

import os
import sys

_LINUX = sys.platform == "linux"
_POSIX = os.name == "posix"

# Children are forked off clean parents and lock themselves: macOS forks too, but not safely beside its own libraries.
FORKS = _LINUX
# Landlock and seccomp.
LOCKS = _LINUX
# A child may begin a session, whose processes are ended together.
SESSIONS = _POSIX
# Sockets have a path, which a kernel and its driver share; elsewhere they speak over TCP.
SOCKETS_WITH_PATHS = _POSIX
# Whether there is more in a pipe can be seen without waiting.
POLLS_PIPES = _POSIX
# A file that is open can be removed.
REMOVES_OPEN_FILES = _POSIX
# Programs start only with variables of the system's, which no list of ours names.
NEEDS_WHOLE_ENVIRONMENT = os.name == "nt"


def flags(*names: str) -> int:
    """Those of these flags of ``os.open`` that there are."""
    return sum(getattr(os, name, 0) for name in names)


# Files can be opened below a folder that is open, without following links.
OPENS_BELOW = bool(
    flags("O_NOFOLLOW") and flags("O_DIRECTORY") and os.open in os.supports_dir_fd and os.scandir in os.supports_fd
)


def stopping(*names: str) -> list[int]:
    """The signals of these names that there are; SIGHUP is only where there are terminals to hang up."""
    import signal  # a check that starts itself once more has no need of it before that

    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def ended_by(code: int | None, name: str) -> bool:
    """Whether a process's exit code says that the signal of this name ended it."""
    return code is not None and -code in stopping(name)


def user() -> int | None:
    """The number of the user who runs this; None where files do not belong to numbers."""
    return os.geteuid() if hasattr(os, "geteuid") else None


def processors() -> int:
    """How many processors this process may use, as far as the system says."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lock_file(file: int) -> bool | None:
    """Lock an open file until this process ends: whether it is ours now; None where files cannot be locked."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None


def end_with_parent() -> None:
    """Have the kernel end this process when its parent ends; elsewhere its parent has to."""
    if _LINUX:
        from grader.lock import privileges

        privileges.end_with_parent()


def limit_memory(size: int) -> None:
    """Let this process have ``size`` bytes of address space; its children may choose more. Linux alone can."""
    if _LINUX:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
