"""Gradients of a convolution layer, trainable subsampling and the output layer against numeric gradients and SciPy."""

import numpy as np
import pytest
import scipy
from scipy import special

import solutions
from tests import naive

RNG = np.random.default_rng(0)


def same(function, value, dout, gradient):
    """The gradient is the numeric one."""
    np.testing.assert_allclose(naive.numeric_gradient(function, value, dout), gradient, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kernel", [(3, 3), (5, 3), (5, 7)])
def test_kernel_gradients_are_those_of_scipys_correlation_and_convolution(kernel):
    """Oblong kernels, and one as large as the image, included."""
    x, w = RNG.normal(size=(5, 7)), RNG.normal(size=kernel)
    dout = RNG.normal(size=(6 - kernel[0], 8 - kernel[1]))
    same(lambda w: scipy.signal.correlate2d(x, w, "valid"), w, dout, solutions.corr_kernel_gradient(x, dout))
    same(lambda w: scipy.signal.convolve2d(x, w, "valid"), w, dout, solutions.conv_kernel_gradient(x, dout))


def test_a_layers_gradients_are_numeric_ones():
    """Of all kernels and biases."""
    x, w, b = RNG.normal(size=(2, 5, 6)), RNG.normal(size=(3, 2, 2, 3)), RNG.normal(size=3)
    dout = RNG.normal(size=(3, 4, 4))

    def out(_):
        return np.array(
            [b[f] + sum(scipy.signal.convolve2d(x[c], w[f, c], "valid") for c in range(2)) for f in range(3)]
        )

    dw, db = solutions.conv_layer_gradients(x, dout)
    same(out, w, dout, dw)
    same(out, b, dout, db)


def test_trainable_subsampling_is_a_sigmoid_of_sums_with_numeric_gradients():
    """A coefficient and a bias in every map."""
    x, beta, b = RNG.normal(size=(2, 6, 4)), RNG.normal(size=2), RNG.normal(size=2)
    out, cache = solutions.subsample_forward(x, beta, b, 2)
    assert out[1, 2, 0] == pytest.approx(special.expit(beta[1] * x[1, 4:, :2].sum() + b[1]), rel=1e-13)
    dout = RNG.normal(size=out.shape)
    for value, gradient in zip((x, beta, b), solutions.subsample_backward(dout, cache), strict=True):
        same(lambda _: solutions.subsample_forward(x, beta, b, 2)[0], value, dout, gradient)


def test_residuals_and_the_rbf_output_have_numeric_gradients():
    """To the weighted input of the layer, and to x and w."""
    z, t = RNG.normal(size=5), np.eye(5)[2]
    same(lambda z: 0.5 * (special.expit(z) - t) ** 2, z, 1.0, solutions.quadratic_residual(special.expit(z), t))
    same(lambda z: -t * special.log_softmax(z), z, 1.0, solutions.softmax_residual(special.softmax(z), t))
    W, delta = RNG.normal(size=(3, 5)), RNG.normal(size=3)
    same(lambda z: W @ special.expit(z), z, delta, solutions.hidden_residual(delta, W, special.expit(z)))
    x, w, dout = RNG.normal(size=4), RNG.normal(size=(3, 4)), RNG.normal(size=3)
    dx, dw = solutions.rbf_backward(dout, x, w)
    same(lambda _: solutions.rbf_output(x, w), x, dout, dx)
    same(lambda _: solutions.rbf_output(x, w), w, dout, dw)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: solutions.bias_gradient(np.ones((2, 2))), r"^dout has shape \(2, 2\); expected \(F, OH, OW\)\.$"),
        (lambda: solutions.subsample_forward(np.ones((2, 4, 4)), np.ones(3), np.ones(2), 2), r"^beta has shape \(3,\)"),
        (lambda: solutions.rbf_output(np.ones(4), np.ones((3, 5))), r"^w has shape \(3, 5\); expected \(K, 4\)\.$"),
    ],
)
def test_what_does_not_fit_is_refused(call, sentence):
    """The sentence gives the numbers."""
    with pytest.raises(ValueError, match=sentence):
        call()
