"""LeNet's conv-pool layer against SciPy's convolution, and the network's sizes."""

import numpy as np
import pytest
import scipy
from scipy import special

import solutions

RNG = np.random.default_rng(0)


def conv_pool(x, W, b, poolsize):
    """The layer in loops, with SciPy's true convolution."""
    rows, columns = poolsize
    N, F = len(x), len(W)
    height, width = ((n - side + 1) // pool for n, side, pool in zip(x.shape[2:], W.shape[2:], poolsize, strict=True))
    out = np.zeros((N, F, height, width))
    for n, f in np.ndindex(N, F):
        image = sum(scipy.signal.convolve2d(x[n, c], W[f, c], "valid") for c in range(W.shape[1]))
        for y, z in np.ndindex(height, width):
            window = image[y * rows : (y + 1) * rows, z * columns : (z + 1) * columns]
            out[n, f, y, z] = np.tanh(window.max() + b[f])
    return out


@pytest.mark.parametrize(
    ("images", "filters", "poolsize"),
    [
        ((2, 1, 8, 8), (3, 1, 5, 5), (2, 2)),
        ((2, 3, 6, 6), (4, 3, 3, 3), (2, 2)),
        ((1, 2, 6, 9), (2, 2, 3, 2), (2, 2)),
        ((2, 2, 8, 6), (3, 2, 3, 3), (3, 2)),
        ((1, 1, 3, 3), (1, 1, 3, 3), (1, 1)),
    ],
)
def test_a_layer_is_tanh_of_the_pooled_true_convolution_and_the_bias(images, filters, poolsize):
    """Several channels, oblong images, filters and windows included."""
    x, W, b = RNG.normal(size=images), 0.3 * RNG.normal(size=filters), RNG.normal(size=filters[0])
    got = solutions.conv_pool_forward(x, W, b, poolsize)
    np.testing.assert_allclose(got, conv_pool(x, W, b, poolsize), rtol=1e-12, atol=1e-14)


def test_initial_weights_fill_their_range():
    """±sqrt(6 / (fan_in + fan_out)) with fan_in 75 and fan_out 16 * 25 / 4, biases 0."""
    W, b = solutions.init_conv_pool((16, 3, 5, 5), (2, 2), np.random.default_rng(1))
    limit = np.sqrt(6 / (75 + 100))
    assert 0.98 * limit < np.abs(W).max() <= limit
    assert scipy.stats.kstest(W.ravel(), scipy.stats.uniform(-limit, 2 * limit).cdf).pvalue > 1e-3
    np.testing.assert_array_equal(b, np.zeros(16))


def test_the_network_goes_28_24_12_8_4():
    """20 and 50 maps, 800 features, 500 hidden units, 10 probabilities."""
    params = solutions.init_lenet(np.random.default_rng(1))
    x = RNG.random((2, 1, 28, 28))
    first = solutions.conv_pool_forward(x, params["W1"], params["b1"])
    second = solutions.conv_pool_forward(first, params["W2"], params["b2"])
    assert (first.shape, second.shape) == ((2, 20, 12, 12), (2, 50, 4, 4))
    assert params["W3"].shape == (800, 500)
    assert {name: params[name].shape for name in ("b3", "W4", "b4")} == {"b3": (500,), "W4": (500, 10), "b4": (10,)}
    params["W4"] = RNG.normal(size=(500, 10))  # zeros would hide what comes before
    probabilities = solutions.lenet_forward(x, params)
    assert probabilities.shape == (2, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-14)
    want = solutions.dense_softmax(second, params["W3"], params["b3"], params["W4"], params["b4"])
    np.testing.assert_array_equal(probabilities, want)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_the_dense_end_is_scipys_softmax_of_a_tanh_layer(scale):
    """Maps are flattened in C order; scores of thousands give no NaN."""
    features, W3, b3 = RNG.normal(size=(3, 2, 2, 3)), RNG.normal(size=(12, 4)), RNG.normal(size=4)
    W4, b4 = scale * RNG.normal(size=(4, 5)), RNG.normal(size=5)
    scores = np.tanh(features.reshape(3, 12) @ W3 + b3) @ W4 + b4
    want = special.softmax(scores, axis=1)
    np.testing.assert_allclose(solutions.dense_softmax(features, W3, b3, W4, b4), want, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x, W: solutions.conv_pool_forward(x, W, np.ones(3)), r"^b has shape \(3,\); expected \(2,\)\.$"),
        (lambda x, W: solutions.conv_pool_forward(x, W[:, :1], np.ones(2)), r"^w has shape \(2, 1, 3, 3\); expected "),
        (
            lambda x, W: solutions.conv_pool_forward(x, W, np.ones(2), (3, 2)),
            "^Windows of 3 with stride 3 do not fill 4",
        ),
        (lambda x, W: solutions.init_conv_pool((1, 1, 3, 3), (0, 2), RNG), "^A side of poolsize is 0; expected "),
    ],
)
def test_what_does_not_fit_is_refused(call, sentence):
    """Shapes that do not belong together, and windows that do not tile."""
    with pytest.raises(ValueError, match=sentence):
        call(np.ones((1, 2, 6, 6)), np.ones((2, 2, 3, 3)))
