"""What a locked process may read: the interpreter, installed packages, shared libraries, and little else.

Never the project's checkout, nor what lies in the installed package ``grader``: its data hold recorded answers.
"""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from collections.abc import Iterator

SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/usr/share/fonts", "/usr/share/zoneinfo"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
)
# Of the process itself: not its mounts, networks, cgroups and the like, which are the machine's.
OWN = (
    *("/proc/self/cmdline", "/proc/self/comm", "/proc/self/io", "/proc/self/limits", "/proc/self/maps"),
    *("/proc/self/smaps", "/proc/self/smaps_rollup", "/proc/self/stat", "/proc/self/statm", "/proc/self/status"),
)
OWN_LISTS = ("/proc/self/fd",)
DEVICES = ("/dev/null", "/dev/full")  # may also be written
INSTALLED = ("site-packages", "dist-packages")  # folders' names


@functools.cache
def readable() -> tuple[str, ...]:
    """Files and folders that may be read, with all that is below them."""
    return tuple(dict.fromkeys([*OWN, *SYSTEM, *_standard_library(), *_libraries(), *_packages()]))


@functools.cache
def real() -> tuple[str, ...]:
    """Where they lie, links followed; but for what is another file in each process."""
    return tuple(dict.fromkeys(_real(path) for path in readable() if path not in OWN))


def _real(path: str) -> str:
    """As os.path.realpath, which looks at every folder above each path; hundreds of them lie in one folder."""
    folder, name = os.path.split(path)
    place = os.path.join(_real_folder(folder), name)
    return os.path.realpath(place) if os.path.islink(place) else place


_real_folder = functools.cache(os.path.realpath)


@functools.cache
def shown() -> tuple[str, ...]:
    """What a process with a view of its own sees, as few whole folders: all that is readable, and a little beside it.

    Without what lies below /proc, /sys and /dev.
    """
    system = [path for path in SYSTEM if not path.startswith(("/proc/", "/sys/", "/dev/"))]
    folders = [*system, os.path.join(sys.base_prefix, "lib"), "/usr/local/lib"]
    beside = [path for path in _libraries() if not path.startswith(tuple(f"{folder}/" for folder in folders))]
    found = [*folders, *beside, *_standard_library(), *_package_folders()]
    return tuple(path for path in dict.fromkeys(found) if os.path.exists(path))


@functools.cache
def covered() -> tuple[str, ...]:
    """Folders of this project below those that are shown, wherever it is installed."""
    library = os.path.dirname(os.__file__)
    folders = [os.path.join(os.path.dirname(library), "python3"), library, "/usr/local/lib/python3"]
    places = [os.path.join(folder, kind) for folder in folders for kind in INSTALLED]
    found = [os.path.join(place, "grader") for place in (*places, *_package_folders())]
    return tuple(path for path in dict.fromkeys(found) if os.path.isdir(path))


def listable() -> list[str]:
    """Folders whose names alone may be read."""
    return [*OWN_LISTS, *(place for place in sys.path if os.path.isdir(place))]


def is_reachable(path: str) -> bool:
    """Whether every user may enter the folders above ``path``."""
    folders = [os.path.dirname(os.path.realpath(path))]
    while folders[-1] != "/":
        folders.append(os.path.dirname(folders[-1]))
    return all(os.stat(folder).st_mode & 0o001 for folder in folders)


def is_open(path: str) -> bool:
    """Whether every user may reach the file or folder and read it."""
    return is_reachable(path) and bool(os.stat(path).st_mode & 0o004)


def _standard_library() -> Iterator[str]:
    for name in ("stdlib", "platstdlib"):
        yield os.path.realpath(sysconfig.get_path(name))
    yield from (place for place in sys.path if place.endswith((".zip", "lib-dynload")))
    for prefix in {sys.prefix, sys.base_prefix}:
        yield os.path.join(prefix, "pyvenv.cfg")
        yield os.path.join(prefix, "share", "jupyter")


def _libraries() -> Iterator[str]:
    """Shared libraries beside the interpreter; not the whole folder, which holds packages too."""
    folders = [os.path.join(sys.base_prefix, "lib"), "/usr/local/lib"]
    folders += filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    for folder in folders:
        if os.path.isdir(folder):
            yield from (entry.path for entry in os.scandir(folder) if ".so" in entry.name)


def _packages() -> Iterator[str]:
    """What is installed, but for this project; as a whole where an editable install leaves nothing but its name."""
    for place in _package_folders():
        entries = list(os.scandir(place))
        ours = [entry.name for entry in entries if entry.name.startswith("grader")]
        if all(name.endswith(".dist-info") for name in ours):
            yield place
        else:
            yield from (entry.path for entry in entries if entry.name not in ours)


def _package_folders() -> Iterator[str]:
    libraries = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    for place in sys.path:
        inside = os.path.basename(place) in INSTALLED
        if inside and os.path.isdir(place) and os.path.realpath(place) not in libraries:
            yield place
