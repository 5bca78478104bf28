"""The line in which one small change makes a function right, where no known mistake explains what is wrong."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest

from grader import one_place
from grader.callees import Definitions
from grader.changes import AXES_ALIKE
from grader.course.assignments import find_assignment, select
from grader.extract import extract
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle
from grader.sandbox import open_box
from grader.variants import variants
from grader.worker.changed import changed
from grader.worker.loader import Code
from tests.wrong_layers import RIGHT as LAYERS
from tests.wrong_norms import SPATIAL as NORMS

RELU = """\
import numpy as np

def relu_forward(x):
    out = np.where(x > 0.25, x, 0)
    return out, x

def relu_backward(dout, cache):
    dx = dout * (cache > 0)
    return dx
"""


AFFINE = """\
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    rows = x.reshape(len(x), -1)
    dx = (dout - dout.mean()).dot(w.T).reshape(x.shape)
    dw = rows.T.dot(dout) - w
    db = np.cumsum(dout, axis=0)[-1]
    return dx, dw, db
"""


NET = """\
import numpy as np
from parts import hidden_units

class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {"W1": std * np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size)}
        self.params |= {"W2": std * np.random.randn(hidden_size, output_size), "b2": np.zeros(output_size)}

    def loss(self, X, y=None, reg=0.0):
        \"\"\"The scores.\"\"\"
        hidden = hidden_units(X, self.params)
        return hidden.dot(self.params["W2"]) + self.params["b2"]

    def predict(self, X):
        \"\"\"The labels.\"\"\"
        # the likeliest class
        return np.argmax(self.loss(X), axis=1)
"""
PARTS = """\
import numpy as np

def hidden_units(X, params):
    return np.maximum(0, X.dot(params["W1"]) + params["b1"])
