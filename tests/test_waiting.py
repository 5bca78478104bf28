"""Nobody waits in silence: a line at the terminal, no full wait for what hangs again, all kinds of saves are seen."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import itertools
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.course.assignments import find_assignment
from grader.errors import HarnessError
from grader.exporters.waiting import shown_while_waiting
from grader.judging import Graded, harness_failure
from grader.model import Status
from grader.patience import SHORT, Patience
from grader.program import Program
from grader.watching import changes
from tests.test_cli import PERFECT, grader

OWN = "def affine_forward(): pass\ndef affine_backward(): pass\ndef relu_forward(): pass\ndef relu_backward(): pass"


def ended(check, status):
    """A check that came to this."""
    return Graded(check, (), dataclasses.replace(harness_failure(check, HarnessError("")), status=status, notes=()))


@pytest.fixture
def layers():
    """The checks of the layers, by name."""
    return {check.name: check for check in find_assignment("layers").checks}


@pytest.fixture
def patience():
    """Of who has written the affine and the ReLU layer."""
    return Patience(Program({"work.py": [{"text": OWN}]}, {}, []))


def test_what_hangs_twice_is_not_waited_for_a_third_time(layers, patience):
    """The third check calls relu_forward as the others did; it is said, and to whom it happened before."""
    third = layers["relu/at_zero"]
    for name in ("relu/forward", "relu/backward"):
        assert patience.shortened(layers[name]) is layers[name]
        assert not patience.after(ended(layers[name], Status.TIMED_OUT), layers[name]).result.notes
    assert patience.shortened(third).seconds == SHORT < third.seconds
    (note,) = patience.after(ended(third, Status.TIMED_OUT), third).result.notes
    assert note.code == "not-waited"
    assert "relu/forward and relu/backward had already run out of time" in note.sentence
    assert "this check calls relu_forward too" in note.sentence


def test_a_helper_that_hangs_is_one_cause(layers):
    """What a function calls counts as what a check calls; other functions that ran out of time are not named."""
    own = f"def rows(x):\n    while x: pass\n{OWN.replace('relu_forward(): pass', 'relu_forward(): rows(1)')}"
    own = own.replace("affine_forward(): pass", "affine_forward(): return rows(2)")
    patience = Patience(Program({"work.py": [{"text": own}]}, {}, []))
    for name in ("affine/forward", "affine/backward"):
        patience.after(ended(layers[name], Status.TIMED_OUT), layers[name])
    third = layers["relu/forward"]
    assert patience.shortened(third).seconds == SHORT
    (note,) = patience.after(ended(third, Status.TIMED_OUT), third).result.notes
    assert "this check calls rows too" in note.sentence


def test_each_cause_is_counted_by_itself(layers, patience):
    """Two functions that hang, each twice: neither hides the other."""
    for name in ("affine/forward", "affine/backward", "relu/forward", "relu/backward"):
        assert patience.shortened(layers[name]) is layers[name]
        patience.after(ended(layers[name], Status.TIMED_OUT), layers[name])
    third = layers["relu/at_zero"]
    (note,) = patience.after(ended(third, Status.TIMED_OUT), third).result.notes
    assert "relu/forward and relu/backward had already run out of time" in note.sentence


def test_other_causes_are_waited_for(layers, patience):
    """A check that calls something else, and what came back in another check, is not what hangs."""
    for name in ("relu/forward", "relu/backward"):
        patience.after(ended(layers[name], Status.TIMED_OUT), layers[name])
    assert patience.shortened(layers["affine/forward"]) is layers["affine/forward"]
    patience.after(ended(layers["relu/at_zero"], Status.FAILED), layers["relu/at_zero"])
    assert patience.shortened(layers["relu/backward"]) is layers["relu/backward"]


class Terminal(io.StringIO):
    """Tells when something was written to it."""

    def __init__(self, terminal):
        super().__init__()
        self.written = threading.Event()
        self._terminal = terminal

    def isatty(self):
        return self._terminal

    def write(self, text):
        count = super().write(text)
        if "\r" in text:
            self.written.set()
        return count


def test_at_a_terminal_a_line_says_what_runs_and_is_gone_in_the_end(monkeypatch):
    """Elsewhere nothing is written."""
    terminal = Terminal(True)
    monkeypatch.setattr(sys, "stderr", terminal)
    with shown_while_waiting(silent=0) as told:
        told("conv/forward", 4, 10)
        assert terminal.written.wait(30)
    assert "running conv/forward (5 of 10), 0 s so far" in terminal.getvalue() or "reading" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")
    assert terminal.getvalue().split("\r")[-2].strip() == ""
    monkeypatch.setattr(sys, "stderr", pipe := Terminal(False))
    with shown_while_waiting(silent=0) as told:
        assert told is None
    assert pipe.getvalue() == ""


def seen_after(path: Path, *steps) -> int:
    """How many of the steps, each done over and over until it is seen, are seen as a change of ``path``."""
    seen: queue.Queue[None] = queue.Queue()
    watch = changes(path)
    threading.Thread(target=lambda: [seen.put(None) for _ in watch], daemon=True).start()
    for count, step in enumerate(steps):
        for turn in itertools.count():
            step(turn)
            try:
                seen.get(timeout=3)
                break
            except queue.Empty:
                if turn == 5:
                    return count
        for _ in range(5):  # what else this step has brought; that ends
            try:
                seen.get(timeout=1)
            except queue.Empty:
                break
        else:
            return count
    return len(steps)


@pytest.mark.slow
def test_saves_by_renaming_and_deletions_are_seen(tmp_path):
    """As editors save: a new file in the place of the old one. Deleted, it is watched on, and seen when it is back."""
    path = tmp_path / "work.py"
    path.write_text("x = 0\n")

    def rename(turn):
        (tmp_path / "draft.txt").write_text(f"x = {turn}\n")
        os.replace(tmp_path / "draft.txt", path)

    def delete(turn):
        path.write_text(f"y = {turn}\n")
        path.unlink()

    assert seen_after(path, rename, delete, rename) == 3


@pytest.mark.slow
def test_a_folder_that_is_deleted_and_back_is_watched_on(tmp_path):
    """As after a checkout of another branch."""
    folder = tmp_path / "work"
    folder.mkdir()

    def write(turn):
        folder.mkdir(exist_ok=True)
        (folder / "work.py").write_text(f"x = {turn}\n")

    assert seen_after(folder, write, lambda turn: (write(turn), shutil.rmtree(folder)), write) == 3


@pytest.mark.slow
def test_watching_ends_with_ctrl_c_and_says_what_is_gone(tmp_path):
    """Without a word of the library's; a file that was deleted is waited for."""
    path = shutil.copy(PERFECT, tmp_path / "work.ipynb")
    command = [sys.executable, "-m", "grader", "check", path, "scores", "--watch"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as watching:
        assert any("points." in line for line in watching.stdout)
        said: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=lambda: [said.put(line) for line in watching.stderr], daemon=True)
        reader.start()
        for _ in range(100):  # what happens before watching has begun is not seen
            shutil.copy(PERFECT, path)
            path.unlink()
            with contextlib.suppress(queue.Empty):
                assert said.get(timeout=1).endswith("is gone; it is checked again when it is back.\n")
                break
        watching.send_signal(signal.SIGINT)
        watching.stdout.read()
        reader.join()
    assert not any("KeyboardInterrupt" in line for line in said.queue)


