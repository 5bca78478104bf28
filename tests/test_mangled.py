"""A mangled notebook gets the marks of the whole one, or the result names what is amiss, and where."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.course.assignments import find_assignment, recognise, select
from grader.errors import Refused
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.model import Result
from grader.oracle.live import LiveOracle
from grader.sandbox import Box
from tests import mangling
from tests.mangling import Mangling, Notebook, code, edited, finished, glued, indented, number, place, template

# A few checks of each assignment: every graded name that is mangled is called by one.
CHECKS = {
    "layers": ["affine/forward", "relu/forward", "relu/backward"],
    "batch_norm": ["batch_norm/train_mode", "batch_norm/backward"],
    "two_layer_net": ["scores", "loss", "predict"],
    "fully_connected": ["losses/softmax", "affine_relu"],
}
ORACLE = LiveOracle(14)
RELU = "def relu_forward"
WRONG = "def relu_forward(x):\n    return x, x\n"
STUB = "def relu_forward(x):\n    raise NotImplementedError\n"
NONE = "def relu_forward(x):\n    out = None\n    cache = x\n    return out, cache\n"
CONFLICT = f"""def relu_forward(x):
{"<" * 7} HEAD
    return x * (x > 0), x
{"=" * 7}
    return abs(x), x
{">" * 7} mine
"""


def unchanged(notebook: Notebook) -> Notebook:
    return notebook


def pasted(source: str) -> str:
    return f"## ReLU\n\nThe *forward* pass of it.\n\n{source}"


def quoted(source: str) -> str:
    return f"'''\n{source.replace(chr(34) * 3, '')}\n'''"


def written_to_a_file(source: str) -> str:
    return f"%%writefile relu.py\n{source}"


def of_me(source: str) -> str:
    return re.sub(r"\bself\b", "me", source)


def in_a_function(source: str) -> str:
    return f"def mine():\n{indented(source)}"


def misspelt(source: str) -> str:
    return source.replace("relu_forward", "relu_fowrard")


def in_conflict(source: str) -> str:
    return source + CONFLICT


@dataclass(frozen=True)
class Case:
    """What is done to the notebook of which assignment, whether marks are lost, and what must be said."""

    slug: str
    mangle: Mangling
    lost: bool = False
    said: str = ""


SAME = {  # the same marks, and nothing to be said
    "as it is": Case("layers", unchanged),
    "its tests deleted": Case("layers", mangling.deleted("out, cache = relu_forward")),
    "a function twice": Case("layers", mangling.repeated(RELU)),
    "its imports twice": Case("layers", mangling.repeated("import numpy")),
    "its tests twice": Case("layers", mangling.repeated("out, cache = relu_forward")),
    "a function last": Case("layers", mangling.moved_to_the_end(RELU)),
    "a helper last": Case("fully_connected", mangling.moved_to_the_end("def affine_forward")),
    "all in one cell": Case("layers", mangling.merged),
    "a class in one cell": Case("two_layer_net", mangling.merged),
    "nothing but sources": Case("batch_norm", mangling.bare),
    "one id for all": Case("layers", mangling.with_the_same_ids),
    "nbformat_minor 0": Case("layers", mangling.with_minor(0)),
    "nbformat_minor 99": Case("layers", mangling.with_minor(99)),
    "nbformat_minor null": Case("layers", mangling.with_minor(None)),
    "worksheets": Case("layers", mangling.in_worksheets),
    "CRLF": Case("layers", mangling.with_line_ends("\r\n")),
    "CR": Case("layers", mangling.with_line_ends("\r")),
    "indented": Case("layers", edited(RELU, indented)),
    "indented under %%time": Case("layers", edited(RELU, lambda source: indented(f"%%time\n{source}"))),
}

NAMED = {  # graded as it can be, and the cause is named with its place
    "imports deleted": Case(
        "layers",
        mangling.deleted("import numpy"),
        lost=True,
        said="name 'np' is not defined. Nothing in the submission imports it: `import numpy as np` is missing.",
    ),
    "imports in a text cell": Case(
        "layers",
        mangling.turned("import numpy", "markdown"),
        lost=True,
        said="name 'np' is not defined. Its code stands in a text cell, which is not run "
        "(layers.ipynb, above the first code cell).",
    ),
    "imports last": Case(
        "layers",
        mangling.moved_to_the_end("import numpy"),
        said="layers.ipynb: cell 5 uses np, which is imported only later, in cell 14.",
    ),
    "reversed": Case("layers", mangling.reversed_cells, said="which is imported only later, in cell 14."),
    "a helper deleted": Case(
        "fully_connected",
        mangling.deleted("def affine_forward"),
        lost=True,
        said="name 'affine_forward' is not defined. Nothing in the submission defines or imports it.",
    ),
    "a function deleted": Case(
        "layers", mangling.deleted(RELU), lost=True, said="relu_forward is not defined in the submission."
    ),
    "a function misspelt, beside a cell that is broken": Case(
        "layers",
        lambda whole: edited("def conv_forward_naive", pasted)(edited(RELU, misspelt)(whole)),
        lost=True,
        said="relu_forward is not defined in the submission, but relu_fowrard is: is that it, misspelt?",
    ),
    "an older version above": Case(
        "layers",
        mangling.repeated(RELU, WRONG, before=True),
        said="layers.ipynb: relu_forward is defined twice, in different ways (cells 6 and 7); "
        "that of cell 7 counts, as the last one.",
    ),
    "an older version below": Case(
        "layers",
        mangling.repeated(RELU, WRONG),
        lost=True,
        said="relu_forward is defined twice, in different ways (cells 6 and 7); that of cell 7 counts",
    ),
    "three versions": Case(
        "layers",
        mangling.repeated(RELU, WRONG, STUB),
        lost=True,
        said="relu_forward is defined 3 times, in different ways (cells 6, 7 and 8); that of cell 7 counts, "
        "as the last one that is filled in.",
    ),
    "three versions of a helper": Case(
        "fully_connected",
        mangling.repeated("def affine_forward", *(f"def affine_forward(x, w, b):\n    return {n}" for n in (1, 2))),
        lost=True,
        said="affine_forward is defined 3 times, in different ways (cells 2, 3 and 4); that of cell 4 counts",
    ),
    "a stub below": Case("layers", mangling.repeated(RELU, STUB), said="that of cell 6 counts"),
    "a stub below that gives None": Case("layers", mangling.repeated(RELU, NONE), said="that of cell 6 counts"),
    "a name given something else": Case(
        "layers",
        mangling.repeated(RELU, "relu_forward = relu_forward(np.zeros(3))"),
        lost=True,
        said="relu_forward is defined twice, in different ways (cells 6 and 7); that of cell 7 counts",
    ),
    "a function cut in two": Case(
        "layers",
        mangling.split(RELU, "return"),
        lost=True,
        said="layers.ipynb, cell 7 does not parse and was left out: unexpected indent, as if it went on with "
        "relu_forward of cell 6 (line 1).",
    ),
    "a docstring cut in two": Case(
        "layers",
        mangling.split(RELU, "x: an array"),
        lost=True,
        said="relu_forward stands in cell 6, which does not parse: unterminated triple-quoted string literal",
    ),
    "a class cut in two": Case(
        "two_layer_net",
        mangling.split("class TwoLayerNet", "def predict"),
        said="predict stands outside of a class, and was judged as a method of TwoLayerNet.",
    ),
    "a class of another self cut in two": Case(
        "two_layer_net",
        lambda whole: mangling.split("class TwoLayerNet", "def predict")(edited("class TwoLayerNet", of_me)(whole)),
        lost=True,
        said="two_layer_net.ipynb: cell 3 is indented as a whole, as if it went on with TwoLayerNet of cell 2",
    ),
    "a text cell": Case(
        "layers",
        mangling.turned(RELU, "markdown"),
        lost=True,
        said="relu_forward is not defined in the submission: its code stands in a text cell, which is not run "
        "(layers.ipynb, after cell 5).",
    ),
    "a raw cell": Case("layers", mangling.turned(RELU, "raw"), lost=True, said="(layers.ipynb, after cell 5)"),
    "a cell of no known kind": Case("layers", mangling.turned(RELU, "python"), lost=True, said="after cell 5)"),
    "a text pasted above": Case(
        "layers",
        edited(RELU, pasted),
        lost=True,
        said="relu_forward stands in cell 6, which does not parse: invalid syntax",
    ),
    "a merge conflict": Case(
        "layers",
        edited(RELU, in_conflict),
        lost=True,
        said="relu_forward stands in cell 6, which does not parse: a merge left its marker <<<<<<< in it.",
    ),
    "a merge conflict in all of it": Case(
        "layers",
        lambda notebook: edited(RELU, in_conflict)(mangling.merged(notebook)),
        lost=True,
        said="affine_forward stands in cell 1, which does not parse: a merge left its marker <<<<<<< in it.",
    ),
    "a broken newer version": Case(
        "layers",
        mangling.repeated(RELU, CONFLICT),
        said="layers.ipynb, cell 7 does not parse and its relu_forward with it: a merge left its marker <<<<<<< in it "
        "(line 2).",
    ),
    "commented out": Case(
        "layers",
        edited(RELU, mangling.commented_out),
        lost=True,
        said="relu_forward is not defined in the submission: it is commented out (layers.ipynb, cell 6).",
    ),
    "in a string": Case(
        "layers", edited(RELU, quoted), lost=True, said="its code stands in a string (layers.ipynb, cell 6)."
    ),
    "written to a file": Case(
        "layers",
        edited(RELU, written_to_a_file),
        lost=True,
        said="it stands under %%writefile, where nothing is run (layers.ipynb, cell 6).",
    ),
    "inside another function": Case(
        "layers",
        edited(RELU, in_a_function),
        lost=True,
        said="it is defined inside another function or class (layers.ipynb, cell 6).",
    ),
    "the template glued to the end": Case(
        "layers",
        glued(template("layers")),
        said="layers.ipynb seems to be two notebooks in one: 8 graded names are defined in cells 3 to 13, and again in "
        "cells 17 to 27; the later ones are not filled in, so the earlier ones count.",
    ),
    "the template glued to the top": Case(
        "layers", glued(template("layers"), first=True), said="in cells 17 to 27; the later ones count."
    ),
    "the template of a class glued to the end": Case(
        "two_layer_net",
        glued(template("two_layer_net")),
        said="TwoLayerNet is defined twice, in different ways (cells 2 and 11); that of cell 2 counts, "
        "as the last one that is filled in.",
    ),
    "itself glued to the end": Case("batch_norm", glued(finished("batch_norm")), said="the later ones count."),
    "another assignment glued to the end": Case(
        "layers",
        glued(finished("fully_connected")),
        said="layers.ipynb also holds all that fully_connected asks for; it was graded as layers only.",
    ),
    "another assignment glued to the top": Case(
        "layers", glued(finished("batch_norm"), first=True), said="also holds all that batch_norm asks for"
    ),
}


def grade(path: Path, slug: str, box: Box) -> Result:
    assignment = find_assignment(slug)
    return grade_submission(read_submission(path), assignment, select(assignment, CHECKS[slug]), ORACLE, box)


def everything_said(result: Result) -> str:
    errors = [check.error.message for check in result.checks if check.error]
    return "\n".join([*errors, *(note.sentence for note in result.notes)])


@pytest.fixture
def write(tmp_path):
    """Write a notebook as the one file of a submission."""

    def write_it(notebook: Notebook, name: str) -> Path:
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps(notebook), "utf-8")
        return path

    return write_it


@pytest.mark.parametrize("name", SAME)
def test_what_changes_no_code_costs_nothing_and_says_nothing(name, write, shared_box):
    case = SAME[name]
    result = grade(write(case.mangle(finished(case.slug)), case.slug), case.slug, shared_box)
    assert (result.score, everything_said(result)) == (result.max_score, "")


@pytest.mark.parametrize("name", NAMED)
def test_what_changes_code_is_named_with_its_place(name, write, shared_box):
    case = NAMED[name]
    result = grade(write(case.mangle(finished(case.slug)), case.slug), case.slug, shared_box)
    assert case.said in everything_said(result)
    assert (result.score < result.max_score) is case.lost


def names_said(result: Result, name: str) -> bool:
    return re.search(rf"\b{name}\b", everything_said(result)) is not None


@pytest.mark.slow
@pytest.mark.parametrize("slug", CHECKS)
def test_no_cell_is_lost_silently(slug, write, shared_box):
    """Whichever code cell is deleted, made a text, commented out or cut in two: full marks, or something is said."""
    whole = finished(slug)
    sources = [cell["source"] for cell in whole["cells"] if cell["cell_type"] == "code"]
    for source in sources:
        middle = source.split("\n")[len(source.split("\n")) // 2]
        for mangle in (
            mangling.deleted(source),
            mangling.turned(source, "raw"),
            edited(source, mangling.commented_out),
            edited(source, indented),
            edited(source, in_conflict) if "relu" in source else edited(source, pasted),
            mangling.split(source, middle.strip() or source.split("\n")[0]),
        ):
            result = grade(write(mangle(whole), slug), slug, shared_box)
            assert result.status == "graded"
            assert result.score == result.max_score or everything_said(result)
            for check in result.checks:
                if check.points < check.max_points:
                    assert check.error or result.notes, (source, check.slug)


def test_two_glued_assignments_are_recognised_as_one_that_grades_both(write):
    """Whichever comes first, it is the same one, and nothing of either is dropped."""
    first = write(glued(finished("fully_connected"))(finished("layers")), "a")
    last = write(glued(finished("fully_connected"), first=True)(finished("layers")), "b")
    assert recognise(read_submission(first)) == (one := recognise(read_submission(last)))
    assert {"affine_forward", "conv_backward_naive", "softmax_loss", "adam"} <= set(one.needs)


def test_another_notebook_that_defines_the_same_in_another_way_is_named(write, shared_box, tmp_path):
    """A copy beside the assignment's notebook; one of the same code needs no word, nor does the template."""
    write(finished("layers"), "layers")
    write(finished("layers"), "layers-Copy2")
    write(template("layers"), "layers-Copy3")
    assert everything_said(grade(tmp_path, "layers", shared_box)) == ""
    write(edited(RELU, lambda _: WRONG)(finished("layers")), "layers-Copy1")
    result = grade(tmp_path, "layers", shared_box)
    assert everything_said(result) == (
        "layers-Copy1.ipynb defines relu_forward too, in another way; layers.ipynb counts."
    )
    assert result.score == result.max_score


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{0}\n{0}", "a second one begins in its line 2; hand in each by itself"),
        ("{{\n<<<<<<< HEAD\n{0}", "it holds the markers of a merge"),
        ("{0}]", "it is not valid JSON"),
    ],
)
def test_what_is_no_json_any_more_is_refused_with_the_cause(text, words, tmp_path):
    path = tmp_path / "layers.ipynb"
    path.write_text(text.format(json.dumps(finished("layers"))), "utf-8")
    with pytest.raises(Refused, match=words):
        read_submission(path)


def test_a_function_given_once_more_by_a_wrapper_is_defined_once(write, shared_box):
    """``f = jit(f)`` and decorators are the ways to write one definition."""
    wrapped = "def same(f):\n    return f\n\nrelu_forward = same(relu_forward)\n"
    result = grade(write(mangling.repeated(RELU, wrapped)(finished("layers")), "layers"), "layers", shared_box)
    assert (result.score, everything_said(result)) == (result.max_score, "")


def test_the_generator_mangles(write):
    """Cells are found by what they hold, and numbered as in messages."""
    whole: dict[str, Any] = {"cells": [{"cell_type": "markdown", "source": "b"}, code("a"), code("b")]}
    assert (place(whole, "b"), number(whole, "b")) == (2, 2)
    assert [cell["source"] for cell in mangling.split("b", "b")(whole)["cells"]] == ["b", "a", "", "b"]