"""


def told(text, box, tmp_path, checks=("relu/forward", "relu/backward"), assignment="layers", **options):
    """The result of the first check of these."""
    (tmp_path / "layers.py").write_text(text)
    layers = find_assignment(assignment)
    chosen = select(layers, list(checks))
    result = grade_submission(read_submission(tmp_path), layers, chosen, LiveOracle(5), box, **options)
    return next(one for part in result.parts for one in part.checks if f"{part.slug}/{one.slug}" == checks[0])


@pytest.mark.slow
def test_the_line_is_told_and_no_mark_moves(shared_box, tmp_path):
    """It is certain, as all cases come right with a change there; without the search nothing is named."""
    plain = told(RELU, shared_box, tmp_path)
    assert not any(item.specific for item in plain.diagnosis)
    found = told(RELU, shared_box, tmp_path, search=1500)
    (cause,) = found.diagnosis
    assert cause.certain
    assert cause.sentence == 'One small change in line 4 makes it right: "out = np.where(x > 0.25, x, 0)".'
    assert (found.points, found.status) == (plain.points, plain.status)


@pytest.mark.slow
def test_in_a_notebook_the_cell_is_told_too(shared_box, tmp_path):
    """Its lines are counted from the cell's first."""
    cells = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in ("x = 1", RELU)]
    (tmp_path / "layers.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    layers = find_assignment("layers")
    chosen = select(layers, ["relu/forward"])
    submission = read_submission(tmp_path)
    result = grade_submission(submission, layers, chosen, LiveOracle(5), shared_box, search=1500)
    ((cause,),) = (check.diagnosis for part in result.parts for check in part.checks)
    assert cause.sentence.startswith("One small change in line 4 of cell 2 makes it right: ")


@pytest.mark.slow
def test_nothing_is_told_where_no_change_makes_all_right(shared_box, tmp_path):
    """Two places, in each of which a change would be needed."""
    twice = RELU.replace("    return out, x", "    return out + 0.125 * out**3, x")
    found = told(twice, shared_box, tmp_path, search=1500)
    assert not any(item.code.startswith("one-place") for item in found.diagnosis)


@pytest.mark.slow
def test_of_what_is_not_finite_the_first_line_is_told(shared_box, tmp_path):
    """Where no change makes it right."""
    line = "out = np.sqrt(-1 - x**2) * np.sqrt(-2 - x**2) + x"
    found = told(RELU.replace("out = np.where(x > 0.25, x, 0)", line), shared_box, tmp_path, search=100)
    where = f'comes from line 4: "{line}" (invalid value encountered in sqrt).'
    assert [item.sentence for item in found.diagnosis] == [f"The first number that is not finite {where}"]


@pytest.mark.slow
def test_what_is_wrong_in_a_function_that_it_calls_is_looked_for_there(shared_box, tmp_path):
    """One change of the forward pass makes both passes right; the backward pass itself is left alone."""
    text = RELU.replace("    out = np.where(x > 0.25, x, 0)\n", "    x = x[::-1]\n    out = np.maximum(0, x)\n")
    found = told(text, shared_box, tmp_path, ("relu/backward", "relu/forward"), search=1500)
    assert [item.sentence for item in found.diagnosis if item.specific] == [
        'One small change in line 4, in relu_forward, makes this right as well: "x = x[::-1]".'
    ]


@pytest.mark.slow
def test_a_self_check_says_which_wrong_functions_are_called(shared_box, tmp_path):
    """Of what fails without a known cause; what is right of itself is told to look below."""
    (tmp_path / "layers.py").write_text(NORMS.replace("std = np.sqrt(var + eps)", "std = np.sqrt(1.1 * var + 7 * eps)"))
    batch_norm = find_assignment("batch_norm")
    chosen = select(batch_norm, ["batch_norm/train_mode", "batch_norm/test_mode", "spatial_batch_norm/train_mode"])
    result = grade_submission(
        read_submission(tmp_path), batch_norm, chosen, LiveOracle(231, public=True), shared_box, search=0
    )
    (said,) = (note.sentence for check in result.parts[1].checks for note in check.notes)
    assert said.startswith("This calls batchnorm_forward, which batch_norm/train_mode finds wrong: ")
    assert not [note for check in result.parts[0].checks for note in check.notes]


@pytest.mark.slow
def test_two_arrays_may_each_have_a_line(shared_box, tmp_path):
    """What each change makes right is said with it."""
    found = told(AFFINE, shared_box, tmp_path, ("affine/backward", "affine/forward"), search=3000)
    assert [item.sentence for item in found.diagnosis] == [
        'One small change in line 9 makes dx right: "dx = (dout - dout.mean()).dot(w.T).reshape(x.shape)".',
        'One small change in line 10 makes dw right: "dw = rows.T.dot(dout) - w".',
    ]


@pytest.mark.slow
def test_of_two_slips_in_one_array_the_line_and_the_known_mistake_are_told(shared_box, tmp_path):
    """The change makes those cases right in which the mistake does not show; neither explains all."""
    text = LAYERS.replace("np.argmax(window)", "np.argmax(np.abs(window))").replace("column] +=", "column] =")
    found = told(text, shared_box, tmp_path, ("max_pool/backward", "max_pool/forward"), search=1500)
    assert [item.code for item in found.diagnosis] == ["one-place-max_pool_backward_naive-62", "overlap-assigned"]
    assert "makes right what no other cause explains" in found.diagnosis[0].sentence
    assert all(item.certain for item in found.diagnosis)


@pytest.mark.slow
def test_what_an_argument_of_another_shape_makes_right_is_told(shared_box, tmp_path):
    """The cause is the shape, whether the function raises for it or not, and no other argument is named."""
    text = AFFINE.replace("x.reshape(len(x), -1).dot(w) + b,", "(w.T.dot(x.reshape(len(x), -1).T) + b).T,")
    found = told(text, shared_box, tmp_path, ("affine/forward",), search=1500)
    assert [(item.code, item.certain) for item in found.diagnosis] == [("other-shape-of-b", True)]
    assert "where b is given with the shape (n, 1), not (n,) as here" in found.diagnosis[0].sentence


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("argmax(self.loss(X)", "argmax(np.abs(self.loss(X))", "in line 17 makes it right"),
        ("maximum(0,", "maximum(0.25,", "in line 4 of parts.py makes it right"),
    ],
    ids=["in a method", "in a function of another file that a method calls"],
)
def test_of_a_class_its_methods_are_looked_through_and_what_they_call(shared_box, tmp_path, old, new, sentence):
    """The line is told where it stands; what the scenario itself calls is the class."""
    (tmp_path / "parts.py").write_text(PARTS.replace(old, new))
    check = "two_layer_net/predict" if old in NET else "two_layer_net/scores"
    found = told(NET.replace(old, new), shared_box, tmp_path, [check], "two_layer_net", search=1500)
    assert found.status == "failed"
    (cause,) = (item for item in found.diagnosis if item.specific)
    assert sentence in cause.sentence and cause.certain


