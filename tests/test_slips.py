"""Slips that leave no Python, or a name that is almost right: named, with what to do."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from grader.beside import notes_on_what_is_beside
from grader.course.asking import assignment_of
from grader.course.assignments import find_assignment
from grader.errors import NothingFound, Refused
from grader.extract import extract
from grader.hints import hint_for
from grader.intake.languages import said_of_languages
from grader.intake.reading import open_submission, read_submission
from grader.selfcheck import Wanted, self_check
from grader.slips import is_utf_16, slip_of
from grader.whereabouts import near_name
from grader.words import nearest
from tests.conftest import notebook_json

ROOT = Path(__file__).parents[1]
CODE = "def affine_forward(x, w, b):\n    out = x.dot(w) + b\n    return out, (x, w, b)\n"
NUMBERED = "".join(f"{n:3d}  {line}\n" for n, line in enumerate(CODE.splitlines(), 12))
PROMPTS = ">>> def affine_forward(x):\n...     return x\n"


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (NUMBERED, 1, "its lines begin with their numbers"),
        ("\n" + NUMBERED.replace("  ", ": "), 2, "its lines begin with their numbers"),
        (PROMPTS, 1, "the prompts of a console"),
        ("In [3]: x = 1", 1, "the prompts of a console"),
        ("x = 1\n<<<<<<< HEAD\ny = 2\n", 2, "a merge left its marker <<<<<<<"),
    ],
)
def test_a_slip_is_named_with_its_line(text, line, cause):
    """Instead of what the parser makes of it."""
    found = slip_of(text)
    assert found and found[0] == line and cause in found[1]


@pytest.mark.parametrize(
    "text", ["", "x = (1,\n", "1\n2\n", "3 + 4\n5\n1\n2\n", "for 1 in x:\n    pass", "12a = 3\n" * 5]
)
def test_other_errors_are_the_parsers(text):
    """Numbers that do not count up stand in code."""
    assert slip_of(text) is None


def test_what_stands_behind_numbers_is_known_by_name(tmp_path):
    """So the check that misses it can say where it is."""
    (tmp_path / "work.py").write_text(NUMBERED)
    (broken,) = extract(read_submission(tmp_path / "work.py"), ["affine_forward"]).broken
    assert broken.names == {"affine_forward", "out"}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("work.py", CODE.encode("utf-16"), "is saved as UTF-16; save it as UTF-8"),
        ("work.py", CODE.encode("utf-16-le"), "is saved as UTF-16; save it as UTF-8"),
        ("work.ipynb", json.dumps(notebook_json([CODE])).encode("utf-16"), "it is saved as UTF-16"),
        ("work.ipynb", json.dumps(notebook_json([CODE])).encode()[:-20], "it ends in the middle"),
        ("work.ipynb", json.dumps(notebook_json([CODE])).encode()[:-150], "it ends in the middle"),
    ],
)
def test_a_file_that_was_saved_wrong_is_refused_with_the_cause(tmp_path, name, data, said):
    """Not as binary data, nor as JSON that is not valid for whatever reason."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Refused, match=said):
        read_submission(tmp_path / name)


def test_binary_data_is_no_text_in_utf_16():
    """Zeros in both halves."""
    assert not is_utf_16(bytes(range(256)))
    assert not is_utf_16(bytes(100))
    assert not is_utf_16(b"\0x")


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("EOF when reading a line", "Nobody can answer input() here"),
        ("invalid character '“' (U+201C)", "Such quotes come from a word processor"),
        ("invalid character '（' (U+FF08)", "a full-width character"),
        ("invalid non-printable character U+00A0", "pasted from a web page"),
        ("could not broadcast input array from shape (2,3,4,4) into shape (2,3,0,0)", "is empty: so is a[p:-p] where"),
        ("could not broadcast input array from shape (4,) into shape (0,)", "is empty: so is a[p:-p] where"),
    ],
)
def test_what_python_says_of_a_slip_gets_a_hint(message, hint):
    assert hint in hint_for(message)
    assert not hint_for("could not broadcast input array from shape (4,) into shape (10,20)")


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("chekc", ["check", "grade"], "check"),
        ("TwoLayerNN", ["TwoLayerNet", "softmax"], "TwoLayerNet"),
        ("gradient", ["gradients", "loss"], "gradients"),
        ("GRADIENTS", ["gradients"], "gradients"),
        ("loss", ["training"], ""),
    ],
)
def test_the_nearest_word_is_found(word, known, found):
    assert nearest(word, known) == found


