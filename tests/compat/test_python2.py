"""Python 2's programs mean the same after conversion; what is wanted here is what Python 2.7.18 gave."""

from __future__ import annotations

import ast
import io
import math
import sys
import textwrap

import numpy as np
import pytest

from grader.compat import convert, syntax
from grader.errors import Refused

INTS, FLOATS = np.array([7, -7, 8]), np.array([7.0, -7.0])


@pytest.mark.parametrize(
    ("expression", "want"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -4),
        ("7 / 2.0", 3.5),
        ("7L / 2", 3),
        ("True / 2", 0),
        ("1 / 3 * 3", 0),
        ("2 ** 3 / 3", 2),
        ("-3 / 2 / 2", -1),
        ("(9 + 1) / (2\n + 1)", 3),
        ("5 if 9 / 4 == 2 else 0", 5),
        ("[9 / k for k in (1, 2)]", [9, 4]),
        ("'%d / 2' % (9 / 4)", "2 / 2"),
        ("len('a / b') / 2", 2),
    ],
)
def test_whole_numbers_are_divided_down(run, expression, want):
    """`/` between whole numbers rounds down, whatever stands around it, and strings keep their slashes."""
    assert run(f"x = ({expression})")["x"] == want


@pytest.mark.parametrize(
    ("a", "b", "want"),
    [
        (INTS, 2, [3, -4, 4]),
        (INTS, np.array([2, 2, 3]), [3, -4, 2]),
        (9, INTS, [1, -2, 1]),
        (np.int64(7), 2, 3),
        (7, np.int32(2), 3),
        (INTS, 2.0, [3.5, -3.5, 4.0]),
        (FLOATS, 2, [3.5, -3.5]),
        (np.float64(7), 2, 3.5),
        (np.array([True]), 2, [0]),
        (INTS, [2, 2, 3], [3, -4, 2]),
        (FLOATS, [2, 2], [3.5, -3.5]),
    ],
)
def test_arrays_of_whole_numbers_are_divided_down(run, a, b, want):
    """NumPy's whole numbers and arrays of them divide as Python 2's did; one float makes it exact."""
    result = run("def divide(a, b): return a / b")["divide"](a, b)
    np.testing.assert_array_equal(result, want)
    assert np.asarray(result).dtype.kind == ("f" if np.asarray(want).dtype.kind == "f" else "i")


def test_dividing_in_place(run):
    """`/=` evaluates its target once and changes arrays in place, as all who hold them see."""
    names = run(
        """
        calls = []
        def place():
            calls.append(1)
            return 0
        x = 7; x /= 2
        y = [9]; y[place()] /= 4
        d = {"a": 9.0}; d["a"] /= (1 +
            1)
        def halve(array):
            array /= 2
            return array
        """
    )
    assert (names["x"], names["y"], names["d"], names["calls"]) == (3, [2], {"a": 4.5}, [1])
    for array, want in ((np.array([7, 8]), [3, 4]), (np.array([7.0, 8.0]), [3.5, 4.0])):
        assert names["halve"](array) is array
        assert array.tolist() == want
    number = np.float64(7)
    assert names["halve"](number) == 3.5
    assert names["halve"](np.int64(7)) == 3


def test_errors_of_division_stay(run):
    """Dividing by zero, and what cannot be divided, raise what they raised."""
    divide = run("def divide(a, b): return a / b")["divide"]
    with pytest.raises(ZeroDivisionError):
        divide(1, 0)
    with pytest.raises(TypeError):
        divide([4], 2)
    with pytest.raises(TypeError):
        divide("4", 2)


@pytest.mark.parametrize("options", [{}, {"true_division": True}])
def test_true_division_is_left_alone(run, options):
    """`from __future__ import division`, or word that another cell has it, keeps `/` exact."""
    first = "" if options else "from __future__ import division\n"
    assert run(f"{first}print 'x'\nx = 7 / 2", **options)["x"] == 3.5


def test_printing(run, capsys):
    """Print statements of every form print."""
    run(
        """
        import sys
        print "a", 1 / 2
        print
        print "b",
        print("c %d" % 3)
        print >>sys.stdout, "d"
        if True: print 'e'; print `5`
        """
    )
    assert capsys.readouterr().out.split() == ["a", "0", "b", "c", "3", "d", "e", "5"]