def test_what_a_check_calls_is_looked_through_first(tmp_path):
    """Then what that calls, and how its objects are made; a method that needs a decorator is not."""
    (tmp_path / "parts.py").write_text(f"{PARTS}\ndef other():\n    pass\n")
    (tmp_path / "layers.py").write_text(NET)
    program = extract(read_submission(tmp_path), ["TwoLayerNet"])
    part = find_assignment("two_layer_net")
    found = {check.slug: [*Definitions(program).callees(check)] for check in part.checks if not check.needs_data}
    names = {slug: [one.full_name for one in callees] for slug, callees in found.items()}
    assert names["scores"] == ["TwoLayerNet.loss", "TwoLayerNet.__init__", "hidden_units"]
    assert names["predict"] == ["TwoLayerNet.predict", "TwoLayerNet.__init__", "TwoLayerNet.loss", "hidden_units"]
    assert [(one.file, one.line, one.owner) for one in found["predict"]] == [
        ("layers.py", 14, "TwoLayerNet"),
        ("layers.py", 5, "TwoLayerNet"),
        ("layers.py", 9, "TwoLayerNet"),
        ("parts.py", 3, ""),
    ]
    (tmp_path / "layers.py").write_text(NET.replace("    def predict", "    @cached\n    def predict"))
    program = extract(read_submission(tmp_path), ["TwoLayerNet"])
    predict = next(check for check in part.checks if check.slug == "predict")
    assert "TwoLayerNet.predict" not in [one.full_name for one in Definitions(program).callees(predict)]


def test_a_change_stands_in_wherever_the_submission_knows_the_function_and_goes_again():
    """A method in its class, a function in the modules that hold it."""
    module = ModuleType("holds_it")
    module.f = old = lambda: "old"
    code = Code({"f": old, "g": lambda: "new", "A": type("A", (), {"f": lambda self: "old"}), "h": lambda self: "new"})
    sys.modules["holds_it"] = module
    try:
        with changed(code, {"name": "f", "owner": "", "by": "g"}):
            assert (code.f(), module.f(), code.A().f()) == ("new", "new", "old")
        with changed(code, {"name": "f", "owner": "A", "by": "h"}):
            assert (code.f(), module.f(), code.A().f()) == ("old", "old", "new")
    finally:
        del sys.modules["holds_it"]
    assert (code.f(), module.f(), code.A().f()) == ("old", "old", "old")


@pytest.mark.parametrize("kind", [staticmethod, classmethod, property])
def test_a_changed_method_is_decorated_as_its_own_was(kind):
    """So that it is called with what it was called with."""
    new = (lambda: "new") if kind is staticmethod else lambda owner: "new"
    code = Code({"A": type("A", (), {"f": kind(lambda *owner: "old")}), "h": new})
    with changed(code, {"name": "f", "owner": "A", "by": "h"}):
        assert (code.A().f if kind is property else code.A().f()) == "new"
    assert (code.A().f if kind is property else code.A().f()) == "old"


def test_a_method_that_asks_for_its_class_has_it_written_out():
    """It is defined outside of the class; of a function that asks for one there is none to be had."""
    text = "def f(self, x):\n    self.__n = super().f(x) + 1\n    return self.__n\n"
    found = [one.text for one in variants(text, "f", "_Net")]
    assert any("self._Net__n = super(_Net, self).f(x) - 1" in one for one in found)
    assert not [one for one in found if "super()" in one or ".__n" in one]
    assert not [*variants(text, "f")]


HOSTILE = """\
import os, sys

def relu_forward(x):
    if sys._getframe().f_code.co_name != "relu_forward":
        os._exit(1)
    return x * (x > 0.25), x

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


@pytest.mark.slow
def test_who_ends_the_process_in_each_variant_ends_the_search(shared_box, tmp_path, monkeypatch):
    """Not one process for each of 1,500; and what was judged stays."""
    tried = []
    played_with = one_place._played_with
    monkeypatch.setattr(
        one_place, "_played_with", lambda *given, **more: tried.append(given) or played_with(*given, **more)
    )
    found = told(HOSTILE, shared_box, tmp_path, search=1500)
    assert one_place.MOST_ENDED <= len(tried) < 20
    assert found.status == "failed" and not any(item.code.startswith("one-place") for item in found.diagnosis)


@pytest.mark.slow
def test_changed_code_runs_only_where_it_is_locked_in(tmp_path):
    """A change of what a student wrote may do what nobody meant."""
    box = open_box("process")
    try:
        found = told(RELU, box, tmp_path, search=1500)
    finally:
        box.close()
    assert found.status == "failed" and not any(item.code.startswith("one-place") for item in found.diagnosis)


def test_a_submission_has_so_many_variants_and_no_more():
    """They are counted, as seconds differ from machine to machine."""
    budget, found = one_place.Budget(400), iter(range(160))
    assert [len(budget.take(found, 150)) for _ in range(3)] == [150, 10, 0]
    assert [len(budget.take(iter(range(160)), 150)) for _ in range(3)] == [150, 90, 0]


@pytest.mark.parametrize("much", ["    x = x\n" * 100, f"    x = {'+'.join('x' * 1000)}\n"])
def test_a_function_that_is_too_long_has_no_variants(much):
    """Nobody keeps the grader busy with a line without end."""
    assert next(variants("def f(x):\n    x = x\n    return x\n", "f"))
    assert not list(variants(f"def f(x):\n{much}    return x\n", "f"))


TEXT = """\
def f(x, y, n):
    total = x.sum(axis=1)
    total += y[n % 3] / 2
    return total, x
