"""Pooling of matrices against loops and numeric gradients."""

import numpy as np
import pytest

from solutions import kron_upsample, max_pool_2d, max_pool_2d_backward, mean_pool_2d, mean_pool_2d_backward
from tests import naive

RNG = np.random.default_rng(0)
SHAPES = [(6, 6, 2), (6, 6, 3), (4, 10, 2), (4, 4, 4), (3, 2, 1)]


def windows(x, s):
    """Every window of an image with its place in the output."""
    for y, z in np.ndindex(x.shape[0] // s, x.shape[1] // s):
        yield (y, z), x[y * s : y * s + s, z * s : z * s + s]


@pytest.mark.parametrize(("H", "W", "s"), SHAPES)
def test_means_and_maxima_are_those_of_the_windows(H, W, s):
    """Window by window, also where all values are negative."""
    x = RNG.normal(size=(H, W)) - 20
    mean, largest = mean_pool_2d(x, s), max_pool_2d(x, s)
    assert mean.shape == largest.shape == (H // s, W // s)
    for place, window in windows(x, s):
        assert mean[place] == pytest.approx(window.mean(), rel=1e-14)
        assert largest[place] == window.max()


@pytest.mark.parametrize(("H", "W", "s"), SHAPES)
def test_the_gradients_are_numeric_gradients(H, W, s):
    """Mean pooling spreads dout / s² over the window, max pooling routes dout to the maximum."""
    x = RNG.permutation(np.arange(float(H * W))).reshape(H, W)  # no two values nearer than the step
    dout = RNG.normal(size=(H // s, W // s))
    numeric = naive.numeric_gradient(lambda x: mean_pool_2d(x, s), x, dout, h=0.1)
    np.testing.assert_allclose(mean_pool_2d_backward(dout, s), numeric, atol=1e-12)
    numeric = naive.numeric_gradient(lambda x: max_pool_2d(x, s), x, dout, h=0.1)
    np.testing.assert_allclose(max_pool_2d_backward(dout, x, s), numeric, atol=1e-12)


def test_the_mean_gradient_is_a_kronecker_product_with_ones():
    """Each entry is repeated over its window; the gradient of the mean divides by the window's area."""
    np.testing.assert_array_equal(
        kron_upsample([[1, 2], [3, 4]], 2), [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    )
    dout = RNG.normal(size=(2, 3))
    np.testing.assert_array_equal(mean_pool_2d_backward(dout, 3), np.kron(dout, np.ones((3, 3))) / 9)


def test_of_equal_maxima_the_first_receives_the_gradient():
    """One of them, in reading order."""
    np.testing.assert_array_equal(max_pool_2d_backward([[5.0]], [[1, 2], [2, 2]], 2), [[0, 5], [0, 0]])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mean_pool_2d(np.ones((4, 5)), 2), "^Windows of 2 with stride 2 do not fill 5 with padding 0: "),
        (lambda: max_pool_2d(np.ones((4, 4)), 0), r"^s is 0; expected a whole number of at least 1\.$"),
        (
            lambda: max_pool_2d_backward(np.ones((4, 4)), np.ones((4, 4)), 2),
            r"^dout has shape \(4, 4\); expected \(2, 2\)\.$",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, sentence):
    """The sentence gives the numbers, not a truncated output."""
    with pytest.raises(ValueError, match=sentence):
        call()
