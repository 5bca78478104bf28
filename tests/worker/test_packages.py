"""Real student processes: of the installed packages there are NumPy and what is allowed; others are inert or absent."""

from __future__ import annotations

import dataclasses
import textwrap

import pytest

from grader.course.parts import load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.worker.client import StudentProcess
from grader.worker.packages import USUAL

FORWARD = load_part("relu").checks["forward"]
pytest.importorskip("scipy")


@pytest.fixture
def play(tmp_path, box):
    """What comes of the check with a module of this text: the transcript, and what raised when it was loaded."""

    def run(text, allow=USUAL):
        (tmp_path / "layers.py").write_text("import numpy as np\n" + textwrap.dedent(text))
        program = extract(read_submission(tmp_path / "layers.py"), ["relu_forward"])
        with StudentProcess(box, program, ["relu"], allow=allow) as process:
            transcript = process.play(dataclasses.replace(FORWARD, seconds=20.0), FORWARD.inputs(FORWARD.cases[0], 1))
            return transcript, process.problems

    return run


RELU = "\ndef relu_forward(x): return np.maximum(x, 0), x\n"


@pytest.mark.parametrize(
    "text",
    [
        "import scipy.signal as signal",
        "from scipy.signal import convolve2d",
        "from scipy import *",
        "import torch\nimport torch.nn as nn\nclass Net(nn.Module): pass",
        "import sklearn.datasets, cv2",
    ],
)
def test_what_is_only_imported_costs_nothing(play, text):
    """Whether it is installed or not: the names are there."""
    transcript, problems = play(text + RELU)
    assert (transcript.outcome, problems, transcript.tried) == ("returned", [], ())


WAYS = {
    "a name": "from scipy.special import expit\ndef relu_forward(x): return expit(x), x",
    "an attribute": "import scipy.special\ndef relu_forward(x): return scipy.special.expit(x), x",
    "an import in a function": "def relu_forward(x):\n    from scipy.special import expit\n    return expit(x), x",
    "importlib": "import importlib\ndef relu_forward(x):\n"
    "    return importlib.import_module('scipy.special').expit(x), x",
    "a package that is not installed": "import torch\ndef relu_forward(x): return torch.relu(x), x",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_what_is_used_raises_and_is_told(play, text):
    """The error says why; staff read what was tried."""
    transcript, _ = play(text)
    assert transcript.outcome == "raised"
    assert "the exercise asks for code of your own" in transcript.error["message"]
    assert len(transcript.tried) == 1
    assert transcript.tried[0].startswith(("call scipy.special.expit", "import scipy", "call torch.relu"))


PREPARED = {
    "in a function": "def relu_forward(x):\n"
    "    try:\n        from scipy.special import expit\n"
    "    except ImportError:\n        return np.maximum(x, 0), x\n    return expit(x), x",
    "when loaded": "try:\n    from scipy.special import expit\nexcept ImportError:\n    expit = None\n"
    "def relu_forward(x):\n    return (expit(x) if expit else np.maximum(x, 0)), x",
}


@pytest.mark.parametrize("text", PREPARED.values(), ids=PREPARED)
def test_code_that_is_prepared_for_it_goes_its_own_way(play, text):
    """As on a machine that has no such package."""
    assert play(text)[0].outcome == "returned"


BYPASSES = {
    "finders removed": "import sys\nfrom importlib.machinery import PathFinder\n"
    "sys.meta_path[:] = [one for one in sys.meta_path if 'frozen' in repr(one)]\nsys.meta_path.append(PathFinder)\n",
    "by its place": "import importlib.util, sys, os\nplace = os.path.dirname(os.path.dirname(np.__file__))\n"
    "spec = importlib.util.spec_from_file_location('scipy', place + '/scipy/__init__.py',\n"
    "    submodule_search_locations=[place + '/scipy'])\n"
    "sys.modules['scipy'] = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(sys.modules['scipy'])\n",
    "by another package": "import sys\nfrom numba.np import linalg\nlinalg.ensure_lapack()\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", BYPASSES.values(), ids=BYPASSES)
def test_nor_is_it_to_be_had_in_another_way(play, text):
    """Its files cannot be opened, and other packages do without it."""
    transcript, _ = play(text + "from scipy.special import expit\ndef relu_forward(x): return expit(x), x\n")
    assert transcript.outcome != "returned"


def test_what_the_assignment_allows_is_there(play):
    """As its description lists it."""
    text = "from scipy.special import expit\ndef relu_forward(x): return x * (expit(x) > 0.5), x"
    assert play(text, (*USUAL, "scipy"))[0].outcome == "returned"


@pytest.mark.slow
def test_plots_are_possible(play):
    """What the usual packages need is there for them."""
    pytest.importorskip("matplotlib")
    _, problems = play("import matplotlib.pyplot as plt\nplt.rcParams['figure.figsize'] = (4, 4)\n" + RELU)
    assert problems == []
