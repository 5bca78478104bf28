"""`grader agree`: a collection of repositories against known verdicts, from the folder to the last three lines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.agreement import read_truth, verdict_of
from grader.cli import main
from grader.errors import Refused
from grader.model import CheckResult, Finding, Status

LAYERS = """
import numpy as np
from .pictures import show

def affine_forward(x, w, b):
    return [x.reshape(len(x), -1) @ w + b, {"x": x, "w": w}]

def affine_backward(dout, cache):
    x, w = cache["x"], cache["w"]
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)

def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, cache):
    return dout

def svm_loss(x, y):
    return undefined_name

def softmax_loss(x, y):
    loss, dx = None, None
    return loss, dx

show(np.load("photographs.npy"))
"""
PICTURES = """
import matplotlib.pyplot as plt

def show(image):
    plt.imshow(image)
    plt.show()
"""
OPTIM = """
def adam(w, dw, config=None)
    return w, config
"""
FILES = {"layers.py": LAYERS, "pictures.py": PICTURES, "optim.py": OPTIM, "__init__.py": ""}
VERDICTS = {
    "affine_forward": "right",
    "affine_backward": "right",
    "relu_forward": "right",
    "relu_backward": "wrong",
    "svm_loss": "raises",
    "softmax_loss": "unimplemented",
    "adam": "raises",
    "dropout_forward": "unimplemented",
}


@pytest.fixture
def collection(tmp_path):
    """Write one repository of eight functions, and a file with its verdicts; the arguments of the command."""

    def write(verdicts=VERDICTS, files=FILES, **roles):
        package = tmp_path / "some" / "one__homework" / "assignment2" / "cs231n"
        package.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (package / name).write_text(text)
        functions = {name: {"role": roles.get(name, "asked"), "verdict": said} for name, said in verdicts.items()}
        unit = {"root": "assignment2", "functions": functions}
        truth = tmp_path / "truth.json"
        truth.write_text(json.dumps({"repos": {"one/homework": {"units": {"assignment2/cs231n": unit}}}}))
        return ["agree", str(truth), str(tmp_path / "some")]

    return write


@pytest.mark.slow
def test_agreement_ends_in_three_lines(collection, capsys):
    """All eight verdicts are ours too, though the module draws a picture that is not there: exit code 0."""
    assert main(collection()) == 0
    assert capsys.readouterr().out.splitlines() == [
        "diagnosed 100.0 % (1 of 1 wrong functions)",
        "harness errors 0",
        "agreement 100.0 % (8 of 8 functions)",
    ]


@pytest.mark.slow
def test_a_disagreement_is_a_line_with_both_verdicts(collection, capsys):
    """Exit code 1; the line says what we say of it."""
    assert main(collection({"relu_backward": "right", "relu_forward": "wrong"})) == 1
    assert capsys.readouterr().out.splitlines() == [
        "one/homework assignment2/cs231n relu_backward: expected right, got wrong "
        "[relu-gradient-not-masked: The backward pass returns dout as it is.]",
        "one/homework assignment2/cs231n relu_forward: expected wrong, got right",
        "diagnosed 0.0 % (0 of 1 wrong functions)",
        "harness errors 0",
        "agreement 0.0 % (0 of 2 functions)",
    ]


def test_only_what_was_asked_for_counts(collection, capsys):
    """Of a later assignment's stub nothing is said."""
    assert main(collection({"relu_forward": "right", "relu_backward": "right"}, relu_backward="extra")) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "agreement 100.0 % (1 of 1 functions)"


def test_the_same_as_json(collection, tmp_path, capsys):
    """Every function with both verdicts, what is said of it, and the last three lines."""
    assert main([*collection(), "--json", str(tmp_path / "out.json")]) == 0
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["schema"] == "grader/agreement/v1"
    assert {item["function"]: item["got"] for item in written["functions"]} == VERDICTS
    assert all(item["agrees"] for item in written["functions"])
    assert written["summary"] == capsys.readouterr().out.splitlines()
    said = {item["function"]: item["said"] for item in written["functions"]}
    assert said["affine_forward"] == []
    told = "A name is used that is not defined (NameError: name 'undefined_name' is not defined)."
    assert told in said["svm_loss"][0]
    assert said["softmax_loss"] == ["Missing: It returns None: it is not written yet, or its return is missing."]
    assert said["adam"] == ["SyntaxError: adam stands in cs231n/optim.py, which does not parse: expected ':'."]


