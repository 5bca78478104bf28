"""The convolution layer as an object: the published figures, loops, SciPy and numeric gradients."""

import numpy as np
import pytest

from solutions import ConvLayer, IdentityActivator, ReluActivator, SigmoidActivator, TanhActivator
from student_template.checks.conv_layer import BACKWARD
from tests import naive

LEARNING_RATE = 0.001
PUBLISHED_IMAGE = [
    [[0, 1, 1, 0, 2], [2, 2, 2, 2, 1], [1, 0, 0, 2, 0], [0, 1, 1, 0, 0], [1, 2, 0, 0, 2]],
    [[1, 0, 2, 2, 0], [0, 0, 0, 2, 0], [1, 2, 1, 2, 1], [1, 0, 0, 0, 0], [1, 2, 1, 1, 1]],
    [[2, 1, 2, 0, 0], [1, 0, 0, 1, 0], [0, 2, 1, 0, 1], [0, 1, 2, 2, 2], [2, 1, 0, 0, 1]],
]
FORWARD = [[[6, 7, 5], [3, -1, -1], [2, -1, 4]], [[2, -5, -8], [1, -4, -4], [0, -5, -5]]]
UPDATED_1 = [
    [[-1.008, 0.99, -0.009], [-0.005, 0.994, -0.006], [-0.006, 0.995, 0.996]],
    [[-1.004, -1.001, -0.004], [-0.01, -0.009, -0.012], [-0.002, -1.002, -0.002]],
    [[-0.002, -0.002, -1.003], [-0.005, 0.992, -0.005], [0.993, -1.008, -1.007]],
]
UPDATED_2 = [
    [[0.998, 0.998, -1.001], [-1.004, -1.007, 0.997], [-0.004, -1.004, 0.998]],
    [[0, 0.999, 0], [-1.009, -0.005, -1.004], [-1.004, 1, 0]],
    [[-1.004, -0.006, -0.005], [-1.002, -0.005, 0.998], [-1.002, -0.001, 0]],
]

# (C, H, W, F, HH, WW, zero_padding, stride)
GEOMETRIES = [
    (3, 5, 5, 2, 3, 3, 1, 2),
    (3, 5, 5, 2, 3, 3, 0, 1),
    (2, 4, 7, 3, 3, 3, 1, 1),
    (2, 6, 5, 3, 2, 3, 1, 2),
    (1, 6, 6, 4, 4, 4, 2, 3),
    (2, 7, 4, 1, 1, 1, 0, 3),
    (1, 2, 3, 2, 3, 2, 2, 1),
]


def layer_of(C, H, W, F, HH, WW, padding, stride, activator, seed=0):
    """A layer with random weights and biases, an image, and a sensitivity."""
    rng = np.random.default_rng(seed)
    layer = ConvLayer(W, H, C, WW, HH, F, padding, stride, activator, LEARNING_RATE)
    for one in layer.filters:
        one.weights, one.bias = rng.normal(size=(C, HH, WW)), float(rng.normal())
    return layer, rng.normal(size=(C, H, W)), rng.normal(size=layer.output_array.shape)


def gold():
    """The published case: the layer, its image and sensitivity."""
    layer = ConvLayer(5, 5, 3, 3, 3, 2, 1, 2, IdentityActivator(), LEARNING_RATE)
    for one, weights, bias in zip(layer.filters, BACKWARD["weights"], BACKWARD["bias"], strict=True):
        one.weights, one.bias = weights, float(bias)
    return layer, BACKWARD["input"], BACKWARD["sensitivity"]


def test_the_published_image_is_the_one_of_the_check():
    """The check writes its rows in short."""
    np.testing.assert_array_equal(BACKWARD["input"], PUBLISHED_IMAGE)


def test_the_published_forward_pass():
    """5x5x3, two 3x3x3 filters, padding 1, stride 2: every published number."""
    layer, image, _ = gold()
    layer.forward(image)
    np.testing.assert_array_equal(layer.output_array, FORWARD)


def test_the_published_update():
    """Weights and biases after one update with learning rate 0.001, to the last digit."""
    layer, image, sensitivity = gold()
    layer.forward(image)
    layer.backward(image, sensitivity, IdentityActivator())
    layer.update()
    np.testing.assert_allclose([one.weights for one in layer.filters], [UPDATED_1, UPDATED_2], rtol=0, atol=1e-15)
    np.testing.assert_allclose([one.bias for one in layer.filters], [0.991, -0.007], rtol=0, atol=1e-15)


