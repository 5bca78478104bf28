"""The fully connected and the softmax layer as objects against numeric gradients and SciPy."""

import numpy as np
import pytest
from scipy import special

import solutions
from tests import naive

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(5,), (2, 3, 2)])
def test_a_fully_connected_layer_has_the_numeric_gradients(shape):
    """To the input, before which a tanh stands, to weights and to bias."""
    tanh = solutions.TanhActivator()
    layer = solutions.FullyConnectedLayer(int(np.prod(shape)), 4, solutions.IdentityActivator(), 0.5)
    net, sensitivity = RNG.normal(size=shape), RNG.normal(size=4)

    def output(_):
        layer.forward(tanh.forward(net))
        return layer.output_array

    layer.backward(tanh.forward(net), sensitivity, tanh)
    for value, gradient in (
        (net, layer.delta_array),
        (layer.weights, layer.weights_grad),
        (layer.bias, layer.bias_grad),
    ):
        np.testing.assert_allclose(naive.numeric_gradient(output, value, sensitivity), gradient, rtol=1e-6, atol=1e-9)
    before = layer.weights.copy()
    layer.update()
    np.testing.assert_allclose(layer.weights, before - 0.5 * layer.weights_grad)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_the_softmax_layer_is_scipys(scale):
    """Probabilities, the loss and its gradient, for scores of thousands as well."""
    layer, scores = solutions.SoftmaxLayer(6), scale * RNG.normal(size=6)
    layer.forward(scores)
    np.testing.assert_allclose(layer.output_array, special.softmax(scores), rtol=1e-12, atol=1e-300)
    assert layer.loss(2) == pytest.approx(-special.log_softmax(scores)[2], rel=1e-12)
    layer.backward(2)
    np.testing.assert_allclose(layer.delta_array, special.softmax(scores) - np.eye(6)[2], rtol=1e-12, atol=1e-300)


def test_wrong_shapes_are_refused():
    """The sentence gives the numbers."""
    layer = solutions.FullyConnectedLayer(5, 4, solutions.IdentityActivator(), 0.1)
    with pytest.raises(ValueError, match=r"^input, flattened, has shape \(1, 6\); expected \(1, 5\)\.$"):
        layer.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"^sensitivity has shape \(5,\); expected \(4,\)\.$"):
        layer.backward(np.ones(5), np.ones(5), solutions.IdentityActivator())