def test_lists(run):
    """range, map, filter, zip and a dictionary's methods give lists."""
    names = run(
        """
        r = range(5); r[1:3] = [9]
        m = map(None, [1, 2], [3]), map(lambda a: a / 2, [3, 4])
        f = filter(None, (1, 0, 2)), filter(lambda c: c > "a", "abc")
        z = zip([1], [2]) + [0]
        d = {"a": 1}
        k = d.keys()[0], d.items()[0], d.values() + [2], sorted(d.iteritems()), d.has_key("b")
        x = xrange(10)[2]
        """
    )
    assert names["r"] == [0, 9, 3, 4]
    assert names["m"] == ([(1, 3), (2, None)], [1, 2])
    assert names["f"] == ((1, 2), "bc")
    assert names["z"] == [(1, 2), 0]
    assert names["k"] == ("a", ("a", 1), [1, 2], [("a", 1)], False)
    assert names["x"] == 2


def test_numbers_and_names(run):
    """Old literals, comparisons and builtins."""
    names = run(
        """
        a = [0777, 0xFFL, 10L, 1 <> 2, `1 + 1`]
        b = [round(2.5), round(-0.5), round(1234.5, -2), cmp(2, 1), reduce(lambda a, b: a / b, [100, 7, 2])]
        c = [isinstance(3, (int, long)), isinstance("a", basestring), unicode("x"), unichr(97), apply(max, (1, 2))]
        """
    )
    assert names["a"] == [511, 255, 10, True, "2"]
    assert names["b"] == [3.0, -1.0, 1200.0, 1, 7]
    assert names["c"] == [True, True, "x", "a", 2]
    assert math.isnan(run("x = round(float('nan')) if False else float('nan')")["x"])


def test_names_that_are_the_students_own_stay(run):
    """A function called map, or a variable called filter, is not Python's."""
    assert run("def map(f): return f / 2\nx = map(7)")["x"] == 3
    assert run("def f(filter, range): return filter / range\nx = f(7, 2)")["x"] == 3


def test_errors_and_exec(run):
    """Old raise, except and exec statements."""
    names = run(
        """
        try:
            raise ValueError, "bad"
        except (ValueError, TypeError), e:
            said = str(e)
        exec "z = 5" in {}
        exec "y = 6"
        """
    )
    assert (names["said"], names["y"]) == ("bad", 6)
    assert "z" not in names


def test_tuple_parameters(run):
    """A tuple in a parameter list is unpacked, on the line of the first statement where there is room."""
    names = run(
        """
        def f(a, (b, c), d=1):
            x = b / c
            return a + x + d
        g = lambda (a, b): a / b
        """
    )
    assert (names["f"](1, (7, 2)), names["g"]((7, 2))) == (5, 3)


def test_a_tuple_parameter_before_a_block_costs_one_line():
    """Where the first statement is a block, lines behind it are one further down: the only case."""
    text = "def f((a, b)):\n    for i in a:\n        print i\n"
    assert convert(text, python2=True).count("\n") == text.count("\n") + 1


def test_leaking_variables(run):
    """A list comprehension's variable stays bound, nested too; a generator's does not."""
    names = run(
        """
        def f(n):
            s = [k for k in (range(n)) if k % 2]
            return k, s
        def g():
            m = [[i + j for j in range(2)] for i, _ in zip(range(3), "abc")]
            return m, i, j
        def h(n):
            x = "keep"
            s = list(x for x in range(n))
            return x, s
        """
    )
    assert names["f"](6) == (5, [1, 3, 5])
    assert names["g"]() == ([[0, 1], [1, 2], [2, 3]], 2, 1)
    assert names["h"](2) == ("keep", [0, 1])


def test_classes(run):
    """Methods that Python 3 calls by another name are found."""
    names = run(
        """
        class Steps:
            def __init__(self, n): self.n = n
            def __nonzero__(self): return self.n > 1
            def __div__(self, other): return ("divided", self.n, other)
            def __iter__(self): return self
            def next(self):
                self.n -= 1
                if self.n < 0: raise StopIteration
                return self.n
        got = [bool(Steps(1)), bool(Steps(2)), Steps(6) / 4, list(Steps(3)), Steps(2).next(), iter([5]).next()]
        """
    )
    assert names["got"] == [False, True, ("divided", 6, 4), [2, 1, 0], 1, 5]


def test_modules_that_moved(run):
    """cPickle, itertools.izip and their like are found under their new names."""
    names = run(
        """
        import cPickle as pickle
        from itertools import izip
        got = pickle.loads(pickle.dumps(list(izip([1], [2]))))
        """
    )
    assert names["got"] == [(1, 2)]


def test_comparing_with_none(run):
    """`x == None` is one answer, also for an array."""
    names = run("def given(y): return y != None and not y == None")
    assert names["given"](np.zeros(3)) is True
    assert names["given"](None) is False


