"""What tells that memory or processes ran out, from forged counts."""

from __future__ import annotations

import signal

import pytest

from grader.errors import Starved
from grader.machine.shortage import Shortage
from tests.machine.forged import GB, MB, add_groups, forge, write

EVENTS = {2: "memory.events", 1: "memory.oom_control"}


def counted(version: int, killed: int) -> str:
    return f"low 0\nhigh 0\nmax 7\noom 9\noom_kill {killed}\n" if version == 2 else f"under_oom 0\noom_kill {killed}\n"


@pytest.mark.parametrize("version", [1, 2])
def test_what_the_kernel_ended_in_the_own_group_is_known(tmp_path, version):
    """Only what it ended since; and a process that ended otherwise starved of nothing."""
    root = forge(tmp_path)
    place = root / "sys/fs/cgroup" / ("memory" if version == 1 else "") / EVENTS[version]
    add_groups(root, version, "memory", {"": {EVENTS[version]: counted(version, 3)}})
    shortage = Shortage(root)
    assert shortage.cause(killed=True) == ""
    shortage.check(-signal.SIGKILL, "It")
    write(place, counted(version, 4))
    assert shortage.cause() == "memory ran out (the machine has 8.0 GB)"
    shortage.check(-signal.SIGSEGV, "It")
    shortage.check(1, "It")
    with pytest.raises(Starved, match="It was ended from outside when memory ran out"):
        shortage.check(-signal.SIGKILL, "It")


@pytest.mark.parametrize("version", [1, 2])
def test_processes_that_could_not_be_started_are_known(tmp_path, version):
    """By the count of forks that a limit up the tree has denied."""
    root = forge(tmp_path)
    files = {"job": {"pids.events": "max 0\n", "pids.max": "max\n"}, "": {"pids.events": "max 5\n", "pids.max": "64\n"}}
    add_groups(root, version, "pids", files, path="/job")
    shortage = Shortage(root)
    assert shortage.cause() == ""
    write(root / "sys/fs/cgroup" / ("pids" if version == 1 else "") / "pids.events", "max 6\n")
    assert shortage.cause() == "no more processes could be started (pids.max is 64)"


def test_what_ended_elsewhere_in_the_machine_counts_for_what_was_killed_only(tmp_path):
    """And only where no control group counts: other containers' troubles are no reason to grade anything again."""
    root = forge(tmp_path)
    shortage = Shortage(root)
    write(root / "proc/vmstat", "oom_kill 1\n")
    assert shortage.cause() == ""
    assert shortage.cause(killed=True) == "memory ran out (the machine has 8.0 GB)"


@pytest.mark.parametrize("version", [1, 2])
def test_what_ended_elsewhere_is_nothing_to_a_group_that_counts_for_itself(tmp_path, version):
    """Its count holds what the machine ended in it; what a process did to itself is no neighbour's fault."""
    root = forge(tmp_path)
    add_groups(root, version, "memory", {"": {EVENTS[version]: counted(version, 0)}})
    shortage = Shortage(root)
    write(root / "proc/vmstat", "oom_kill 1\n")
    assert shortage.cause(killed=True) == ""
    shortage.check(-signal.SIGKILL, "It")


def test_memory_that_was_nearly_used_up_counts_for_what_was_killed_only(tmp_path):
    """Who guards it in the kernel's place counts nothing; by the time that one looks, all is free again."""
    root = forge(tmp_path)
    shortage = Shortage(root)
    shortage.look()
    assert shortage.cause(killed=True) == ""
    forge(root, available=100 * MB)
    shortage.look()
    forge(root, available=7 * GB)
    shortage.look()
    assert shortage.cause() == ""
    assert shortage.cause(killed=True).startswith("memory ran out")
