"""One assignment a class: the one that most look like."""

from __future__ import annotations

import pytest

from grader.batch.results import class_assignment
from grader.batch.work import Terms
from grader.batch.workshop import Workshop, open_workshop
from grader.intake.layouts import Entry, open_entries
from grader.people import Person

DROPOUT = "def dropout_forward(x, p):\n    return x, p\n\n\ndef dropout_backward(dout, cache):\n    return dout\n"
RELU = "def relu_forward(x):\n    return x, x\n\n\ndef relu_backward(dout, cache):\n    return dout\n"
CONV = RELU + RELU.replace("relu_forward", "conv_forward_naive").replace("relu_backward", "conv_backward_naive")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "slug"),
    [
        ([CONV, CONV, DROPOUT], "layers"),
        ([DROPOUT, CONV, DROPOUT], "dropout"),
        ([DROPOUT, CONV], "dropout"),  # the first of the assignments
        ([CONV, "def (", "x = 1\n"], "layers"),
        (["x = 1\n"], None),
    ],
)
def test_the_assignment_of_a_class_is_what_most_look_like(tmp_path, texts, slug, box):
    """Who cannot be read or recognised has no say."""
    for number, text in enumerate(texts):
        (tmp_path / f"student{number}").mkdir()
        (tmp_path / f"student{number}" / "layers.py").write_text(text)
    with open_entries([tmp_path], "class") as entries, open_workshop(box, 2, None, print) as workshop:
        assert class_assignment(entries, workshop, Terms(seed=5)) == slug


@pytest.mark.parametrize(
    ("looks", "slug", "asked"),
    [
        (["layers", "layers", "dropout", "layers", "dropout"], "layers", 4),
        (["layers", "", "dropout", "dropout"], "dropout", 4),  # half is not enough
        (["dropout"], "dropout", 1),
    ],
)
def test_nobody_is_looked_at_once_more_than_half_look_alike(looks, slug, asked, tmp_path):
    """Whatever the others look like."""
    seen = []

    class InOrder(Workshop):
        def each(self, entries, make):
            for entry in entries:
                seen.append(entry)
                yield entry, looks[int(entry.student)]

    entries = [Entry(Person(str(number)), tmp_path) for number in range(len(looks))]
    assert class_assignment(entries, InOrder([], "process", print), Terms(seed=5)) == slug
    assert len(seen) == asked
