"""The levels, with real locked processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import HarnessError, Refused
from grader.folders import remove
from grader.lock.probe import HIDING, NAMES
from grader.sandbox import LEVELS, lockdown, namespaces, open_box
from grader.sandbox.lockdown import fresh_uid
from grader.sandbox.quota import Quota, stamp
from grader.sandbox.trial import survey, try_out

LOCKED = [level for level in LEVELS if level != "process"]
UNLOCKED = """
import json, sys
from grader.lock.probe import attempt
print(json.dumps(attempt(json.loads(sys.argv[1]), 1 << 20)))
"""


@pytest.fixture(params=[pytest.param(level, marks=pytest.mark.levels) for level in LOCKED])
def locked_box(request):
    """A box of each locked level in turn; where one is missing, that is said loudly."""
    missing = LEVELS[request.param].missing()
    if missing:
        pytest.skip(f"LEVEL {request.param.upper()} NOT TESTED: {missing}")
    box = open_box(request.param)
    yield box
    box.close()


def test_everything_that_is_tried_from_inside_is_denied(locked_box):
    """In both roles; the box keeps what was tried."""
    try_out(locked_box)
    hiding = HIDING if locked_box.level == "namespaces" else ()
    assert locked_box.probes == dict.fromkeys([*NAMES, *hiding], "denied")


def test_without_a_lock_every_attempt_succeeds(tmp_path):
    """The targets can be reached: a denial is the lock's doing."""
    box = lockdown.LockdownBox()
    targets = box.room(tmp_path, "worker")["targets"]
    done = subprocess.run([sys.executable, "-c", UNLOCKED, json.dumps(targets)], capture_output=True, text=True)
    assert json.loads(done.stdout) == dict.fromkeys(NAMES, "allowed")
    with pytest.raises(HarnessError, match="does not hold"):
        box.note(dict.fromkeys(NAMES, "denied"))  # it says so, but the listeners and the folder say otherwise
    assert {name for name, outcome in box.probes.items() if outcome == "allowed"} == {
        "connect by TCP",
        "send by UDP",
        "connect to a unix socket",
        "write outside",
    }
    box.close()


def test_a_process_that_reports_nothing_is_not_believed(locked_box):
    """No probes, no claim."""
    with pytest.raises(HarnessError, match="nothing was tried"):
        locked_box.note({})


def test_a_lock_that_cannot_close_stops_the_trial(locked_box, monkeypatch):
    """A process that fails to lock itself is a trouble of the machine's, with the cause."""
    monkeypatch.setattr(type(locked_box), "room", lambda *_: {"role": "nobody"})
    with pytest.raises(HarnessError, match="could not be locked: KeyError"):
        try_out(locked_box)


def test_an_unknown_level_is_refused_with_the_known_ones():
    """The sentence lists them."""
    with pytest.raises(Refused, match="namespaces, lockdown, process"):
        open_box("fort")


def test_a_level_that_the_machine_lacks_is_refused_with_the_reason(monkeypatch):
    """Asked for by name, nothing weaker is taken."""
    monkeypatch.setattr(lockdown.lock, "missing", lambda: "it needs Linux")
    with pytest.raises(Refused, match="does not reach the isolation level lockdown: it needs Linux"):
        open_box("lockdown")
    assert open_box().level == "process"


def test_the_survey_says_what_holds_and_why_not(monkeypatch):
    """For `grader doctor`: every level, strongest first."""
    found = survey()
    assert list(found) == list(LEVELS)
    assert found["process"] == ("", {})


TRIAL = "from grader.sandbox import LEVELS, strongest_level; print(LEVELS['namespaces'].missing(), strongest_level())"
# What keeps a machine from level 2, made by the real thing and undone with the process.
RESTRICTED = {
    "a user without user namespaces": (
        """
itself = namespaces.folder_of_itself()
namespaces.unshare(namespaces.NEWUSER)
for name, text in (("setgroups", "deny"), ("uid_map", f"1234 {uid} 1"), ("gid_map", f"1234 {gid} 1")):
    os.write(os.open(name, os.O_WRONLY, dir_fd=itself), text.encode())
open("/proc/sys/user/max_user_namespaces", "w").write("0")
""",
        "there are no user namespaces (user.max_user_namespaces is 0)",
    ),
    "root as in a container": (
        "privileges.bound(*(number for number in range(41) if number != 21))",
        "root lacks CAP_SYS_ADMIN, as in a container",
    ),
}


