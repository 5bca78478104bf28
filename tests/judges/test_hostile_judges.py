"""A judge that what it read has taken over: whatever it says or asks costs its own submission, and gets it nothing.

In the place of judges are programs that speak on a judge's line as they please.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.batch.results import read_answer
from grader.batch.work import Answer, Terms
from grader.errors import GraderError, HarnessError
from grader.grading import not_graded
from grader.intake.layouts import Entry
from grader.judges import desk
from grader.judges.desk import Desk
from grader.lock.probe import NAMES
from grader.people import Person
from grader.sandbox import open_box
from grader.worker.processes import BoxHost

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="judges are forked on Linux only")
BEGIN = """
import json, os, pathlib, signal, socket, sys
from multiprocessing.connection import Connection
words, descriptors = Connection(int(sys.argv[1])), socket.socket(fileno=int(sys.argv[2]))

def say(**message):
    words.send_bytes(json.dumps(message).encode())

def hear():
    return json.loads(words.recv_bytes())

def ask(verb, **more):
    say(ask=verb, **more)
    return hear()

def answer(**more):
    say(answer={"key": "", "text": "", "page": "", "refused": False, "failed": False, "known": False, **more})

first = hear()
room = pathlib.Path(first["folder"])
say(pid=os.getpid(), trouble="")
order = hear()
"""
STUDENT = """
from grader.worker import frames
ask("guest", way="fork", read=[])
requests, replies = socket.recv_fds(descriptors, 16, 2)[1]
requests, replies = os.fdopen(requests, "wb", 0), os.fdopen(replies, "rb", 0)
"""


class Impostor:
    """A program in the place of a judge."""

    def __init__(self, program: str, given: list[int]) -> None:
        argv = [sys.executable, "-c", BEGIN + program, *map(str, given)]
        self._process = subprocess.Popen(argv, pass_fds=given, cwd=Path(__file__).parents[2])

    def exit_code(self) -> int | None:
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def host():
    box = open_box("lockdown")
    yield BoxHost(box)
    box.close()


@pytest.fixture
def graded(host, tmp_path):
    """What the desk makes of a submission that such a program judges."""

    def graded(program: str, **terms) -> Answer:
        (tmp_path / "ada.py").write_text("def relu_forward(x):\n    return x, x\n")
        parent = SimpleNamespace(fork=lambda words, given: Impostor(program, list(given)), log=tmp_path / "log")
        with Desk(SimpleNamespace(parent=parent), host, Terms(seed=1, assignment="layers", **terms)) as at:
            return at.grade("ada", "ada.py", tmp_path / "ada.py", "", follow=False)

    return graded


@pytest.mark.slow
@pytest.mark.parametrize(
    "says",
    [
        "words.send_bytes(b'no JSON')",
        "words.send_bytes(b'[' * 1_000_000)",
        "words.send_bytes(b'\\xff')",
        "words.send_bytes(b'7')",
        "os.write(words.fileno(), b'\\x7f\\xff\\xff\\xff')",
        "say(answer=7)",
        "say(answer={'txt': ''})",
        "answer(text=7)",
        "answer(key=['k'])",
        "answer(page='\\ud800')",
        "answer(failed='no')",
        "answer(seconds=float('nan'))",
        "answer(seconds=-1.0)",
        "say(ask='look')",
        "say(ask='look', number=[])",
        "say(ask=[], number=0)",
        "say(ask='guest', way='fork', read=[[]])",
        "say(ask='note', probes={'another': 'allowed'})",
        "say(ask='note', probes={'read a secret': 'perhaps'})",
        "say(ask='notebook', path='/', root='/', converted={'a': 7})",
        "say(ask='notebook', path='\\0', root=None, converted={})",
        "say(failed={'why': ['not', 'told']})",
    ],
)
def test_nothing_that_a_judge_says_ends_the_batch(graded, says):
    """It is trouble with this submission, of a kind that everyone expects."""
    with pytest.raises(HarnessError):
        graded(says + "\nhear()\nwords.close(); descriptors.close()")


@pytest.mark.slow
@pytest.mark.parametrize(
    "does",
    [
        "os.write(words.fileno(), b'\\0\\0\\1\\0half'); signal.pause()",
        "while True: say(ask='look', number=0, more='x' * 1000)",
        "while True: say(ask='last words', number=0)",
        "while True: say(ask='guest', way='fork', read=[])",
    ],
)
def test_a_judge_cannot_make_the_class_wait(graded, monkeypatch, does):
    """Half a message, or answers that it does not read: its time is over as anyone's."""
    monkeypatch.setattr(desk, "SLACK_SECONDS", 0.0)
    with pytest.raises(HarnessError):
        graded(does, seconds=0.5)


