"""Conversion changes nothing of what modern programs do."""

from __future__ import annotations

import builtins

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.compat import convert, facts, runtime

NUMBERS = st.sampled_from(["0", "3", "-2", "2.5", "n", "m", "len(d)", "int(2.7)", "float(n)", "round(2.4)"])
ARRAYS = st.sampled_from(["a", "b", "a[0]", "a.T", "np.zeros((2, 2))", "np.array([[1.0, 2], [3, n]])", "np.pad(b, 1)"])
LISTS = st.sampled_from(
    [
        "list(range(4))",
        "[i for i in range(n % 5)]",
        "[i + j for i, j in zip((1, 2), d)]",
        "[[i, j] for i in range(2) for j in range(i)]",
        "sorted(d.keys())",
        "list(map(abs, (1, -2)))",
        "list(filter(None, [0, 1]))",
        "[k for k, v in d.items() if v]",
    ]
)
VALUES = st.one_of(
    NUMBERS,
    LISTS,
    ARRAYS,
    st.tuples(NUMBERS, st.sampled_from(["+", "-", "*", "//", "==", "<"]), NUMBERS).map(" ".join),
    st.tuples(ARRAYS, st.sampled_from(["+", "*", "<"]), NUMBERS).map(" ".join),
    NUMBERS.map(lambda text: f"'%d / %s' % ({text}, 'a')"),
    NUMBERS.map(lambda text: f"f'{{{text}}} / {{n}}'"),
    LISTS.map(lambda text: f"(lambda x: x[1:])({text})"),
    LISTS.map(lambda text: f"{{k: 1 for k in map(str, {text})}}"),
)
TARGETS = st.sampled_from(["n", "x", "y", "d[5]", "d['k']", "a[0, 1]", "a[1]", "b[:2]", "w[0]"])
SIMPLE = st.one_of(
    st.tuples(TARGETS, st.sampled_from([" = ", " = (", " += ", " *= "]), VALUES).map(
        lambda parts: "".join(parts) + ")" * ("(" in parts[1])
    ),
    VALUES.map(lambda text: f"print({text}, n)  # / {text}"),
    VALUES.map(lambda text: f'"""print {text.replace(chr(34), "")} / 2"""'),
)


def indented(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)


BLOCKS = st.tuples(
    st.sampled_from(
        [
            "if n:",
            "for i in range(2):",
            "for k in d:",
            "with np.errstate(all='ignore'):",
            "def f(n, *, x=1, **rest):",
            "class C:",
        ]
    ),
    st.lists(SIMPLE, min_size=1, max_size=3),
).map(lambda parts: f"{parts[0]}\n{indented(parts[1])}")
PROGRAMS = st.lists(st.one_of(SIMPLE.map("{}\n".format), BLOCKS), max_size=8).map("".join)
START = (
    "import numpy as np\nn, m, x, y, w = 1, 7, 0, 0, [0, 0]\n"
    "a, b, d = np.arange(4.0).reshape(2, 2), np.ones(3), {1: 2, 3: 0}\n"
)


def outcome(text: str) -> tuple[list[str], str]:
    """What a program printed and left in its names, or how it ended."""
    printed: list[str] = []
    names = {"print": lambda *words: printed.append(repr(words)), "__name__": "work"}
    try:
        with np.errstate(all="ignore"):
            exec(compile(text, "work", "exec"), names)
        end = repr([names[name] for name in ("n", "m", "x", "y", "w", "a", "b", "d")])
    except Exception as error:
        end = type(error).__name__
    return printed, end


@pytest.fixture(scope="module", autouse=True)
def installed():
    """The runtime, known to all code."""
    runtime.install()
    yield
    delattr(builtins, runtime.NAME)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(PROGRAMS)
def test_modern_programs_do_the_same(program):
    """Without divisions a program that runs today does the same after conversion, also if taken for Python 2's.

    round() gives a float there; what raises on this NumPy may succeed, as that is what conversion is for.
    """
    text = START + program
    printed, end = outcome(text)
    if end.endswith("Error"):
        return
    assert facts(text) == []
    assert outcome(convert(text, python2=False)) == (printed, end)
    if "round(" not in text:
        assert outcome(convert(text, python2=True)) == (printed, end)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab01 \n\t'\"`#\\/=<>()[]{}:,.;%!LprintexcpNon é"), max_size=60))
def test_any_text_is_converted_with_its_lines_or_refused(text):
    """Facts are found in any text, and conversion ends in a text of as many lines or in a SyntaxError."""
    for notebook in (False, True):
        assert all(1 <= fact.line <= text.count("\n") + 1 for fact in facts(text, notebook=notebook))
    for python2 in (False, True):
        try:
            assert convert(text, python2=python2).count("\n") == text.count("\n")
        except SyntaxError:
            continue
