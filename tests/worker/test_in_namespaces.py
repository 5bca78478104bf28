"""Student processes that move into namespaces of their own: the same for the student, and nothing outlives anyone."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.batch.classes import Settings, grade_class
from grader.course.parts import load_part
from grader.errors import HarnessError
from grader.extract import extract
from grader.intake.layouts import open_entries
from grader.intake.reading import read_submission
from grader.limits import NotebookLimits
from grader.lock import namespaces
from grader.model import Result
from grader.sandbox import open_box
from grader.sandbox.namespaces import NamespacesBox
from grader.worker.client import StudentProcess

MISSING = NamespacesBox.missing()
pytestmark = [
    pytest.mark.levels,
    pytest.mark.skipif(bool(MISSING), reason=f"LEVEL NAMESPACES NOT TESTED: {MISSING}"),
]
SPECIMENS = Path(__file__).parents[1] / "specimens" / "two_layer_net"
SECONDS = 60.0
READ_ONLY = {"OSError": "PermissionError"}  # where all but the room is read-only, that comes first
FORWARD = load_part("relu").checks["forward"]
SOURCE = """
import os
import numpy as np

def relu_forward(x):
    while x.ndim == 3:
        pass
    if x.ndim == 4:
        raise ValueError(f"{os.getpid()} {os.getcwd()} {sorted(os.listdir())}")
    open("mine", "w").close()
    return np.maximum(0, x), x
"""
GRADER = """
import sys
from pathlib import Path
import numpy as np
from grader.course.parts import load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.sandbox import open_box
from grader.worker.client import StudentProcess

check = load_part("relu").checks["forward"]
program = extract(read_submission(Path(sys.argv[1])), ["relu_forward"])
with StudentProcess(open_box("namespaces"), program, ["relu"]) as process:
    process.play(check, {"x": np.ones(2)})
    print("ready", flush=True)
    process.play(check, {"x": np.ones((1, 1, 1))})
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of all temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="in-"))  # short, or others would be taken in its place
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A submission."""
    path = tmp_path / "layers.py"
    path.write_text(SOURCE)
    return path


def play(process: StudentProcess, dimensions: int) -> Any:
    import numpy as np

    return process.play(FORWARD, {"x": np.ones((1,) * dimensions)})


def below(pid: int) -> list[psutil.Process]:
    """The processes below one that run; what other tests' have left is waited for by nobody."""
    found = psutil.Process(pid).children(recursive=True)
    return [one for one in found if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_neighbours_have_the_same_room_and_find_nothing_in_it(place, source):
    """By name it is one; each has its own, and numbers of its own."""
    box = open_box("namespaces")
    program = extract(read_submission(source), ["relu_forward"])
    with contextlib.ExitStack() as stack:
        stack.callback(box.close)
        first, second = (stack.enter_context(StudentProcess(box, program, ["relu"])) for _ in range(2))
        assert play(first, 1).outcome == "returned"
        assert play(first, 4).error["message"] == "2 /room ['mine']"
        assert play(second, 4).error["message"] == "2 /room []"
        assert set(box.probes.values()) == {"denied"}
        assert "share its namespaces" in box.probes


@pytest.mark.parametrize("killed", [0, 1, 2], ids=["who waits for it", "itself", "who forks keepers"])
def test_children_end_with_a_parent_that_is_killed(place, source, killed):
    """What was asked then is the grader's trouble; the next check has a new parent, and no file is left in the end."""
    box = open_box("namespaces")
    program = extract(read_submission(source), ["relu_forward"])
    with contextlib.ExitStack() as stack:
        stack.callback(box.close)
        process = stack.enter_context(StudentProcess(box, program, ["relu"]))
        assert play(process, 1).outcome == "returned"
        mine = [one for one in below(os.getpid()) if str(box.folder) in one.cmdline()]
        assert len(mine) == 5, "who waits for the parent, the parent, who forks keepers, a keeper, a student process"
        mine[killed].kill()
        assert psutil.wait_procs(mine, timeout=SECONDS)[1] == []
        with pytest.raises(HarnessError, match="fork server stopped"):
            play(process, 1)
        assert play(process, 1).outcome == "returned"
    assert list(place.iterdir()) == []


def test_nothing_outlives_a_grader_that_is_killed(place, source):
    """No process, no mount, no room, also while student code runs for ever."""
    grader = subprocess.Popen([sys.executable, "-c", GRADER, str(source)], stdout=subprocess.PIPE)
    assert grader.stdout is not None
    assert grader.stdout.readline() == b"ready\n"
    started = below(grader.pid)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert len(started) == 5
    assert psutil.wait_procs(started, timeout=SECONDS)[1] == []
    assert str(place) not in Path("/proc/self/mountinfo").read_text()
    assert list(place.iterdir()) == []


def test_a_parent_that_did_not_settle_gives_no_student_process(place, source, monkeypatch):
    """A process that should have namespaces of its own and has not loads no code."""
    monkeypatch.setattr(NamespacesBox, "nest", lambda self, read=(): None)
    box = open_box("namespaces")
    program = extract(read_submission(source), ["relu_forward"])
    with contextlib.ExitStack() as stack:
        stack.callback(box.close)
        process = stack.enter_context(StudentProcess(box, program, ["relu"]))
        with pytest.raises(HarnessError, match="not of the isolation level"):
            play(process, 1)


def test_verdicts_are_those_of_lockdown(tmp_path):
    """Of right, wrong, broken and forbidden work, with its notebook: statuses, points, messages and cells."""
    classroom = tmp_path / "class"
    for name in ("raising_cell", "regularisation_factor", "half_empty"):
        shutil.copytree(SPECIMENS / name, classroom / name)
    last = {"signal": "os.kill(os.getpid(), 9)"}
    last |= {name: f"open('/{name}/what-a-cell-writes', 'w')" for name in ("tmp", "dev/shm")}
    notebook = next((SPECIMENS / "raising_cell").rglob("*.ipynb"))
    for name, statement in last.items():
        place = classroom / name.replace("/", "-")
        work = json.loads(notebook.read_text())
        cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        work["cells"].append(cell | {"source": f"import os\n{statement}"})
        place.mkdir()
        (place / notebook.name).write_text(json.dumps(work))
    told = {level: verdicts(classroom, tmp_path / level, level) for level in ("lockdown", "namespaces")}
    assert told["namespaces"] == told["lockdown"]
    assert {cell for *_, cells in told["lockdown"].values() for cell in cells} >= {"KernelDied"}


def verdicts(classroom: Path, out: Path, level: str) -> dict[str, Any]:
    """By student: the score, each check's status, points and notes, and the errors of cells."""
    settings = Settings(out, assignment="two_layer_net", seed=7, jobs=2, notebook=NotebookLimits(5.0, 20.0, None))
    box = open_box(level)
    try:
        with open_entries([classroom], "class") as entries:
            students = [one.student for one in grade_class(entries, settings, box, lambda result: None).results]
    finally:
        box.close()
    found = {}
    for result in (Result.from_dict(json.loads((out / name / "result.json").read_text())) for name in students):
        assert result.notebook is not None
        checks = [(check.slug, check.status, check.points, [n.code for n in check.notes]) for check in result.checks]
        cells = [READ_ONLY.get(error.type, error.type) for error in result.notebook.errors]
        found[result.student] = (result.score, checks, cells)
    return found


def test_who_has_not_settled_moves_nowhere():
    """The number is its own."""
    assert namespaces.move_in({"place": None}) == os.getpid()
    with pytest.raises(OSError, match="not of the isolation level"):
        namespaces.move_in({"place": "/somewhere"})
