"""What grading makes of unwritten, old and incomplete submissions; real student processes."""

from __future__ import annotations

import pytest

from grader.course.assignments import find_assignment, select
from grader.exporters._causes import root_causes
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle

LIVE = LiveOracle(11)

PYTHON_2 = """
import numpy as np

def relu_forward(x):
    print 'forward', x.shape
    return np.maximum(x, 0), x

def relu_backward(dout, cache):
    half = 1 / 2  # 0 in Python 2
    for i in xrange(1):
        half += dout.astype(np.float)
    return half * (cache > 0)
"""


@pytest.fixture
def grade(tmp_path, box):
    """Grade files with the checks of some parts of an assignment."""

    def run(files, assignment, names, **options):
        for name, text in files.items():
            path = tmp_path / "work" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        found = find_assignment(assignment)
        return grade_submission(read_submission(tmp_path / "work"), found, select(found, names), LIVE, box, **options)

    return run


def statuses(result):
    return {check.slug: check.status for check in result.checks}


def test_python_2_is_said_and_costs_the_checks_unless_it_is_converted(grade):
    """The same file: nothing parses as it is; a converted copy is right, with its division."""
    plain = grade({"layers.py": PYTHON_2}, "layers", ["relu/forward", "relu/backward"])
    assert set(statuses(plain).values()) == {"missing"}
    converted = grade({"layers.py": PYTHON_2}, "layers", ["relu/forward", "relu/backward"], compat=True)
    assert set(statuses(converted).values()) == {"passed"}
    sentences = {note.code: note.sentence for note in plain.notes}
    assert sentences["python2-print"] == ("layers.py: Written for Python 2: line 5 prints without parentheses.")
    assert {note.code for note in converted.notes} == set(sentences)
    assert "--compat" in sentences["compat"]
    assert converted.notes[-1].sentence == "A converted copy was graded."


def test_a_converted_copy_that_does_not_parse_all_the_same_is_said_to_be_left_out(grade):
    """It is Python 2, and a bracket is missing besides: no conversion mends that."""
    (check,) = (graded := grade({"layers.py": f"{PYTHON_2}\nx = (1\n"}, "layers", ["relu/forward"], compat=True)).checks
    assert check.status == "missing"
    assert graded.notes[-1].sentence == "A converted copy was graded, without layers.py, which does not parse even so."


BROKEN = "def affine_forward(x, w, b):\n    return (x.reshape(len(x), -1) @ w + b, (x, w, b)\n"
USES = """
from cs231n import layers
from nowhere import relu_forward

def affine_relu_forward(x, w, b):
    return layers.affine_forward(x, w, b)
"""


def test_a_file_that_does_not_parse_is_named_wherever_it_is_imported(grade):
    """By a name of its module; and an import that fails is said to be one, no definition."""
    files = {"cs231n/layers.py": BROKEN, "cs231n/layer_utils.py": USES}
    (affine,) = (check.error for check in grade(files, "fully_connected", ["affine_relu/forward"]).checks)
    assert affine.type == "AttributeError"
    assert "affine_forward stands in cs231n/layers.py, which does not parse: '(' was never closed." in affine.message
    (relu,) = (check.error for check in grade({"layers.py": USES}, "layers", ["relu/forward"]).checks)
    assert relu.message == "Importing relu_forward failed: No module named 'nowhere'."


def test_a_converted_copy_says_so_where_nothing_but_print_shows_python_2(grade):
    """What does not parse as it was handed in parses as it is graded."""
    text = "def relu_forward(x):\n    print 'forward'\n    return x * (x > 0), x\n"
    converted = grade({"layers.py": text}, "layers", ["relu/forward"], compat=True)
    assert set(statuses(converted).values()) == {"passed"}
    assert [note.code for note in converted.notes] == ["python2-print", "compat"]


def test_of_a_converted_copy_the_students_own_line_is_shown_and_what_it_lacks_is_told(grade):
    """Not the converted line; a file that does not parse even so is no converted copy."""
    text = "import numpy as np\n\ndef relu_forward(x):\n    print 'forward'\n    return x.missing / 2, x\n"
    files = {"layers.py": text, "solver.py": "print 'a'\ndef step(:\n    pass\n"}
    converted = grade(files, "layers", ["relu/forward"], compat=True)
    assert [check.error.source for check in converted.checks] == ["    return x.missing / 2, x"]
    assert converted.notes[-1].sentence == (
        "A converted copy was graded, without solver.py, which does not parse even so."
    )