@pytest.mark.parametrize("restriction", RESTRICTED)
def test_where_namespaces_are_restricted_it_says_so_and_level_1_is_taken(restriction):
    """In one sentence, with the reason and the call that failed."""
    made, why = RESTRICTED[restriction]
    if restriction.startswith("root") and os.geteuid() != 0:
        pytest.skip("only root is root")
    begin = "import os, sys\nfrom grader.lock import namespaces, privileges\nuid, gid = os.geteuid(), os.getegid()\n"
    code = f"{begin}{made}\nos.execv(sys.executable, [sys.executable, '-c', {TRIAL!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.startswith(f"namespaces cannot be made here: {why} (unshare: "), done.stderr
    assert done.stdout.endswith(" lockdown\n")


def test_ubuntus_rule_is_named(tmp_path, monkeypatch):
    """Which lets the call be made and denies what comes after it."""
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "apparmor_restrict_unprivileged_userns").write_text("1\n")
    monkeypatch.setattr(namespaces, "SYSCTL", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "AppArmor lets only programs" in namespaces._why()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives rooms away")
def test_rooms_belong_to_users_that_are_nobody_else(locked_box, tmp_path):
    """Each process gets a user of its own, and its files with it."""
    users = set()
    for name in ("a", "b"):
        room = tmp_path / name
        (room / "deep").mkdir(parents=True)
        (room / "deep" / "file").write_text("")
        users.add(locked_box.room(room, "kernel")["uid"])
        assert {path.lstat().st_uid for path in [room, *room.rglob("*")]} == {
            max(users, key=lambda u: room.stat().st_uid == u)
        }
    assert len(users) == 2
    assert 0 not in users


def test_users_are_drawn_from_those_that_exist(monkeypatch):
    """A container may map few."""
    assert len({fresh_uid() for _ in range(20)}) == 20
    assert all(uid >= lockdown.LOWEST_UID for uid in (fresh_uid() for _ in range(20)))


def test_a_folder_over_its_quota_is_noticed_without_opening_anything(tmp_path):
    """By bytes and by number; links are counted, not followed."""
    quota = Quota(size=1000, files=5)
    assert quota.excess(tmp_path) == ""
    (tmp_path / "link").symlink_to("/usr/bin")
    (tmp_path / "sparse").touch()
    os.truncate(tmp_path / "sparse", 2000)
    assert quota.excess(tmp_path) == "more than 0 MB"
    for number in range(6):
        (tmp_path / f"{number}").touch()
    assert quota.excess(tmp_path) == "more than 5 files"


def test_a_stamp_tells_that_something_was_put_into_a_folder(tmp_path):
    """By path or by descriptor, also of a file that is gone again; looking into it changes nothing."""
    folder = os.open(tmp_path, os.O_RDONLY)
    empty = stamp(tmp_path)
    assert list(tmp_path.iterdir()) == [] and stamp(folder) == empty
    tries = 0
    while stamp(folder) == empty:  # until the clock has ticked
        (tmp_path / "file").touch()
        (tmp_path / "file").unlink()
        tries += 1
        assert tries < 100_000
    os.close(folder)
    assert stamp(tmp_path) not in (empty, ())
    assert stamp(tmp_path / "file") == ()


def test_folders_too_deep_to_be_counted_are_over_the_quota(tmp_path):
    """What lies below the longest path could be any number of bytes."""
    code = "import os\nfor _ in range(20):\n os.mkdir('d' * 250)\n os.chdir('d' * 250)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert Quota(size=1000, files=100).excess(tmp_path) == "a folder that cannot be looked into"
    remove(tmp_path / ("d" * 250))


@pytest.mark.slow
def test_a_folder_is_removed_however_deep_it_is(tmp_path):
    """Also where a path is longer than any system call takes."""
    deep = tmp_path / "deep"
    deep.mkdir()
    code = "import os\nfor _ in range(3000):\n os.mkdir('d' * 20)\n os.chdir('d' * 20)"
    subprocess.run([sys.executable, "-c", code], cwd=deep, check=True)
    remove(deep)
    assert not Path(deep).exists()


def test_a_long_path_to_temporary_files_is_no_hindrance(tmp_path, monkeypatch):
    """Paths of sockets end at about 100 bytes."""
    long = tmp_path / ("long" * 40)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    box = lockdown.LockdownBox()
    box.close()
    assert list(long.iterdir()) == []