def test_a_judge_has_few_student_processes_at_once(graded):
    """The others it does not get; what it got is ended with its submission."""
    said = graded("answer(key=str(['number' in ask('guest', way='fork', read=[]) for _ in range(6)]))")
    assert said.key == str([True] * 4 + [False] * 2)


def test_a_judge_cannot_have_a_student_process_unlocked(graded):
    """How it locks itself was said before; and until then it does nothing else."""
    hello = "{'do': 'hello', 'lock': None, 'settle': None, 'stand_ins': [], 'compat': False, 'random': False}"
    said = graded(STUDENT + f"frames.write(requests, 1, {hello})\nanswer(key=json.dumps(frames.read(replies)[1]))")
    assert json.loads(said.key)["probes"] == dict.fromkeys(NAMES, "denied")
    load = "{'do': 'load', 'program': {}, 'allow': []}"
    said = graded(STUDENT + f"frames.write(requests, 1, {load})\nanswer(key=str(replies.read(1)))")
    assert said.key == "b''"


def test_a_judge_gets_no_file_by_a_notebook(graded, tmp_path):
    """Neither through a link of its own to others' files, nor by a name that leads elsewhere."""
    (tmp_path / "theirs").mkdir()
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in ("theirs/a.ipynb", "kept.py"):
        (tmp_path / name).write_text(json.dumps(notebook))
    program = f"""
theirs, kept = pathlib.Path({str(tmp_path / "theirs")!r}), {str(tmp_path / "kept.py")!r}
(room / "link").symlink_to(theirs.parent)
(room / "own").mkdir()
(room / "own" / "a.ipynb").write_text((theirs / "a.ipynb").read_text())
def run(path, root, converted=()):
    said = ask("notebook", path=str(path), root=root and str(root), converted=dict(converted))
    return said.get("trouble") or said["run"]["trouble"]
answer(text=json.dumps([
    run(room / "own" / "a.ipynb", room / "own"),
    run(room / "link" / "theirs" / "a.ipynb", room / "link" / "theirs"),
    run(room / "link" / "theirs" / "a.ipynb", None),
    run(room / "own" / ".." / "link" / "theirs" / "a.ipynb", room / "own"),
    run(theirs / "a.ipynb", theirs),
    run(room / "own" / "a.ipynb", room / "own", {{kept: "aGVsbG8="}}),
    run(room / "own" / "a.ipynb", room / "own", {{"../" * 20 + kept[1:]: "aGVsbG8="}}),
]))"""
    honest, *others = json.loads(graded(program).text)
    assert honest is None
    assert all(others)
    assert (tmp_path / "kept.py").read_text() == json.dumps(notebook)


@pytest.mark.slow
def test_a_judge_cannot_change_where_submissions_are_put(tmp_path):
    """Copies are written by the class's process: a link in their place would lead that elsewhere."""
    (tmp_path / "room").mkdir()
    (tmp_path / "inbox").mkdir()
    program = (
        "import os, sys\nfrom grader.judges import judge\nimport solutions\nsolutions.warm_up()\n"
        "room, inbox = sys.argv[1:]\nassert judge.lock(room, inbox) == ''\n"
        "for do in (lambda: os.rename(inbox, room + '/x'), lambda: os.symlink('/', inbox + '/0'),"
        " lambda: open(inbox + '/x', 'w')):\n"
        "    try:\n        do()\n    except OSError as error:\n        print(type(error).__name__)\n"
        "print(os.listdir(inbox))"
    )
    argv = [sys.executable, "-c", program, str(tmp_path / "room"), str(tmp_path / "inbox")]
    run = subprocess.run(argv, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert run.stdout.splitlines() == ["PermissionError"] * 3 + ["[]"], run.stderr


@pytest.mark.parametrize(
    "changed",
    [{"assignment": "none"}, {"status": []}, {"reason": "\ud800"}, {"student": "ben"}, {"score": "much"}, {"parts": 7}],
)
def test_a_result_that_could_not_be_shown_with_the_class_is_not_taken(tmp_path, changed):
    """The tables of a class are made of all results: one must not spoil them."""
    entry = Entry(Person("ada"), tmp_path / "ada.py")
    fields = not_graded("ada", "ada.py", "It is none.", "layers", "lockdown").as_dict()
    assert read_answer(json.dumps(fields), entry.student).reason == "It is none."
    with pytest.raises((GraderError, ValueError, TypeError, AttributeError)):
        read_answer(json.dumps(fields | changed), entry.student)
