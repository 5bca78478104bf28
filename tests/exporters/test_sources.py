"""The student's own function beside a failed check: for staff, once, safe, and not in what students get."""

from __future__ import annotations

import dataclasses

from grader.exporters import html
from grader.feedback.cleaning import for_student
from grader.gradebook import plain
from grader.model import Place, Result
from grader.places import _block
from tests.exporters import samples

CODE = 'def conv_forward(x):\n    """<script>alert(1)</script>"""\n    return x + 1  # \u202egnp'
TEXT = """
class Net:
    @property
    def size(self):
        return 1

    def loss(self, x,
             y):

        if x:
            return (x,
                    y)
    # the end
        return x


AFTER = 1
"""


def with_code(code: str) -> Result:
    """The sample, whose two checks of the convolution that crash call one function."""
    part = samples.convolution()
    place = Place("conv_forward", "cs231n/layers.py", None, 12, code)
    checks = [dataclasses.replace(check, place=place) for check in part.checks]
    return dataclasses.replace(samples.mixed(), parts=(dataclasses.replace(part, checks=tuple(checks)),), questions=())


def test_a_failed_check_shows_the_function_once_and_highlighted():
    """Folded beside the first; the others say where it is. What passed shows none."""
    page = html.report(with_code(CODE))
    assert page.count('<details class="own">') == 1
    assert page.count("stands at <a") == 3
    assert '<span class="k">def</span>' in page
    assert '<span class="nf">conv_forward</span>' in page
    passed = page[page.index('id="check-1-1"') : page.index('id="check-1-2"')]
    assert "conv_forward" not in passed


def test_code_of_students_stays_text():
    """Neither markup nor signs that turn the direction of text come through."""
    page = html.report(with_code(CODE))
    assert "<script" not in page
    assert "\u202e" not in page
    assert r"\u202egnp" in page


def test_students_get_none_of_it():
    """What goes back to students has no code beside checks."""
    assert '<details class="own">' not in html.report(for_student(plain(with_code(CODE))))


def test_much_code_leaves_the_rest_of_a_report_as_it_is():
    """Beyond some size no more of it is shown; points and sentences stay."""
    page = html.report(with_code("x = 1\n" * 20_000))
    assert '<details class="own">' not in page
    assert "IndexError: index 6 is out of bounds" in page
    assert len(page.encode()) <= html.LIMIT_BYTES


def test_a_definition_ends_where_its_indentation_does():
    """A method without what stands around it, also where a comment is out of place."""
    lines = TEXT.split("\n")
    block = _block(lines, lines.index("    def loss(self, x,") + 1)
    assert block.startswith("def loss(self, x,\n         y):\n")
    assert "AFTER" not in block
    assert "size" not in block
    assert block.endswith("    return x")
    assert _block(["def f():", *["    x = 1"] * 400], 1).endswith("# … and 281 lines more")
