"""Numbers that the kernel fixed are those of its headers, for both architectures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.lock import landlock, launch, libc, namespaces, privileges, seccomp, views
from grader.lock.syscalls import NUMBERS
from grader.sandbox.namespaces import CAP_SYS_ADMIN

INCLUDE = Path("/usr/include")
HEADERS = {"x86_64": [INCLUDE / "x86_64-linux-gnu/asm/unistd_64.h", INCLUDE / "asm/unistd_64.h"]}
HEADERS["aarch64"] = [INCLUDE / "asm-generic/unistd.h"]  # what arm64 uses
NEWEST = 450  # system calls above are newer than some distributions' headers


def header(*names: str) -> str:
    """The text of the first header that there is, without its comments."""
    for name in names:
        if (INCLUDE / name).exists():
            return re.sub(r"/\*.*?\*/", "", (INCLUDE / name).read_text(), flags=re.DOTALL)
    pytest.skip(f"LINUX HEADERS NOT INSTALLED, constants not compared: {names[0]}")


def constant(text: str, name: str) -> int:
    match = re.search(rf"(?:#define\s+{name}\s+|\b{name}\s*=\s*)\(?([0-9xa-fA-F]+)[UL]*(?:\s*<<\s*(\d+))?", text)
    assert match, name
    return int(match[1], 0) << int(match[2] or 0)


@pytest.mark.parametrize(("column", "machine"), list(enumerate(HEADERS)))
def test_the_numbers_of_system_calls(column: int, machine: str):
    """The table and the headers agree on every call that both know, and on which do not exist."""
    text = header(*(str(path.relative_to(INCLUDE)) for path in HEADERS[machine]))
    known = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    if machine == "aarch64":
        known["newfstatat"] = known["fstatat"]
    ours = {name: numbers[column] for name, numbers in NUMBERS.items()}
    for name, number in ours.items():
        if name in known or number is None or number < NEWEST:
            assert known.get(name) == number, name


def test_landlocks_constants():
    """Rights and flags as in linux/landlock.h."""
    text = header("linux/landlock.h")
    for name in ("EXECUTE", "WRITE_FILE", "READ_FILE", "READ_DIR"):
        assert constant(text, f"LANDLOCK_ACCESS_FS_{name}") == getattr(landlock, name)
    assert constant(text, "LANDLOCK_CREATE_RULESET_VERSION") == landlock.CREATE_RULESET_VERSION
    assert constant(text, "LANDLOCK_ACCESS_FS_MAKE_SYM") == 1 << landlock.FS_BITS[1] - 1
    assert constant(text, "LANDLOCK_ACCESS_FS_REFER") == 1 << landlock.FS_BITS[2] - 1
    numbers = header("asm-generic/unistd.h")
    for name, number in (
        ("create_ruleset", landlock.CREATE_RULESET),
        ("add_rule", landlock.ADD_RULE),
        ("restrict_self", landlock.RESTRICT_SELF),
    ):
        assert constant(numbers, f"__NR_landlock_{name}") == number


def test_prctls_and_capabilities():
    """Options as in linux/prctl.h and linux/capability.h."""
    text = header("linux/prctl.h")
    sets = ("PDEATHSIG", "DUMPABLE", "KEEPCAPS", "CHILD_SUBREAPER", "NO_NEW_PRIVS")
    for name in (*(f"SET_{name}" for name in sets), "CAPBSET_DROP"):
        assert constant(text, f"PR_{name}") == getattr(libc, f"PR_{name}")
    names = ("PR_SET_NAME", "PR_GET_NAME", "PR_SET_NO_NEW_PRIVS", "PR_GET_NO_NEW_PRIVS")
    assert {constant(text, name) for name in names} <= set(seccomp.PRCTLS)
    capability = header("linux/capability.h")
    assert constant(capability, "CAP_DAC_READ_SEARCH") == privileges.CAP_DAC_READ_SEARCH
    assert constant(capability, "CAP_SYS_ADMIN") == CAP_SYS_ADMIN
    for name in ("DAC_OVERRIDE", "DAC_READ_SEARCH", "KILL", "SETGID", "SETUID", "SETPCAP"):
        assert constant(capability, f"CAP_{name}") == getattr(launch, f"CAP_{name}")
    assert constant(capability, "_LINUX_CAPABILITY_VERSION_3") == privileges.CAPABILITY_VERSION_3


def test_namespaces_and_mounts():
    """Flags as in linux/sched.h, mount.h and fcntl.h."""
    sched, mounts, files = (header(f"linux/{name}.h") for name in ("sched", "mount", "fcntl"))
    for name in ("NEWNS", "NEWCGROUP", "NEWUTS", "NEWIPC", "NEWUSER", "NEWPID", "NEWNET"):
        assert constant(sched, f"CLONE_{name}") == getattr(namespaces, name)
    for name in ("RDONLY", "NOSUID", "NODEV", "NOEXEC", "BIND", "REC", "PRIVATE"):
        assert constant(mounts, f"MS_{name}") == getattr(views, f"MS_{name}")
    for name in ("RDONLY", "NOSUID", "NODEV", "NOEXEC"):
        assert constant(mounts, f"MOUNT_ATTR_{name}") == getattr(views, f"MOUNT_ATTR_{name}")
    assert constant(files, "AT_RECURSIVE") == views.AT_RECURSIVE
    assert constant(header("x86_64-linux-gnu/sys/mount.h", "sys/mount.h"), "MNT_DETACH") == views.MNT_DETACH


def test_seccomps_constants():
    """Actions, architectures and instructions as in linux/seccomp.h, audit.h, bpf_common.h and sched.h."""
    text = header("linux/seccomp.h")
    assert constant(text, "SECCOMP_SET_MODE_FILTER") == seccomp.SET_MODE_FILTER
    for name, value in (("ALLOW", seccomp.ALLOW), ("KILL_PROCESS", seccomp.KILL_PROCESS), ("ERRNO", seccomp.ERRNO)):
        assert constant(text, f"SECCOMP_RET_{name}") == value
    machines = header("linux/elf-em.h")
    for machine, name in (("x86_64", "EM_X86_64"), ("aarch64", "EM_AARCH64")):
        assert seccomp.MACHINES[machine][0] == 0xC0000000 | constant(machines, name)  # 64 bits, little-endian
    bpf = header("linux/bpf_common.h")
    part = {name: constant(bpf, f"BPF_{name}") for name in "LD W ABS ALU AND K RET JMP JEQ JGE".split()}  # noqa: SIM905
    assert part["LD"] | part["W"] | part["ABS"] == seccomp.LOAD
    assert part["ALU"] | part["AND"] | part["K"] == seccomp.AND
    assert part["RET"] | part["K"] == seccomp.RETURN
    assert part["JMP"] | part["JEQ"] | part["K"] == seccomp.JUMP_EQUAL
    assert part["JMP"] | part["JGE"] | part["K"] == seccomp.JUMP_AT_LEAST
    sched = header("linux/sched.h")
    assert constant(sched, "CLONE_VM") | constant(sched, "CLONE_THREAD") == seccomp.THREAD
    spaces = ("NEWNS", "NEWCGROUP", "NEWUTS", "NEWIPC", "NEWUSER", "NEWPID", "NEWNET", "NEWTIME")
    assert sum(constant(sched, f"CLONE_{name}") for name in spaces) == seccomp.NAMESPACES