"""
CHANGES = {
    "axis": (2, "x.sum(axis=0)"),
    "call": (2, "x.mean(axis=1)"),
    "operator": (3, "y[n % 3] * 2"),
    "index": (3, "y[total]"),
    "number": (3, "y[n % 4]"),
    "assignment": (3, "total -= y"),
    "left out": (3, "total += y[n % 3]\n"),
    "order": (4, "return (x, total)"),
    "absent": (4, "-total"),
    "name": (2, "y.sum(axis=1)"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_of_each_kind_is_made(kind):
    """In the line that it says, of the text as it stood."""
    line, words = CHANGES[kind]
    assert any(one.kind == kind and one.line == line and words in f"{one.text}\n" for one in variants(TEXT, "f"))


def test_an_index_may_be_that_of_a_loop_among_many_names():
    """It is one of the first changes, however many names the function has."""
    before = "".join(f"    a{number} = {number}\n" for number in range(20))
    text = f"def f(x, w):\n{before}    for last in range(3):\n        x += w[0]\n    return x\n"
    place = next(at for at, one in enumerate(variants(text, "f")) if "x += w[last]" in one.text)
    assert place < 50


def test_axes_may_be_changed_alike_in_several_lines():
    """Which is said of it."""
    text = "def f(x):\n    m = x.mean()\n    v = x.var()\n    return (x - m) / v\n"
    (found,) = (one for one in variants(text, "f") if "x.mean(axis=0)" in one.text and "x.var(axis=0)" in one.text)
    assert (found.kind, found.line) == (AXES_ALIKE, 2)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("return np.sum(w) ** 2 + np.sum(x)", "np.sum(w ** 2)"),
        ("return np.sum(w * x + m)", "np.sum(w * x) + m"),
        ("return w.shape[0] // 2", "w.shape[3] // 2"),
        ("return w[:n]", "w[m]"),
        ("return [w[i] + x[j * n] for i in m for j in m]", "w[i * n]"),
        ("return input_height + x", "input_width + x"),
    ],
    ids=[
        "power of a sum",
        "what stands beside a sum",
        "another axis",
        "rows that were drawn",
        "stride of one axis alone",
        "names that are alike",
    ],
)
def test_what_slips_in_networks_is_among_the_likely_changes(wrong, right):
    """Methods are long, and only their likely changes are tried."""
    loops = "    for i in m:\n        for j in m:\n            w = i + j * n\n"
    text = f"def f(w, x, m, n, input_width, input_height):\n{loops}    {wrong}\n"
    assert any(right in one.text and one.rank <= 2 for one in variants(text, "f"))


def test_a_name_is_not_put_where_it_has_no_value_yet():
    """Such a change could only raise; the name of a loop has one in its line."""
    text = "def f(x):\n    y = x + x\n    z = [y + n for n in range(3)]\n    return z\n"
    found = [one.text for one in variants(text, "f") if one.kind == "name"]
    assert any("y = x + x" in one and "n + n for n" in one for one in found)
    assert not any("y = x + y" in one or "y = x + z" in one for one in found)


def test_what_changes_one_line_comes_before_what_changes_several():
    """A mean too much is that, although all sums along another axis would give the same."""
    text = "def f(x, v):\n    m = x.sum(axis=0)\n    w = v.mean()\n    return m / w\n"
    found = [*variants(text, "f")]
    alone = next(at for at, one in enumerate(found) if "w = v\n" in one.text)
    assert alone < next(at for at, one in enumerate(found) if one.kind == AXES_ALIKE)


def test_a_copy_is_not_left_out():
    """It would make right what uses the name of one array for another."""
    found = [one.text for one in variants("def f(x):\n    y = x.copy()\n    y += 1\n    return x\n", "f")]
    assert found and not any("y = x\n" in one for one in found)


@pytest.mark.parametrize("words", ["super().f(x)", "self.__f(x)"])
def test_a_method_that_asks_for_its_class_has_none(words):
    """It is defined outside of it, where both mean something else."""
    assert not list(variants(f"def f(self, x):\n    return {words} + 1\n", "f"))
    assert list(variants("def f(self, x):\n    return self.f(x) + 1\n", "f"))


def test_variants_differ_and_parse():
    """Each is another function, under a name of its own."""
    found = list(variants(TEXT, "f"))
    assert len({one.text for one in found}) == len(found) > 100
    module = {}
    for one in found:
        exec(compile(one.called("f", "g"), "variants", "exec"), module)
        assert callable(module.pop("g"))


def test_what_defines_no_such_function_has_none():
    """Nor does one that is too long."""
    assert not list(variants("f = 3", "f"))
    assert not list(variants("def f(x):\n" + "    x = x + 1\n" * 100, "f"))
