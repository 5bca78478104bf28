"""The layers of a LeNet as classes against lenet.py, SciPy and numeric gradients; what early stopping does."""

import numpy as np
import pytest
from scipy import special

import solutions
from tests import naive

RNG = np.random.default_rng(0)


def test_the_conv_pool_layer_is_the_function():
    """The same weights from the same generator, and the same output."""
    layer = solutions.LeNetConvPoolLayer(np.random.default_rng(3), (4, 2, 3, 3), (5, 2, 8, 6), (2, 2))
    W, b = solutions.init_conv_pool((4, 2, 3, 3), (2, 2), np.random.default_rng(3))
    x = RNG.normal(size=(5, 2, 8, 6))
    np.testing.assert_array_equal(layer.params[0], W)
    np.testing.assert_array_equal(layer.forward(x), solutions.conv_pool_forward(x, W, b))
    with pytest.raises(ValueError, match=r"^The images have 3 channels, the filters 2\.$"):
        solutions.LeNetConvPoolLayer(RNG, (4, 2, 3, 3), (5, 3, 8, 6))


def test_the_hidden_layer_fills_its_range_and_applies_its_activation():
    """±sqrt(6 / (n_in + n_out)), and tanh unless another is given."""
    layer = solutions.HiddenLayer(np.random.default_rng(1), 40, 20)
    assert 0.98 * np.sqrt(0.1) < np.abs(layer.W).max() <= np.sqrt(0.1)
    x = RNG.normal(size=(3, 40))
    np.testing.assert_allclose(layer.forward(x), np.tanh(x @ layer.W), rtol=1e-12)
    plain = solutions.HiddenLayer(np.random.default_rng(1), 40, 20, activation=np.exp)
    np.testing.assert_allclose(plain.forward(x), np.exp(x @ layer.W), rtol=1e-12)


def test_logistic_regression_is_scipys_softmax_with_numeric_gradients():
    """Probabilities, loss, errors and gradients."""
    model = solutions.LogisticRegression(4, 3)
    model.W, model.b = RNG.normal(size=(4, 3)), RNG.normal(size=3)
    x, y = RNG.normal(size=(6, 4)), RNG.integers(0, 3, 6)
    scores = x @ model.W + model.b
    np.testing.assert_allclose(model.p_y_given_x(x), special.softmax(scores, axis=1), rtol=1e-12)
    want = -special.log_softmax(scores, axis=1)[np.arange(6), y].mean()
    assert model.negative_log_likelihood(x, y) == pytest.approx(want, rel=1e-12)
    assert model.errors(x, y) == np.mean(scores.argmax(axis=1) != y)
    for value, gradient in zip((model.W, model.b), model.gradients(x, y), strict=True):
        numeric = naive.numeric_gradient(lambda _: np.array(model.negative_log_likelihood(x, y)), value, 1.0)
        np.testing.assert_allclose(numeric, gradient, rtol=1e-6, atol=1e-9)


class Scripted(solutions.LogisticRegression):
    """A model whose validation errors are given, and whose step is 1 each time."""

    def __init__(self, errors):
        super().__init__(1, 1)
        self.script = iter(errors)

    def errors(self, x, y):
        return next(self.script)

    def gradients(self, x, y):
        return np.array([[-1.0]]), np.array([0.0])


@pytest.mark.parametrize(
    ("errors", "best_iter", "iterations"),
    [
        ([0.5, 0.4, 0.3, 0.2, 0.2, 0.1], 11, 12),  # each raises patience; the epochs end
        ([0.5, 0.6, 0.5, 0.5], 1, 7),  # the first is the best; patience stays 6, and step 6 is the last
        ([0.5, 0.499, 0.499, 0.5], 3, 7),  # a new best that is too little to raise patience
    ],
)
def test_patience_grows_with_improvements_that_count(errors, best_iter, iterations):
    """Minibatches of 2 steps an epoch, 6 epochs; W is the number of steps that the best had taken."""
    X, y = np.zeros((4, 1)), np.zeros(4, dtype=int)
    settings = {"learning_rate": 1.0, "batch_size": 2, "n_epochs": 6, "patience": 6}
    found = solutions.train_with_early_stopping(Scripted(errors), X, y, X, y, **settings)
    assert (found["best_iter"], found["iterations"]) == (best_iter, iterations)
    assert found["W"].item() == best_iter + 1
    assert found["best_validation_error"] == min(found["validation_errors"])
