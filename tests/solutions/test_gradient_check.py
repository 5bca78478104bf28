"""Gradients by differences of functions whose gradient is known, and the relative error."""

import numpy as np
import pytest

import solutions
from tests import naive

RNG = np.random.default_rng(0)


def test_the_gradient_of_a_number_is_the_known_one_and_x_stays(capsys):
    """In the shape of x; printed unless told not to."""
    x = RNG.normal(size=(2, 3))
    before = x.copy()
    grad = solutions.eval_numerical_gradient(lambda x: np.sum(np.sin(x)), x)
    np.testing.assert_allclose(grad, np.cos(x), rtol=1e-8)
    np.testing.assert_array_equal(x, before)
    assert "[[" in capsys.readouterr().out
    solutions.eval_numerical_gradient(lambda x: np.sum(x), x, verbose=False)
    assert capsys.readouterr().out == ""


def test_the_gradient_of_an_array_weighs_every_output():
    """sum(f(x) * df) is what it is the gradient of, also where f changes its result in place."""
    x, w, df = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4)), RNG.normal(size=(2, 4))
    out = np.zeros((2, 4))

    def into_one_array(x):
        out[...] = x @ w
        return out

    np.testing.assert_allclose(solutions.eval_numerical_gradient_array(into_one_array, x, df), df @ w.T, rtol=1e-8)


@pytest.mark.parametrize(
    ("x", "y", "error"), [([0.0, 1.0], [0.0, 3.0], 0.5), ([1.0], [-1.0], 1.0), ([1e-9], [0.0], 0.1)]
)
def test_the_relative_error_is_the_courses(x, y, error):
    """0 and 0 do not differ; below 1e-8 the error is absolute."""
    assert solutions.rel_error(x, y) == pytest.approx(error)
    assert naive.rel_error(x, y) == pytest.approx(error)
