"""One assignment a class: the one that most look like."""

from __future__ import annotations

import pytest

from grader.batch.results import class_assignment
from grader.batch.work import Terms
from grader.batch.workshop import open_workshop
from grader.intake.layouts import open_entries

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
