"""Whether memory or processes ran out since some moment: then what ended may have done nothing wrong.

The kernel counts what it ends for want of memory, whether the group's or the machine's, and what it lets nobody start
for want of process numbers, in the control group. Only where that does not count it, as in the topmost one, the
machine's count in /proc/vmstat tells, which other containers' doings raise too. Programs that end others before the
kernel does (earlyoom) count nothing: of these only the memory that was left tells.
Source: "oom_kill" in https://docs.kernel.org/admin-guide/cgroup-v2.html.
"""

from __future__ import annotations

from pathlib import Path

from grader.errors import Starved
from grader.machine.gives import gigabytes, in_words, memory
from grader.machine.groups import ROOT, entry, groups, number
from grader.machine.system import ended_by

NEAR = 0.04  # of all memory: when less is left, programs that guard it begin to end others


class Shortage:
    """What ran out since this was made, or since ``begin``."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self.begin()

    def begin(self) -> None:
        """Look from now on."""
        self._before = _counts(self._root)
        self._near = False

    def look(self) -> None:
        """Notice whether memory is nearly used up; as often as there is time."""
        there = memory(self._root) if not self._near else None
        if there is not None and there.available < NEAR * there.total:
            self._near = True

    def cause(self, *, killed: bool = False) -> str:
        """What ran out here, in words; empty if nothing did. ``killed``: a process was, so weaker signs do as well."""
        now = _counts(self._root)
        risen = {name for name, count in now.items() if count > self._before.get(name, count)}
        if "memory" in risen or (killed and ("machine" in risen or self._near)):
            there = memory(self._root)
            return "memory ran out" + (f" ({in_words(there)})" if there else "")
        if "processes" in risen:
            most = [number(folder / "pids.max") for folder in groups("pids", self._root).folders]
            least = min((limit for limit in most if limit is not None), default=None)
            return "no more processes could be started" + (f" (pids.max is {least})" if least is not None else "")
        return ""

    def check(self, code: int | None, who: str) -> None:
        """Raise Starved if that exit code of a process that nobody of us ended is the kernel's, for want of memory."""
        if ended_by(code, "SIGKILL"):
            cause = self.cause(killed=True)
            if cause:
                raise Starved(f"{who} was ended from outside when {cause}")


def even_alone(starved: Starved, size: int, root: Path = ROOT) -> str:
    """Why something has no grade although nothing was beside it, and what is to be done; it may take ``size`` bytes."""
    there = memory(root)
    more = ""
    if there is not None and there.total < size:
        more = f" A submission may take {gigabytes(size)}: give the container or machine more, and --resume."
    return f"{starved.cause}, and nothing was graded beside it.{more}"


def _counts(root: Path) -> dict[str, int]:
    """How often each has run out so far, as far as that is counted."""
    found = {}
    version, folders = groups("memory", root)
    if folders:
        found["memory"] = entry(folders[0] / ("memory.events" if version == 2 else "memory.oom_control"), "oom_kill")
    if found.get("memory") is None:
        found["machine"] = entry(root / "proc/vmstat", "oom_kill")
    limits = [entry(folder / "pids.events", "max") for folder in groups("pids", root).folders]
    found["processes"] = sum(count for count in limits if count is not None)
    return {name: count for name, count in found.items() if count is not None}