def test_a_division_that_was_meant_as_python_2_has_it_is_that_in_a_converted_copy(grade):
    """Nothing else shows Python 2; the retry is said, and is not kept where it earns no more."""
    text = "import numpy as np\n\n\ndef relu_forward(x):\n    n = x.size / 1\n"
    text += "    return np.maximum(x.ravel()[:n], 0).reshape(x.shape), x\n"
    said = "As it is, / gives a float where a whole number is needed"
    converted = grade({"layers.py": text}, "layers", ["relu/forward"], compat=True)
    assert (set(statuses(converted).values()), converted.notes[-1].sentence.startswith(said)) == ({"passed"}, True)
    plain = grade({"layers.py": text}, "layers", ["relu/forward"])
    assert (set(statuses(plain).values()), plain.notes) == ({"crashed"}, ())
    wrong = grade({"layers.py": text.replace("x.size / 1", "x.size / 2.0")}, "layers", ["relu/forward"], compat=True)
    assert not any(note.sentence.startswith(said) for note in wrong.notes)


def test_what_a_starter_leaves_none_is_not_written_yet(grade):
    """It is missing, not wrong: the function gives None, or uses what is None."""
    stubs = "def relu_forward(x):\n    out = None\n    return out, x\n\n\n"
    stubs += "def relu_backward(dout, cache):\n    dx, x = None, cache\n    return dx.reshape(x.shape)\n"
    result = grade({"layers.py": stubs}, "layers", ["relu/forward", "relu/backward"])
    assert set(statuses(result).values()) == {"missing"}
    assert all("not written yet" in check.error.message for check in result.checks)


BATCH_NORM_STUB = """
import numpy as np

def batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = None, None
    bn_param["running_mean"] = bn_param["running_var"] = np.zeros(x.shape[1])
    return out, cache
"""


def test_what_a_starter_does_by_itself_is_no_mistake(grade):
    """Its batch normalisation puts zeros into bn_param: nobody has forgotten to update them."""
    names = ["batch_norm/train_mode", "batch_norm/running_statistics", "batch_norm/test_mode"]
    result = grade({"layers.py": BATCH_NORM_STUB}, "batch_norm", names)
    assert set(statuses(result).values()) == {"missing"}
    assert not any(check.diagnosis for check in result.checks)


NET_STUB = """
import numpy as np

class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {"W1": std * np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size)}
        self.params["W2"], self.params["b2"] = np.random.randn(hidden_size, output_size), np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        scores = None
        if y is None:
            return scores
        loss = None
        grads = {}
        return loss, grads
"""


def test_what_a_scenario_returns_of_its_own_is_no_work_of_the_students(grade):
    """The images beside the scores, or what is remarked on beside the loss: a stub stays a stub, without a note."""
    names = ["two_layer_classifier/scores", "two_layer_classifier/loss", "two_layer_classifier/gradients"]
    result = grade({"neural_net.py": NET_STUB}, "cs231n_2016_a1", names)
    assert set(statuses(result).values()) == {"missing"}
    assert not any(check.notes for check in result.checks)


def test_a_function_that_is_written_and_wrong_is_not_called_unwritten(grade):
    """Zeros are an answer, and a None inside of it is a mistake of its own."""
    text = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.zeros_like(x), x\n\n\n"
    text += "def relu_backward(dout, cache):\n    return {}.get('dx').copy()\n"
    result = grade({"layers.py": text}, "layers", ["relu/forward", "relu/backward"])
    assert statuses(result) == {"forward": "failed", "backward": "crashed"}


def test_a_function_that_computes_and_returns_nothing_lacks_its_return(grade):
    """It is written: its last line is named, whether the check unpacks what comes back or not."""
    text = "import numpy as np\n\n\ndef relu_forward(x):\n    out = x * (x > 0)\n\n\n"
    text += "def relu_backward(dout, cache):\n    dx = dout * (cache > 0)\n"
    checks = grade({"layers.py": text}, "layers", ["relu/forward", "relu/backward"]).checks
    assert {(check.status, check.error.line) for check in checks} == {("crashed", 5), ("crashed", 9)}
    assert all("returns nothing: the line with its return is missing" in check.error.message for check in checks)


def test_what_is_written_in_part_is_wrong_and_not_unwritten(grade):
    """dw and db come back, dx is still the starter's None: two arrays of three are right."""
    text = "import numpy as np\n\n\ndef affine_forward(x, w, b):\n"
    text += "    return x.reshape(len(x), -1) @ w + b, (x, w, b)\n\n\n"
    text += "def affine_backward(dout, cache):\n    x, w, b = cache\n    dx, dw, db = None, None, None\n"
    text += "    dw, db = x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)\n    return dx, dw, db\n"
    (check,) = grade({"layers.py": text}, "layers", ["affine/backward"]).checks
    assert (check.status, check.points) == ("failed", 2.0)
    assert [finding.name for finding in check.findings if not finding.ok] == ["dx"]


