"""Whole submissions: read as Python 2's or not, converted, and run in a student's process."""

from __future__ import annotations

import dataclasses
import textwrap
from pathlib import Path

import pytest

from grader.compat import converted, facts_of, files_to_run, written_for_python2
from grader.course.parts import load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.worker.client import StudentProcess

OLD = "print 'x'\n"
HALF = "def half(x): return x / 2\n"
MODERN = "def show(x): print('x', x)\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    return folder


def half_of(submission) -> str:
    return next(file.cells[0].text for file in submission.files if file.path == "b.py")


@pytest.mark.parametrize(
    ("files", "old"),
    [
        ({"a": OLD, "b": HALF}, True),
        ({"a": MODERN, "b": HALF}, False),
        ({"a": OLD, "b": HALF, "c": MODERN}, False),
        ({"a": OLD, "b": HALF, "c": MODERN, "d": "x = 10L\n"}, True),
        ({"b": HALF}, False),
        ({"a": "x = 0777\n", "b": HALF}, False),
    ],
)
def test_python2_is_what_most_files_that_show_it_are(tmp_path, files, old):
    """A lone old file among newer ones does not make the other files divide as it does."""
    submission = read_submission(written(tmp_path, **files))
    assert written_for_python2(submission) is old
    assert ("_compat.div" in half_of(converted(submission))) is old


def test_it_can_be_said(tmp_path):
    """Whoever knows better says so."""
    submission = read_submission(written(tmp_path, a=OLD, b=HALF))
    assert half_of(converted(submission, python2=False)) == HALF
    assert "print('x')" in converted(submission, python2=False).files[0].cells[0].text


def test_a_converted_module_keeps_its_encoding(tmp_path):
    """A codec that cannot be looked up, or that is none of text, leaves nothing behind that raises here."""
    folder = written(tmp_path, a=OLD)
    (folder / "b.py").write_bytes("# coding: latin-1\nx = 'é' + `1`\n".encode("latin-1"))
    (folder / "c.py").write_bytes(b"# coding: hex\nprint 1\n")
    old = read_submission(folder)
    files = files_to_run(old, converted(old))
    assert "'é'".encode("latin-1") in files["b.py"]
    assert b"print(1)" in files["c.py"]


def test_what_cannot_be_converted_stays(tmp_path):
    """A broken file is left as it is, for the report to say so."""
    broken = "print 'x'\ndef f(:\n"
    submission = converted(read_submission(written(tmp_path, a=OLD, b=broken)))
    assert half_of(submission) == broken


def test_notebooks_are_read_as_one(write_notebook):
    """A name bound in one cell is bound in all; exact division asked for in one cell holds in all."""
    path = write_notebook(
        "from __future__ import division\nprint 'a'",
        "xrange = range",
        "%%time\nx = [i / 2 for i in xrange(3)]\nprint x",
    )
    submission = read_submission(path)
    [(cell, fact)] = facts_of(submission.files[0])
    assert (cell.number, fact.code, fact.line) == (1, "python2-print", 2)
    texts = [cell.text for cell in converted(submission).files[0].cells]
    assert texts[2] == "\nx = [i / 2 for i in xrange(3)]\nprint(x)"


def test_converted_code_runs_in_the_students_process(tmp_path, box):
    """The runtime is there before the process is locked, and a traceback names the student's line."""
    source = """
        import numpy as np
        def relu_forward(x):
            print "shape", x.shape
            out = np.zeros(x.shape)
            for i in xrange(x.size * 2 / 2):
                out.flat[i] = max(x.flat[i], 0)
            return out, x
        def relu_backward(dout, x):
            print "backward"
            return dout / None
        """
    submission = converted(read_submission(written(tmp_path, layers=source)))
    program = extract(submission, ["relu_forward", "relu_backward"])
    checks = load_part("relu").checks
    with StudentProcess(box, program) as process:
        forward, backward = (
            process.play(dataclasses.replace(checks[name], seconds=20), checks[name].inputs(checks[name].cases[0], 1))
            for name in ("forward", "backward")
        )
    assert forward.outcome == "returned"
    assert (forward.values["out"] >= 0).all()
    assert backward.outcome == "raised"
    assert backward.error["line"] == 11
