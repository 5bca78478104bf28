"""The two ways to a student process: the same for the student, and a fork that fails costs nothing."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.course.parts import load_part
from grader.errors import HarnessError
from grader.extract import extract
from grader.forks.client import Parent
from grader.intake.reading import read_submission
from grader.sandbox import open_box
from grader.worker import client, processes
from grader.worker.client import StudentProcess

FORWARD = load_part("relu").checks["forward"]
RIGHT = "def relu_forward(x): return np.maximum(0, x), x\n"


@pytest.fixture
def student(tmp_path):
    """Start a student process in a box, for the given source of relu_forward."""
    opened = []

    def start(box, source):
        path = tmp_path / "layers.py"
        path.write_text("import numpy as np\n" + textwrap.dedent(source))
        opened.append(StudentProcess(box, extract(read_submission(path), ["relu_forward"]), ["relu"]))
        return opened[-1]

    yield start
    for process in opened:
        process.__exit__(None, None, None)


@pytest.fixture
def forking_box(tmp_path, monkeypatch):
    """A box that forks, with temporary files in a folder of their own."""
    folder = Path(tempfile.mkdtemp(prefix="fo-"))  # short, or others would be taken in its place
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    box = open_box("process")
    if not processes.can_fork(box):
        pytest.skip("NOT TESTED: student processes are forked on Linux only")
    yield box
    box.close()
    assert list(folder.iterdir()) == []
    folder.rmdir()


def play(process):
    return process.play(FORWARD, FORWARD.inputs(FORWARD.cases[1], 1))


def told(process, what):
    """What the student's function says in an exception."""
    return play(process).error["message"]


def _children(word):
    """This process's children with that word on their command line; a zombie has none."""
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            found += [process] * (word in process.cmdline())
    return found


def servers():
    """The parents of this test's box: they have their home below its temporary folder."""
    here = tempfile.gettempdir()
    return [process for process in _children("grader.worker.forkserver") if process.environ()["HOME"].startswith(here)]


def test_it_has_its_own_two_pipes_and_nothing_else(student, box):
    """No descriptor of another submission's, nor of the parent's, is open in it."""
    source = """
    import os
    def relu_forward(x):
        links = []
        for name in os.listdir("/proc/self/fd"):
            try: links.append(os.readlink(f"/proc/self/fd/{name}"))
            except OSError: pass
        raise ValueError(" ".join(links))
    """
    if sys.platform != "linux":
        pytest.skip("there is no /proc")
    others = [student(box, RIGHT) for _ in range(2)]
    assert [play(other).outcome for other in others] == ["returned"] * 2
    links = told(student(box, source), "links").split()
    assert len([link for link in links if link.startswith("pipe:")]) == 2
    assert {re.sub(r"^pipe:.*", "pipe", link) for link in links} == {"/dev/null", "pipe"}


def test_it_is_in_its_room_with_its_own_environment(student, box):
    """Folder, home and temporary files are the room, and no other submission's."""
    source = """
    import os, tempfile
    def relu_forward(x):
        raise ValueError(" ".join([os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], tempfile.gettempdir()]))
    """
    places = [set(told(student(box, source), "places").split()) for _ in range(2)]
    assert [len(place) for place in places] == [1, 1]
    assert places[0] != places[1]


def test_nothing_is_loaded_that_knows_answers(student, box):
    """Of the grader there are the loader and the lock; no stand-in that the text does not name."""
    source = """
    import sys
    def relu_forward(x):
        raise ValueError(" ".join(name for name in sys.modules if name.startswith(("grader.", "solutions"))))
    """
    loaded = set(told(student(box, source), "modules").split())
    knowing = {"oracle", "mistakes", "grading", "judging", "diagnosis", "intake", "batch", "evidence", "checks"}
    assert not {name.split(".")[1] for name in loaded} & knowing
    assert not loaded & {"solutions", "grader.worker.im2col", "grader.worker.sandwiches", "grader.worker.slow_layers"}
    assert "grader.worker.loader" in loaded