def test_tabs_reach_to_the_next_multiple_of_eight(run):
    """Tabs and spaces may be mixed, as Python 2 read them; tabs in strings stay."""
    names = run("if True:\n\ta = 1\n        b = '''x\n\ty'''\n\tif a:\n\t    c = 2\n            d = 3\n")
    assert (names["a"], names["b"], names["c"], names["d"]) == (1, "x\n\ty", 2, 3)
    assert run("if True:\n\ta = 1\n        b = 7 / 2\n", python2=False)["b"] == 3.5


def test_non_ascii_text(run):
    """Places are found behind characters of several bytes."""
    assert run("x = ['ä€😀', 'ö' and 7 / 2, len('ü') / 2]; print x # ß / 2\n")["x"] == ["ä€😀", 3, 0]


def test_lines_stay_where_they_were(run):
    """An error's traceback names the student's line."""
    head = '"""Doc."""\n# print\ndef f(x, y):\n    print "a"\n'
    text = head + "    if x <> y:\n        z = (x /\n             y)\n    return z / 0\n"
    new = convert(text, python2=True)
    for old_line, new_line in zip(text.split("\n"), new.split("\n"), strict=True):
        assert len(old_line) - len(old_line.lstrip()) == len(new_line) - len(new_line.lstrip())
    tree = ast.parse(new)
    assert ast.get_docstring(tree) == "Doc."
    assert next(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Return)) == 8


CELLS = [
    ("%%time\nprint 7 / 2", "3"),
    ("%matplotlib inline\nx = !ls (\nprint 7 / 2", "3"),
    ("!echo it's\n%timeit print 'x'\nprint '''\n%d''' % 5", "5"),
    ("print?\nprint 'a \\\n%d' % 1", "a 1"),
]


@pytest.mark.parametrize(("cell", "want"), CELLS)
def test_cells_with_magics(run, capsys, cell, want):
    """IPython's lines are taken out of a notebook's cells; what stands in strings is no magic."""
    run(cell, notebook=True)
    assert capsys.readouterr().out.strip() == want


def test_cells_in_other_languages_become_empty():
    """A cell of %%bash holds no Python."""
    assert convert("%%bash\nprint x\nfi", python2=True, notebook=True).strip() == ""


@pytest.mark.parametrize("text", ["x = = 1\n", "def f(:\n", "print 'a\n", "very good!\n", "if x:\n        a\n    b\n"])
def test_what_is_no_python_at_all_is_refused(text):
    """Neither Python 3 nor Python 2: the error is Python 3's."""
    with pytest.raises(SyntaxError):
        convert(text, python2=True)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "x = " + "-" * 5000 + "1",
        "x = 1\n" * 100_000,
        "[" * 150 + "]" * 150 + "\nprint 1",
        "\0",
        "print 1" + "+1" * 5000,
    ],
    ids=["brackets", "signs", "long", "nested", "null", "sum"],
)
def test_hostile_texts_are_refused_or_converted(text):
    """Depth and length end in a SyntaxError or a result, never in another error."""
    try:
        convert(text, python2=True)
    except SyntaxError as error:
        assert str(error)  # noqa: PT017  # either is right


def test_python2_needs_its_parser_only_where_it_is_used(run):
    """Without python2 the text is parsed by Python itself: a print statement is an error."""
    with pytest.raises(SyntaxError, match="print"):
        convert("print 1\n", python2=False)
    assert run("x = 7 / 2", python2=False)["x"] == 3.5


def test_without_fissix_it_says_what_to_install(monkeypatch):
    """The parser of Python 2 is an extra; facts and an older NumPy do not need it."""
    monkeypatch.setitem(sys.modules, "fissix.refactor", None)
    syntax._tool.cache_clear()
    with pytest.raises(Refused, match="pip install fissix"):
        convert("print 1\n", python2=True)
    assert convert("x = np.int\n", python2=False) == "x = _compat.np.int\n"


def test_pickles_of_python2_are_read(run):
    """The course's data files are read with cPickle.load and no encoding."""
    written = b"S'\\xe9'\n."
    names = run(
        """
        import cPickle as pickle
        def read(f): return pickle.load(f)
        """
    )
    assert names["read"](io.BytesIO(written)) == "é"


def test_indented_text_is_as_wrong_as_before():
    """An indented module stays an error, not a silent success."""
    with pytest.raises(SyntaxError):
        convert(textwrap.indent("x = 1\ny = 2", "    "), python2=True)