def test_files_of_the_staff_that_are_absent_are_supplied_and_told(grade):
    """A class that needs past.builtins and the course's layer_utils works without them."""
    net = "from past.builtins import xrange\nfrom cs231n.layers import *\nfrom cs231n.layer_utils import *\n" + NET
    files = {"cs231n/layers.py": LAYERS_OF_A_NET, "cs231n/classifiers/fc_net.py": net, "cs231n/__init__.py": ""}
    result = grade(files, "fully_connected_nets", ["modular_two_layer_net/scores"])
    assert statuses(result) == {"scores": "passed"}
    (note,) = [note for note in result.notes if note.code == "stand-ins"]
    assert "past" in note.sentence
    assert "layer_utils" in note.sentence


LAYERS_OF_A_NET = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) + b, (x, w, b)

def relu_forward(x):
    return np.maximum(x, 0), x
"""

NET = """
class TwoLayerNet(object):
    def __init__(self, input_dim=3, hidden_dim=4, num_classes=2, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {
            "W1": np.zeros((input_dim, hidden_dim)), "b1": np.zeros(hidden_dim),
            "W2": np.zeros((hidden_dim, num_classes)), "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None):
        for _ in xrange(1):
            hidden, _ = affine_relu_forward(X, self.params["W1"], self.params["b1"])
        return affine_forward(hidden, self.params["W2"], self.params["b2"])[0]
"""


@pytest.mark.slow
@pytest.mark.parametrize(("part", "said"), [("conv", True), ("relu", False)])
def test_the_report_says_how_much_faster_the_reference_is(grade, part, said):
    """Of the layers with slow loops, in hidden runs; it carries no marks."""
    slow = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n\n\n" + SLOW
    result = grade({"layers.py": slow}, "layers", [f"{part}/forward"])
    notes = [note.sentence for note in result.checks[0].notes if note.code == "speed"]
    assert bool(notes) is said
    assert all("times as fast" in note or "no faster" in note for note in notes)


SLOW = """
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        window = x[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, None
"""


def test_a_bug_in_the_diagnosis_costs_no_marks(grade, monkeypatch):
    """The check keeps its verdict, and the report says that no cause was found by our fault."""

    def broken(graded, oracle):
        raise KeyError("mistake")

    monkeypatch.setattr("grader.diagnosis.explained", broken)
    wrong = (
        "def relu_forward(x):\n    return x, x\n\n\ndef relu_backward(dout, cache):\n    return dout * (cache > 0)\n"
    )
    result = grade({"layers.py": wrong}, "layers", ["relu/forward", "relu/backward"])
    assert (result.status, statuses(result)) == ("graded", {"forward": "failed", "backward": "passed"})
    assert "undiagnosed" in [note.code for note in result.checks[0].notes]


DEBUGGED = """
import numpy as np

def affine_forward(x, w, b):
    import pdb; pdb.set_trace()

    out = x.reshape(len(x), -1).dot(w) + b
    return out, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(len(x), -1).T.dot(dout), dout.sum(axis=0)
"""


def test_a_debugger_is_shown_where_it_is_called_and_a_lent_cache_is_said(grade):
    """It stops a statement later; and a right backward pass whose cache is its own is not blamed for what raises."""
    forward, backward = grade({"layers.py": DEBUGGED}, "layers", ["affine"]).checks
    assert forward.error.message.endswith("A debugger is called here (pdb.set_trace(), breakpoint()); nobody can "
                                          "step through here: remove it.")  # fmt: skip
    assert (forward.error.line, forward.error.source) == (5, "    import pdb; pdb.set_trace()")
    assert [note.code for note in backward.notes] == ["raised-in", "lent-cache"]
    right = grade({"layers.py": DEBUGGED.replace("import pdb; pdb.set_trace()", "pass")}, "layers", ["affine"])
    assert [check.status for check in right.checks] == ["passed", "passed"]


UNKEPT = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout @ w.T
    dx == dx.reshape(x.shape)
    dw = x[:1].reshape(1, -1).T @ dout[:1]
    + x[1:].reshape(len(x) - 1, -1).T @ dout[1:]
    return dx, dw, dout.sum(axis=0)

def relu_forward(x):
    x + 1
    return np.maximum(x, 0), x
"""


def test_a_line_whose_value_nothing_keeps_is_told_beside_a_failed_check(grade):
    """A comparison that should assign, a continuation without brackets; nothing is said of what is right."""
    result = grade({"layers.py": UNKEPT}, "layers", ["affine/backward", "relu/forward"])
    said = {
        check.slug: [note.sentence.split(":")[0] for note in check.notes if note.code == "value-not-kept"]
        for check in result.checks
    }
    assert said == {"backward": ["Line 10 only compares", "Line 12 stands by itself"], "forward": []}
    assert "Line 10 only compares" in root_causes(result)[0].hint  # where a report begins