@pytest.mark.slow
def test_every_cause_is_written_beside_the_code(collection, tmp_path, capsys):
    """For reading: what a wrong function was told, how sure that is, its lines, and the counts at the end."""
    strange = LAYERS.replace("return np.maximum(x, 0), x", "return (\n        x * 0.12\n    ), x")
    arguments = collection({"relu_backward": "wrong", "relu_forward": "wrong"}, {**FILES, "layers.py": strange})
    assert main([*arguments, "--causes", str(tmp_path / "causes.txt")]) == 0
    told, code, unnamed, lines, counts = (tmp_path / "causes.txt").read_text().split("\n\n")
    assert told.splitlines()[0] == "## certain: one/homework assignment2/cs231n relu_backward"
    assert "relu/backward: certain: relu-gradient-not-masked: The backward pass returns dout as it is." in told
    assert code.splitlines() == ["    def relu_backward(dout, cache):", "        return dout"]
    assert unnamed.splitlines()[0] == "## unnamed: one/homework assignment2/cs231n relu_forward"
    assert [line.strip() for line in lines.splitlines()] == ["def relu_forward(x):", "return (", "x * 0.12", "), x"]
    assert counts.splitlines() == [
        "wrong functions: certain 1, pattern 0, likely 0, unnamed 1",
        "certain 50.0 %, named 50.0 % of 2 wrong functions",
    ]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder: (folder / "one__homework").rename(folder / "another"), "does not exist"),
        (lambda folder: None, "no_such_function is no function that this grader knows"),
    ],
)
def test_what_cannot_be_graded_is_no_verdict(collection, tmp_path, capsys, change, why):
    """An absent repository and an unknown name are harness errors, with the cause: exit code 3."""
    arguments = collection({"no_such_function": "right"})
    change(tmp_path / "some")
    assert main(arguments) == 3
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("one/homework assignment2/cs231n no_such_function: expected right, got not graded [")
    assert why in first
    assert rest[1:] == ["harness errors 1", "agreement 0.0 % (0 of 1 functions)"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"repos": {"a/b": {"units": {"u": {}}}}}', '{"repos": 3}'])
def test_a_file_of_another_form_is_refused(tmp_path, text):
    """With a sentence, and so is one that is not there."""
    path = tmp_path / "truth.json"
    path.write_text(text)
    with pytest.raises(Refused, match="is no file of verdicts"):
        read_truth(path, compat=False)
    with pytest.raises(Refused, match="cannot be read"):
        read_truth(Path(tmp_path / "none.json"), compat=False)
    assert main(["agree", str(path), str(tmp_path)]) == 2


STRANGE = """
import numpy as np
import os

def affine_forward(x, w, b):
    return np.asmatrix(x.reshape(len(x), -1)) * w + b, None

def relu_backward(dout, cache):
    os._exit(0)

def svm_loss(x, y):
    return svm_loss(x, y)

def conv_forward_naive(x, w, b, conv_param):
    raise KeyboardInterrupt
"""


def test_strange_ends_are_verdicts_too(collection, capsys):
    """A matrix is right; what ends the process, interrupts it or calls itself raises, and harms no other function."""
    verdicts = dict.fromkeys(("relu_backward", "svm_loss", "conv_forward_naive"), "raises")
    assert main(collection({"affine_forward": "right", **verdicts}, {"layers.py": STRANGE})) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["harness errors 0", "agreement 100.0 % (4 of 4 functions)"]


@pytest.mark.parametrize("status", [Status.CRASHED, Status.TIMED_OUT, Status.VIOLATED])
def test_what_comes_back_in_no_case_raises(status):
    """Whatever stopped it; with a finding of another case it is wrong."""
    check = CheckResult("forward", "", status, 0.0, 1.0, 0.0)
    finding = Finding("out", 0.0, 1e-8, True, "")
    assert verdict_of([check]) == "raises"
    assert verdict_of([replace(check, findings=(finding,))]) == "wrong"


OLD = """
def relu_forward(x):
    print "forward"
    return x * (x > 0), x
"""


def test_old_code_has_the_verdict_of_its_interpreter(collection, tmp_path, capsys):
    """With --compat what is right in Python 2, else that it does not parse today."""
    arguments = collection({"relu_forward": "right"}, {"layers.py": OLD})
    truth = json.loads((tmp_path / "truth.json").read_text())
    unit = truth["repos"]["one/homework"]["units"]["assignment2/cs231n"]
    unit["functions"]["relu_forward"]["by_env"] = {"py3": "raises: SyntaxError"}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    assert main([*arguments, "--compat"]) == 0
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines().count("agreement 100.0 % (1 of 1 functions)") == 2
