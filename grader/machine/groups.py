"""The control groups that this process is in, and what their files say.

Version 2 has one tree for all controllers, version 1 one for each, and a machine may have both. Sources:
https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/, proc(5).
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path("/")
UNLIMITED = 1 << 60  # version 1 writes "no limit" as the largest multiple of a page
LONGEST = 60  # characters of a number with the spaces before it


class Groups(NamedTuple):
    """The folders of a controller's control groups: this process's own first, then those above it that are visible."""

    version: int
    folders: tuple[Path, ...]


@functools.cache
def groups(controller: str, root: Path = ROOT) -> Groups:
    """Those of "memory", "cpu" or "pids"; without folders where there are none."""
    own = _own(root)
    version = 1 if controller in own else 2
    path = own.get(controller if version == 1 else "")
    if path is not None:
        for kind, inside, mounted, options in _mounts(root):
            if kind == ("cgroup2" if version == 2 else "cgroup") and (version == 2 or controller in options):
                return Groups(version, tuple(_upwards(root / mounted.lstrip("/"), inside, path)))
    return Groups(version, ())


def number(file: Path) -> int | None:
    """The number that a file holds; None if it holds no limit, or cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        value = int(file.read_text("ascii"))
        return value if 0 <= value < UNLIMITED else None
    return None


def entry(file: Path, name: str) -> int | None:
    """The number behind ``name`` in a file of lines "name number" or "name: number"; None if there is none."""
    return entries(file, name)[0]


def entries(file: Path, *names: str) -> list[int | None]:
    """As ``entry`` has it, of several names of the file as it is at one moment."""
    text = ""
    with contextlib.suppress(OSError, ValueError):
        text = "\n" + file.read_text("ascii")
    return [_behind(text, name) for name in names]


def _behind(text: str, name: str) -> int | None:
    for sign in (" ", ":"):
        _, there, rest = text.partition(f"\n{name}{sign}")
        if there:
            with contextlib.suppress(ValueError, IndexError):
                return int(rest[:LONGEST].split(None, 1)[0])
    return None


def _own(root: Path) -> dict[str, str]:
    """The path of this process's group by controller; that of version 2 by the empty name."""
    found = {}
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text("utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                found[controller] = path
    return found


def _mounts(root: Path) -> Iterator[tuple[str, str, str, list[str]]]:
    """Kind, the folder of the file system that is mounted, where, and the options."""
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/mountinfo").read_text("utf-8", "replace").splitlines():
            left, _, right = line.partition(" - ")
            place, what = left.split(" "), right.split(" ")
            yield what[0], _plain(place[3]), _plain(place[4]), what[-1].split(",")


def _plain(path: str) -> str:
    """A path without the escapes of that file."""
    for escape, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(escape, sign)
    return path


def _upwards(mounted: Path, inside: str, path: str) -> Iterator[Path]:
    """From the group ``path`` of a tree, of which ``inside`` and what is below it is mounted, up to the mount.

    In a container the path may be one that only the host knows; then the mount itself is its group.
    """
    below = PurePosixPath(path)
    below = below.relative_to(inside) if below.is_relative_to(inside) else PurePosixPath()
    here = mounted / below
    if ".." in below.parts or not here.is_dir():
        here = mounted
    yield here
    while here != mounted:
        here = here.parent
        yield here