def test_a_class_that_is_called_almost_so_is_pointed_at(tmp_path, write_notebook):
    """With its cell; another name that is asked for, or a constant, is none."""
    path = write_notebook("NET = 3", "def TwoLayerNets(): pass", "class TwoLayerNN:\n    pass")
    files = read_submission(path).files
    near = near_name(files, "TwoLayerNet", {"TwoLayerNets"})
    assert near and (near.name, near.cell) == ("TwoLayerNN", 3)
    assert near_name(files, "softmax_loss", set()) is None


def test_what_lies_beside_is_said(tmp_path):
    """A copy, an untouched notebook, another exercise, and a file that cannot be read; what counts is named."""
    finished = ROOT / "tests/specimens/layers/perfect/layers.ipynb"
    for name, source in {
        "copy.ipynb": finished,
        "done.ipynb": finished,
        "layers.ipynb": ROOT / "student_template/layers/layers.ipynb",
        "net.ipynb": ROOT / "student_template/two_layer_net/two_layer_net.ipynb",
    }.items():
        (tmp_path / name).write_bytes(source.read_bytes())
    (tmp_path / "broken.ipynb").write_text("{")
    notes = notes_on_what_is_beside(read_submission(tmp_path), find_assignment("layers"), ["done.ipynb"])
    said = {note.code: note.sentence for note in notes}
    assert said.keys() == {"unreadable", "copy", "untouched", "not-checked"}
    assert said["copy"] == "copy.ipynb holds a copy of what was checked; done.ipynb counts."
    assert said["untouched"].startswith("layers.ipynb is not filled in; done.ipynb")
    assert said["not-checked"].startswith("net.ipynb looks like two_layer_net, which was not checked")
    assert "broken.ipynb is no notebook" in said["unreadable"]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"kernelspec": {"language": "R", "name": "ir"}}, "is a notebook of R"),
        ({"language_info": {"name": "julia"}}, "is a notebook of Julia"),
        ({"kernelspec": {"language": "python", "name": "python2"}}, ""),
        ({"kernelspec": 3}, ""),
        ({}, ""),
    ],
)
def test_a_notebook_of_another_language_is_told_by_its_kernel(tmp_path, metadata, said):
    (tmp_path / "work.ipynb").write_text(json.dumps(notebook_json(["x <- 1"]) | {"metadata": metadata}))
    with open_submission(tmp_path / "work.ipynb") as submission:
        found = list(said_of_languages(submission))
    assert bool(found) == bool(said)
    assert said in "".join(found)


def test_a_path_that_is_almost_right_is_answered_with_the_nearest_one(tmp_path):
    """Of the same folder."""
    (tmp_path / "layers.py").write_text(CODE)
    with pytest.raises(Refused, match=r"layres.py does not exist; .* Did you mean layers.py\?"):
        read_submission(tmp_path / "layres.py")


GRAPH = "import theano.tensor as T\n\n\ndef relu_forward(x):\n    return T.maximum(0, x), x\n"


@pytest.mark.parametrize(
    ("cells", "metadata", "said"),
    [
        ([GRAPH], {}, "This is code for Theano"),
        ([GRAPH, CODE], {}, ""),  # one of them is written with NumPy
        (["import theano", CODE], {}, ""),
        (["out = paddle.networks.conv(3)"], {}, "This is code for PaddlePaddle"),
        (["y = ones(3) .* x'"], {"language_info": {"name": "matlab"}}, "is a notebook of MATLAB"),
        ([CODE], {"language_info": {"name": "matlab"}}, ""),  # a wrong kernel, and Python
    ],
)
def test_what_is_no_code_with_numpy_is_named_and_not_run(tmp_path, cells, metadata, said):
    """Whatever assignment is named; where some of it is the student's own code with NumPy it is graded."""
    (tmp_path / "work.ipynb").write_text(json.dumps(notebook_json(cells) | {"metadata": metadata}))
    refused = pytest.raises(NothingFound, match=said) if said else contextlib.nullcontext()
    with open_submission(tmp_path / "work.ipynb") as submission, refused:
        assert assignment_of(submission, "layers").slug == "layers"


def test_a_notebook_in_which_nothing_is_python_is_told_so_once(tmp_path, box):
    """Not by ten functions that are not there; its name says which assignment it should be."""
    metadata = {"kernelspec": {"language": "R", "name": "ir"}}
    text = json.dumps(notebook_json(["relu_forward <- function(x) pmax(x, 0)"]) | {"metadata": metadata})
    (tmp_path / "layers.ipynb").write_text(text)
    with pytest.raises(NothingFound, match=r"\Alayers.ipynb is a notebook of R"):
        self_check(Wanted(tmp_path / "layers.ipynb"), box)
