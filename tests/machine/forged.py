"""A root folder with what the kernel would say of memory and control groups, and real control groups with limits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.machine.groups import groups

MB = 1 << 20
GB = 1 << 30
PLAIN = {2: "cgroup2 cgroup2 rw", 1: "cgroup cgroup rw,{controller}"}


def forge(root: Path, *, total: int = 8 * GB, available: int = 6 * GB, killed: int = 0) -> Path:
    """A machine without control groups."""
    write(root / "proc/meminfo", f"MemTotal: {total >> 10} kB\nMemFree: 1 kB\nMemAvailable: {available >> 10} kB\n")
    write(root / "proc/vmstat", f"nr_free_pages 1\noom_kill {killed}\n")
    write(root / "proc/self/cgroup", "")
    write(root / "proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n")
    return root


def add_groups(
    root: Path,
    version: int,
    controller: str,
    files: Mapping[str, Mapping[str, str]],
    *,
    path: str = "/",
    inside: str = "/",
) -> None:
    """Add a tree of control groups, whose folders, below where it is mounted, have ``files``.

    ``path`` is the own group as the kernel names it, ``inside`` the part of the tree that is mounted.
    """
    mount = "/sys/fs/cgroup" + (f"/{controller}" if version == 1 else "")
    kind = PLAIN[version].format(controller=controller)
    with open(root / "proc/self/mountinfo", "a", encoding="utf-8") as file:
        file.write(f"30 22 0:29 {inside} {mount} rw,nosuid shared:9 - {kind}\n")
    with open(root / "proc/self/cgroup", "a", encoding="utf-8") as file:
        file.write(f"{'0::' if version == 2 else f'4:{controller}:'}{path}\n")
    for folder, texts in files.items():
        for name, text in texts.items():
            write(root / mount.lstrip("/") / folder / name, text)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@contextlib.contextmanager
def limited(controller: str, limit: int) -> Iterator[Path]:
    """A real control group below the own one, which allows so many bytes of "memory" or so many "pids".

    OSError where this machine lets nobody make one: no root, no such controller, or one that is not handed on.
    """
    version, folders = groups(controller)
    if not folders:
        raise OSError(f"there are no control groups for {controller}")
    folder = folders[0] / f"grader-test-{os.getpid()}"
    folder.mkdir()
    try:
        names = {("memory", 1): "memory.limit_in_bytes", ("memory", 2): "memory.max"}
        (folder / names.get((controller, version), "pids.max")).write_text(str(limit))
        yield folder
    finally:
        folder.rmdir()
