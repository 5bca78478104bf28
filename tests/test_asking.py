"""A submission is graded on what its own text asks for; a teacher's word asks for all."""

from __future__ import annotations

import json

import pytest

from grader.cli import main
from grader.course.asking import asked_of, note_on_others
from grader.course.assignments import find_assignment, recognise
from grader.intake.notebooks import as_notebook
from grader.intake.reading import read_submission
from grader.submission import Cell
from tests.results import result

RELU = """
def relu_forward(x):
    return x * (x > 0), x

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""
CONV = "def conv_forward_naive(x, w, b, conv_param):\n    pass\n"
POOL = "def max_pool_forward_naive(x, pool_param):\n    pass\n"
NORM = """
def batchnorm_forward(x, gamma, beta, bn_param):
    pass

def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    pass
"""


def handed_in(tmp_path, code, prose="", name="mine.ipynb"):
    """A notebook of one cell, with a text above it."""
    notebook = json.loads(as_notebook([Cell(1, text) for text in code]))
    notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": prose})
    (tmp_path / name).write_text(json.dumps(notebook))
    return read_submission(tmp_path)


def not_asked(submission, slug="layers"):
    return [part.slug for part in asked_of(find_assignment(slug), submission).not_asked]


@pytest.mark.parametrize(
    ("code", "prose", "absent"),
    [
        ([CONV, POOL], "", ["affine", "relu"]),
        ([CONV, POOL], "Finish affine_forward in layers.py.", ["relu"]),  # its text names it
        ([CONV, POOL], "The relu follows an affine layer.", ["affine", "relu"]),  # words, not names
        ([CONV, POOL, "out, _ = affine_forward(x, w, b)"], "", ["relu"]),  # a test of it
        ([CONV, "def net(x):\n    return affine_forward(x, 1, 2)"], "", ["affine", "relu", "max_pool"]),
        ([CONV, "from cs231n.layers import affine_forward"], "", ["affine", "relu", "max_pool"]),
        ([CONV, POOL, "def affine_forward(x, w, b)\n    pass"], "", ["relu"]),  # does not parse, and is there
        (["x = 1"], "", []),  # nothing is asked for by its text: all of it is
    ],
)
def test_what_nothing_defines_calls_or_names_is_not_asked(tmp_path, code, prose, absent):
    """The parts of what is there are graded whole: a backward pass that is not written is missing."""
    assert not_asked(handed_in(tmp_path, code, prose)) == absent


def test_recognition_drops_no_part_that_one_assignment_could_grade(tmp_path):
    """Convolution, pooling and normalisation are of one assignment, whatever the notebook is called."""
    submission = handed_in(tmp_path, [CONV, POOL, NORM])
    asked = asked_of(recognise(submission), submission)
    assert {part.slug for part in asked.parts} == {"conv", "max_pool", "batch_norm", "spatial_batch_norm"}


def test_what_no_assignment_grades_with_the_rest_is_named(tmp_path):
    """With the assignment that grades it."""
    submission = handed_in(tmp_path, [RELU, CONV, "class ConvLayer:\n    pass"], name="layers.ipynb")
    (note,) = note_on_others(recognise(submission), submission)
    assert note.sentence.startswith("ConvLayer is no part of layers")
    assert "--assignment cnn_objects" in note.sentence


@pytest.mark.parametrize(
    ("code", "prose", "left"),
    [
        ([NORM], "", [("batch_norm/backward_alt", 2)]),
        ([NORM], "Write batchnorm_backward_alt as well.", []),
        ([NORM, "dx, dgamma, dbeta = batchnorm_backward_alt(dout, cache)"], "", []),
    ],
)
def test_a_function_that_one_check_asks_for_may_be_left_out(tmp_path, code, prose, left):
    """Where nothing speaks of it the others of its part are asked for, whatever they are."""
    asked = asked_of(find_assignment("batch_norm"), handed_in(tmp_path, code, prose))
    assert [(item.slug, item.points) for item in asked.not_asked] == left
    assert len(asked.checks) == 9 - len(left)


@pytest.mark.parametrize("others", [[], ["bob"]])
def test_one_submission_is_graded_on_what_it_asks_for_and_a_class_on_all(tmp_path, others):
    """A class has one list."""
    for name in ["ada", *others]:
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "layers.py").write_text(RELU)
    where = ["in", "--layout", "class"] if others else ["in/ada", "--layout", "one"]
    options = ["--out", str(tmp_path / "out"), "--isolation", "process"]
    main(["grade", str(tmp_path / where[0]), *where[1:], *options])
    written = json.loads((tmp_path / "out" / "ada" / "result.json").read_text())
    assert (written["max_score"] > 4) is bool(others)
    assert bool(written["not_asked"]) is (not others)


def test_the_course_may_say_what_a_class_is_graded_by(tmp_path, course, capsys):
    """As --assignment does, which counts before it; a slip is refused as there."""
    place = course() / "course.toml"
    text = place.read_text()
    (tmp_path / "relu.py").write_text(RELU)
    command = ["grade", str(tmp_path / "relu.py"), "--isolation", "process", "--out"]
    for slug, more, graded_by in (
        ("dropout", [], "dropout"),
        ("dropout", ["--assignment", "layers"], "layers"),
        ("dropuot", [], None),
    ):
        place.write_text(f'assignment = "{slug}"\n{text}')
        course()
        out = tmp_path / f"{slug}{len(more)}"
        main([*command, str(out), *more])
        assert [json.loads(file.read_text())["assignment"] for file in out.glob("*/result.json")] == (
            [graded_by] if graded_by else []
        )
    assert "There is no assignment 'dropuot'" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "most"), [([], 4), (["--assignment", "layers"], 34), (["affine"], 6)])
def test_the_maximum_is_of_what_is_asked(tmp_path, capsys, more, most):
    """A teacher's word, or a part that is named, asks for more than the text does."""
    (tmp_path / "mine.py").write_text(RELU)
    main(["check", str(tmp_path / "mine.py"), *more, "--json", str(tmp_path / "result.json")])
    written = json.loads((tmp_path / "result.json").read_text())
    assert written["max_score"] == most
    assert bool(written["not_asked"]) is (not more)
    assert ("Not asked for" in capsys.readouterr().out) is (not more)


def test_a_report_says_what_was_not_asked():
    """In words, as the terminal does."""
    from dataclasses import replace

    from grader.exporters import html
    from grader.model import NotAsked

    page = html.report(replace(result(), not_asked=(NotAsked("affine", "Affine layer", 6.0),)))
    assert "Not asked for" in page and "Affine layer (6)" in page
