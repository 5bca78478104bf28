"""One module knows which system this is; what it says of others is made up here, since no such machine is."""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from grader.machine import system

PACKAGE = Path(system.__file__).parents[1]
# Only asked for where Linux is already known to be there.
OF_LINUX = ("lock/", "forks/")
ASKS = re.compile(
    r"\bsys\.platform\b|\bos\.name\b|\bplatform\.(?:system|platform)\b|\bos\.uname\b"
    r"|\b(?:has|get)attr\((?:os|signal|socket|select),"
)
NOT_EVERYWHERE = re.compile(r"^\s*(?:import|from) (?:fcntl|resource|pwd|grp|termios|pty|msvcrt|winreg)\b", re.MULTILINE)


@pytest.fixture
def elsewhere(monkeypatch):
    """Read the module anew as on another system; afterwards as on this one."""

    def read(platform: str, name: str, without: tuple[str, ...] = ()):
        for attribute in without:
            monkeypatch.delattr(os, attribute)
        with monkeypatch.context() as while_read:
            while_read.setattr(sys, "platform", platform)
            while_read.setattr(os, "name", name)
            return importlib.reload(system)

    yield read
    monkeypatch.undo()
    importlib.reload(system)


def test_no_other_module_asks_which_system_this_is():
    """A question that is asked in two places is answered in two ways."""
    stray = {}
    for file in PACKAGE.rglob("*.py"):
        name, text = file.relative_to(PACKAGE).as_posix(), file.read_text("utf-8")
        found = ASKS.findall(text) + ([] if name.startswith(OF_LINUX) else NOT_EVERYWHERE.findall(text))
        if found and name != "machine/system.py":
            stray[name] = found
    assert stray == {}


def test_nothing_is_locked_or_forked_but_on_linux(elsewhere):
    """Not on macOS, which forks too; nor on Windows, which has neither sessions nor sockets with paths."""
    mac = elsewhere("darwin", "posix")
    assert mac.SESSIONS and mac.SOCKETS_WITH_PATHS and mac.POLLS_PIPES and not mac.FORKS and not mac.LOCKS
    windows = elsewhere("win32", "nt", ("geteuid", "sched_getaffinity", "O_NOFOLLOW"))
    assert not any((windows.FORKS, windows.LOCKS, windows.SESSIONS, windows.SOCKETS_WITH_PATHS, windows.POLLS_PIPES))
    assert not windows.OPENS_BELOW and windows.NEEDS_WHOLE_ENVIRONMENT
    assert (windows.user(), windows.flags("O_NOFOLLOW", "O_EXCL")) == (None, os.O_EXCL)
    assert windows.processors() == os.cpu_count()
    windows.end_with_parent()
    windows.limit_memory(1)  # which would end everything


def test_what_ended_a_process_is_told_by_the_signals_that_there_are(monkeypatch):
    """A signal that there is not has ended nothing."""
    assert system.ended_by(-9, "SIGKILL") and not system.ended_by(9, "SIGKILL") and not system.ended_by(None, "SIGKILL")
    monkeypatch.delattr(signal, "SIGKILL")
    assert not system.ended_by(-9, "SIGKILL")


def test_a_lock_is_held_refused_or_unknown(tmp_path, monkeypatch):
    """By two descriptors of one file; without the kernel's locks nobody can say."""
    (tmp_path / "lock").touch()
    first, second = (os.open(tmp_path / "lock", os.O_RDWR) for _ in range(2))
    assert (system.lock_file(first), system.lock_file(second)) == (True, False)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert system.lock_file(second) is None
    os.close(first)
    os.close(second)
