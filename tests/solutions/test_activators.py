"""The activators against the math module and numeric derivatives."""

import math

import numpy as np
import pytest

import solutions

FUNCTIONS = {
    "IdentityActivator": lambda z: z,
    "ReluActivator": lambda z: z if z > 0 else 0.0,
    "SigmoidActivator": lambda z: 1 / (1 + math.exp(-z)),
    "TanhActivator": math.tanh,
}


@pytest.fixture(params=FUNCTIONS)
def name(request):
    """Each activator in turn."""
    return request.param


def test_forward_is_the_textbook_function(name):
    """Every entry is what the formula gives for it, in the shape of the input."""
    z = np.random.default_rng(0).normal(scale=4, size=(2, 3, 4))
    got = getattr(solutions, name)().forward(z)
    want = np.array([FUNCTIONS[name](float(value)) for value in z.flat]).reshape(z.shape)
    np.testing.assert_allclose(got, want, rtol=1e-14, atol=0)


def test_backward_of_the_output_is_the_slope(name):
    """backward(forward(z)) agrees with central differences at z."""
    activator, z = getattr(solutions, name)(), np.random.default_rng(1).normal(scale=2, size=50)
    slope = (activator.forward(z + 1e-6) - activator.forward(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(activator.backward(activator.forward(z)), slope, rtol=1e-7, atol=1e-9)


def test_single_numbers_are_taken_too(name):
    """Layers may apply an activator number by number."""
    activator = getattr(solutions, name)()
    assert float(activator.forward(0.5)) == pytest.approx(FUNCTIONS[name](0.5), rel=1e-15)
    assert np.shape(activator.backward(0.5)) == ()


def test_a_relu_that_gave_0_has_slope_0():
    """Its output is 0 for every negative weighted input."""
    relu = solutions.ReluActivator()
    np.testing.assert_array_equal(relu.backward(relu.forward([-2.0, 3.0])), [0.0, 1.0])


def test_the_sigmoid_does_not_overflow():
    """Large arguments of either sign give 0 and 1 without a warning."""
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(solutions.SigmoidActivator().forward([-1000.0, 1000.0]), [0.0, 1.0])


def test_results_are_not_views_of_the_input(name):
    """Writing into an output cannot change the weighted input."""
    z = np.ones(3)
    assert not np.shares_memory(getattr(solutions, name)().forward(z), z)
