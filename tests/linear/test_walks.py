"""Every walk over a student's text takes steps as the text is long.

A step is a line that is run in the grader's own modules, never a time: what a text of twice the size takes is at most
about twice as much. Each row is a function with a text that once kept it busy, or would if it looked at all for each.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader import cells
from grader.cells import readable
from grader.compat.conversion import convert
from grader.compat.old_names import may_show_age
from grader.compat.signs import facts
from grader.compat.submissions import facts_of
from grader.extract import broken_definition, defined_names, extract, main_notebook
from grader.names import left_none
from grader.questions.cells import written
from grader.submission import Cell, Prose, SourceFile, Submission
from grader.whereabouts import _bound, _index, whereabouts

ROOT = str(Path(grader.__file__).parent)
SMALL = 60
RATIO = 2.5


def steps(function: Callable[[Any], Any], argument: Any) -> int:
    """How many lines of the grader a call runs."""
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(ROOT):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(argument)
    finally:
        sys.settrace(before)
    return count


def submission(*texts: str, notebook: bool = False) -> Submission:
    """One file of these cells, or a module of each text."""
    if notebook:
        files = (SourceFile("a.ipynb", tuple(Cell(n, text) for n, text in enumerate(texts, 1))),)
    else:
        files = tuple(SourceFile(f"m{n}.py", (Cell(None, text),)) for n, text in enumerate(texts))
    return Submission("s", Path("x"), None, files, "")


def extracted(what: Submission) -> Any:
    return extract(what, ["f", "relu_forward"])


def found_broken(text: str) -> Any:
    return broken_definition(extract(submission(f"{text}\n(("), ["f"]), "f")


def sought(what: Submission) -> Any:
    """A name that is nowhere, and one that some text holds."""
    for kept in (_index, _bound):
        kept.cache_clear()
    return [whereabouts(what.files, name) for name in ("nowhere", "f")]


def written_as(*texts: str) -> Submission:
    """One notebook of text cells."""
    return Submission("s", Path("x"), None, (SourceFile("a.ipynb", (), tuple(Prose(0, text) for text in texts)),), "")


def nested(line: str) -> Callable[[int], str]:
    """Blocks in each other, at most 80: Python takes 100."""
    return lambda n: "".join(" " * k + line.format(k) + "\n" for k in range(n // 3)) + " " * (n // 3) + "x = None; x\n"


def converted(text: str) -> Any:
    try:
        return convert(text, python2=True)
    except SyntaxError:
        return None


WALKS: dict[str, tuple[Callable[[Any], Any], Callable[[int], Any]]] = {
    "definitions of one name": (extracted, lambda n: submission("def f(): return f, g\n" * n)),
    "definitions that use each other": (
        extracted,
        lambda n: submission("".join(f"def f{k}(): return f{k + 1}\n" for k in range(n)) + "f = f0\n"),
    ),
    "assignments of one name": (extracted, lambda n: submission("f = f\n" * n)),
    "many cells": (extracted, lambda n: submission(*["f = 1\nf.x = f"] * n, notebook=True)),
    "many modules": (extracted, lambda n: submission(*["from m0 import f"] * n)),
    "methods": (
        extracted,
        lambda n: submission("class f:\n" + "".join(f"    def m{k}(self): return a{k}\n" for k in range(n))),
    ),
    "functions in a function": (
        extracted,
        lambda n: submission("def f():\n" + "".join(f"    def g{k}(): return a{k}\n" for k in range(n))),
    ),
    "names of one import": (extracted, lambda n: submission("from a import " + ", ".join(f"b{k}" for k in range(n)))),
    "attributes": (extracted, lambda n: submission("f = a" + ".b" * n)),
    "blank lines": (extracted, lambda n: submission("\n" * n + "f = 1")),
    "stubs below a definition": (
        extracted,
        lambda n: submission("def f(): return 1\n", *["def f():\n    x = None\n    return x"] * n, notebook=True),
    ),
    "different definitions": (
        extracted,
        lambda n: submission(*[f"def f(): return {k}\ndef g(): return f" for k in range(n)], notebook=True),
    ),
    "imports below their use": (
        extracted,
        lambda n: submission(
            "def f(): return " + ", ".join(f"a{k}" for k in range(n)),
            *[f"import a{k}" for k in range(n)],
            notebook=True,
        ),
    ),
    "indented cells": (extracted, lambda n: submission(*["def f(): return g", "  g = f"] * n, notebook=True)),
    "indented cells that return": (
        extracted,
        lambda n: submission(*["def f(): pass", "  return f"] * n, notebook=True),
    ),
    "the same in many modules": (extracted, lambda n: submission(*[f"def f(): return {k}" for k in range(n)])),
    "sought in text cells": (sought, lambda n: written_as(*["def f():\n"] * n)),
    "sought in comments": (sought, lambda n: submission("# def f():\n" * n + "#\n" * n, notebook=True)),
    "sought in strings": (sought, lambda n: submission('"""\ndef f():\n"""\n' * n, notebook=True)),
    "sought in functions": (sought, lambda n: submission("def g():\n    def f(): pass\n" * n, notebook=True)),
    "defined in broken cells": (defined_names, lambda n: submission("def f(:\n" * n)),
    "a broken definition": (found_broken, lambda n: "\n" * n + " " * n),
    "main notebook": (
        lambda what: main_notebook(what, ["f"]),
        lambda n: submission(*["f f f"] * n, notebook=True),
    ),
    "nested classes": (lambda text: list(left_none(ast.parse(text))), nested("class A{}:")),
    "nested functions": (lambda text: list(left_none(ast.parse(text))), nested("def f{}():")),
    "many left None": (
        lambda text: list(left_none(ast.parse(text))),
        lambda n: "class A:\n" + "    def f(self):\n        x = None\n        return x\n" * n,
    ),
    "signs in statements": (facts, lambda n: "print 1;" * n + "\n" + "print 1\n" * n),
    "signs in a tree": (facts, lambda n: "import cPickle\n" * n + "xrange(1).has_key(2)\n" * n),
    "old names": (facts, lambda n: "import numpy as np\n" + "np.int; np.float\n" * n),
    "old names in what does not parse": (facts, lambda n: "import numpy as np\n" + "np.int np.float\n" * n),
    "a chain of attributes": (facts, lambda n: "np" + ".int" * n),
    "tries in each other": (facts, nested("try:")),
    "age of cells": (
        lambda what: [facts_of(file) for file in what.files],
        lambda n: submission(*["x = 1 <> 2"] * n, notebook=True),
    ),
    "sums": (may_show_age, lambda n: "sum(" * n),
    "converted prints": (converted, lambda n: "print 1\n" * (n // 4)),
    "converted divisions": (converted, lambda n: "print 1\nx = a" + " / a" * (n // 4)),
    "converted elements": (converted, lambda n: "print 1\n" + "x[0] = a.int\n" * (n // 4)),
    "converted comprehensions": (converted, lambda n: "print 1\n" + "x = [i for i in a]\n" * (n // 4)),
    "questions": (written, lambda n: [Prose(0, "Question 1:\nYour answer: x\n" * n)]),
    "explanations": (written, lambda n: [Prose(0, "Explanation:\n" * n)]),
    "cells with questions": (written, lambda n: [Prose(0, "Explanation:\nwhy\nYour answer:")] * n),
    "brackets around a marker": (written, lambda n: [Prose(0, "(" * 20 + "Answer" + ")" * n)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKS)
def test_a_walk_takes_steps_as_the_text_is_long(name):
    function, make = WALKS[name]
    function(make(4))  # what is imported and compiled once
    few, more, most = (steps(function, make(SMALL * factor)) for factor in (1, 2, 4))
    assert more < RATIO * few
    assert most < RATIO * more


@pytest.mark.parametrize(
    "make",
    [lambda n: "%time x\ny\n" * n, lambda n: "x = !ls\ny\n" * n, lambda n: "a?\nb\n" * n, lambda n: "%%time\n(\n" * n],
    ids=["line magics", "assigned magics", "help", "cell magics"],
)
def test_a_cell_is_read_a_bounded_number_of_times(make, monkeypatch):
    """The parser stops at each magic and reads to the end to say why: there is an end to how often."""
    read = []
    parse = cells.parse
    monkeypatch.setattr(cells, "parse", lambda text: read.append(len(text)) or parse(text))
    text = make(2_000)
    with pytest.raises(SyntaxError):
        readable(Cell(1, text), notebook=True)
    spare, times = cells.WORK
    assert sum(read) <= spare + (times + 2) * len(text)


def test_honest_cells_have_all_their_magics_taken_out():
    """Far more magics than anyone writes, one here and one there, in a cell of the usual size."""
    text = "import numpy as np\n%load_ext autoreload\nx = 1\n" * 20
    assert readable(Cell(1, text), notebook=True).source.count("pass") == 20


def test_a_long_line_beyond_ascii_is_converted_at_once():
    """Places in such a line are bytes; they are counted once a line, not once a node."""
    line = "x = ['é', " + "a / a, " * 200 + "]\n"
    assert convert(line, python2=True).count("_compat.div") == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print 1\nimport " + ", ".join(f"a{n}" for n in range(31)), "an import of more than 30 names"),
        ("print 1\n" + "import a, b\n" * 260, "imports of more than 500 names"),
        ("print " + "(" * 26 + "1" + ")" * 26, "brackets nested deeper than 25 levels"),
        ("print 1\n" + "".join("  " * n + f"def f{n}():\n" for n in range(22)) + "  " * 22 + "pass", "deeper than 20"),
        ("print 1\n" * 30_000, "longer than 200,000 characters"),
    ],
    ids=["import", "imports", "brackets", "definitions", "characters"],
)
def test_what_would_take_long_is_not_converted(text, words):
    with pytest.raises(SyntaxError, match=words):
        convert(text, python2=True)
