"""The helper functions of layers as objects against SciPy, and what they refuse."""

import numpy as np
import pytest
import scipy

import solutions

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("shape", "padded"), [((4, 5), (8, 9)), ((3, 4, 5), (3, 8, 9))])
def test_padding_puts_zeros_around_height_and_width(shape, padded):
    """Of matrices and of images; 0 adds none."""
    x = RNG.normal(size=shape)
    got = solutions.padded_by(x, 2)
    assert got.shape == padded
    np.testing.assert_array_equal(got[..., 2:-2, 2:-2], x)
    assert np.count_nonzero(got) == x.size
    np.testing.assert_array_equal(solutions.padded_by(x, 0), x)


@pytest.mark.parametrize("stride", [1, 2])
def test_conv_is_scipys_correlation_added_over_the_channels(stride):
    """For an image and for a matrix, in place."""
    x, w = RNG.normal(size=(2, 5, 7)), RNG.normal(size=(2, 3, 2))
    for image, kernel in ((x, w), (x[0], w[0])):
        planes = zip(image.reshape(-1, 5, 7), kernel.reshape(-1, 3, 2), strict=True)
        want = sum(scipy.signal.correlate2d(*pair, "valid") for pair in planes)[::stride, ::stride] + 0.5
        out = np.zeros(want.shape)
        assert solutions.conv_into(image, kernel, out, stride, 0.5) is None
        np.testing.assert_allclose(out, want, rtol=1e-13)
    with pytest.raises(ValueError, match=r"^kernel_array has shape \(3, 2\); expected \(2, height, width\)\.$"):
        solutions.conv_into(x, w[0], out, 1, 0.0)


def test_the_others_do_what_their_sentences_say():
    """In place, the window of row i and column j, and the largest of all."""
    x = np.arange(24.0).reshape(4, 6)
    np.testing.assert_array_equal(solutions.get_patch(x, 1, 2, 2, 1, 2), [[16.0, 17.0]])
    np.testing.assert_array_equal(solutions.get_patch(np.array([x, -x]), 0, 1, 1, 2, 3), [[[3], [9]], [[-3], [-9]]])
    assert solutions.get_max_index(-x) == (0, 0)
    assert solutions.get_max_index(x) == (3, 5)
    solutions.element_wise_op(x, lambda value: max(value, 20))
    assert x.min() == 20
    assert x[3, 5] == 23
