"""A class graded on a cluster has the results of a local run; who does not fit, or is not trusted, gets no work."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys

import pytest

from grader.cli import main
from grader.cluster.card import own_card
from grader.cluster.certificates import security_of
from grader.cluster.engine import _client
from grader.cluster.parcels import packed, unpacked, words_of
from grader.errors import Refused
from grader.intake.snapshot import Snapshot
from tests.cluster.conftest import results
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("waiting")


@pytest.mark.slow
def test_a_cluster_of_this_machine_gives_what_a_local_run_gives(programs, class_of_six, local_results, tmp_path):
    """Each once, in the store too; unreadable ones have their row; a resumed run takes all as they are."""
    out = tmp_path / "out"
    run = programs.run(class_of_six, out, "--engine", "dask", "--jobs", "2")
    assert run.wait() == 4, run.said.read_text()
    assert results(out) == local_results
    again = programs.run(class_of_six, out, "--engine", "dask", "--jobs", "1", "--resume", "-v")
    assert again.wait() == 4
    assert results(out) == local_results


@pytest.mark.slow
def test_workers_elsewhere_with_certificates(programs, class_of_six, local_results, certificates, tmp_path):
    """A scheduler of Dask's own, and the worker of the package; a notebook's data files travel with it."""
    address = programs.scheduler(certificates)
    worker = programs.worker(address, certificates)
    run = programs.run(class_of_six, tmp_path / "out", "--engine", address, "--certificates", str(certificates))
    assert run.wait() == 4, run.said.read_text()
    assert results(tmp_path / "out") == local_results
    worker.terminate()
    assert worker.wait() == 0 and "Stopped." in worker.said.read_text()


@pytest.mark.slow
def test_a_worker_of_another_course_gets_no_work(programs, class_of_six, certificates, tmp_path):
    """Both ends say so in one sentence, and the run is refused where nobody else is there."""
    address = programs.scheduler(certificates)
    other = ROOT / "tests" / "courses" / "clusters"
    worker = programs.worker(address, certificates, "--course", str(other))
    run = programs.run(class_of_six, tmp_path / "out", "--engine", address, "--certificates", str(certificates))
    assert run.wait() == 2, run.said.read_text()
    assert "another course content" in run.said.read_text()
    assert "This worker refuses the work of a run: it has another course content." in worker.said.read_text()
    assert worker.poll() is None


@pytest.mark.slow
def test_what_a_worker_pickles_is_not_read(programs, certificates):
    """A worker that was taken over cannot hand the starter an object, only text."""
    address = programs.scheduler(certificates)
    programs.worker(address, certificates)
    with _client(address, security_of(address, certificates)) as client:
        assert client.submit(str, 1).result() == "1"
        with pytest.raises(TypeError, match="deserialize"):
            client.submit(complex, 1).result()


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
def test_who_has_no_certificate_is_not_let_in(programs, certificates, tmp_path):
    """Another cluster's certificate is none of this one's."""
    address = programs.scheduler(certificates)
    subprocess.run([sys.executable, "-m", "grader", "cluster-certificates", str(tmp_path / "other")], check=True)
    with pytest.raises(Refused, match="No scheduler answers"):
        _client(address, security_of(address, tmp_path / "other"), seconds=3)


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
