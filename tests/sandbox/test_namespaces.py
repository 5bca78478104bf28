"""Namespaces alone, without Landlock and seccomp: what a child of a nest sees, and what it cannot get back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.lock import places, views
from grader.sandbox.namespaces import NamespacesBox

MISSING = NamespacesBox.missing()
pytestmark = [
    pytest.mark.levels,
    pytest.mark.skipif(bool(MISSING), reason=f"LEVEL NAMESPACES NOT TESTED: {MISSING}"),
]

# Two children of one nest: a neighbour that waits, and one that has moved in, without rights, and runs an attempt.
NEST = """
import json, os, signal, sys, traceback
from grader.lock import namespaces, privileges
order, attempt = json.loads(sys.argv[1]), sys.argv[2]
nest = namespaces.settle(order)

def child(room, code):
    keeper = nest.open()
    pid = os.fork()
    if pid == 0:
        try:
            nest.move_in(room)
            privileges.drop(order["uid"])
            exec(code, {"os": os, "signal": signal, "moved": tell})
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    nest.shut()
    return keeper, pid

ready, tell = os.pipe()
neighbour = child(order["neighbour"], "os.write(moved, b'-'); signal.pause()")
os.close(tell)
assert os.read(ready, 1), "the neighbour has not moved in"
with open("/proc/thread-self/children") as file:
    first = file.read().split()[0]
with open(f"/proc/{first}/task/{first}/children") as file:  # of the small process that forks keepers
    first = file.read().split()[0]
with open(f"/proc/{first}/status") as file:
    rights = [int(line.split()[1], 16) for line in file if line.startswith("Cap")]
print(json.dumps({"keeper": rights, "users": os.stat("/proc/self/ns/user").st_ino}), file=sys.stderr)
keeper, pid = child(order["room"], attempt)
os.waitpid(pid, 0)
os.kill(neighbour[1], signal.SIGKILL)
os.waitpid(neighbour[1], 0)
for one in (neighbour[0], keeper):
    nest.end(one)
"""
# Root, as somebody who is not.
AS_USER = """
import os, sys
from grader.lock import namespaces
file = namespaces.folder_of_itself()
namespaces.unshare(namespaces.NEWUSER)
for name, text in (("setgroups", "deny"), ("uid_map", f"1234 {0} 1"), ("gid_map", f"1234 {0} 1")):
    with open(os.open(name, os.O_WRONLY, dir_fd=file), "w") as one:
        one.write(text)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
TRIED = """
import ctypes, json, os, socket
libc = ctypes.CDLL(None, use_errno=True)

def works(call):
    try:
        return call() is not False
    except (OSError, MemoryError):
        return False

def mounts(source, target, flags):
    return libc.mount(source, target, None, ctypes.c_ulong(flags), None) == 0

def tell(**found):
    os.write(1, json.dumps(found).encode())
"""


class Nest:
    """What is around a nest: a secret, a room, a neighbour's room."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder, self.user = folder, user
        self.show: list[str] = []
        self.outside: dict[str, Any] = {}
        folder.chmod(0o755)
        for name in ("view", "room", "neighbour"):
            (folder / name).mkdir()
        (folder / "neighbour" / "work.py").write_text("their work")
        self.secret = folder / "secret"
        self.secret.write_text("secret")
        self.secret.chmod(0o644)

    def told(self, code: str) -> dict[str, Any]:
        """What a child tells that has moved in."""
        order: dict[str, Any] = {name: str(self.folder / name) for name in ("view", "room", "neighbour")}
        uid = 654321 if self.user == "root" else None
        if uid:
            os.chown(self.folder / "room", uid, uid)
        order |= {"show": [*places.shown(), *self.show], "cover": places.covered(), "uid": uid}
        argv = ["-c", NEST, json.dumps(order), TRIED + code]
        if self.user == "user" and os.geteuid() == 0:
            argv = ["-c", AS_USER, *argv]
        env = {**os.environ, "SECRET": str(self.secret)}
        done = subprocess.run([sys.executable, *argv], capture_output=True, text=True, env=env)
        assert done.stdout, done.stderr
        self.outside = json.loads(done.stderr.splitlines()[0])
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(params=["root", "user"])
def nest(request: pytest.FixtureRequest, tmp_path: Path) -> Nest:
    """A nest of root's, and of a user's."""
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("only root is root")
    return Nest(tmp_path, request.param)


def test_a_child_sees_the_libraries_and_its_room_and_nothing_else(nest):
    """No secret, no neighbour, nothing of the project, nothing of the machine; and of processes two."""
    found = nest.told("""
import numpy
there = lambda path: os.path.exists(path)
tell(root=sorted(os.listdir("/")), secret=there(os.environ["SECRET"]), machine=list(map(there, ["/etc/passwd", "/sys",
     "/etc/shadow", "/usr/bin", "/root/.ssh", "/dev/tty"])), tmp=os.listdir("/tmp"),
     room=os.listdir("/room"), processes=[name for name in os.listdir("/proc") if name.isdigit()], pid=os.getpid(),
     networks=[name for _, name in socket.if_nameindex()],
     package=any(there(os.path.join(os.path.dirname(p), "grader", "boot.py")) for p in numpy.__path__))