@pytest.mark.slow
def test_without_a_path_this_folder_is_checked(tmp_path):
    """A first word that is no file is a name; - for a file is the standard output, which then holds nothing else."""
    shutil.copy(PERFECT, tmp_path)
    for arguments in (["scores"], [".", "scores"], ["../" + tmp_path.name, "two_layer_net/scores"]):
        run = grader("check", *arguments, "--json", "-", cwd=tmp_path)
        assert run.stdout.startswith('{\n  "schema": "grader/result/v1"'), run.stderr
        assert run.stdout.endswith("}\n")
        assert '"score": 3.0' in run.stdout


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("grader ch", {"check"}),
        ("grader check . affine/", {"affine/forward", "affine/backward"}),
        ("grader check --assignment two_layer", {"two_layer_net", "two_layer_model"}),
        ("grader check --htm", {"--html"}),
    ],
)
def test_shells_are_told_how_a_line_may_go_on(tmp_path, line, found):
    """As argcomplete asks, for bash, zsh and fish."""
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SHELL": "zsh",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "answer"),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    subprocess.run([Path(sys.executable).parent / "grader"], env={**os.environ, **asked}, check=False, timeout=120)
    words = (tmp_path / "answer").read_text().split("\x0b")
    assert {word.partition(":")[0].strip() for word in words} == found
