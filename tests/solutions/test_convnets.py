"""The convolutional networks against naive layers, numeric gradients, and the sanity checks of the exercise."""

import numpy as np
import pytest

from solutions import ThreeLayerConvNet, init_two_layer_convnet, two_layer_convnet
from tests import naive

SIZES = [(3, 3, 4, 6), (1, 2, 6, 4)]


def two_layer(C, H, W, size):
    """A two-layer model without luck: biases that are not zero, images that are not square."""
    np.random.seed(1)
    return init_two_layer_convnet(0.3, 0.5, (C, H, W), num_classes=3, num_filters=4, filter_size=size)


def three_layer(C, H, W, size, reg=0.0):
    """A three-layer network of the same kind."""
    np.random.seed(2)
    net = ThreeLayerConvNet(
        (C, H, W), num_filters=4, filter_size=size, hidden_dim=7, num_classes=3, weight_scale=0.4, reg=reg
    )
    for name in ("b1", "b2", "b3"):
        net.params[name] = 0.5 * np.random.randn(*net.params[name].shape)
    return net


def images(N, C, H, W):
    rng = np.random.default_rng([N, C])
    return rng.normal(size=(N, C, H, W)), rng.integers(0, 3, N)


def cross_entropy(scores, y):
    return -np.mean([np.log(np.exp(row[label]) / np.exp(row).sum()) for row, label in zip(scores, y, strict=True)])


def naive_maps(X, p):
    """Convolution, ReLU and pooling in plain loops."""
    maps = naive.relu_forward(naive.conv_forward(X, p["W1"], p["b1"], 1, p["W1"].shape[2] // 2))
    return naive.max_pool_forward(maps, 2, 2, 2)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("shape", SIZES)
def test_two_layers_are_the_formula(shape, size):
    """Scores and loss, with the factor 0.5 before the squares of both weights, and no bias in it."""
    X, y = images(*shape)
    p = two_layer(*shape[1:], size)
    scores = naive.affine_forward(naive_maps(X, p), p["W2"], p["b2"])
    np.testing.assert_allclose(two_layer_convnet(X, p), scores, rtol=1e-10)
    want = cross_entropy(scores, y) + 0.5 * 0.3 * sum(w**2 for name in ("W1", "W2") for w in p[name].flat)
    assert two_layer_convnet(X, p, y, 0.3)[0] == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("shape", SIZES)
def test_three_layers_are_the_formula(shape, size):
    """Scores and loss, with the factor 0.5 before the squares of all three weights, and no bias in it."""
    X, y = images(*shape)
    net = three_layer(*shape[1:], size, reg=0.3)
    p = net.params
    hidden = naive.relu_forward(naive.affine_forward(naive_maps(X, p), p["W2"], p["b2"]))
    scores = naive.affine_forward(hidden, p["W3"], p["b3"])
    np.testing.assert_allclose(net.loss(X), scores, rtol=1e-10)
    want = cross_entropy(scores, y) + 0.5 * 0.3 * sum(w**2 for name in ("W1", "W2", "W3") for w in p[name].flat)
    assert net.loss(X, y)[0] == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("reg", [0.0, 0.3])
def test_gradients_are_the_numeric_ones(reg):
    """Every parameter of both networks, with and without regularisation."""
    X, y = images(3, 3, 4, 6)
    model, net = two_layer(3, 4, 6, 3), three_layer(3, 4, 6, 3, reg)
    for params, both in [(model, lambda: two_layer_convnet(X, model, y, reg)), (net.params, lambda: net.loss(X, y))]:
        _, grads = both()
        assert grads.keys() == params.keys()
        for name, gradient in grads.items():
            numeric = naive.numeric_gradient(lambda _, both=both: both()[0], params[name], 1.0)
            assert gradient.shape == numeric.shape
            np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-9, err_msg=name)


def test_first_losses_are_the_logarithm_of_the_classes():
    """2.3026 for ten classes with small weights and no regularisation, which raises it."""
    X, y = images(5, 3, 8, 8)
    model = init_two_layer_convnet(input_shape=(3, 8, 8))
    plain = two_layer_convnet(X, model, y)[0]
    assert plain == pytest.approx(2.3026, abs=1e-3)
    assert two_layer_convnet(X, model, y, reg=1.0)[0] > plain

    net, regularised = (ThreeLayerConvNet((3, 8, 8), reg=reg) for reg in (0.0, 1.0))
    assert net.loss(X, y)[0] == pytest.approx(2.3026, abs=1e-3)
    assert regularised.loss(X, y)[0] > net.loss(X, y)[0]


def test_a_few_samples_are_overfitted():
    """Sixty plain gradient steps bring the loss of both networks near zero."""
    X, y = images(4, 3, 8, 8)
    model, net = two_layer(3, 8, 8, 3), three_layer(3, 8, 8, 3)
    for _ in range(60):
        for params, (_, grads) in [(model, two_layer_convnet(X, model, y)), (net.params, net.loss(X, y))]:
            for name, gradient in grads.items():
                params[name] = params[name] - 0.1 * gradient
    assert two_layer_convnet(X, model, y)[0] < 0.02
    assert net.loss(X, y)[0] < 0.02


def test_initial_parameters():
    """Shapes of the exercise's defaults, scales, zero biases, and the number type."""
    model = init_two_layer_convnet()
    assert {name: value.shape for name, value in model.items()} == {
        "W1": (32, 3, 5, 5),
        "b1": (32,),
        "W2": (32 * 16 * 16, 10),
        "b2": (10,),
    }
    assert not model["b1"].any() and not model["b2"].any()
    assert model["W2"].std() == pytest.approx(1e-3, rel=0.02)
    params = ThreeLayerConvNet((3, 4, 6), weight_scale=0.1, dtype=np.float32).params
    assert {name: value.shape for name, value in params.items()} == {
        "W1": (32, 3, 7, 7),
        "b1": (32,),
        "W2": (32 * 2 * 3, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }
    assert {value.dtype for value in params.values()} == {np.dtype(np.float32)}
    assert params["W2"].std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("size", [2, 4])
def test_even_filters_are_refused(size):
    """They have no middle pixel, so no padding keeps the size of the image."""
    with pytest.raises(ValueError, match=f"^filter_size is {size}; expected an odd number"):
        init_two_layer_convnet(filter_size=size)
    with pytest.raises(ValueError, match="expected an odd number"):
        ThreeLayerConvNet(filter_size=size)


def test_odd_images_are_refused():
    """2 x 2 pooling cannot halve them."""
    with pytest.raises(ValueError, match="The images are 4 x 5; 2 x 2 pooling needs even sides"):
        init_two_layer_convnet(input_shape=(3, 4, 5))
