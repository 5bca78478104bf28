"""In a notebook: what the cells define now is graded, as by the command, and only text is taken from the kernel."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from grader.history import OLDER, cells_now, what_stays_in_the_kernel
from grader.inline import NO_NOTEBOOK, NOTHING_YET, check
from grader.model import ErrorInfo
from tests.exporters.test_annotations import of
from tests.results import failed_check

FORWARD = "def affine_forward(x, w, b):\n    return x.reshape(len(x), -1).dot(w)%s, (x, w, b)"


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["x = 1", "x = 2"], [False, True]),
        (["def f(): pass", "def f(): return 1\ndef g(): pass"], [False, True]),
        (["def f(): pass\ndef h(): pass", "def f(): return 1"], [True, True]),
        (["C = {}", "C.update(a=1)", "print(C)"], [True, True, False]),
        (["def f(): pass", "def f(:", "f()"], [True, True, False]),
        (["def f(:", "def f(): pass"], [False, True]),
        (["%load_ext grader\nimport numpy as np", "%grade conv", "!ls"], [True, False, False]),
    ],
)
def test_of_cells_that_were_run_again_the_last_run_counts(cells, kept):
    """A cell goes if later ones define all of it anew; numbers stay those of In [n]."""
    found = cells_now(["", *cells])
    assert [text != OLDER for text in found.texts] == kept
    assert len(found.texts) == len(cells)


def test_what_other_tools_hang_on_trees_is_no_part_of_a_cell(monkeypatch):
    """IPython's tracebacks give Load a parent: it is one object in all trees, and the way leads round in circles."""
    tree = ast.parse("y")
    monkeypatch.setattr(tree.body[0].value.ctx, "parent", tree, raising=False)
    assert cells_now(["", "shown = after_an_error"]).texts == ("shown = after_an_error",)


def test_what_only_the_kernel_has_is_said():
    """A global that no cell's code defines, and one that could not be made again."""
    cells = cells_now(["", "data = open('x').read()", "def f(x):\n    return x + data + LATER"])

    def said(message, kernel):
        error = ErrorInfo("NameError", message, 2, 2, file="work.ipynb")
        result = of(type(failed_check())(**{**_fields(failed_check()), "error": error}))
        return [note.sentence for note in what_stays_in_the_kernel(result, cells, kernel).notes]

    (sentence,) = said("name 'LATER' is not defined. Nothing defines it.", {"LATER": 3})
    assert sentence.startswith("LATER exists in this kernel, but no cell that was run defines it")
    assert said("name 'LATER' is not defined. Nothing defines it.", {}) == []
    (sentence,) = said("name 'data' is not defined. Defining data raised PermissionError: no.", {"data": ""})
    assert sentence.startswith("data is made by running code, which a locked process did again, without your files")


def _fields(record):
    return {name: getattr(record, name) for name in record.__slots__}


def test_outside_a_notebook_it_is_said_what_to_do():
    """Nothing is raised."""
    assert repr(check("conv")) == NO_NOTEBOOK


def test_importing_the_package_is_cheap():
    """Every process of the grader does it; what notebooks use is there when it is asked for."""
    code = "import sys, grader; print(sorted(n for n in sys.modules if n.startswith(('grader', 'numpy', 'IPython'))))"
    shown = subprocess.run([sys.executable, "-c", f"{code}; from grader import check"], capture_output=True, text=True)
    assert shown.stdout == "['grader']\n", shown.stderr


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Runs a cell in a fresh kernel, and gives what it shows, by type."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path_factory.mktemp("work")))

    def run(cell):
        shown = []
        client.execute_interactive(cell, timeout=120, output_hook=lambda message: shown.append(message["content"]))
        return next((content["data"] for content in shown if "data" in content), {"error": shown})

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_a_cell_is_graded_as_it_was_run_last(kernel):
    """check() and %grade, with the command's sentences, as HTML and as text."""
    kernel("import numpy as np\nfrom grader import check")
    assert kernel("check()")["text/plain"] == NOTHING_YET
    kernel(FORWARD % "")
    first = kernel("check('affine/forward', assignment='layers')")
    assert "The bias is not added." in first["text/plain"]
    assert "The bias is not added." in first["text/html"]
    kernel(FORWARD % " + b")
    second = kernel("%load_ext grader\n%grade affine_forward --assignment layers")
    assert "3 of 3 points. 1 of 10 checks ran. It passed" in second["text/plain"]
    assert "Code from notebook.ipynb" in second["text/plain"]


def test_what_cannot_be_graded_is_a_sentence(kernel):
    """A name that is none, and an option that would write somewhere; also after a traceback was shown."""
    kernel("import numpy as np\nTABLE = np.load('nothing.npy')")
    kernel("%load_ext grader\nimport numpy as np")
    kernel(FORWARD % "")
    assert "Did you mean affine?" in kernel("%grade afine --assignment layers")["text/plain"]
    assert "%grade takes names" in kernel("%grade affine --html x")["text/plain"]
    kernel("from grader import check")
    assert "check() takes names" in kernel("check(['affine'], assignment='layers')")["text/plain"]
    function = kernel("check(affine_forward, assignment='layers')")["text/plain"]  # as it comes to mind
    assert "forward     " in function and "1 of 10 checks ran" in function
