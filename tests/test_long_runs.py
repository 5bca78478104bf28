"""`grader grade` while it runs, at a terminal, in a pipe and in a log, and what it leaves when it is stopped."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.batch import work
from grader.batch.workshop import SWITCH
from grader.cli import main
from grader.store import ledger
from grader.store.opening import store_to_read
from tests.attacks.scene import HONEST
from tests.test_cli import grader

ENDLESS = HONEST.replace("return np.maximum(x, 0), x", "__import__('time').sleep(1e6)")
UNREADABLE = "{"  # as a notebook
GRADE = ["grade", "--layout", "class", "--assignment", "layers", "--only", "relu", "--no-notebook", "--seed", "70107"]


@pytest.fixture
def write_class(tmp_path):
    """Write a class of modules, or of notebooks that are none; the arguments that grade it one by one."""

    def write(**texts: str) -> list[str]:
        (tmp_path / "class").mkdir()
        for name, text in texts.items():
            (tmp_path / "class" / f"{name}{'.ipynb' if text == UNREADABLE else '.py'}").write_text(text)
        return [*GRADE, "--jobs", "1", str(tmp_path / "class"), "--out", str(tmp_path / "out")]

    return write


def started(arguments, **options) -> subprocess.Popen:
    """Begin a run that holds back what it prints until it is flushed, as Python does by itself."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    options.setdefault("env", environment)
    return subprocess.Popen([sys.executable, "-m", "grader", *arguments], **options)


def rows(out: Path) -> dict[str, str]:
    return {row["student"]: row["score"] for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}