def test_each_process_draws_numbers_of_its_own(student, box):
    """What is drawn without a seed when the code is loaded differs from process to process."""
    source = """
    import random
    DRAWN = f"{random.random()} {np.random.rand()}"
    def relu_forward(x): raise ValueError(DRAWN)
    """
    first, second = (told(student(box, source), "numbers").split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_gibibyte_and_a_half_are_at_hand(student, box):
    """The limit of 2 GiB counts what Python and NumPy take, and that is little."""
    process = student(
        box, "def relu_forward(x):\n    np.empty(3 << 29, dtype=np.uint8)\n    return np.maximum(0, x), x\n"
    )
    assert play(process).outcome == "returned"


def test_submissions_of_a_box_share_one_parent(student, forking_box):
    """It is there while the box is open; after that no process and no file is left."""
    for _ in range(2):
        assert play(student(forking_box, RIGHT)).outcome == "returned"
    (server,) = servers()
    assert len(server.children()) == 2
    known = [server, *server.children()]
    forking_box.close()
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in known)


def test_what_a_closed_process_leaves_is_removed(student, forking_box):
    """Rooms go with their process, the parent's folder with the box."""
    process = student(forking_box, RIGHT)
    assert play(process).outcome == "returned"
    process.__exit__(None, None, None)
    folder = forking_box.folder
    assert [path.name[:5] for path in folder.iterdir()] == ["fork-"]
    forking_box.close()
    assert not folder.exists()


def test_a_process_that_dies_is_replaced_by_a_fork(student, forking_box):
    """Of the same parent, in a room of its own."""
    source = """
    import os
    def relu_forward(x):
        if x.ndim == 4: os._exit(3)
        return np.maximum(0, x), x
    """
    process = student(forking_box, source)
    transcript = process.play(FORWARD, {"x": np.ones((1, 1, 1, 1))})
    assert (transcript.outcome, "exit code 3" in transcript.error["message"]) == ("died", True)
    before = servers()
    assert process.play(FORWARD, {"x": np.ones(2)}).outcome == "returned"
    assert servers() == before


def test_a_dead_parent_is_our_trouble_and_is_replaced(student, forking_box):
    """What was asked at that moment fails as the grader's; the next check has a new parent."""
    process = student(forking_box, RIGHT)
    assert play(process).outcome == "returned"
    (server,) = servers()
    server.kill()
    server.wait()
    with pytest.raises(HarnessError, match="fork server stopped"):
        play(process)
    assert play(process).outcome == "returned"
    assert servers() not in ([], [server])


GRADER = """
import sys
from pathlib import Path
from grader.course.parts import load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.sandbox import open_box
from grader.worker.client import StudentProcess

check = load_part("relu").checks["forward"]
program = extract(read_submission(Path(sys.argv[1])), ["relu_forward"])
with StudentProcess(open_box("process"), program, ["relu"]) as process:
    process.play(check, check.inputs(check.cases[1], 1))
    print("ready", flush=True)
    process.play(check, check.inputs(check.cases[0], 1))
"""


def test_nothing_outlives_a_grader_that_is_killed(forking_box, tmp_path):
    """Its parent process and what that forked end with it, also while student code runs for ever."""
    path = tmp_path / "layers.py"
    path.write_text("def relu_forward(x):\n    while x.ndim < 4: pass\n    return x, x\n")
    grader = subprocess.Popen([sys.executable, "-c", GRADER, str(path)], stdout=subprocess.PIPE)
    assert grader.stdout is not None
    assert grader.stdout.readline() == b"ready\n"
    started = psutil.Process(grader.pid).children(recursive=True)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert len(started) == 2
    assert psutil.wait_procs(started, timeout=60)[1] == []


BROKEN = {
    "ends at once": "",
    "refuses": """
import os, socket
requests = socket.socket(fileno=0)
while True:
    word, descriptors, _, _ = socket.recv_fds(requests, 4096, 3)
    if not word: break
    for descriptor in descriptors: os.close(descriptor)
""",
    "hangs": "import time; time.sleep(1000)",
}


@pytest.mark.slow
@pytest.mark.parametrize("program", BROKEN.values(), ids=BROKEN)
def test_a_parent_that_does_not_fork_is_done_without(student, forking_box, monkeypatch, program):
    """No process to be had, a crash, silence: programs of their own serve, and what hangs is not asked again."""

    def server(box, folder, order):
        return Parent(box, [sys.executable, "-c", program], dict(os.environ), folder, folder)

    before = _children("-c")  # the parent of judges, if this process has graded a class
    monkeypatch.setattr(processes, "_server", server)
    monkeypatch.setattr(client, "FORK_SECONDS", 0.3)
    monkeypatch.setattr("grader.forks.client.END_SECONDS", 0.3)
    for _ in range(2):
        assert play(student(forking_box, RIGHT)).outcome == "returned"
    forking_box.close()
    assert [process for process in _children("-c") if process not in before] == []
