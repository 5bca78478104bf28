"""Processors and memory: what this process may have of the machine, and how many submissions at a time that allows."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import NamedTuple

from grader.machine import system
from grader.machine.groups import ROOT, entries, groups, number

GB = 1 << 30


class Processors(NamedTuple):
    """How many one-thread processes it keeps busy, and what says so."""

    many: int
    source: str


class Memory(NamedTuple):
    """Bytes in all, bytes that can still be had, and what limits them."""

    total: int
    available: int
    source: str


class Jobs(NamedTuple):
    """How many submissions at a time; ``why`` they are fewer than there were to be, empty if they are not."""

    many: int
    why: str = ""


def processors(root: Path = ROOT, allowed: int | None = None) -> Processors:
    """The least of what affinity (``--cpuset-cpus``, taskset) and the control groups' quotas (``--cpus``) allow.

    A part of a processor counts as one. ``allowed`` stands in for the affinity.
    """
    if allowed is None:
        allowed = system.processors()
    here = os.cpu_count() or 1
    found = Processors(allowed, "the machine's" if allowed >= here else f"those of {here} that it may use")
    version, folders = groups("cpu", root)
    for folder in folders:
        quota = _quota(folder, version)
        if quota is not None and quota < found.many:
            found = Processors(max(1, math.ceil(quota)), f"{quota:g} by {_quota_file(folder, version)}")
    return found


def memory(root: Path = ROOT) -> Memory | None:
    """The least of what the machine and the control groups allow; None where neither is known (no Linux).

    What can be had of a group is its limit less what it uses, but for files that it holds only to be quick.
    """
    total, available = entries(root / "proc/meminfo", "MemTotal", "MemAvailable")
    if total is None or available is None:
        return None
    found = Memory(total << 10, available << 10, "the machine's")
    version, folders = groups("memory", root)
    names = ("memory.max", "memory.high") if version == 2 else ("memory.limit_in_bytes",)
    for folder in folders:
        for name in names:
            limit = number(folder / name)
            if limit is not None:
                left = max(0, limit - _used(folder, version))
                source = str(folder / name) if limit < found.total else found.source
                found = Memory(min(limit, found.total), min(left, found.available), source)
    return found


def jobs(asked: int | None, need: int, base: int, root: Path = ROOT, allowed: int | None = None) -> Jobs:
    """As many as asked for, or as there are processors, as long as all of them get the memory that they may take.

    ``need`` is what one may take, ``base`` what all have in common, in bytes. One is graded in any case.
    """
    wanted = asked or processors(root, allowed).many
    there = memory(root)
    if there is None:
        return Jobs(wanted)
    fit = max(1, (there.available - base) // need)
    if fit >= wanted:
        return Jobs(wanted)
    takes = f"{gigabytes(need)} each may take and {gigabytes(base)} for the grader"
    has = f"{gigabytes(there.available)} of memory can be had ({in_words(there)})"
    fits = f"{fit} instead of {wanted} submissions at a time" if fit > 1 else "one submission at a time"
    return Jobs(fit, f"{has}: {fits}, so that there is room for {takes}.")


def in_words(there: Memory) -> str:
    """Where a limit comes from."""
    if there.source == "the machine's":
        return f"the machine has {gigabytes(there.total)}"
    return f"the limit is {gigabytes(there.total)}, by {there.source}"


def gigabytes(size: int) -> str:
    """A size for people."""
    return f"{size / GB:.1f} GB" if size >= GB / 10 else f"{size >> 20} MB"


def _used(folder: Path, version: int) -> int:
    """The bytes that a group uses and that cannot be taken back from files."""
    used = number(folder / ("memory.current" if version == 2 else "memory.usage_in_bytes")) or 0
    total = "" if version == 2 else "total_"
    held = entries(folder / "memory.stat", f"{total}active_file", f"{total}inactive_file")
    return max(0, used - sum(one or 0 for one in held))


def _quota(folder: Path, version: int) -> float | None:
    """The processors that a group's quota allows; None without one."""
    if version == 1:
        quota, period = number(folder / "cpu.cfs_quota_us"), number(folder / "cpu.cfs_period_us")
    else:
        try:
            quota, period = map(int, (folder / "cpu.max").read_text("ascii").split())
        except (OSError, ValueError):  # "max", or none
            return None
    return quota / period if quota and period else None


def _quota_file(folder: Path, version: int) -> Path:
    return folder / ("cpu.max" if version == 2 else "cpu.cfs_quota_us")
