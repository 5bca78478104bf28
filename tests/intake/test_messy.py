"""Work as it is really handed in: cells from Colab, odd encodings, wrappers, copies. All of it is played."""

from __future__ import annotations

import json

import numpy as np
import pytest

from grader.course.parts import load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.worker.client import StudentProcess
from tests.conftest import notebook_json

FORWARD = load_part("relu").checks["forward"]
RELU = "import numpy as np\ndef relu_forward(x):\n    return np.maximum(0, x), x\n"
COLAB = """
from google.colab import drive
drive.mount('/content/drive', force_remount=True)
FOLDERNAME = 'cs231n/assignments/assignment2/'
assert FOLDERNAME is not None, "[!] Enter the foldername."
import sys
sys.path.append('/content/drive/My Drive/{}'.format(FOLDERNAME))
%cd /content/drive/My\\ Drive/$FOLDERNAME/cs231n/datasets/
!bash get_datasets.sh
%cd /content
"""
SETUP = """
from __future__ import print_function
import matplotlib.pyplot as plt
from cs231n.layers import *
from cs231n.data_utils import get_CIFAR10_data
!pip install imageio
%matplotlib inline
plt.rcParams['figure.figsize'] = (10.0, 8.0)
%load_ext autoreload
%autoreload 2
data = get_CIFAR10_data()
"""


def notebook(*cells: str) -> str:
    return json.dumps(notebook_json(list(cells)))


def nbformat3(*cells: str) -> str:
    code = [
        {"cell_type": "code", "language": "python", "outputs": [], "input": cell.splitlines(True)} for cell in cells
    ]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": code}]})


USE = "def relu_forward(x):\n    return positive(x), x\n"
POSITIVE = "import numpy as np\ndef positive(x):\n    return np.maximum(0, x)\n"
WRAPPED = "assignment1/spring_assignment1/assignment1"
MESSY = {
    "Colab, the package beside": {
        "a2/work.ipynb": notebook(COLAB, SETUP, USE),
        "a2/cs231n/layers.py": POSITIVE,
        "a2/cs231n/data_utils.py": "from scipy.misc import imread\ndef get_CIFAR10_data(): return 1 / 0",
    },
    "Colab, the package alone": {"a2/work.ipynb": notebook(COLAB, SETUP), "a2/cs231n/layers.py": RELU},
    "nbformat 3": {"work.ipynb": nbformat3(SETUP, USE), "cs231n/layers.py": POSITIVE},
    "star imports through two levels": {
        "work.ipynb": notebook("from cs231n.nets import *", USE),
        "cs231n/nets.py": "from .helpers import *",
        "cs231n/helpers.py": "from cs231n.layers import *",
        "cs231n/layers.py": POSITIVE,
    },
    "Windows line ends and byte order mark": {"layers.py": b"\xef\xbb\xbf" + RELU.replace("\n", "\r\n").encode()},
    "old Mac line ends": {"layers.py": RELU.replace("\n", "\r")},
    "tabs and spaces": {
        "layers.py": RELU + "def other(x):\n\tif x:\n\t\treturn 1\n\tfor i in x:\n\t    i += 1\n\treturn 2\n"
    },
    "Latin-1 without a coding line": {"layers.py": f"# d\xe9riv\xe9e\n{RELU}".encode("latin-1")},
    "GBK with a coding line": {"layers.py": f"# -*- coding: gbk -*-\n# 激活函数\n{RELU}".encode("gbk")},
    "GBK without a coding line": {"layers.py": f'"""激活函数"""\n{RELU}'.encode("gbk")},
    "Chinese names": {
        "作业二/卷积网络.ipynb": notebook(
            "from 工具.层 import *  # 导入", "def relu_forward(x):\n    return 激活(x), x"
        ),
        "作业二/工具/层.py": "import numpy as np\ndef 激活(输入):\n    return np.maximum(0, 输入)  # 前向传播\n",
    },
    "nested wrappers": {
        f"{WRAPPED}/cs231n/__init__.py": "",
        f"{WRAPPED}/cs231n/layers.py": POSITIVE,
        f"{WRAPPED}/cs231n/classifiers/__init__.py": "from cs231n.classifiers.net import *",
        f"{WRAPPED}/cs231n/classifiers/net.py": f"from ..layers import *\n{USE}",
        "__MACOSX/assignment1/._net.py": b"\0\5\26\7",
    },
    "folders with spaces and dots": {
        "my homework/HW 2.1/CS231n/a.py": POSITIVE,
        "my homework/HW 2.1/CS231n/b.py": f"from .a import *\n{USE}",
    },
    "another package": {
        "HW2/deepCV/classifiers/net.py": f"from deepCV.layers import *\n{USE}",
        "HW2/deepCV/__init__.py": "",
        "HW2/deepCV/classifiers/__init__.py": "",
        "HW2/deepCV/layers.py": POSITIVE,
    },
    "copies and leftovers": {
        "work.ipynb": notebook("from cs231n.layers import *", "relu_forward"),
        "work-Copy1.ipynb": notebook("def relu_forward(x): raise NotImplementedError"),
        ".ipynb_checkpoints/work-checkpoint.ipynb": notebook("def relu_forward(x): return 'old'"),
        "cs231n/layers.py": RELU,
        "cs231n/.ipynb_checkpoints/layers-checkpoint.py": "def relu_forward(x): return 'old'",
        "cs231n/layers (1).py": "def relu_forward(x): return 'old'",
        "cs231n/layers_old.py": "print 'old'",
    },
}


