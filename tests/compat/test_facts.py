"""What shows that code is old is said with its line; nothing else is."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from grader.compat import facts, is_python2
from grader.compat.old_names import may_show_age

PYTHON2 = {
    'x = 1\nprint "a"\n': ("python2-print", 2),
    "if x: print x, y\n": ("python2-print", 1),
    "print >>f, 'x'\n": ("python2-print", 1),
    "try:\n    x\nexcept E, e:\n    pass\n": ("python2-except", 3),
    "raise E, 'm'\n": ("python2-raise", 1),
    "exec 'x' in {}\n": ("python2-exec", 1),
    "if a <> b: pass\n": ("python2-not-equal", 1),
    "x = `y`\n": ("python2-repr", 1),
    "x = 10L\n": ("python2-long", 1),
    "x = 0777\n": ("python2-octal", 1),
    "def f(a, (b, c)): pass\n": ("python2-parameters", 1),
    "if x:\n\ta = 1\n        b = 2\n": ("python2-tabs", 3),
    "x = 1\nfor i in xrange(3): pass\n": ("python2-xrange", 2),
    "x = raw_input()\n": ("python2-raw-input", 1),
    "d.has_key(1)\n": ("python2-has-key", 1),
    "for k, v in d.iteritems(): pass\n": ("python2-iteritems", 1),
    "import numpy as np\nimport cPickle as pickle\n": ("python2-module", 2),
}


@pytest.mark.parametrize("text", PYTHON2, ids=[code for code, _ in PYTHON2.values()])
def test_signs_of_python2(text):
    """Each sign is found where it stands, once, and the sentence names the line."""
    code, line = PYTHON2[text]
    [fact] = facts(text)
    assert (fact.code, fact.line) == (code, line)
    assert fact.sentence.startswith(f"Written for Python 2: line {line} ")


OLD_NUMPY = {
    "import numpy as np\nx = np.zeros(3, dtype=np.int)\n": "line 2 uses np.int, which NumPy 1.24 removed",
    "import numpy\nx = numpy.float\n": "line 2 uses np.float, which NumPy 1.24 removed",
    "import numpy as xp\nx = xp.product([1])\n": "line 2 uses np.product, which NumPy 2.0 removed",
    "x = np.lib.pad(x, 1)\n": "line 1 uses np.lib.pad, which NumPy 2.0 removed",
    "x = np.random.random_integers(3)\n": "line 1 uses np.random.random_integers, which NumPy 1.11 deprecated",
    "x = np.asscalar(x)\n": "line 1 uses np.asscalar, which NumPy 1.23 removed",
    "x = np.reshape(x, newshape=(2, 3))\n": "line 1 uses newshape=",
    "x = np.sum(i for i in y)\n": "line 1 uses np.sum of a generator",
}


@pytest.mark.parametrize("text", OLD_NUMPY, ids=list(OLD_NUMPY.values()))
def test_signs_of_an_older_numpy(text):
    """A removed name is named with the version that removed it."""
    [fact] = facts(text)
    assert (fact.code, fact.sentence) == ("old-numpy", f"Written for an older NumPy: {OLD_NUMPY[text]}.")
    assert not is_python2([fact])


@pytest.mark.parametrize("text", [*PYTHON2, *OLD_NUMPY])
def test_what_shows_age_is_looked_at_closer(text):
    """The quick look that saves the closer one misses no sign in a text that parses."""
    try:
        ast.parse(text)
    except SyntaxError:
        return
    assert may_show_age(text)
    assert not may_show_age("import numpy as np\n\n\ndef f(x):\n    return np.sum(x) / int(2)\n")


def test_numpys_old_names_are_found_in_python2_too():
    """Where the text does not parse, names outside of strings and comments count."""
    found = facts("print 'np.float'  # np.bool8\nx = np.int(3)\n")
    assert [(fact.code, fact.line) for fact in found] == [("python2-print", 1), ("old-numpy", 2)]


def test_scipys_old_names():
    """NumPy's functions that SciPy handed on."""
    found = facts("import scipy as sp\nx = sp.sign(y) * sp.linalg.norm(y)\n")
    assert [fact.sentence for fact in found] == [
        "Written for an older SciPy: line 2 uses scipy.sign, which is NumPy's and no longer SciPy's."
    ]


MODERN = [
    "x = [\nexcept E, e:\n]\n",
    'print("a", 3 / 4)\n',
    'x = """\nprint x\nnp.int\nexcept E, e:\n"""\n# print y, xrange(3)\n',
    "x = 'a <> b' + \"`y`\" + '0777'\n",
    "from past.builtins import xrange\nfor i in xrange(3): pass\n",
    "try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)\n",
    "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\n",
    "import sys\nif sys.version_info[0] < 3: x = raw_input()\n",
    "def reduce(f, x): return f\nreduce(1, 2)\n",
    "import pandas as pd\nfor a, b in frame.iteritems(): pass\n",
    "x = np.int64(3) + np.float32(1) + np.integer(3) + self.np.int\n",
    "np = Backend()\nx = np.int\n",
    "def f(x, newshape): return x.reshape(newshape)\nf(x, newshape=3)\n",
    "x = np.bool\n",
    "from helpers import *\nfor i in xrange(3): pass\n",
    "if x:\n  a = 1\n   b = 2\n",
    "x = = 'print y'\n",
    "print('a'\n",
    "x = 3 / 4\ny = (\n",
    "x = {a: print, b: 3}\nprint\nprint = log\ny = print if x else print or 3 (\n",
    "a = b L\nx = 1e5 + 0.777 + 00 + 0x0L1 (\n",
]


@pytest.mark.parametrize("text", MODERN)
def test_no_false_facts(text):
    """Strings, comments, guarded and own names, and code that is merely broken say nothing about its age."""
    assert facts(text) == []


def test_division_is_said_beside_another_sign_only():
    """It is a fact where the file is Python 2's by another sign and does not ask for exact division."""
    assert [fact.code for fact in facts("print 'x'\ny = 3 // 2\nz = 3 / 2  # /\n")] == [
        "python2-print",
        "python2-division",
    ]
    assert [fact.line for fact in facts("xrange(3)\nz = 1\nz /= 2\n")] == [1, 3]
    assert [fact.code for fact in facts("from __future__ import division\nprint 'x'\nz = 3 / 2\n")] == ["python2-print"]
    assert facts("z = 3 / 2\n") == []
    assert [fact.code for fact in facts("z = 3 / 0777\n")] == ["python2-octal"]  # a slip, perhaps: not all of the file


def test_one_fact_of_each_kind():
    """The first line stands for all."""
    assert [(fact.code, fact.line) for fact in facts("print 'a'\n\nprint 'b'\nx = 1L\n")] == [
        ("python2-print", 1),
        ("python2-long", 4),
    ]


@pytest.mark.parametrize(
    "cell", ["!print x", "%run print x", "%%bash\nprint x", "x = !print y\ny = 1", "print?\nlen??"]
)
def test_magics_are_no_python(cell):
    """Lines of IPython's own, and cells in other languages, say nothing."""
    assert facts(cell, notebook=True) == []


def test_names_of_other_cells():
    """A name that another cell binds is that one's."""
    assert facts("xrange(3)", notebook=True, bound={"xrange"}) == []
    assert [fact.code for fact in facts("%%time\nxrange(3)", notebook=True)] == ["python2-xrange"]


def test_looking_imports_no_converter():
    """Facts are cheap: fissix stays out."""
    code = "import sys; from grader.compat import facts; assert facts('print 1'); assert 'fissix' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
