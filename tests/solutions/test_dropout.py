"""Dropout against a slow loop, its mean, numeric gradients, and the checks that measure it."""

import functools

import numpy as np
import pytest

from grader.course.assignments import find_assignment
from grader.course.catalogue import live
from grader.expectations import Verdict
from grader.oracle.live import LiveOracle
from solutions import dropout_backward, dropout_forward

CHECKS = find_assignment("dropout").checks


def test_forward_equals_the_slow_loop():
    """An entry is kept where its uniform number is below p, and divided by p."""
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    out, _ = dropout_forward(x, {"mode": "train", "p": 0.4, "seed": 9})
    numbers = np.random.RandomState(9)
    for index in np.ndindex(x.shape):
        assert out[index] == pytest.approx(x[index] / 0.4 if numbers.random_sample() < 0.4 else 0.0, rel=1e-15)


def test_the_mean_over_masks_is_x():
    """Within six standard errors: each entry is the mean of 20,000 draws of variance x² (1 - p) / p."""
    x = np.array([[1.0, -3.0, 0.5]])
    many = dropout_forward(np.repeat(x, 20_000, axis=0), {"mode": "train", "p": 0.3, "seed": 1})[0]
    np.testing.assert_array_less(np.abs(many.mean(axis=0) - x[0]), 6 * np.abs(x[0]) * np.sqrt(0.7 / 0.3 / 20_000))


@pytest.mark.parametrize("mode", ["train", "test"])
def test_backward_is_the_numeric_gradient(mode):
    """The seed keeps the mask the same while x moves."""
    rng = np.random.default_rng(2)
    x, dout = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    param = {"mode": mode, "p": 0.6, "seed": 3}
    dx = dropout_backward(dout, dropout_forward(x, param)[1])
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = 1e-5
        above, below = (dropout_forward(moved, param)[0] for moved in (x + step, x - step))
        assert dx[index] == pytest.approx(np.sum((above - below) * dout) / 2e-5, rel=1e-6, abs=1e-9)


def test_test_mode_changes_nothing_and_shares_nothing():
    """What comes back is a copy, forward and backward."""
    x = np.ones((2, 3))
    out, cache = dropout_forward(x, {"mode": "test", "p": 0.5})
    dx = dropout_backward(x, cache)
    for array in (out, dx):
        np.testing.assert_array_equal(array, x)
        assert not np.shares_memory(array, x)


def test_without_a_seed_the_global_generator_draws_and_with_one_it_is_left_alone():
    """Two calls differ without a seed; a seeded call does not move what is drawn next."""
    x = np.ones((20, 20))
    first, second = (dropout_forward(x, {"mode": "train", "p": 0.5})[0] for _ in range(2))
    assert not np.array_equal(first, second)
    np.random.seed(4)
    want = np.random.random_sample()
    np.random.seed(4)
    dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 5})
    assert np.random.random_sample() == want


@pytest.mark.parametrize(
    ("param", "reason"),
    [({"mode": "eval", "p": 0.5}, "mode is 'eval'"), ({"mode": "train", "p": 0.0}, "p is 0.0")],
)
def test_an_unknown_mode_and_an_impossible_p_are_refused(param, reason):
    """With the fact and what was expected."""
    with pytest.raises(ValueError, match=reason):
        dropout_forward(np.ones(3), param)


on_seed = functools.cache(LiveOracle)  # what is right on a seed is the same for all mistakes


@pytest.mark.slow
@pytest.mark.xdist_group("dropout on seeds")
@pytest.mark.parametrize("mistake", live().mistakes_of("dropout"), ids=lambda mistake: mistake.code)
def test_every_known_mistake_fails_on_20_seeds(mistake):
    """With either meaning of p, whatever the mask: the check that it is about does not pass.

    A forward pass that drops nothing, or everything, has a backward pass that nothing can be seen of: it fails too.
    """
    for seed in range(20):
        oracle = on_seed(seed)
        failed = set()
        for check in CHECKS:
            for case in check.cases:
                want = oracle.answer(check, case)
                values = {**want, **(oracle.mistaken(check, case, mistake) or {})}
                verdicts = [item.judge(values, want, oracle.inputs(check, case), False) for item in check.expect]
                if any(isinstance(verdict, Verdict) and not verdict.ok for verdict in verdicts):
                    failed.add(check.slug)
        about = "backward" if "gradient" in mistake.code else "forward"
        assert about in failed, seed
        assert failed <= {about, "backward"}, seed


@pytest.mark.parametrize(("drops", "code"), [(False, "p-keeps"), (True, "p-drops")])
def test_both_meanings_of_p_pass_and_a_note_says_which_it_is(drops, code):
    """What is judged is whether share and scale agree; the note carries no mark."""
    (forward,) = [check for check in CHECKS if check.slug == "forward"]
    case = forward.cases[0]
    inputs = forward.inputs(case, 7)
    x, keep = inputs["x"], 0.7 if drops else 0.3
    out = x * (np.random.default_rng(8).random(x.shape) < keep) / keep
    figures = np.array([keep, 1 / keep, 1 / keep, 1.0])
    values = {"out": out, "again": out[:5], "figures": figures}
    said = [item.judge(values, values, inputs, False) for item in forward.expect]
    assert all(one.ok for one in said if isinstance(one, Verdict))
    assert [one.code for one in said if one is not None and not isinstance(one, Verdict)] == [code]
