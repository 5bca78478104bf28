"""Real student processes: what staff handed out and is not there is supplied, and nothing else is."""

from __future__ import annotations

import dataclasses
import json
import textwrap

import numpy as np
import pytest

from grader.course.parts import load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.sandbox.lockdown import LockdownBox
from grader.worker.client import StudentProcess
from student_template.stand_ins.im2col_cython import col2im_6d_cython, col2im_cython, im2col_cython
from tests import naive
from tests.conftest import notebook_json

FORWARD = load_part("relu").checks["forward"]
X = FORWARD.inputs(FORWARD.cases[0], 1)["x"]
RELU = "import numpy as np\ndef relu_forward(x): return np.maximum(0, x), x\n"


@pytest.fixture
def student(tmp_path, box):
    """Start a student process for files given as path and source; the path's first part is the submission's."""
    processes = []

    def start(files, wanted=("relu_forward",)):
        for name, source in files.items():
            path = tmp_path / "work" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = textwrap.dedent(source)
            path.write_text(json.dumps(notebook_json([text])) if name.endswith(".ipynb") else text)
        processes.append(StudentProcess(box, extract(read_submission(tmp_path / "work"), wanted)))
        return processes[-1]

    yield start
    for process in processes:
        process.__exit__(None, None, None)


def play(process, check=FORWARD, case=0):
    return process.play(dataclasses.replace(check, seconds=20.0), check.inputs(check.cases[case], 1))


OLD = """
from past.builtins import xrange, basestring
from past.utils import old_div
from builtins import range, object
from future import standard_library
from future.utils import iteritems
from six.moves import cPickle as pickle
import six.moves.cPickle
standard_library.install_aliases()
def relu_forward(x):
    assert old_div(7, 2) == 3 and isinstance("", basestring) and pickle.loads(pickle.dumps(1)) == 1
    return sum(1 for _ in xrange(1)) * (x > 0) * x + 0 * len(dict(iteritems({}))), x
"""


def test_packages_of_the_change_from_python_2_are_there(student):
    """Whether they are installed or not: their names work."""
    process = student({"layers.py": OLD})
    assert play(process).outcome == "returned"
    assert process.problems == []


# As the course's file uses them: on import a hint, at use a NameError, unless they are there.
FAST = """
import numpy as np
try:
    from {place} import col2im_cython, im2col_cython
    from {place} import col2im_6d_cython
except ImportError:
    print("compile it first")

def fast_relu(x):
    cols = im2col_cython(x.reshape(1, 1, 1, -1), 1, 1, 0, 1)
    return np.maximum(0, col2im_cython(cols, 1, 1, 1, x.size, 1, 1, 0, 1)).reshape(x.shape)
"""


@pytest.mark.parametrize(
    ("package", "place"),
    [("cs231n/", "cs231n.im2col_cython"), ("dlcourse/", ".im2col_cython"), ("", "im2col_cython")],
    ids=["absolute", "relative, another name", "no package"],
)
def test_the_compiled_file_is_supplied_wherever_the_package_is(student, package, place):
    """fast_layers as it was committed works without compiling anything, and what was supplied is told."""
    dot = "." if package else ""
    files = {
        f"a2/{package}fast_layers.py": FAST.format(place=place),
        f"a2/{package}layers.py": f"from {dot}fast_layers import *\ndef relu_forward(x): return fast_relu(x), x\n",
    }
    process = student(files)
    transcript = play(process)
    np.testing.assert_array_equal(transcript.values["out"], np.maximum(0, X))
    assert process.stand_ins == ["im2col_cython"]


def test_a_file_of_the_submission_goes_before_its_stand_in(student):
    """What the student has is taken, also where it is wrong."""
    files = {
        "p/im2col_cython.py": "def im2col_cython(*given): raise ValueError('mine')",
        "p/layers.py": "from .im2col_cython import im2col_cython\ndef relu_forward(x): return im2col_cython(x), x",
    }
    process = student(files)
    assert play(process).error["message"] == "mine"
    assert process.stand_ins == []


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 2)])
def test_windows_become_columns_and_back(stride, pad):
    """The convolution over the columns is the naive one; the way back is the gradient, for windows of any shape."""
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((2, 3, 7, 10)), rng.standard_normal((4, 3, 3, 4))
    N, C, H, W = x.shape
    rows, columns = 1 + (H + 2 * pad - 3) // stride, 1 + (W + 2 * pad - 4) // stride
    cols = im2col_cython(x, 3, 4, pad, stride)
    out = (w.reshape(4, -1) @ cols).reshape(4, rows, columns, N).transpose(3, 0, 1, 2)
    np.testing.assert_allclose(out, naive.conv_forward(x, w, np.zeros(4), stride, pad), rtol=1e-12, atol=1e-12)
    # <cols(x), c> = <x, images(c)> for every c: one is the transpose of the other.
    c = rng.standard_normal(cols.shape)
    back = col2im_cython(c, N, C, H, W, 3, 4, pad, stride)
    np.testing.assert_allclose(np.sum(cols * c), np.sum(x * back), rtol=1e-12)
    six = c.reshape(C, 3, 4, rows, columns, N).transpose(0, 1, 2, 5, 3, 4)
    np.testing.assert_array_equal(col2im_6d_cython(six, N, C, H, W, 3, 4, pad, stride), back)


LAYERS = """
import numpy as np
def relu_forward(x): return np.maximum(0, x), x
def relu_backward(dout, cache): return dout * (cache > 0)
def affine_forward(x, w, b): return x @ w + b, (x, w)
def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
def conv_forward_naive(x, w, b, conv_param): return x * 2 + b, "wrong"
"""


