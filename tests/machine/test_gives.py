"""Processors and memory, from files as the kernels of machines and containers write them."""

from __future__ import annotations

import os

import pytest

from grader.commands.doctor import allowance
from grader.machine.gives import jobs, memory, processors
from grader.machine.groups import groups
from tests.machine.forged import GB, MB, add_groups, forge

LIMIT = {2: "memory.max", 1: "memory.limit_in_bytes"}
USED = {2: "memory.current", 1: "memory.usage_in_bytes"}
NONE = {2: "max\n", 1: "9223372036854771712\n"}


def memory_files(version: int, limit: str, used: int = 0, files: int = 0) -> dict[str, str]:
    prefix = "total_" if version == 1 else ""
    stat = f"anon 1\n{prefix}inactive_file {files}\n{prefix}active_file 0\n"
    return {LIMIT[version]: limit, USED[version]: f"{used}\n", "memory.stat": stat}


def cpu_files(version: int, quota: int | None) -> dict[str, str]:
    if version == 2:
        return {"cpu.max": f"{quota if quota else 'max'} 100000\n"}
    return {"cpu.cfs_quota_us": f"{quota or -1}\n", "cpu.cfs_period_us": "100000\n"}


def test_without_control_groups_the_machine_counts(tmp_path):
    """What is available, not what there is."""
    assert memory(forge(tmp_path)) == (8 * GB, 6 * GB, "the machine's")
    assert processors(tmp_path, 7).many == 7


def test_where_nothing_is_known_nothing_is_limited(tmp_path):
    """As on other systems than Linux."""
    assert memory(tmp_path) is None
    assert jobs(5, GB, GB, tmp_path) == (5, "")


@pytest.mark.parametrize("version", [1, 2])
def test_a_limit_of_the_containers_counts(tmp_path, version):
    """Less what it uses, but for files that are held only to be quick; the words name the file."""
    root = forge(tmp_path)
    add_groups(root, version, "memory", {"": memory_files(version, f"{2 * GB}\n", 1 * GB, 512 * MB)})
    there = memory(root)
    assert there is not None
    assert (there.total, there.available) == (2 * GB, 2 * GB - 512 * MB)
    assert there.source.endswith(LIMIT[version])


@pytest.mark.parametrize("version", [1, 2])
def test_the_least_limit_up_the_tree_counts(tmp_path, version):
    """A group without a limit inside one with a limit inside one with a larger limit."""
    root = forge(tmp_path)
    files = {
        "job/step": memory_files(version, NONE[version], 100 * MB),
        "job": memory_files(version, f"{3 * GB}\n", 2 * GB),
        "": memory_files(version, f"{5 * GB}\n", 3 * GB),
    }
    add_groups(root, version, "memory", files, path="/job/step")
    there = memory(root)
    assert there is not None
    assert (there.total, there.available) == (3 * GB, 1 * GB)
    assert there.source.endswith(f"job/{LIMIT[version]}")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("path", "inside"), [("/docker/abc", "/docker/abc"), ("/docker/abc", "/"), ("/../x", "/")])
def test_a_path_that_only_the_host_knows_means_the_mounted_group(tmp_path, version, path, inside):
    """As in containers with and without a namespace for control groups."""
    root = forge(tmp_path)
    add_groups(root, version, "memory", {"": memory_files(version, f"{GB}\n")}, path=path, inside=inside)
    there = memory(root)
    assert there is not None
    assert there.total == GB


def test_a_machine_may_have_both_versions(tmp_path):
    """The controllers of version 1 count where they are mounted; the empty tree of version 2 does not hide them."""
    root = forge(tmp_path)
    add_groups(root, 2, "", {"": {"cgroup.procs": "1\n"}})
    add_groups(root, 1, "memory", {"": memory_files(1, f"{GB}\n")})
    assert groups("memory", root).version == 1
    there = memory(root)
    assert there is not None
    assert there.total == GB


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("quota", "many"), [(None, 8), (250_000, 3), (50_000, 1), (2_000_000, 8)])
def test_quotas_and_affinity_limit_the_processors(tmp_path, version, quota, many):
    """--cpus 2.5 keeps three busy, --cpus 0.5 one, and --cpus 20 no more than there are."""
    root = forge(tmp_path)
    files = {"job": cpu_files(version, None), "": cpu_files(version, quota)}
    add_groups(root, version, "cpu", files, path="/job")
    assert processors(root, 8).many == many


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux only")
def test_the_affinity_of_this_process_counts(tmp_path):
    """taskset and --cpuset-cpus."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert processors(forge(tmp_path)).many == 1
    finally:
        os.sched_setaffinity(0, before)


def test_jobs_times_what_one_takes_stays_below_memory(tmp_path):
    """Fewer jobs than processors, or than were asked for; and it is said. One is graded in any case."""
    root = forge(tmp_path, available=7 * GB)
    assert jobs(None, 2 * GB, GB, root, 3) == (3, "")
    for asked, allowed in ((None, 16), (16, 2)):
        fewer = jobs(asked, 2 * GB, GB, root, allowed)
        assert fewer.many == 3
        assert "3 instead of 16 submissions at a time" in fewer.why
        assert "7.0 GB of memory can be had (the machine has 8.0 GB)" in fewer.why
    assert jobs(4, 20 * GB, GB, root).many == 1


def test_doctor_says_what_is_allowed_and_by_what(tmp_path):
    """The limits of the container by the names of their files."""
    root = forge(tmp_path)
    files = memory_files(2, f"{3 * GB}\n", GB) | cpu_files(2, 100_000)
    add_groups(root, 2, "", {"": files})
    said = "\n".join(allowance(root))
    assert f"Processors: 1 (1 by {root}/sys/fs/cgroup/cpu.max)." in said
    assert f"Memory: 2.0 GB can be had now (the limit is 3.0 GB, by {root}/sys/fs/cgroup/memory.max)." in said
    assert "takes 1 at a time with notebooks (up to 4.2 GB each)" in said
    assert said.count("less than one may take") == 1
