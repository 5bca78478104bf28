"""General facts about wrong arrays: each is found where it holds, and none where it does not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import evidence

RNG = np.random.default_rng(5)
IMAGES = RNG.standard_normal((5, 3, 4, 6))
MATRIX = RNG.standard_normal((4, 7))
SQUARE = RNG.standard_normal((5, 5))
VECTOR = RNG.standard_normal(7)
BATCH = {"x": RNG.standard_normal((4, 9)), "w": RNG.standard_normal((9, 7)), "b": RNG.standard_normal(7)}
SCORES = {"x": RNG.standard_normal((5, 10)), "y": np.array([0, 9, 3, 3, 1])}
PHOTOS = {"x": RNG.standard_normal((5, 3, 8, 8)), "b": RNG.standard_normal(3)}


def changed(array, where, by=1.0):
    """A copy with other values at some places."""
    copy = array.copy()
    copy[where] += by * RNG.uniform(1, 2, copy[where].shape)
    return copy


def holed(array, where, value=np.nan):
    copy = array.copy()
    copy[where] = value
    return copy


NEARLY = MATRIX * (1 + 1e-5 * RNG.uniform(-1, 1, MATRIX.shape))
BORDER = (slice(None), slice(None), [0, 0, -1, -1], [0, -1, 2, 3])
FACTS = {
    "factor": (0.3 * MATRIX, MATRIX, {}, "out is 0.3 times the right value everywhere."),
    "sign": (-MATRIX, MATRIX, BATCH, "out is -1 times the right value everywhere."),
    "double": (2 * MATRIX, MATRIX, BATCH, "out is 2 times the right value everywhere."),
    "half of a number": (np.array(0.7), np.array(1.4), {}, "out is 1/2 times the right value."),
    "batch": (4 * MATRIX, MATRIX, BATCH, "4 times the right value everywhere; that is the number of samples."),
    "no batch": (
        -MATRIX / 4,
        MATRIX,
        BATCH,
        "-1/4 times the right value everywhere; there it is divided by the number",
    ),
    "batch twice": (
        MATRIX / 16,
        MATRIX,
        BATCH,
        "1/4**2 times the right value everywhere; there it is divided twice by",
    ),
    "loss": (np.array(5 * 2.3), np.array(2.3), SCORES, "5 times the right value; that is the number of samples."),
    "classes": (SCORES["x"] / 10, SCORES["x"], SCORES, "1/10 times the right value everywhere; there it is divided by"),
    "pixels": (64 * VECTOR, VECTOR, PHOTOS, "64 times the right value everywhere; that is H * W."),
    "zeros": (np.zeros((4, 7)), MATRIX, {}, "out is zero everywhere, and should not be."),
    "transposed": (SQUARE.T, SQUARE, {}, "out is the right array transposed."),
    "transposed shape": (MATRIX.T, MATRIX, {}, "out is the right array transposed."),
    "axes in order": (IMAGES.transpose(0, 1, 3, 2), IMAGES, {}, "with its axes in the order (0, 1, 3, 2)."),
    "axes mixed up": (
        IMAGES.transpose(1, 0, 2, 3).reshape(IMAGES.shape),
        IMAGES,
        {},
        "with its axes mixed up: in the order (1, 0, 2, 3), and then reshaped.",
    ),
    "row vector": (VECTOR[None], VECTOR, {}, "the right values in the right order; only its shape is wrong."),
    "rotated": (IMAGES[..., ::-1, ::-1], IMAGES, {}, "the right array rotated by 180 degrees in its last two axes."),
    "flipped": (IMAGES[:, :, ::-1], IMAGES, {}, "the right array flipped along its axis 2 (counted from 0)."),
    "shifted": (np.roll(MATRIX, 1, 1), MATRIX, {}, "the right array shifted by +1 in a circle along its axis 1"),
    "an input": (BATCH["x"].copy(), np.maximum(BATCH["x"], 0), BATCH, "out equals the input x, unchanged."),
    "no bias": (MATRIX - BATCH["b"], MATRIX, BATCH, "out is the right value minus b."),
    "bias of channels twice": (IMAGES + PHOTOS["b"].reshape(3, 1, 1), IMAGES, PHOTOS, "the right value plus b."),
    "input added": (MATRIX + SQUARE[0, 0], MATRIX, {}, "differs from the right value by the same amount everywhere."),
    "offset by column": (MATRIX + VECTOR, MATRIX, {}, "differs from the right value by one amount for each column."),
    "offset by channel": (IMAGES + VECTOR[:3, None, None], IMAGES, {}, "by one amount for each channel."),
    "some signs": (np.where(RNG.random((4, 7)) < 0.5, -MATRIX, MATRIX), MATRIX, {}, "right but for the sign"),
    "absolute values": (np.abs(MATRIX), MATRIX, {}, "right but for the sign"),
    "running sum": (np.cumsum(MATRIX, 0), MATRIX, {}, "the running sum of the right values along an axis"),
    "order": (MATRIX[[2, 0, 3, 1]], MATRIX, {}, "out has the right values in a wrong order."),
    "float32": (MATRIX.astype(np.float32), MATRIX, {}, "right to the precision of float32"),
    "a number of float32": (
        np.array(np.float32(2.3)),
        np.array(2.3),
        SCORES,
        "out is right to the precision of float32 (error 1e-08), and its values are float32.",
    ),
    "nearly right": (NEARLY, MATRIX, {}, "out is nearly right: its relative error is at most"),
    "NaN": (
        holed(MATRIX, (1, [0, 1, 2, 4, 5])),
        MATRIX,
        BATCH,
        "NaN at 5 of 28 places in sample 1 (counted from 0), and right",
    ),
    "infinite": (
        holed(MATRIX, ([0, 3], [1, 1]), np.inf),
        MATRIX,
        {},
        "infinite at 2 of 28 places, and right at all others.",
    ),
    "one sample": (changed(MATRIX, 2), MATRIX, BATCH, "wrong only in sample 2 (counted from 0); the rest is right."),
    "one row": (changed(MATRIX, 2), MATRIX, {}, "wrong only in row 2 (counted from 0); the rest is right."),
    "one class": (changed(SCORES["x"], np.s_[:, 9]), SCORES["x"], SCORES, "wrong only in class 9 (counted from 0)"),
    "one channel": (changed(IMAGES, np.s_[:, 1]), IMAGES, {}, "wrong only in channel 1 (counted from 0)"),
    "one entry": (changed(VECTOR, 6), VECTOR, {}, "wrong only in entry 6 (counted from 0); the rest is right."),
    "all but the first": (changed(IMAGES, np.s_[1:]), IMAGES, PHOTOS, "wrong only in the samples other than 0"),
    "every second column": (
        changed(IMAGES, np.s_[..., 1::2]),
        IMAGES,
        {},
        "wrong only in every second column (from 1 on)",
    ),
}


@pytest.mark.parametrize(("got", "want", "inputs", "said"), FACTS.values(), ids=FACTS)
def test_a_fact_about_the_numbers_is_told(got, want, inputs, said):
    """One sentence says what holds of the array, without Likely, as it is measured."""
    facts = evidence("out", got, want, inputs)
    assert any(said in fact.sentence for fact in facts[:1]), facts
    assert all(fact.certain for fact in facts)


def test_a_number_that_is_nearly_right_is_no_multiple():
    """It would be 1 times the right value."""
    assert evidence("loss", np.array(2.3 * (1 + 3e-8)), np.array(2.3), SCORES) == []


def test_a_wrong_step_from_an_input_is_not_nearly_right():
    """What an update rule returns is near to the right weights whatever its small step was."""
    step = 1e-4 * RNG.uniform(1, 2, MATRIX.shape)
    assert evidence("next_w", MATRIX + 2 * step, MATRIX + step, {"w": MATRIX}) == []
    assert evidence("next_w", MATRIX + step * (1 + 1e-5), MATRIX + step, {"w": MATRIX}) != []


def test_wrong_borders_are_told():
    """Of images, all rows and columns at an edge; the interior is right."""
    inner = changed(IMAGES, np.s_[...])
    inner[..., 1:-1, 1:-1] = IMAGES[..., 1:-1, 1:-1]
    (fact,) = evidence("dx", inner, IMAGES, {})
    assert fact.sentence == "dx is wrong only on the border of the last two axes; the rest is right."


def test_values_and_places_are_told_together():
    """What the wrong values are comes first, then where they are."""
    got = MATRIX.copy()
    got[:, 3] *= 1 + 1e-5 * RNG.uniform(0.5, 1, 4)
    first, second = evidence("dw", got, MATRIX, {})
    assert first.code == "nearly-right"
    assert second.sentence == "dw is wrong only in column 3 (counted from 0); the rest is right."


AMBIGUOUS = {
    "one entry": (np.array([[3.0]]), np.array([[1.5]])),
    "some number": (np.array(3.1), np.array(1.5)),
    "constant": (np.full((3, 4), 2.0), np.full((3, 4), 1.0)),
    "mostly zeros": (np.eye(3) * 2, np.eye(3)),
    "two rows": (MATRIX[:2, :1], MATRIX[2:, :1]),
    "rounding": (1e-17 * MATRIX, -1e-17 * MATRIX),
    "empty": (np.zeros((0, 3)), np.zeros((0, 3))),
    "right": (MATRIX, MATRIX),
    "words": (np.array(["a"]), MATRIX),
    "labels": (np.array([1, 1, 0, 2]), np.array([1, 2, 0, 2])),
    "NaN and wrong": (holed(-MATRIX, 1), MATRIX),
    "scattered": (changed(MATRIX, ([0, 1, 2, 3], [0, 1, 2, 3])), MATRIX),
}


@pytest.mark.parametrize(("got", "want"), AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_shows_nothing_is_told_nothing(got, want):
    """Arrays with too few different values, or that several patterns would explain."""
    assert evidence("out", got, want, {}) == []


def test_what_several_patterns_explain_is_told_as_none_of_them():
    """In a circulant matrix a shift down is a shift to the left: only the weaker fact stays."""
    circulant = np.array([np.roll(VECTOR[:5], row) for row in range(5)])
    assert [fact.code for fact in evidence("w", np.roll(circulant, 1, 0), circulant, {})] == ["other-order"]


shapes = st.sampled_from(
    [(), (1,), (2,), (3,), (9,), (1, 1), (2, 2), (3, 1), (4, 4), (3, 5), (2, 3, 4, 4), (1, 1, 3, 3)]
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(shapes, st.integers(0, 2**32), st.booleans(), st.sampled_from([1e-9, 1.0, 1e6]))
def test_random_wrong_numbers_are_told_nothing(shape, seed, rectified, scale):
    """No pattern is seen in noise, not even where many right values are zero."""
    rng = np.random.default_rng(seed)
    got, want = scale * rng.standard_normal(shape), rng.standard_normal(shape)
    inputs = {
        "x": rng.standard_normal((len(got) if shape else 3, 4)),
        "y": rng.integers(0, 4, 3),
        "b": rng.standard_normal(4),
    }
    if rectified and shape:
        mask = rng.random(shape) < 0.5
        mask[..., :1] = True
        got, want = got * mask, want * mask
    assert evidence("out", got, want, inputs) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(list(FACTS)))
def test_no_expected_entry_is_told(seed, case):
    """Numbers in a sentence are factors, counts, sizes and places: none is a right value or gives one away."""
    got, want, inputs, _ = FACTS[case]
    for fact in evidence("out", got, want, inputs):
        numbers = {float(text) for text in re.findall(r"-?\d+\.\d+", fact.sentence + fact.hint)}
        assert not any(np.isclose(value, np.ravel(want), rtol=1e-2, atol=0).any() for value in numbers - {0.3})


def test_large_arrays_take_no_long_time():
    """Weights of a network on photographs: places are found without a mask for every index."""
    want = RNG.standard_normal((3072, 100))
    (fact,) = evidence("W1", changed(want, np.s_[:, 7]), want, {"X": RNG.standard_normal((10, 3072))})
    assert fact.sentence.startswith("W1 is wrong only in column 7")
