"""Whose a folder is, who asks for it, and which option helps."""

from __future__ import annotations

import errno
import os
import stat
from types import SimpleNamespace

import pytest

from grader import folders
from grader.commands import _output
from grader.errors import Refused
from grader.lock import landlock
from grader.machine import users
from grader.machine.users import denied_below, in_container, reason
from grader.sandbox import open_box

DENIED = PermissionError(errno.EACCES, "Permission denied")


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """A folder of someone else's, seen from inside a container, or from outside by its second part."""
    own = os.stat(tmp_path)
    monkeypatch.setattr(users.os, "geteuid", lambda: own.st_uid + 1)
    monkeypatch.delenv("container", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / ".dockerenv").write_text("")
    return tmp_path, own


def test_in_a_container_the_option_is_named(theirs):
    """With the numbers of the owner, also where the file is yet to be made."""
    folder, own = theirs
    for place in (folder, folder / "not" / "yet"):
        said = reason(DENIED, place, folder / "inside")
        assert f"it belongs to user {own.st_uid}, mode {stat.S_IMODE(own.st_mode):o}" in said
        assert f"this runs as user {own.st_uid + 1}: run the container with --user {own.st_uid}:{own.st_gid}" in said


def test_elsewhere_no_container_is_mentioned(theirs):
    """There is none to give an option to."""
    folder, _ = theirs
    assert not in_container(folder)
    said = reason(DENIED, folder, folder)
    assert "container" not in said
    assert "run this as its owner" in said


def test_other_troubles_are_named_as_they_are(tmp_path):
    """A full disk is nobody's."""
    assert reason(OSError(errno.ENOSPC, "No space left on device"), tmp_path) == "No space left on device"


def test_what_may_be_read_is_not_complained_about(tmp_path):
    """Nor what is a link, which is not followed."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "work.py").write_text("")
    (tmp_path / "a" / "link").symlink_to("/root")
    assert denied_below(tmp_path, "class") == ""


@pytest.mark.parametrize("free", [None, 1 << 20])
def test_without_room_for_temporary_files_nothing_is_begun(monkeypatch, free):
    """No folder for them, or one that is nearly full: the size that is needed is said."""

    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    if free is None:
        monkeypatch.setattr(folders.tempfile, "gettempdir", none)
    else:
        monkeypatch.setattr(folders.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    with pytest.raises(Refused, match=r"give it 1024 MB or more \(in a container: --tmpfs /tmp:size=1024m"):
        open_box("process")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSYS, "offers no Landlock (Linux 5.13 or later does"),
        (errno.EOPNOTSUPP, "was started without it"),
        (errno.EPERM, "engine denies Landlock by its seccomp profile"),
    ],
)
def test_without_landlock_the_kernel_or_the_engine_is_named(monkeypatch, number, words):
    """Whoever runs a container in the right kind of machine is told what that lacks."""

    def denied(*_):
        raise OSError(number, "")

    monkeypatch.setattr(landlock, "syscall", denied)
    monkeypatch.setenv("container", "podman")
    said = _output._without_lock()
    assert words in said
    assert "a host whose kernel has Landlock" in said
    assert "Linux machine or container" not in said
