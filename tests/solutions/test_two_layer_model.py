"""The two-layer network as functions against the figures of the exercise, the class, and numeric gradients."""

import numpy as np
import pytest

from solutions import TwoLayerNet, init_two_layer_model, two_layer_net
from tests import naive

LABELS = np.array([0, 1, 2, 2, 1])


@pytest.fixture
def toy():
    """The toy network of the class API, whose figures are published, as a model."""
    np.random.seed(0)
    net = TwoLayerNet(4, 10, 3, std=1e-1)
    np.random.seed(1)
    return net.params, 10 * np.random.randn(5, 4)


@pytest.fixture
def model():
    """A model without the toy's luck: biases that are not zero, all sizes different."""
    rng = np.random.default_rng(5)
    return {
        "W1": rng.normal(size=(4, 6)),
        "b1": rng.normal(size=6),
        "W2": rng.normal(size=(6, 3)),
        "b2": rng.normal(size=3),
    }


@pytest.fixture
def data():
    rng = np.random.default_rng(6)
    return rng.normal(size=(7, 4)), rng.integers(0, 3, 7)


def test_the_initial_model():
    """W1, then W2, each 1e-5 times a standard normal; biases zero."""
    np.random.seed(3)
    model = init_two_layer_model(5, 4, 2)
    rng = np.random.RandomState(3)
    np.testing.assert_array_equal(model["W1"], 1e-5 * rng.randn(5, 4))
    np.testing.assert_array_equal(model["W2"], 1e-5 * rng.randn(4, 2))
    np.testing.assert_array_equal(model["b1"], np.zeros(4))
    np.testing.assert_array_equal(model["b2"], np.zeros(2))


@pytest.mark.parametrize(("reg", "want"), [(0.1, 1.30378789133), (0.05, 1.284822471724)])
def test_the_regularisation_has_the_factor_one_half(toy, reg, want):
    """The published loss, which the class has at reg 0.05, comes at 0.1 here."""
    model, X = toy
    assert abs(two_layer_net(X, model, LABELS, reg)[0] - want) < 1e-12


def test_scores_and_loss_of_the_courses_ramps():
    """The toy model of 2015, in which every array is a ramp."""
    model = {
        "W1": np.linspace(-0.2, 0.6, 40).reshape(4, 10),
        "b1": np.linspace(-0.3, 0.7, 10),
        "W2": np.linspace(-0.4, 0.1, 30).reshape(10, 3),
        "b2": np.linspace(-0.5, 0.9, 3),
    }
    X = np.linspace(-0.2, 0.5, 20).reshape(5, 4)
    np.testing.assert_allclose(two_layer_net(X, model)[0], [-0.5328368, 0.20031504, 0.93346689], atol=1e-8)
    assert two_layer_net(X, model, LABELS, 0.1)[0] == pytest.approx(1.38191946092, abs=1e-11)


def test_scores_are_the_formula(model, data):
    """An affine layer, a ReLU and an affine layer in plain loops."""
    X, _ = data
    hidden = naive.relu_forward(naive.affine_forward(X, model["W1"], model["b1"]))
    np.testing.assert_allclose(
        two_layer_net(X, model), naive.affine_forward(hidden, model["W2"], model["b2"]), rtol=1e-12
    )


@pytest.mark.parametrize("reg", [0.0, 0.3])
def test_gradients_are_the_numeric_ones(model, data, reg):
    """With biases that are not zero, with and without regularisation."""
    X, y = data
    _, grads = two_layer_net(X, model, y, reg)
    assert grads.keys() == model.keys()
    for name, gradient in grads.items():
        numeric = naive.numeric_gradient(lambda _: two_layer_net(X, model, y, reg)[0], model[name], 1.0)
        assert naive.rel_error(gradient, numeric) < 1e-7, name


def test_the_model_stays_as_it_is(model, data):
    """Neither the parameters nor the samples are changed in place."""
    X, y = data
    before = {name: value.copy() for name, value in {**model, "X": X}.items()}
    two_layer_net(X, model, y, 0.1)
    for name, value in {**model, "X": X}.items():
        np.testing.assert_array_equal(value, before[name])