@pytest.mark.parametrize("files", MESSY.values(), ids=MESSY)
def test_right_code_is_found_and_works(tmp_path, box, files):
    """Nothing around it costs a mark."""
    for name, content in files.items():
        path = tmp_path / "dana" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    program = extract(read_submission(tmp_path / "dana"), ["relu_forward"], "work.ipynb")
    inputs = FORWARD.inputs(FORWARD.cases[0], 1)
    with StudentProcess(box, program, ["relu"]) as process:
        transcript = process.play(FORWARD, inputs)
    assert (transcript.outcome, transcript.error) == ("returned", {})
    np.testing.assert_array_equal(transcript.values["out"], np.maximum(0, inputs["x"]))


def test_packages_of_one_name_are_told_apart(tmp_path, box):
    """Each assignment has its own cs231n; what is taken from the one is not looked for in the other."""
    backward = load_part("relu").checks["backward"]
    stub = "def relu_forward(x):\n    out = None\n    return out, x\n"
    sources = {"assignment1": f"{stub}def relu_backward(dout, x):\n    return dout * (x > 0)\n", "assignment2": RELU}
    for folder, source in sources.items():
        (tmp_path / folder / "cs231n").mkdir(parents=True)
        (tmp_path / folder / "cs231n" / "__init__.py").touch()
        (tmp_path / folder / "cs231n" / "layers.py").write_text(source)
    program = extract(read_submission(tmp_path), ["relu_forward", "relu_backward"])
    assert sorted(path.partition("/")[0] for path in program.entries.values()) == ["assignment1", "assignment2"]
    with StudentProcess(box, program, ["relu"]) as process:
        outcomes = [process.play(check, check.inputs(check.cases[0], 1)).outcome for check in (FORWARD, backward)]
    assert outcomes == ["returned", "returned"]


@pytest.mark.parametrize(
    "folder", ["datasets/big", "node_modules/x", "lib/python3/site-packages", "my_env/lib", "old_env/lib", "conda/lib"]
)
def test_data_and_installed_packages_are_not_looked_into(tmp_path, folder):
    """An environment is known by what is in it, whatever its name."""
    for name in ("my_env/pyvenv.cfg", "old_env/bin/activate", "conda/conda-meta/history", f"{folder}/more.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def f(x): return x\n")
    (tmp_path / "layers.py").write_text(RELU)
    assert [file.path for file in read_submission(tmp_path).files] == ["layers.py"]
