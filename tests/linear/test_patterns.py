"""No regular expression of the package can be kept busy by a text: its steps grow with the text's length.

``re`` tells no steps, so a matcher of ours counts them, on texts that are made of each pattern's own parts. The
growth of the steps is asserted, never a time. What it can miss is a pattern whose only bad text is none of
``floods``; that it finds those that once held the grader is asserted too.
"""

from __future__ import annotations

import ast
import re
import sys

import pytest

from tests.linear import looked_at
from tests.linear.floods import growth
from tests.linear.patterns import ROOT, all_patterns, unseen

BAD = {  # as they stood, or as nobody should write them
    "a magic that is assigned": (r"^(\s*[\w.,\s\[\]]+=)\s*[%!].*$", 0),
    "a sum of a generator": (r"\bprint\s*>>|\bsum\([^\n\[]* for ", 0),
    "an octal number": (r"(?<![\w.])0[0-7]*[1-7][0-7]*(?![\w.])", 0),
    "a binding": (r"(?:import\b[^\n]*|\bdef\s+|\bas\s+)\brelu\b|\brelu\s*=[^=]", 0),
    "an import": (r"from\s+__future__\s+import\b[^\n]*\bdivision\b", 0),
    "a definition": (r"^\s*(?:(?:def|class)\s+relu\b|relu\s*=)", re.MULTILINE),
    "a formula": (r"[\t\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", 0),
    "an unpacked tuple": (r"^[ \t]*(\(?[\w, ()]+\)? = xxx_todo_changeme\d*)\n[ \t]*(?=\S)", re.MULTILINE),
    "valid indices": (r"only integers, slices .* are valid indices", 0),
    "nested loops": (r"^(?:a+)+$", 0),
    "alternatives that overlap": (r"^(?:a|aa)+$", 0),
    "a space at the end": (r"\s+$", 0),
}


@pytest.fixture(autouse=True)
def deep():
    """The matcher is recursive."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(looked_at.DEEP)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.slow
def test_a_pattern_takes_steps_as_the_text_is_long():
    """Those that were not looked at before: see tests.linear.looked_at."""
    assert looked_at.growing(looked_at.new()) == {}


def test_what_is_changed_is_looked_at_anew():
    """A letter or a flag more is another pattern."""
    pattern, flags = next(iter(all_patterns().values()))
    assert len({looked_at.sign(*given) for given in ((pattern, flags), (pattern + "a", flags), (pattern, re.X))}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_a_pattern_that_held_the_grader_is_found(name):
    assert growth(*BAD[name]) != ""


@pytest.mark.slow
def test_every_pattern_is_seen():
    """A pattern is literal or a module's own: one that is put together later, of a student's words too, is not."""
    lines = {path: unseen(ast.parse(path.read_text("utf-8"))) for path in ROOT.rglob("*.py")}
    del lines[ROOT / "mistakes.py"]  # the course's own, which are among them
    assert {path.name: found for path, found in lines.items() if found} == {}
    assert len(all_patterns()) > 50
    assert unseen(ast.parse("def f(name):\n    return re.search(rf'{name}\\b', name)")) == [2]


@pytest.mark.slow
def test_the_matcher_finds_what_re_finds():
    """It is Python's own matching, only slower: the steps are those of the same search."""
    assert looked_at.unlike(looked_at.new() | BAD) == {}