""")
    tops = {f"/{path.split('/')[1]}" for path in [*places.shown(), *views.EMPTY]}
    assert {f"/{name}" for name in found.pop("root")} <= tops | {os.path.realpath(top) for top in tops}
    libraries = {path.split("/")[2] for path in places.shown() if path.startswith("/tmp/")}  # of a checkout there
    assert set(found.pop("tmp")) <= libraries
    assert found == {
        "secret": False,
        "machine": [False] * 6,
        "room": [],
        "processes": ["1", "2"],
        "pid": 2,
        "networks": ["lo"],
        "package": False,
    }


def test_what_lies_behind_links_is_there_by_the_same_links(nest):
    """As where /home is a link: by either name, and no empty folder takes a link's place."""
    (nest.folder / "real" / "packages").mkdir(parents=True)
    (nest.folder / "real" / "packages" / "one.py").write_text("")
    (nest.folder / "link").symlink_to("real")
    (nest.folder / "far").symlink_to(nest.folder / "link" / "packages")
    nest.show = [str(nest.folder / "far")]
    found = nest.told(f"""
place = {str(nest.folder)!r}
tell(names=sorted(os.listdir(place)), files=[os.path.exists(f"{{place}}/{{name}}/one.py") for name in
     ("far", "link/packages", "real/packages")])
""")
    assert found == {"names": ["far", "link", "real"], "files": [True] * 3}


def test_only_the_room_can_be_written_to(nest):
    """By who owns it; and by mount everything else is read-only and gives no rights."""
    found = nest.told("""
places = ["/", "/tmp", "/dev/shm", "/home", "/proc/sys/kernel", os.path.dirname(os.__file__), "/room"]
writes = [works(lambda: open(place + "/written", "w").close()) for place in places]
options = {}
for line in open("/proc/self/mountinfo"):
    fields = line.split()
    options[fields[4]] = fields[5].split(",")
tell(writes=writes, writable=[p for p, o in options.items() if "rw" in o], suid=[p for p, o in options.items() if
     "nosuid" not in o], mounts=len(options), settable=works(lambda: open("/proc/sys/kernel/core_pattern", "w")))
""")
    assert found["writes"] == [False] * 6 + [True]
    assert found["writable"] == ["/room"]
    assert found["suid"] == []
    assert not found["settable"]
    assert (nest.folder / "room" / "written").exists()


ATTEMPTS = {
    "remount": 'mounts(None, b"/", 32 | 0x1000)',
    "mount": 'mounts(b"/room", b"/tmp", 0x1000)',
    "propagate": 'mounts(None, b"/", 0x4000 | 1 << 20)',
    "unmount": 'libc.umount2(b"/proc", 2) == 0 or libc.umount2(b"/room", 2) == 0 or libc.umount2(b"/dev/null", 2) == 0',
    "turn the root": 'libc.syscall(155, b"/room", b"/room") == 0',
    "enter": 'any(libc.setns(os.open(f"/proc/1/ns/{n}", os.O_RDONLY), 0) == 0 for n in ("mnt", "pid", "net", "user"))',
    "enter by process": "libc.setns(os.pidfd_open(1), 0x00020000) == 0",
    "become root": "os.setuid(0)",
    "leave its groups": "os.setgroups([])",
    "map users": 'open("/proc/self/uid_map", "w").write("0 0 1")',
    "read its keeper's memory": 'open("/proc/1/mem", "rb")',
    "read its keeper's environment": 'open("/proc/1/environ", "rb")',
    "see its keeper's files": 'os.listdir("/proc/1/root")',
    "see its keeper's descriptors": 'os.readlink("/proc/1/fd/0")',
    "trace its keeper": "libc.ptrace(16, 1, 0, 0) == 0",
    "end its keeper": 'os.kill(1, 9) is None and os.path.exists("/proc/1/root/etc")',
    "see a parent by its number": "any(works(lambda n=n: os.kill(n, 0)) for n in range(3, 5000))",
    "connect": 'socket.create_connection(("127.0.0.1", 22), 1)',
    "name the machine": "socket.sethostname('mine')",
}


def test_without_landlock_and_seccomp_nothing_can_be_got_back(nest):
    """Nor with the rights that a user namespace of its own gives."""
    calls = ", ".join(f"{name!r}: works(lambda: {call})" for name, call in ATTEMPTS.items())
    assert {name for name, done in nest.told(f"tell(**{{{calls}}})").items() if done} == set()
    again = [name for name in ATTEMPTS if name not in ("mount", "map users", "become root", "name the machine",
                                                       "leave its groups", "propagate")]  # fmt: skip
    calls = ", ".join(f"{name!r}: works(lambda: {ATTEMPTS[name]})" for name in again)
    found = nest.told(f"made = libc.unshare(0x10000000 | 0x00020000) == 0\ntell(made=made, **{{{calls}}})")
    found.pop("made")  # as the kernel likes: it may give one to anyone
    assert {name for name, done in found.items() if done} == set()


def test_a_child_has_no_rights_to_gain(nest):
    """No capability of any kind, and no program could give one."""
    found = nest.told("""
tell(**dict(line.split(":\\t") for line in open("/proc/self/status") if line.startswith(("Cap", "NoNewPrivs"))))
""")
    assert {name: int(value, 16) for name, value in found.items()} == {
        **dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), 0),
        "NoNewPrivs": 1,
    }


def test_neither_the_keeper_nor_the_users_of_the_parent_are_of_use(nest):
    """The keeper has no rights; who is not root is in a user namespace below the one that owns its mounts."""
    found = nest.told("tell(users=os.stat('/proc/self/ns/user').st_ino)")
    assert nest.outside["keeper"] == [0] * 5
    assert (found["users"] == nest.outside["users"]) == (nest.user == "root")


def test_nothing_is_mounted_on_the_machine(nest):
    """What is mounted for a nest shows nowhere else."""
    nest.told("tell(done=True)")
    assert str(nest.folder) not in Path("/proc/self/mountinfo").read_text()
    assert list((nest.folder / "view").iterdir()) == []
