"""The networks made of layers against the course's figures, naive layers and numeric gradients."""

import itertools

import numpy as np
import pytest

from solutions import FullyConnectedNet
from solutions import ModularTwoLayerNet as TwoLayerNet
from tests import naive


def course_net(reg=0.0):
    """The exercise's own net and samples."""
    net = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-3, reg=reg)
    net.params = {
        "W1": np.linspace(-0.7, 0.3, 250).reshape(5, 50),
        "b1": np.linspace(-0.1, 0.9, 50),
        "W2": np.linspace(-0.3, 0.4, 350).reshape(50, 7),
        "b2": np.linspace(-0.9, 0.1, 7),
    }
    return net, np.linspace(-5.5, 4.5, 15).reshape(5, 3).T


def deep_net(hidden=(6, 4), reg=0.0, **options):
    """A net whose biases, gammas and betas are not those of a fresh one, with samples and labels."""
    rng = np.random.default_rng(len(hidden))
    net = FullyConnectedNet(hidden, 5, 3, reg=reg, dtype=np.float64, **options)
    for name, value in net.params.items():
        net.params[name] = rng.normal(size=value.shape, loc=name.startswith("gamma"), scale=0.5)
    return net, rng.normal(size=(7, 5)), rng.integers(0, 3, 7)


def test_the_course_s_scores():
    """The figures that the exercise prints beside one's own."""
    net, X = course_net()
    want = [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
    np.testing.assert_allclose(net.loss(X), want, atol=1e-8)


@pytest.mark.parametrize(("reg", "want"), [(0.0, 3.4702243556), (1.0, 26.5948426952)])
def test_the_course_s_losses(reg, want):
    """With and without regularisation."""
    net, X = course_net(reg)
    assert net.loss(X, np.array([0, 5, 1]))[0] == pytest.approx(want, abs=1e-9)


def test_a_fresh_deep_net_guesses():
    """With small weights the loss is ln 10, as the exercise says, and more with regularisation."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(2, 15)), rng.integers(0, 10, 2)
    plain, regularised = (FullyConnectedNet([20, 30], 15, 10, reg=reg, weight_scale=1e-3) for reg in (0.0, 3.14))
    assert plain.loss(X, y)[0] == pytest.approx(np.log(10), abs=1e-3)
    assert regularised.loss(X, y)[0] > plain.loss(X, y)[0]


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
@pytest.mark.parametrize("hidden", [(6,), (6, 4), (4, 6, 5)])
def test_loss_is_the_formula(normalization, hidden):
    """Naive layers in the exercise's order, with half of the squares of all weights and of nothing else."""
    net, X, y = deep_net(hidden, 0.7, normalization=normalization)
    p, out, L = net.params, X, len(hidden) + 1
    for i in range(1, L):
        out = naive.affine_forward(out, p[f"W{i}"], p[f"b{i}"])
        if normalization == "batchnorm":
            out = naive.batchnorm_forward(out, p[f"gamma{i}"], p[f"beta{i}"], 1e-5)[0]
        elif normalization:
            turned = naive.batchnorm_forward(out.T, np.ones(len(X)), np.zeros(len(X)), 1e-5)[0]
            out = p[f"gamma{i}"] * turned.T + p[f"beta{i}"]
        out = naive.relu_forward(out)
    scores = naive.affine_forward(out, p[f"W{L}"], p[f"b{L}"])
    likelihood = [np.exp(row[label]) / np.exp(row).sum() for row, label in zip(scores, y, strict=True)]
    want = -np.mean(np.log(likelihood)) + 0.35 * sum(np.sum(p[f"W{i}"] ** 2) for i in range(1, L + 1))
    assert net.loss(X, y)[0] == pytest.approx(want, rel=1e-12)
    if normalization != "batchnorm":
        np.testing.assert_allclose(net.loss(X), scores, rtol=1e-10)


@pytest.mark.parametrize(
    ("normalization", "keep", "reg"),
    list(itertools.product([None, "batchnorm", "layernorm"], [1, 0.75], [0.0, 0.7])),
)
def test_gradients_are_the_numeric_ones(normalization, keep, reg):
    """Of every parameter, in every variety of the deep net; dropout with a fixed seed."""
    net, X, y = deep_net(reg=reg, normalization=normalization, dropout_keep_ratio=keep, seed=5)
    _, grads = net.loss(X, y)
    assert grads.keys() == net.params.keys()
    for name, gradient in grads.items():
        numeric = naive.numeric_gradient(lambda _: net.loss(X, y)[0], net.params[name], 1.0)
        assert gradient.shape == numeric.shape
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-8, err_msg=name)


