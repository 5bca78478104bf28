"""One process at a time writes into a folder, and whoever comes second hears which one that is."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from grader.errors import Refused
from grader.store import lock
from grader.store.lock import NAME, Holder, writing

HOLD = """
import sys
from pathlib import Path
from grader.store.lock import writing
with writing(Path(sys.argv[1]), "grade --only relu", print):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """A process that writes into the folder, until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def taken(out) -> list[str]:
    """Take the place of who writes; what is told meanwhile."""
    told = []
    with writing(out, "grade", told.append):
        assert (out / NAME).exists()
    assert not (out / NAME).exists()
    return told


def test_who_comes_second_hears_who_writes(tmp_path, other):
    """The command, process, host and since when; when that has ended, the place is free, without a word."""
    said = rf"being written by `grader grade --only relu`, process {other.pid} on {socket.gethostname()}, since 20\d\d-"
    for _ in range(2):
        with pytest.raises(Refused, match=said), writing(tmp_path, "grade", print):
            pass
    other.communicate("")
    assert taken(tmp_path) == []


def test_the_place_of_a_process_that_was_killed_is_taken_with_a_word(tmp_path, other):
    """The kernel frees it."""
    other.kill()
    other.wait()
    (told,) = taken(tmp_path)
    assert told.startswith(f"`grader grade --only relu`, process {other.pid} on ")
    assert told.endswith(" ended without finishing; what it had written is kept.")


def test_a_lock_is_free_again_whatever_happened_in_it(tmp_path):
    """An exception too."""
    with pytest.raises(ZeroDivisionError), writing(tmp_path, "grade", print):
        raise ZeroDivisionError
    assert taken(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "is_free"),
    [({}, False), ({"started": 1.0}, True), ({"pid": 2**22 + 1}, True), ({"host": "elsewhere"}, False)],
)
def test_without_locks_of_the_kernel_the_text_decides(tmp_path, monkeypatch, changes, is_free):
    """A process that is alive here holds it, a later one of its number does not; of other hosts nobody knows."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(lock, "REMOVES_OPEN_FILES", False)
    holder = replace(Holder.ourselves("grade"), **changes)
    (tmp_path / NAME).write_text(json.dumps(asdict(holder)))
    if is_free:
        assert len(taken(tmp_path)) == 1
    else:
        with pytest.raises(Refused, match=holder.host), writing(tmp_path, "grade", print):
            pass
        assert json.loads((tmp_path / NAME).read_text()) == asdict(holder)


def test_a_damaged_text_holds_nothing(tmp_path):
    """It is somebody's who was killed while writing it."""
    (tmp_path / NAME).write_text('{"host": 1')
    assert taken(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="links are made otherwise there")
def test_a_link_in_its_place_is_not_followed(tmp_path):
    """Nothing else is written to."""
    (tmp_path / "theirs").write_text("x")
    (tmp_path / NAME).symlink_to("theirs")
    with pytest.raises(OSError, match=NAME), writing(tmp_path, "grade", print):
        pass
    assert (tmp_path / "theirs").read_text() == "x"
