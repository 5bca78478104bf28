"""Programs for an older NumPy give on today's what they gave."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from grader.compat import convert


@pytest.fixture
def value(run):
    """The value of `x` after a text was converted and run."""
    return lambda text: run(f"import numpy as np\n{text}", python2=False)["x"]


@pytest.mark.parametrize(
    ("expression", "want"),
    [
        ("np.zeros(2, dtype=np.int).dtype", np.dtype(int)),
        ("isinstance(1.0, np.float)", True),
        ("np.zeros(1, np.bool).dtype", np.dtype(bool)),
        ("np.array([[1], [1, 2]], dtype=np.object).shape", (2,)),
        ("np.array([[1], [1, 2]]).dtype", np.dtype(object)),
        ("np.array([[1, 2], [3, 4]]).shape", (2, 2)),
        ("np.product([2, 3])", 6),
        ("np.cumproduct([2, 3]).tolist()", [2, 6]),
        ("np.alltrue([True, False])", False),
        ("np.lib.pad(np.ones(1), 1, 'constant').tolist()", [0, 1, 0]),
        ("np.asscalar(np.array([3]))", 3),
        ("np.reshape(np.arange(4), newshape=(2, 2)).tolist()", [[0, 1], [2, 3]]),
        ("np.sum(i * i for i in range(3))", 5),
        ("np.sum([1, 2]) + np.Inf", np.inf),
        ("np.in1d([1, 2], [2]).tolist()", [False, True]),
        ("float(np.array([[2.5]]))", 2.5),
        ("int(np.array([3])) + int('2')", 5),
        ("'%d %.1f' % (np.array([3]), np.array([[2.5]]))", "3 2.5"),
        ("'%s' % np.array([3])", "[3]"),
        ("np.linalg.norm([3, 4])", 5),
        ("np.random.random_integers(2, 2)", 2),
    ],
)
def test_what_numpy_had(value, expression, want):
    """Removed names and forms work, and those that stayed are the same."""
    assert value(f"x = {expression}") == want


def test_scipys_copies_of_numpy(value):
    """Functions that SciPy took from NumPy; its roots and logarithms took negative numbers."""
    pytest.importorskip("scipy")
    assert value("import scipy as sp\nx = sp.sign(-2) + sp.sqrt(-4)") == -1 + 2j


def test_one_element_is_assigned_as_a_number(value):
    """An array of one element goes into one element, into a row, and into a sum."""
    assert value("x = np.zeros((2, 2))\nfor i in (0, 1): x[i, 0] = np.full((1, 1), 3.0)").tolist() == [[3, 0], [3, 0]]
    assert value("x = np.zeros((2, 2)); x[1] = np.array([3.0])").tolist() == [[0, 0], [3, 3]]
    assert value("x = np.ones(2); i = 0\nx[i] += (np.array([3.0]) +\n  1)").tolist() == [5, 1]


def test_what_is_no_array_of_numbers_keeps_its_arrays(value):
    """Dictionaries, lists and arrays of objects are given what they are assigned."""
    assert value("d = {}; k = 'a'; v = np.ones(1); d[k] = v; x = d[k] is v")
    assert value("x = [0]; i = 0; v = np.array([3]); x[i] = '%d' % v") == ["3"]
    assert value("d = [0]; v = np.ones(1); d[0] = v; x = d[0] is v")
    assert value("d = np.empty(2, dtype=object); v = np.ones(1); d[0] = v; x = d[0] is v")


def test_dividing_one_element_in_place(run):
    """In Python 2 as well: an element divided by an array of one element."""
    names = run("import numpy as np\nx = np.ones(2); i = 1; x[i] /= np.array([4.0])")
    assert names["x"].tolist() == [1, 0.25]


def test_a_list_of_indices_is_a_tuple(value):
    """A list with an index for each axis, as a variable or in place; a list of numbers picks rows."""
    start = "a = np.arange(6).reshape(2, 3); "
    assert value(start + "i = [range(2), np.array([1, 2])]; x = a[i]").tolist() == [1, 5]
    assert value(start + "x = a[[range(2), [0, 1]]]").tolist() == [0, 4]
    assert value(start + "i = [slice(None)] * 2; i[1] = 0; x = a[i]").tolist() == [0, 3]
    assert value(start + "i = [1, 0]; x = a[i]").tolist() == [[3, 4, 5], [0, 1, 2]]
    assert value(start + "i = []; i.append(1); x = a[i]").tolist() == [[3, 4, 5]]


def test_bridged_names(run):
    """`from past.builtins import xrange` serves both Pythons; the package need not be installed."""
    text = "try:\n    from past.builtins import xrange\nexcept ImportError:\n    pass\nx = [i for i in xrange(3)]\n"
    assert run(text, python2=False)["x"] == [0, 1, 2]


UNCHANGED = [
    "import numpy as np\nx = np.zeros(3) / 2\nx[1:2] = y\nd['a'] = z\n",
    "np = Backend()\nx = np.int\n",
    "x = [i for i in range(3)]\nprint(i)\nm = map(f, x)\n",
    "x = f'{np.int} {7 / 2}'\n",
    "x[i] = 3\nint('3')\nx = {}\nfor key in d.keys(): pass\n",
]


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_is_not_old_is_not_touched(text):
    """Without a sign of age the text stays as it is, to the letter."""
    assert convert(text, python2=False) == text


def test_brackets_and_comments_around_places_stay():
    """Changed places keep what stands around them, so the text parses and has its lines."""
    text = (
        "import numpy as np\nx[i] = ((y)  # one )\n        )\nz = (np  # int\n     .int)(3)\nx[(j)] += (lambda: 1)()\n"
    )
    new = convert(text, python2=False)
    assert ast.parse(new)
    assert new.count("\n") == text.count("\n")
    assert "# one )" in new and "# int" in new


def test_runtime_holds_nothing_but_python_and_numpy():
    """It is imported into the student's process: no solution, and no other part of the grader, comes with it."""
    from grader.compat import old_names, runtime

    modules = {value.__name__ for value in vars(runtime).values() if type(value) is type(np)}
    assert modules <= {"builtins", "functools", "itertools", "math", "pickle", "sys", "numpy"}
    assert {value.__name__ for value in vars(old_names).values() if type(value) is type(np)} <= {"re"}