def events(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.slow
def test_a_run_that_is_killed_has_told_and_written_what_it_had(write_class, tmp_path, in_process):
    """The line is there before the next submission is done; after kill -9 all is there, once, and is gone on with."""
    arguments = write_class(ada=HONEST, eve=ENDLESS)
    log = tmp_path / "run.jsonl"
    process = started([*arguments, "--log", str(log)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "1/2  ada  4 of 4\n"
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, left = psutil.wait_procs(children, timeout=120)
    assert left == []
    assert rows(tmp_path / "out") == {"ada": "4"}
    assert [event["event"] for event in events(log) if event.get("student") == "ada"] == ["started", "graded"]
    (tmp_path / "class/eve.py").write_text(HONEST)
    run = in_process(*arguments, "--resume")
    assert (run.returncode, rows(tmp_path / "out")) == (0, {"ada": "4", "eve": "4"})
    assert f"process {process.pid} on " in run.stderr and "ended without finishing" in run.stderr
    with store_to_read(tmp_path / "out") as store:
        assert [(change.person, change.new) for change in ledger.changes(store.db)] == [("ada", 4.0), ("eve", 4.0)]
        assert [run.outcome for run in store.runs()] == ["", "done"]


@pytest.mark.slow
def test_a_run_that_is_stopped_says_so_in_its_log(write_class, tmp_path):
    """Ctrl-C: what was graded is in grades.csv, and the last lines count what was not reached."""
    arguments = write_class(ada=HONEST, eve=ENDLESS)
    process = started([*arguments, "--log", str(tmp_path / "out/run.jsonl")], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "1/2  ada  4 of 4\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "\n1 graded, 1 not reached.\n" in out
    assert rows(tmp_path / "out") == {"ada": "4"}
    last = events(tmp_path / "out/run.jsonl")[-1]
    assert (last["event"], last["submissions"], last["graded"], last["not_graded"]) == ("stopped", 2, 1, 0)


@pytest.mark.slow
def test_the_log_has_an_object_for_each_event_and_no_seed(write_class, tmp_path, in_process):
    """A second run adds to it; what it kept is marked so."""
    arguments = [*write_class(ada=HONEST, cleo=UNREADABLE), "--log", str(tmp_path / "run.jsonl")]
    assert in_process(*arguments).returncode == 4
    log = events(tmp_path / "run.jsonl")
    told = {name: [event["event"] for event in log if event.get("student") == name] for name in (None, "ada", "cleo")}
    assert told == {None: ["started", "ended"], "ada": ["started", "graded"], "cleo": ["started", "not_graded"]}
    assert [event.get("student") for event in (log[0], log[-1])] == [None, None]
    (ada,) = (event for event in log if event["event"] == "graded")
    assert (ada["score"], ada["max_score"], ada["status"], ada["reason"], ada["kept"]) == (4, 4, "graded", None, False)
    (cleo,) = (event for event in log if event["event"] == "not_graded")
    assert (cleo["score"], cleo["status"]) == (None, "not_graded")
    assert cleo["reason"] in (tmp_path / "out/cleo/result.json").read_text("utf-8")
    in_process(*arguments, "--resume")
    assert {event["student"]: event["kept"] for event in events(tmp_path / "run.jsonl")[6:] if "kept" in event} == {
        "ada": True,
        "cleo": False,
    }
    assert "70107" not in (tmp_path / "run.jsonl").read_text("utf-8")
    with store_to_read(tmp_path / "out") as store:
        graded_kept_and_not = [run.counts for run in store.runs()]
    assert graded_kept_and_not == [(1, 0, 1), (0, 1, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("log", [".", "class/ada.py/run.jsonl"])
def test_a_log_that_cannot_be_written_is_refused(write_class, tmp_path, log):
    """Before anything is graded."""
    run = grader(*write_class(ada=HONEST), "--log", log, cwd=tmp_path)
    assert run.returncode == 2
    assert re.fullmatch(rf"grader: The log {re.escape(log)} cannot be written \(.+\); name another\.\n", run.stderr)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_quiet_runs_print_errors_and_the_last_lines(write_class, in_process):
    """Verbose ones also seconds and causes; both at once is no usage."""
    arguments = write_class(ada=HONEST, ben=HONEST.replace("(cache > 0)", "1"), cleo=UNREADABLE)
    quiet = in_process(*arguments, "-q")
    lines = quiet.stdout.splitlines()
    assert [line.partition(" (")[0] for line in lines[:2]] == ["Read as 3 submissions", "2 graded, 1 not graded."]
    assert (len(lines), lines[2].startswith("Seed 70107. ")) == (3, True)
    assert [line.partition(": not graded: ")[0] for line in quiet.stderr.splitlines()] == ["grader: cleo"]
    verbose = in_process(*arguments, "--verbose").stdout
    assert re.search(r"^1/3  ada  \d+\.\d s  4 of 4$", verbose, re.MULTILINE)
    assert re.search(r"^2/3  ben  \d+\.\d s  .* of 4\n     backward failed: .+$", verbose, re.MULTILINE)
    assert in_process(*arguments, "-q", "-v").returncode == 2


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_no_run(write_class, tmp_path):
    """`grader grade ... | head -1` reads one line; all are graded."""
    process = started(write_class(ada=HONEST, ben=HONEST, dan=HONEST), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=120)
    assert rows(tmp_path / "out") == {"ada": "4", "ben": "4", "dan": "4"}
    assert (tmp_path / "out/index.html").exists()
    assert b"Traceback" not in errors


def at_a_terminal(arguments) -> tuple[int, str]:
    """Run the command line at a terminal of 100 columns: its exit code and all that the terminal was sent."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    process = started(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    sent = b""
    try:
        while piece := os.read(ours, 1 << 16):
            sent += piece
    except OSError:  # the last who had it open has closed it
        pass
    os.close(ours)
    return process.wait(timeout=120), sent.decode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_a_terminal_shows_count_estimate_and_who_is_graded_now(write_class):
    """In a line that is drawn again and again, and is gone in the end.

    What -v and -q make of it is shown in tests/exporters/test_progress.py.
    """
    arguments = write_class(ada=HONEST, **{"eve [red]{task}": HONEST})
    code, sent = at_a_terminal(arguments)
    assert code == 0
    assert re.search(r" 0/2 0:\d\d:\d\d +ada\b", sent)
    assert re.search(r" 1/2 0:\d\d:\d\d (about \d+ s left)? eve \[red\]\{task\} ", sent)
    assert "2/2  eve" not in sent
    shown = sent[sent.rindex(" 2/2 ") :]
    assert "\x1b[2K" in shown, "the bar is wiped away"
    assert "2 graded." in shown


@pytest.mark.slow
def test_exit_codes_tell_what_became_of_a_class(write_class, tmp_path, monkeypatch, capsys):
    """2 if nothing could be read, 4 if some could not, 3 if the grader failed at one, whatever else there is."""
    arguments = write_class(cleo=UNREADABLE, dan=UNREADABLE)
    assert main(arguments) == 2
    (tmp_path / "class/ada.py").write_text(HONEST)
    assert main(arguments) == 4
    capsys.readouterr()

    def fail(submission, *rest, **options):
        raise RuntimeError("no luck")

    monkeypatch.setattr(work, "grade_submission", fail)
    monkeypatch.setenv(SWITCH, "0")  # judged here, where it fails
    assert main(arguments) == 3
    said = capsys.readouterr().err
    assert "ada: not graded: The grader itself failed: RuntimeError: no luck" in said
    assert "cleo: not graded: " in said
