"""Convolution of matrices against SciPy, the contract's figure and numeric gradients."""

import numpy as np
import pytest
import scipy

import solutions
from solutions import conv_full, conv_same, conv_valid, conv_valid_backward, corr_valid, corr_valid_backward, rot180
from tests import naive

RNG = np.random.default_rng(0)
SHAPES = [((6, 6), (3, 3)), ((5, 8), (3, 3)), ((7, 6), (5, 3)), ((5, 6), (2, 4)), ((3, 4), (3, 4)), ((4, 1), (1, 1))]


def test_the_figure_of_the_contract():
    """Nine ones with 1 to 9, full."""
    want = [[1, 3, 6, 5, 3], [5, 12, 21, 16, 9], [12, 27, 45, 33, 18], [11, 24, 39, 28, 15], [7, 15, 24, 17, 9]]
    np.testing.assert_array_equal(conv_full(np.ones((3, 3)), np.arange(1, 10).reshape(3, 3)), want)


@pytest.mark.parametrize(("image", "kernel"), [*SHAPES, ((2, 3), (3, 4))])
def test_full_and_same_are_scipys(image, kernel):
    """Kernels of even sides and kernels larger than the image included."""
    x, w = RNG.normal(size=image), RNG.normal(size=kernel)
    np.testing.assert_allclose(conv_full(x, w), scipy.signal.convolve2d(x, w, "full"), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(conv_same(x, w), scipy.signal.convolve2d(x, w, "same"), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_valid_convolution_and_correlation_are_scipys(image, kernel):
    """n - l + 1 positions along each axis."""
    x, w = RNG.normal(size=image), RNG.normal(size=kernel)
    out = conv_valid(x, w)
    assert out.shape == tuple(n - side + 1 for n, side in zip(image, kernel, strict=True))
    np.testing.assert_allclose(out, scipy.signal.convolve2d(x, w, "valid"), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(corr_valid(x, w), scipy.signal.correlate2d(x, w, "valid"), rtol=1e-12, atol=1e-14)


def test_the_rotation_is_half_a_turn():
    """Twice a quarter turn, on a kernel that is not square."""
    w = RNG.normal(size=(2, 5))
    np.testing.assert_array_equal(rot180(w), np.rot90(np.rot90(w)))


@pytest.mark.parametrize("name", ["conv_valid", "corr_valid"])
@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_the_gradients_are_numeric_gradients(name, image, kernel):
    """dx agrees with central differences, for the convolution and for the correlation."""
    forward, backward = getattr(solutions, name), getattr(solutions, f"{name}_backward")
    x, w = RNG.normal(size=image), RNG.normal(size=kernel)
    dout = RNG.normal(size=forward(x, w).shape)
    numeric = naive.numeric_gradient(lambda x: forward(x, w), x, dout)
    np.testing.assert_allclose(backward(dout, w), numeric, atol=1e-9)


def test_each_gradient_is_the_full_form_of_the_other():
    """That of the correlation is the full convolution, that of the convolution the full correlation (SciPy's)."""
    dout, w = RNG.normal(size=(4, 5)), RNG.normal(size=(3, 2))
    np.testing.assert_allclose(corr_valid_backward(dout, w), scipy.signal.convolve2d(dout, w, "full"), atol=1e-13)
    np.testing.assert_allclose(conv_valid_backward(dout, w), scipy.signal.correlate2d(dout, w, "full"), atol=1e-13)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: conv_valid(np.ones((2, 5)), np.ones((3, 3))), r"^A kernel of \(3, 3\) does not lie inside \(2, 5\): "),
        (lambda: conv_full(np.ones(3), np.ones((3, 3))), r"^x has shape \(3,\); expected \(rows, columns\)\.$"),
        (lambda: conv_full(np.ones((3, 3)), np.ones((0, 3))), r"^w has shape \(0, 3\); expected at least one entry\.$"),
    ],
)
def test_what_does_not_fit_is_refused(call, sentence):
    """The sentence gives the shapes."""
    with pytest.raises(ValueError, match=sentence):
        call()