def rotated_delta(image_shape, weights, sensitivity, padding, stride):
    """The textbook's way, in loops: spread out, pad, correlate with the rotated filter, cut the padding off."""
    (C, H, W), (F, _, HH, WW) = image_shape, weights.shape
    OH, OW = sensitivity.shape[1:]
    delta = np.zeros((C, H + 2 * padding, W + 2 * padding))
    wide = np.zeros((F, stride * (OH - 1) + 2 * HH - 1, stride * (OW - 1) + 2 * WW - 1))
    for k, y, x in np.ndindex(sensitivity.shape):
        wide[k, stride * y + HH - 1, stride * x + WW - 1] = sensitivity[k, y, x]
    for c, y, x in np.ndindex(C, wide.shape[1] - HH + 1, wide.shape[2] - WW + 1):
        for k, i, j in np.ndindex(F, HH, WW):
            delta[c, y, x] += wide[k, y + i, x + j] * weights[k, c, HH - 1 - i, WW - 1 - j]
    return delta[:, padding : padding + H, padding : padding + W]


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_forward_and_backward_are_the_loops(geometry):
    """Output, delta (by the rotated filters) and gradients are those of slow, obvious code."""
    layer, image, sensitivity = layer_of(*geometry, TanhActivator())
    padding, stride = geometry[6:]
    layer.forward(image)
    layer.backward(image, sensitivity, SigmoidActivator())
    weights, bias = np.stack([one.weights for one in layer.filters]), np.array([one.bias for one in layer.filters])
    net = naive.conv_forward(image[None], weights, bias, stride, padding)
    _, dw, db = naive.conv_backward(sensitivity[None], image[None], weights, bias, stride, padding)
    delta = rotated_delta(image.shape, weights, sensitivity, padding, stride) * image * (1 - image)
    np.testing.assert_allclose(layer.output_array, np.tanh(net[0]), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.delta_array, delta, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose([one.weights_grad for one in layer.filters], dw, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose([one.bias_grad for one in layer.filters], db, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("before", [IdentityActivator(), SigmoidActivator(), TanhActivator(), ReluActivator()])
def test_backward_is_the_numeric_gradient(geometry, before):
    """delta_array is the gradient to the weighted input of the layer before; the others to weights and bias."""
    layer, net, sensitivity = layer_of(*geometry, IdentityActivator())  # identity: the output is the weighted input

    def output():
        layer.forward(before.forward(net))
        return layer.output_array

    output()
    layer.backward(before.forward(net), sensitivity, before)
    numeric = naive.numeric_gradient(lambda _: output(), net, sensitivity)
    np.testing.assert_allclose(layer.delta_array, numeric, rtol=1e-6, atol=1e-8)
    for one in layer.filters:
        numeric = naive.numeric_gradient(lambda _: output(), one.weights, sensitivity, h=1e-4)
        np.testing.assert_allclose(one.weights_grad, numeric, rtol=1e-8, atol=1e-9)
        bias, slopes = one.bias, []
        for one.bias in (bias + 1e-4, bias - 1e-4):
            slopes.append(np.sum(output() * sensitivity))
        one.bias = bias
        assert one.bias_grad == pytest.approx((slopes[0] - slopes[1]) / 2e-4, rel=1e-8)


def test_forward_is_scipys_correlation():
    """With stride 1 each map is SciPy's valid cross-correlation of the padded image, plus the bias."""
    signal = pytest.importorskip("scipy.signal")
    layer, image, _ = layer_of(3, 6, 8, 4, 3, 5, 2, 1, IdentityActivator())
    layer.forward(image)
    padded = np.pad(image, ((0, 0), (2, 2), (2, 2)))
    for have, one in zip(layer.output_array, layer.filters, strict=True):
        want = signal.correlate(padded, one.weights, "valid", "direct")[0] + one.bias
        np.testing.assert_allclose(have, want, rtol=1e-12, atol=1e-12)


def test_the_layers_own_activator_plays_no_part_in_backward():
    """A sensitivity is a gradient to the weighted input already."""
    results = []
    for activator in (IdentityActivator(), SigmoidActivator()):
        layer, image, sensitivity = layer_of(*GEOMETRIES[0], activator)
        layer.backward(image, sensitivity, TanhActivator())
        results.append((layer.delta_array, layer.filters[0].weights_grad))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_gradients_of_an_earlier_call_are_replaced():
    """Two calls of backward leave what the second alone would."""
    layer, image, sensitivity = layer_of(*GEOMETRIES[0], IdentityActivator())
    layer.backward(-image, 2 * sensitivity, IdentityActivator())
    layer.backward(image, sensitivity, IdentityActivator())
    fresh, _, _ = layer_of(*GEOMETRIES[0], IdentityActivator())
    fresh.backward(image, sensitivity, IdentityActivator())
    for ours, theirs in zip(layer.filters, fresh.filters, strict=True):
        np.testing.assert_array_equal(ours.weights_grad, theirs.weights_grad)
        assert ours.bias_grad == theirs.bias_grad


def test_a_filter_updates_itself_alone():
    """Filter.update takes a learning rate of its own and leaves the other filters."""
    layer, image, sensitivity = layer_of(*GEOMETRIES[0], IdentityActivator())
    layer.backward(image, sensitivity, IdentityActivator())
    first, second = layer.filters
    before, kept = first.weights, second.weights.copy()
    first.update(0.5)
    np.testing.assert_array_equal(first.weights, before - 0.5 * first.weights_grad)
    np.testing.assert_array_equal(second.weights, kept)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda layer, image, s: layer.forward(image[0]),
            r"^input has shape \(5, 5\); expected \(3, 5, 5\)\.$",
        ),
        (
            lambda layer, image, s: layer.backward(image, s[:, :2], IdentityActivator()),
            r"^sensitivity has shape \(2, 2, 3\); expected \(2, 3, 3\)\.$",
        ),
    ],
)
def test_wrong_shapes_are_refused(call, sentence):
    """The sentence names the array, its shape and the expected one."""
    with pytest.raises(ValueError, match=sentence):
        call(*gold())


def test_windows_that_do_not_fit_are_refused():
    """A layer whose filters leave pixels over is not made."""
    with pytest.raises(ValueError, match=r"^Windows of 3 with stride 2 do not fill 6 with padding 1: "):
        ConvLayer(5, 6, 3, 3, 3, 2, 1, 2, IdentityActivator(), LEARNING_RATE)