def test_gradients_of_two_layers_are_the_numeric_ones():
    """With hidden units of both signs, and regularisation."""
    rng = np.random.default_rng(4)
    net = TwoLayerNet(6, 5, 3, weight_scale=0.5, reg=0.3)
    net.params["b1"], net.params["b2"] = rng.normal(size=5), rng.normal(size=3)
    X, y = rng.normal(size=(4, 6)), rng.integers(0, 3, 4)
    hidden = X @ net.params["W1"] + net.params["b1"]
    assert (hidden > 0).any()
    assert (hidden < 0).any()
    for name, gradient in net.loss(X, y)[1].items():
        numeric = naive.numeric_gradient(lambda _: net.loss(X, y)[0], net.params[name], 1.0)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-9, err_msg=name)


def test_test_mode_uses_the_running_statistics():
    """After three training calls the scores of a sample do not depend on its batch, and are the formula."""
    net, X, y = deep_net((6,), normalization="batchnorm")
    for _ in range(3):
        net.loss(X, y)
    p = net.params
    hidden = naive.affine_forward(X, p["W1"], p["b1"])
    share = 1 - 0.9**3
    normal = (hidden - share * hidden.mean(axis=0)) / np.sqrt(share * hidden.var(axis=0) + 1e-5)
    want = naive.affine_forward(naive.relu_forward(p["gamma1"] * normal + p["beta1"]), p["W2"], p["b2"])
    np.testing.assert_allclose(net.loss(X), want, rtol=1e-10)
    np.testing.assert_allclose(net.loss(X[:1]), want[:1], rtol=1e-10)


def test_dropout_scales_what_it_keeps_and_rests_in_test_mode():
    """A mask of zeros and 1/p, the same for the same seed; scores as without dropout."""
    net, X, y = deep_net(dropout_keep_ratio=0.75, seed=5)
    plain, _, _ = deep_net()
    plain.params = net.params
    net.mode = "train"
    ones = np.ones((40, 50))
    out, backward = net.dropout(1, ones)
    assert set(np.unique(out)) == {0.0, 1 / 0.75}
    np.testing.assert_array_equal(backward(ones)[0], out)
    np.testing.assert_array_equal(net.dropout(2, ones)[0], out)
    np.testing.assert_array_equal(net.loss(X), plain.loss(X))
    assert net.loss(X, y)[0] != plain.loss(X, y)[0]


def test_initial_parameters():
    """Shapes, scale and number type; zero biases and betas, gammas of one, in hidden layers only."""
    params = FullyConnectedNet([100, 50], 60, normalization="layernorm", weight_scale=0.1).params
    assert {name: value.shape for name, value in params.items()} == {
        **{"W1": (60, 100), "b1": (100,), "gamma1": (100,), "beta1": (100,)},
        **{"W2": (100, 50), "b2": (50,), "gamma2": (50,), "beta2": (50,)},
        **{"W3": (50, 10), "b3": (10,)},
    }
    assert {value.dtype for value in params.values()} == {np.dtype(np.float32)}
    assert params["W1"].std() == pytest.approx(0.1, rel=0.05)
    assert not any(params[name].any() for name in ("b1", "b2", "b3", "beta1", "beta2"))
    assert all((params[name] == 1).all() for name in ("gamma1", "gamma2"))
    params = TwoLayerNet(60, 50, 20).params
    assert {name: value.shape for name, value in params.items()} == {
        **{"W1": (60, 50), "b1": (50,), "W2": (50, 20), "b2": (20,)}
    }
    assert params["W1"].std() == pytest.approx(1e-3, rel=0.05)


def test_what_is_no_option_is_refused():
    """Another normalisation, and a probability of zero."""
    with pytest.raises(ValueError, match="The normalization is 'batch_norm'; expected None, 'batchnorm' or"):
        FullyConnectedNet([3], normalization="batch_norm")
    with pytest.raises(ValueError, match="dropout_keep_ratio is 0; expected a probability above 0"):
        FullyConnectedNet([3], dropout_keep_ratio=0)
