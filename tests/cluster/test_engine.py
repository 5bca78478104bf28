"""A class graded on a cluster has the results of a local run; who does not fit, or is not trusted, gets no work."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.submissions import notebook
from grader import __version__
from grader.cli import main
from grader.cluster.card import own_card
from grader.cluster.certificates import security_of
from grader.cluster.engine import _client
from grader.cluster.parcels import packed, unpacked, words_of
from grader.errors import Refused
from grader.intake.snapshot import Snapshot
from tests.attacks.scene import HONEST
from tests.cluster.conftest import results
from tests.conftest import ROOT
from tests.courses.conftest import CLUSTERS

pytestmark = pytest.mark.xdist_group("waiting")


@pytest.mark.slow
def test_a_notebook_is_executed_on_a_worker_beside_its_files(programs, stock, tmp_path):
    """Which travel with it; the result is that of a local run. There, too, it is told which assignment it is of."""
    students = tmp_path / "class"
    (students / "gus").mkdir(parents=True)
    (students / "gus" / "notes.txt").write_text("mine")
    cells = [HONEST, "assert open('notes.txt').read() == 'mine'"]
    (students / "gus" / "layers.ipynb").write_text(json.dumps(notebook(cells)))
    stock.workers(1)
    usual = ["-m", "grader", "grade", str(students), "--seed", "70107", "--layout", "class"]
    run = programs.begin(*usual, "--out", str(tmp_path / "out"), *stock.options)
    local = programs.begin(*usual, "--out", str(tmp_path / "local"))
    assert (run.wait(), local.wait()) == (0, 0), run.said.read_text()
    found = results(tmp_path / "out")
    assert found == results(tmp_path / "local")
    ran = found["gus"]["notebook"]
    assert found["gus"]["assignment"]
    assert (ran["executed"], ran["errors"], ran["trouble"]) == (2, [], None)


@pytest.mark.slow
def test_workers_of_another_course_or_version_get_no_work_and_the_others_grade(programs, certificates, tmp_path):
    """A copy of the course with a line more, and another installation; with these alone a run is refused."""
    students = tmp_path / "class"
    for name, specimen in (("ada", "perfect"), ("bob", "farthest")):
        shutil.copytree(CLUSTERS / "specimens" / "kmeans" / specimen, students / name)
    course = Path(shutil.copytree(CLUSTERS, tmp_path / "course"))
    with (course / "student_template" / "checks" / "kmeans.py").open("a") as check:
        check.write("OTHER = 1\n")
    installed = tmp_path / "installed"
    for name in ("grader", "reports"):
        shutil.copytree(ROOT / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
    version = installed / "grader" / "__init__.py"
    version.write_text(version.read_text().replace(f'"{__version__}"', '"0.0.1"'))
    address = programs.scheduler(certificates)
    usual = ["-m", "grader", "grade", str(students), "--course", str(CLUSTERS), "--assignment", "kmeans", "--seed", "7"]
    options = ["--engine", address, "--certificates", str(certificates)]
    unfit = [
        programs.worker(address, certificates, "--course", str(course)),
        programs.worker(address, certificates, "--course", str(CLUSTERS), within=("env", "-C", str(installed))),
    ]
    run = programs.begin(*usual, "--no-notebook", "--out", str(tmp_path / "out"), *options)
    assert run.wait() == 2, run.said.read_text()
    version = f"grader 0.0.1 instead of {__version__}"
    assert "No worker at" in run.said.read_text() and version in run.said.read_text()
    programs.worker(address, certificates, "--course", str(CLUSTERS))
    run = programs.begin(*usual, "--no-notebook", "--out", str(tmp_path / "out"), *options)
    local = programs.begin(*usual, "--no-notebook", "--out", str(tmp_path / "local"), "--jobs", "1")
    assert (run.wait(), local.wait()) == (0, 0), run.said.read_text()
    assert results(tmp_path / "out") == results(tmp_path / "local") and len(results(tmp_path / "out")) == 2
    for worker, why in zip(unfit, ("another course content", version), strict=True):
        said = worker.said.read_text()
        assert said.count(f"This worker refuses the work of a run: it has {why}.") == 2 and worker.poll() is None
        assert f"gets no work: it has {why}." in run.said.read_text()


def test_versions_and_code_are_told_apart():
    """In words that name what differs; the same card has the same name for Dask."""
    own = own_card("lockdown", None)
    assert own.differs(own) == "" and own.from_text(own.text) == own
    other = type(own)(own.versions.replace('"numpy": "', '"numpy": "0.'), "0", own.course, "namespaces", own.data)
    assert other.resource != own.resource
    said = other.differs(own)
    assert said.startswith("numpy 0.") and "other code of grader" in said and "level namespaces instead" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["worker", "tcp://192.0.2.1:8786"], "in the clear"),
        (["worker", "tcp://scheduler.example:8786"], "in the clear"),
        (["worker", "tls://192.0.2.1:8786"], "--certificates DIR"),
        (["worker", "tls://192.0.2.1:8786", "--certificates", "/nowhere"], "cannot be read"),
        (["worker", "nonsense"], "no address of a scheduler"),
        (["worker", "tcp://127.0.0.1:8786", "--isolation", "process"], "refused"),
        (["grade", ".", "--out", "o", "--engine", "tcp://192.0.2.1:8786"], "in the clear"),
        (["grade", ".", "--out", "o", "--engine", "ray"], "There is no engine"),
    ],
)
def test_what_is_not_safe_is_refused(words, said, capsys, tmp_path, monkeypatch):
    """Before anything is opened or written, in one sentence."""
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_certificates_are_for_their_owner_and_made_once(certificates, capsys):
    """The key can be read by nobody else, and is not replaced by mistake."""
    assert stat.S_IMODE((certificates / "cluster-key.pem").stat().st_mode) == 0o600
    assert main(["cluster-certificates", str(certificates)]) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.slow
def test_who_has_no_certificate_is_not_let_in(standing, tmp_path):
    """Another cluster's certificate is none of this one's."""
    assert main(["cluster-certificates", str(tmp_path / "other")]) == 0
    with pytest.raises(Refused, match="No scheduler answers"):
        _client(standing, security_of(standing, tmp_path / "other"), seconds=3)


def test_a_parcel_gives_back_the_copy(tmp_path):
    """Names, bytes, and what could not be read; a name that leads out is refused."""
    (tmp_path / "a" / "sub").mkdir(parents=True)
    (tmp_path / "a" / "sub" / "w\udcff.py").write_bytes(b"\x00\xff")
    (tmp_path / "a" / "empty.py").write_bytes(b"")
    (tmp_path / "b").mkdir()
    parcel = packed({"student": "é"}, Snapshot(tmp_path / "a", ("x cannot be read.",), True))
    assert words_of(parcel) == {"student": "é"}
    back = unpacked(parcel, tmp_path / "b")
    assert back == Snapshot(tmp_path / "b" / "a", ("x cannot be read.",), True)
    assert (back.content / "sub" / "w\udcff.py").read_bytes() == b"\x00\xff"
    assert (back.content / "empty.py").read_bytes() == b""
    with pytest.raises(ValueError, match="outside"):
        unpacked(parcel.replace(b"empty.py", b"../ev.py"), tmp_path / "a")


def test_a_scheduler_that_is_not_there_is_named():
    """A run without one ends in a sentence, and leaves nobody without a row: nothing was begun."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Refused, match="No scheduler answers"):
        _client(address, security_of(address, None), seconds=1)


def test_dask_is_imported_by_who_asks_for_it_only():
    """A local run, and the help of all commands, know nothing of it."""
    program = (
        "import sys; from grader import cli; import grader.commands.grade, grader.batch.classes; "
        "sys.exit(bool({'dask', 'distributed', 'cryptography'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
