"""What comes from a worker is text: no object of a student's or of a worker that was taken over is unpickled."""

from __future__ import annotations

import functools
import os
import pickle
import socket
from urllib.parse import urlsplit

import pytest

from grader.cluster import scheduler, tasks
from grader.cluster.plain import Foreign, loads
from tests.attacks.scene import HONEST
from tests.cluster.conftest import results, worker_words

pytestmark = pytest.mark.xdist_group("waiting")
# Whoever unpickles one of these makes a folder.
OBJECT = """
class {name}({base}):
    def __reduce__(self):
        import os
        return os.mkdir, ({place!r},)
"""
# The program of a worker that was taken over: it says in every way that Dask has what should be unpickled elsewhere.
TAKEN_OVER = """
import asyncio, contextlib, os, pickle, sys
from distributed import get_worker
from distributed.protocol.serialize import ToPickle
from grader.cluster import tasks

class Mark(Exception):
    def __reduce__(self):
        return os.mkdir, (os.path.join(os.environ["MARKS"], self.args[0]),)

def mark(name):
    return pickle.dumps(Mark(name))

def sent(of_scheduler):
    loop = get_worker().loop.asyncio_loop
    with contextlib.suppress(Exception):
        asyncio.run_coroutine_threadsafe(of_scheduler, loop).result(60)

whole = tasks.handed
def handed(resource, *parcels):
    parcel = b"".join(parcels)
    worker = get_worker()
    if b"RAISED" in parcel:
        raise Mark("raised")
    if b"RETURNED" in parcel:
        return Mark("returned")
    if b"SENT" in parcel:
        worker.log_event("warn", {"message": mark("warned")})
        sent(worker.scheduler.run_function(function=mark("run")))
        sent(worker.scheduler.register_scheduler_plugin(plugin=mark("plugin"), name="a", idempotent=False))
        imported = f"import os; os.mkdir({os.path.join(os.environ['MARKS'], 'imported')!r})"
        sent(worker.rpc(worker.address).upload_file(filename="imported.py", data=imported))
        sent(worker.scheduler.log_event(topic="b", msg=ToPickle(Mark("message"))))
    return whole(resource, *parcels)
tasks.handed = handed
handed.__module__, handed.__qualname__ = whole.__module__, whole.__qualname__
from grader.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_no_object_of_a_worker_or_a_student_is_unpickled_anywhere(programs, certificates, tmp_path):
    """Raised, returned and sent, by student code and by the worker itself; the others are graded, and the run ends.

    Nor has the scheduler pages beside TLS.
    """
    marks = tmp_path / "marks"
    marks.mkdir()
    students = tmp_path / "class"
    students.mkdir()
    for name, words in (("ada", ""), ("bob", "# RAISED"), ("cyd", "# RETURNED"), ("dan", "# SENT")):
        (students / f"{name}.py").write_text(f"{HONEST}\n{words}\n")
    theirs = OBJECT.format(name="Got", base="object", place=str(marks / "student returned"))
    theirs += OBJECT.format(name="Thrown", base="Exception", place=str(marks / "student raised"))
    theirs += (
        "def relu_forward(x):\n    return Got(), Got()\ndef relu_backward(dout, cache):\n    raise Thrown(Got())\n"
    )
    (students / "eve.py").write_text(f"{HONEST}\n{theirs}")
    address = programs.scheduler(certificates)
    worker = programs.begin("-c", TAKEN_OVER, *worker_words(address, certificates)[2:], MARKS=str(marks))
    programs.hears(worker, "Works for")
    run = programs.run(students, tmp_path / "out", "--engine", address, "--certificates", str(certificates))
    assert run.wait() == 3, run.said.read_text()
    found = results(tmp_path / "out")
    assert {name: one["score"] for name, one in found.items()} == {
        "ada": 4.0, "bob": None, "cyd": None, "dan": 4.0, "eve": 0.0,
    }  # fmt: skip
    assert found["bob"]["reason"].startswith("The task of a worker failed: ")
    assert found["cyd"]["reason"] == "A worker gave an answer of another form."
    assert "Traceback" not in run.said.read_text() + worker.said.read_text()
    assert [place.name for place in marks.iterdir()] == []
    page = urlsplit(programs.running[0].said.read_text().partition("dashboard at:")[2].split()[0])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((page.hostname, page.port))


@pytest.mark.parametrize("what", [os.system, eval, getattr, functools.partial, Foreign, tasks.settle_at, pickle.loads])
def test_a_pickle_that_names_anything_else_is_refused(what):
    """Before it is called: also what the listed modules hold besides."""
    with pytest.raises(Foreign, match="which no run needs"):
        loads(pickle.dumps(what))


@pytest.mark.parametrize("name", ["tasks.json.loads", "look.__globals__", "os"])
def test_no_way_leads_on_from_a_name_of_the_list(name):
    """Dotted names lead through attributes."""
    with pytest.raises(Foreign):
        loads(b"\x80\x04\x8c\x18grader.cluster.scheduler\x8c" + bytes([len(name)]) + name.encode() + b"\x93.")


@pytest.mark.parametrize("what", [tasks.handed, scheduler.look, str, {"a": (1, b"b", None)}])
def test_what_a_run_needs_is_read(what):
    """Functions of tasks and scheduler, and plain things."""
    assert loads(pickle.dumps(what)) == what
