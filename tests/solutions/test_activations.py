"""Activation functions against SciPy, numeric gradients and, for the noisy one, its distribution."""

import numpy as np
import pytest
import scipy
from scipy import special

import solutions
from tests import naive

RNG = np.random.default_rng(0)


def test_the_sigmoid_is_scipys():
    """From underflow to overflow."""
    x = np.concatenate([RNG.normal(size=50) * 5, [-800.0, -40.0, 0.0, 40.0, 800.0]])
    np.testing.assert_allclose(solutions.sigmoid(x), special.expit(x), rtol=1e-14)
    assert solutions.tanh(800.0) == 1.0


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_derivatives_by_the_output_are_numeric_gradients(name):
    """f (1 - f) and 1 - f², where f is the output."""
    forward, derivative = getattr(solutions, name), getattr(solutions, f"{name}_derivative")
    x, dout = RNG.normal(size=(4, 5)), np.ones((4, 5))
    assert naive.rel_error(derivative(forward(x)), naive.numeric_gradient(forward, x, dout)) < 1e-8


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_derivatives_by_the_input_are_numeric_gradients(name):
    """Away from the kink."""
    forward, derivative = getattr(solutions, name), getattr(solutions, f"{name}_derivative")
    x, dout = RNG.normal(size=(4, 5)), np.ones((4, 5))
    assert np.abs(x).min() > 1e-3
    assert naive.rel_error(derivative(x), naive.numeric_gradient(forward, x, dout)) < 1e-8


def test_the_leak_is_one_percent():
    """As the contract has it."""
    np.testing.assert_array_equal(solutions.leaky_relu([-2.0, 3.0]), [-0.02, 3.0])
    np.testing.assert_array_equal(solutions.leaky_relu_derivative([-2.0, 3.0]), [0.01, 1.0])


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 4, 3, 2), (3, 1, 2, 2)])
def test_both_gradients_of_the_prelu_are_numeric_gradients(shape):
    """With respect to the input and to the slopes, which may be negative or above 1."""
    x, a, dout = RNG.normal(size=shape), RNG.normal(size=shape[1]), RNG.normal(size=shape)
    dx, da = solutions.prelu_backward(dout, x, a)
    assert naive.rel_error(dx, naive.numeric_gradient(lambda x: solutions.prelu(x, a), x, dout)) < 1e-6
    assert naive.rel_error(da, naive.numeric_gradient(lambda a: solutions.prelu(x, a), a, dout)) < 1e-7


def test_the_noise_has_mean_0_and_the_sigmoid_as_standard_deviation():
    """The positive part of 20,000 outputs is that of the normal distribution, the rest is 0."""
    for level in (-0.75, 0.0, 1.5):
        out = solutions.noisy_relu(np.full(20000, level), np.random.default_rng(5))
        noisy = scipy.stats.norm(level, special.expit(level))
        assert out.min() == 0.0
        assert np.mean(out == 0) == pytest.approx(noisy.cdf(0), abs=0.02)
        positive = scipy.stats.truncnorm(-level / noisy.std(), np.inf, level, noisy.std())
        assert scipy.stats.kstest(out[out > 0], positive.cdf).pvalue > 1e-3


def test_every_entry_has_noise_of_its_own():
    """No two outputs of the same input are the same."""
    assert len(set(solutions.noisy_relu(np.full(500, 9.0), np.random.default_rng(5)))) == 500


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: solutions.prelu(x, np.ones(2)), r"^a has shape \(2,\); expected \(3,\)\.$"),
        (lambda x: solutions.prelu(x[0], np.ones(3)), r"^x has shape \(3, 4, 5\); expected \(N, C, H, W\)\.$"),
        (lambda x: solutions.prelu_backward(x[:1], x, np.ones(3)), r"^dout has shape \(1, 3, 4, 5\); expected "),
    ],
)
def test_what_does_not_fit_is_refused(call, sentence):
    """A slope or a gradient that would only broadcast is not accepted."""
    with pytest.raises(ValueError, match=sentence):
        call(np.ones((2, 3, 4, 5)))
