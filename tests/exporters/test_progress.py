"""How a run is shown as it goes."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from rich.console import Console

from grader.batch.results import Finished
from grader.batch.work import Answer
from grader.exporters.journal import open_journal
from grader.exporters.progress import QUIET, USUAL, VERBOSE, Bar, Lines, Nothing, Pace, Watch, duration, watched
from grader.model import Note
from tests.results import result


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(clock, capsys):
    """Let submissions be graded that take so many seconds each, one by one; the lines that are printed."""

    def run(taken, *, total=None, verbose=False, own=0.0):
        pace = Pace(total or len(taken), 1, clock)
        watch = Watch(pace, Lines(pace, verbose=verbose), None)
        for made, seconds in taken:
            watch.started(made.student)
            clock.now += seconds or 0
            watch.graded(Finished(made, Answer(known=seconds is None, seconds=own), ()))
        return capsys.readouterr().out.splitlines()

    return run


def test_a_line_a_submission_with_count_name_and_score(run):
    """Or why there is no score; nothing else."""
    assert run([(result("ada"), 2), (result("ben", None), 1)], total=12) == [
        " 1/12  ada  1.5 of 3",
        " 2/12  ben  not graded: The file is broken.",
    ]


def test_names_and_reasons_stay_in_their_line_and_command_no_terminal(run):
    """Whatever a student chose."""
    hostile = result("e\x1b[2Jv\x9b\u202ee\n2/2  ada  3 of 3", None, reason="no\r\nno\x07")
    assert run([(hostile, 1)]) == ["1/1  eve 2/2 ada 3 of 3  not graded: no no"]


def test_time_and_estimate_are_told_now_and_then(run):
    """Half a minute apart at least."""
    lines = run([(result(f"s{k}"), 20) for k in range(4)], total=10)
    assert lines == [
        " 1/10  s0  1.5 of 3",
        " 2/10  s1  1.5 of 3   (40 s so far, about 3 min left)",
        " 3/10  s2  1.5 of 3",
        " 4/10  s3  1.5 of 3   (1 min so far, about 2 min left)",
    ]


def test_what_is_kept_takes_no_time_and_hurries_no_estimate(run):
    """Of four two are kept; the fourth takes as long as the third did."""
    lines = run([(result("a"), None), (result("b"), None), (result("c"), 300)], total=4)
    assert lines == [
        "1/4  a  unchanged  1.5 of 3",
        "2/4  b  unchanged  1.5 of 3",
        "3/4  c  1.5 of 3   (5 min so far, about 5 min left)",
    ]


def test_an_estimate_waits_for_as_many_as_run_side_by_side(clock):
    """The first of eight that run at once says nothing of the pace; what is overdue has no estimate either."""
    pace = Pace(16, 8, clock)
    for k in range(8):
        pace.start(f"s{k}")
    clock.now += 10
    for k in range(7):
        pace.finish(f"s{k}", kept=False)
    assert (pace.left, pace.now) == (None, ["s7"])
    assert pace.finish("s7", kept=False) == 10
    assert pace.left == 10
    clock.now += 4
    assert pace.left == 6
    clock.now += 7
    assert pace.left is None


def test_more_is_told_if_asked(run):
    """The seconds, the cause of each check that did not pass, and what staff should look at."""
    flagged = result("ada", notes=(Note("another-assignment", "This looks like conv."),))
    assert run([(flagged, 2)], verbose=True) == [
        "1/1  ada  2.0 s  1.5 of 3",
        "     backward failed: The slice is empty.",
        "     please look: This looks like conv.",
    ]


def test_the_seconds_are_those_of_who_graded_it(run):
    """It may have waited for others that went with it to another machine."""
    assert run([(result("ada"), 8)], verbose=True, own=0.5)[0] == "1/1  ada  0.5 s  1.5 of 3"


def test_the_bar_has_the_estimate_and_names_as_far_as_there_is_room(clock):
    """Count and estimate stay whole."""
    stream = io.StringIO()
    pace = Pace(4, 1, clock)
    with Bar(Console(file=stream, width=70, force_terminal=True, no_color=True), pace) as bar:
        watch = Watch(pace, bar, None)
        watch.started("ada")
        clock.now += 40
        watch.graded(Finished(result("ada"), Answer(), ()))
        watch.started("ben")
        watch.started("[red]{task}\x1b[2J\n" + "n" * 70)
    shown = re.split(r"[\r\n]+", re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", stream.getvalue()))
    assert any(re.search(r" 1/4 .* about 2 min left ben and \[red\]\S*…$", line) for line in shown), shown


@pytest.mark.parametrize(
    ("verbosity", "bar", "line"), [(QUIET, False, False), (USUAL, True, False), (VERBOSE, True, True)]
)
def test_a_terminal_has_a_bar_and_lines_if_asked(clock, monkeypatch, verbosity, bar, line):
    """Whoever wants quiet has neither."""
    stream, pace = io.StringIO(), Pace(2, 1, clock)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    console = Console(file=stream, width=100, force_terminal=True, force_interactive=True, no_color=True)
    with watched(console, pace, verbosity, None) as watch:
        for student in ("ada", "ben"):
            watch.started(student)
            clock.now += 1
            watch.graded(Finished(result(student), Answer(), ()))
    shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", stream.getvalue())
    assert (" 1/2 " in shown) == bar
    assert bool(re.search(r"^1/2  ada  1\.0 s  1\.5 of 3 *$", shown.replace("\r", "\n"), re.MULTILINE)) == line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59, "59 s"), (61, "1 min"), (3570, "1 h 0 min"), (4800, "1 h 20 min")],
)
def test_times_are_said_as_people_do(seconds, words):
    """Rounded to what matters."""
    assert duration(seconds) == words


def test_the_log_is_text_whatever_names_hold(tmp_path, clock):
    """UTF-8, an object a line: without what commands a terminal, and with half characters as escapes."""
    pace = Pace(1, 1, clock)
    with open_journal(tmp_path / "new/run.jsonl", 1, print) as journal:
        watch = Watch(pace, Nothing(), journal)
        watch.started("Zoë\x1b[2J\u2028\x9b")
        watch.graded(Finished(result("Zoë\x1b[2J\u2028\x9b", None, reason="\udcff no"), Answer(), ()))
    _, started, done = map(json.loads, (tmp_path / "new/run.jsonl").read_text("utf-8").splitlines())
    assert (started["student"], done["student"], done["reason"]) == ("Zoë", "Zoë", " no")


@pytest.mark.skipif(sys.platform != "linux", reason="it takes /dev/full")
def test_a_log_that_ends_up_unwritable_is_told_once_and_ends_nothing(tmp_path, clock):
    """The grading goes on; here its file is closed under it."""
    told = []
    with open_journal(tmp_path / "run.jsonl", 2, told.append) as journal:
        journal._file.close()
        journal._file = open("/dev/full", "ab", buffering=0)  # noqa: SIM115
        journal.started("ada")
        journal.started("ben")
        journal._file.close()
    assert len(told) == 1
    assert "run.jsonl cannot be written any more (No space left on device)" in told[0]
