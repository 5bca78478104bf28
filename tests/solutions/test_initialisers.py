"""Initial weights: fans, ranges, moments and the fixed kernels."""

import numpy as np
import pytest
import scipy

import solutions

SHAPE = (30, 10, 8, 5)  # 12,000 numbers: fan_in 400, fan_out 1200
N = {"fan_in": 400, "average": 800, "fan_out": 1200}


def rng():
    return np.random.default_rng(7)


def is_distributed(sample, distribution):
    return scipy.stats.kstest(sample.ravel(), distribution.cdf).pvalue > 1e-3


def uniform(limit):
    return scipy.stats.uniform(-limit, 2 * limit)


def test_fans_are_counts_per_filter_and_per_channel():
    """count / num and count / channels, for convolutions and fully connected layers."""
    assert solutions.fans((20, 3, 5, 5)) == (75, 500)
    assert solutions.fans((30, 40)) == (40, 30)


@pytest.mark.parametrize("norm", N)
def test_xavier_and_msra_are_scaled_by_the_chosen_fan(norm):
    """Uniform on ±sqrt(3 / n), and normal with standard deviation sqrt(2 / n)."""
    limit = np.sqrt(3 / N[norm])
    sample = solutions.xavier_init(SHAPE, rng(), norm)
    assert sample.shape == SHAPE
    assert 0.99 * limit < np.abs(sample).max() <= limit
    assert is_distributed(sample, uniform(limit))
    assert is_distributed(solutions.msra_init(SHAPE, rng(), norm), scipy.stats.norm(0, np.sqrt(2 / N[norm])))


def test_fan_in_is_the_default():
    """Of both."""
    for draw in (solutions.xavier_init, solutions.msra_init):
        np.testing.assert_array_equal(draw(SHAPE, rng()), draw(SHAPE, rng(), "fan_in"))


def test_glorot_is_scaled_by_the_sum_of_the_fans():
    """Uniform on ±sqrt(6 / 1600)."""
    assert is_distributed(solutions.glorot_uniform_init(SHAPE, rng()), uniform(np.sqrt(6 / 1600)))


def test_the_plain_ones():
    """A constant, and the ranges and moments that were asked for."""
    np.testing.assert_array_equal(solutions.constant_init((2, 3), 1.5), [[1.5] * 3] * 2)
    assert is_distributed(solutions.uniform_init(SHAPE, rng(), -0.5, 2.0), scipy.stats.uniform(-0.5, 2.5))
    assert is_distributed(solutions.gaussian_init(SHAPE, rng(), 1.0, 0.3), scipy.stats.norm(1, 0.3))


def test_filters_of_the_positive_unit_ball_add_up_to_1():
    """Each on its own, all weights positive, and the uniform numbers still there up to a factor."""
    sample = solutions.positive_unitball_init(SHAPE, rng())
    np.testing.assert_allclose(sample.sum(axis=(1, 2, 3)), 1.0, rtol=1e-12)
    assert sample.min() >= 0
    assert is_distributed(sample[0] * 400 / 2, scipy.stats.uniform(0, sample[0].max() * 200))


def test_the_bilinear_kernel_interpolates():
    """The known kernel of size 4, and for every size a constant image stays constant when it is enlarged."""
    tent = np.array([0.25, 0.75, 0.75, 0.25])
    np.testing.assert_allclose(
        solutions.bilinear_init((2, 3, 4, 4)), np.broadcast_to(np.outer(tent, tent), (2, 3, 4, 4))
    )
    for factor in (2, 3, 4, 5):
        K = 2 * factor - factor % 2
        kernel = solutions.bilinear_init((1, 1, K, K))[0, 0]
        enlarged = np.zeros((8 * factor, 8 * factor))
        for y, z in np.ndindex(6, 6):
            enlarged[y * factor : y * factor + K, z * factor : z * factor + K] += kernel
        np.testing.assert_allclose(enlarged[2 * factor : 5 * factor, 2 * factor : 5 * factor], 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: solutions.fans((3,)), r"^shape is \(3,\); expected \(num, channels, \.\.\.\)\.$"),
        (lambda: solutions.xavier_init((3, 0), rng()), "^A side of shape is 0; expected a whole number of at least 1"),
        (lambda: solutions.msra_init((3, 2), rng(), "both"), "^variance_norm is 'both'; expected one of fan_in, "),
        (lambda: solutions.bilinear_init((1, 1, 4, 5)), r"^shape is \(1, 1, 4, 5\); expected \(num, channels, K, K\)"),
    ],
)
def test_what_makes_no_sense_is_refused(call, sentence):
    """Shapes and choices alike, with what was expected."""
    with pytest.raises(ValueError, match=sentence):
        call()