def test_absent_fast_layers_are_the_students_own_slow_ones(student):
    """No right answer comes in with them: this convolution is as wrong as the student's own."""
    source = """
    from cs231n.fast_layers import *
    def relu_forward(x): return conv_forward_fast(x, None, 1, conv_param={})
    """
    process = student({"cs231n/layers.py": LAYERS, "work.ipynb": source})
    np.testing.assert_array_equal(play(process).values["out"], 2 * X + 1)
    assert process.stand_ins == ["fast_layers"]


def test_absent_layer_utils_are_composed_of_the_students_own_layers(student):
    """Forward and backward, with the gradients in the course's order."""
    source = """
    from cs231n.layer_utils import *
    def relu_forward(x):
        w, b = np.ones((4, 3)), np.zeros(3)
        out, cache = affine_relu_forward(x, w, b=b)
        dx, dw, db = affine_relu_backward(np.ones_like(out), cache)
        assert dw.shape == w.shape and db.shape == b.shape
        return dx, x
    """
    process = student({"cs231n/layers.py": LAYERS, "work.ipynb": "import numpy as np\n" + textwrap.dedent(source)})
    active = X.sum(axis=1, keepdims=True) > 0
    np.testing.assert_array_equal(play(process).values["out"], np.where(active, 3.0, 0.0) * np.ones_like(X))


def test_what_the_assignment_asks_for_is_not_supplied(student):
    """Where conv_forward_fast or affine_relu_forward is to be written, neither is given."""
    files = {
        "p/layers.py": LAYERS,
        "p/net.py": """
        from .layer_utils import affine_relu_forward
        from .fast_layers import conv_forward_fast
        """,
    }
    process = student(files, ("relu_forward", "affine_relu_forward", "conv_forward_fast"))
    assert play(process).outcome == "returned"
    assert process.stand_ins == []
    absent = [item["message"] for item in process.problems if item["file"] == "p/net.py"]
    assert [text.rpartition(" ")[2] for text in absent] == ["p/layer_utils.py", "p/fast_layers.py"]


@pytest.mark.skipif(bool(LockdownBox.missing()), reason=f"NO LOCKED LEVEL HERE: {LockdownBox.missing()}")
def test_the_code_of_what_is_asked_for_is_out_of_reach(student):
    """A locked process cannot import the stand-in that would write the exercise."""
    source = "def relu_forward(x):\n    from student_template.stand_ins import layer_utils\n    return x, x\n"
    process = student({"layers.py": source}, ("relu_forward", "affine_relu_forward"))
    assert play(process).outcome in ("raised", "violated")


def test_a_file_that_is_absent_is_named(student):
    """Where a package lacks layers.py, its star import says so, and whatever it would have given is blamed on it."""
    source = "from ..layers import *\ndef relu_forward(x): return positive(x), x\n"
    process = student({"a1/cs231n/classifiers/net.py": source})
    assert play(process).error["message"] == "name 'positive' is not defined"
    (problem,) = process.problems
    assert problem["message"].endswith("the submission has no file a1/cs231n/layers.py")
    assert problem["binds"] == ["positive"]


@pytest.mark.parametrize(
    "imports",
    [
        "from cs231n.layers import *",
        "from .layers import *",
        "from ..layers import *",
        "import cs231n.layers as layers",
    ],
)
def test_flat_files_find_each_other_as_if_in_the_package(student, imports):
    """Files that were taken out of cs231n/ and cs231n/classifiers/ still import each other by those names."""
    call = "layers.positive" if " as " in imports else "positive"
    files = {
        "layers.py": "import numpy as np\ndef positive(x): return np.maximum(0, x)",
        "fc_net.py": f"{imports}\nfrom cs231n.classifiers.svm import s\ndef relu_forward(x): return s * {call}(x), x",
        "svm.py": "s = 1",
    }
    process = student(files)
    np.testing.assert_array_equal(play(process).values["out"], np.maximum(0, X))
    assert process.problems == []


BROKEN = {
    "does not parse": "def f():\nreturn 1\n",
    "raises": "raise RuntimeError('no')",
    "imports an absent file": "from cs231n.classifiers.absent import *\nfrom .absent_too import Net\nimport absent",
    "imports a broken file": "from .broken import *",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_a_broken_package_does_not_hide_right_code(student, source):
    """An __init__.py that fails is skipped: the files beside it are loaded."""
    files = {
        "cs231n/__init__.py": source,
        "cs231n/classifiers/__init__.py": source,
        "cs231n/classifiers/broken.py": "print 'Python 2'",
        "cs231n/classifiers/relu.py": "from ..positive import *\ndef relu_forward(x): return positive(x), x",
        "cs231n/positive.py": "from .data import *\nimport numpy as np\ndef positive(x): return np.maximum(0, x)",
        "cs231n/data.py": """
        from scipy.misc import imread, imresize
        from imageio import imread
        import h5py, torch.nn as nn, tensorflow as tf
        import matplotlib.pyplot as plt
        """,
    }
    assert play(student(files)).outcome == "returned"


def test_a_notebook_alone_is_its_own_course_package(student):
    """What it imports from the package that is not there is what its cells above define."""
    rectify = "def relu_forward(x): return np.maximum(0, x), x\n"
    used = "from cs231n.layers import relu_forward as mine\ndef relu_forward(x): return mine(x)\n"
    process = student({"a2.ipynb": f"import numpy as np\n{rectify}from cs231n.layers import *\n{used}"})
    assert play(process).outcome == "returned"
    assert process.problems == []
