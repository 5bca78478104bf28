"""The ReLU layer against loops and numeric gradients."""

import numpy as np
import pytest

from solutions import relu_backward, relu_forward
from tests import naive


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 4, 5), (0, 3)])
def test_forward_and_backward_equal_the_loops(shape):
    """Arrays of any number of axes give what the plain loops give."""
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=shape), rng.normal(size=shape)
    out, cache = relu_forward(x)
    np.testing.assert_array_equal(out, naive.relu_forward(x))
    np.testing.assert_array_equal(relu_backward(dout, cache), naive.relu_backward(dout, x))


def test_backward_is_the_numeric_gradient():
    """Away from the kink, dx agrees with central differences."""
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(6, 7)), rng.normal(size=(6, 7))
    assert np.abs(x).min() > 1e-3
    dx = relu_backward(dout, relu_forward(x)[1])
    assert naive.rel_error(dx, naive.numeric_gradient(lambda x: relu_forward(x)[0], x, dout)) < 1e-8


def test_the_gradient_at_zero_is_zero():
    """Of the subgradients at 0 the reference takes 0, for both signs of zero."""
    _, cache = relu_forward(np.array([0.0, -0.0, 1.0]))
    np.testing.assert_array_equal(relu_backward(np.ones(3), cache), [0.0, 0.0, 1.0])


def test_nan_and_infinity_pass_as_they_should():
    """NaN stays visible going forward; an infinite dout is blocked, not turned into NaN."""
    out, cache = relu_forward(np.array([np.nan, np.inf, -np.inf]))
    np.testing.assert_array_equal(out, [np.nan, np.inf, 0.0])
    np.testing.assert_array_equal(relu_backward(np.full(3, np.inf), cache), [0.0, np.inf, 0.0])


def test_a_wrong_dout_is_refused():
    """A dout that would only broadcast is not accepted."""
    _, cache = relu_forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"^dout has shape \(3,\); expected \(2, 3\)\.$"):
        relu_backward(np.ones(3), cache)
