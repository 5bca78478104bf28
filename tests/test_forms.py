"""Other forms of what is asked for: it is graded as what it is, and the result says so."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import replace

import pytest

from grader.course.asking import asked_of
from grader.course.assignments import find_assignment, select
from grader.forms import in_classes
from grader.grading import grade_submission
from grader.oracle.recorded import RecordedOracle
from tests.mangling import finished, template
from tests.test_asking import handed_in

NET = find_assignment("two_layer_net")
TRIED = ["scores", "predict"]


def pieces(notebook):
    """The import cell of a notebook, its class without methods of the student's, and these, as they stand in it."""
    cells = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    text = next(source for source in cells if source.startswith("class TwoLayerNet"))
    (node,) = ast.parse(text).body
    lines, own = text.splitlines(), [item for item in node.body if isinstance(item, ast.FunctionDef)]
    head, *methods = ["\n".join(lines[item.lineno - 1 : item.end_lineno]) for item in own]
    head = "\n".join(lines[: own[0].end_lineno])
    return cells[0], head, methods


def dedented(head, methods):
    return list(map(textwrap.dedent, methods))


def in_a_cell_with_a_run(head, methods):
    """A run below gives the names of functions other values."""
    return [textwrap.dedent("\n".join(methods)), "loss, predict = 3, None\nnet = TwoLayerNet(4, 10, 3)"]


def cut_off(head, methods):
    return ["\n".join([head, *methods[:-1]]), methods[-1]]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            dedented,
            "loss, train and predict stand outside of a class, and were judged as methods of TwoLayerNet, of which",
        ),
        (in_a_cell_with_a_run, "were judged as methods of TwoLayerNet, of which the rest is as the starter gives it."),
        (cut_off, "predict stands outside of a class, and was judged as a method of TwoLayerNet."),
    ],
)
def test_methods_without_their_class_are_judged_in_it(tmp_path, shared_box, form, said):
    """The marks of the whole class, and a note."""
    imports, head, methods = pieces(finished("two_layer_net"))
    submission = handed_in(tmp_path, [imports, *form(head, methods)], name="two_layer_net.ipynb")
    result = grade_submission(submission, NET, select(NET, TRIED), RecordedOracle(NET), shared_box)
    assert [str(check.status) for check in result.checks] == ["passed", "passed"]
    (note,) = [note for note in result.notes if note.code == "methods"]
    assert said in note.sentence
    assert not [note for note in result.notes if note.code == "cut"]


@pytest.mark.parametrize("module", ["", "class TwoLayerNet:\n    pass\n"])
def test_a_class_that_is_whole_or_elsewhere_stays_as_it_is(tmp_path, module):
    """A function of a method's name beside it is no part of it."""
    imports, head, methods = pieces(finished("two_layer_net"))
    (tmp_path / "neural_net.py").write_text(module)
    whole = [] if module else ["\n".join([head, *methods])]
    submission = handed_in(tmp_path, [imports, *whole, "def predict(self, X):\n    return X\n"])
    assert in_classes(submission, NET.parts[0].frames) == (submission, [])


def test_what_stands_alone_is_asked_for(tmp_path):
    """As the class that it belongs to."""
    alone, conv = "def predict(self, X):\n    return X\n", "def conv_forward_naive(x, w, b, conv_param):\n    pass\n"
    parts = (*NET.parts, *find_assignment("layers").parts)
    both = replace(NET, load=lambda: parts)
    asked = [part.slug for part in asked_of(both, handed_in(tmp_path, [alone, conv])).parts]
    assert asked == ["two_layer_net", "conv"]


def test_a_frame_is_what_the_template_gives():
    """The same __init__, and the methods that it leaves open."""
    _, head, methods = pieces(template("two_layer_net"))
    (frame,) = NET.parts[0].frames
    names = [ast.parse(textwrap.dedent(method)).body[0].name for method in methods]
    assert [name for name in vars(frame) if name in names] == names
    given = ast.parse(head).body[0].body[1]
    own = ast.parse(textwrap.dedent(inspect.getsource(frame.__init__))).body[0]
    assert [ast.unparse(node) for node in own.body] == [ast.unparse(node) for node in given.body[1:]]


HALVES = """
whole = ConvLayer.backward
methods = {name: value for name, value in vars(ConvLayer).items() if name != "backward"}

def bp_sensitivity_map(self, sensitivity_array, activator):
    self.activator_before = activator

def bp_gradient(self, sensitivity_array):
    whole(self, image, sensitivity_array, self.activator_before)

def forward(self, input_array):
    global image
    image = input_array
    methods["forward"](self, input_array)

halves = {"bp_sensitivity_map": bp_sensitivity_map, "bp_gradient": bp_gradient, "forward": forward}
ConvLayer = type("ConvLayer", (), {**methods, **halves})
"""


def test_a_convolution_layer_may_go_back_in_two_halves(tmp_path, shared_box):
    """As the tutorial's does, whose layers have no method that calls both."""
    objects = find_assignment("cnn_objects")
    cells = [cell["source"] for cell in finished("cnn_objects")["cells"] if cell["cell_type"] == "code"]
    submission = handed_in(tmp_path, [*cells, HALVES])
    checks = select(objects, ["conv_layer/delta", "conv_layer/update", "with_your_activators"])
    result = grade_submission(submission, objects, checks, RecordedOracle(objects), shared_box)
    assert [str(check.status) for check in result.checks] == ["passed"] * 3
