"""The two-layer network against the figures of the exercise and numeric gradients."""

import numpy as np
import pytest

from solutions import TwoLayerNet
from tests import naive

LABELS = np.array([0, 1, 2, 2, 1])


@pytest.fixture
def toy():
    """The exercise's toy network and data."""
    np.random.seed(0)
    net = TwoLayerNet(4, 10, 3, std=1e-1)
    np.random.seed(1)
    return net, 10 * np.random.randn(5, 4)


@pytest.fixture
def net():
    """A network without the toy's luck: biases that are not zero, all sizes different."""
    rng = np.random.default_rng(5)
    net = TwoLayerNet(4, 6, 3)
    net.params = {name: rng.normal(size=value.shape) for name, value in net.params.items()}
    return net


@pytest.fixture
def data():
    rng = np.random.default_rng(6)
    return rng.normal(size=(7, 4)), rng.integers(0, 3, 7)


def test_scores_of_the_toy(toy):
    """The scores are the published ones."""
    net, X = toy
    want = [
        [-0.81233741, -1.27654624, -0.70335995],
        [-0.17129677, -1.18803311, -0.47310444],
        [-0.51590475, -1.01354314, -0.8504215],
        [-0.15419291, -0.48629638, -0.52901952],
        [-0.00618733, -0.12435261, -0.15226949],
    ]
    assert np.abs(net.loss(X) - want).sum() < 1e-7
    np.testing.assert_array_equal(net.predict(X), np.argmax(want, axis=1))


@pytest.mark.parametrize(("reg", "want"), [(0.05, 1.30378789133), (0.025, 1.284822471724)])
def test_loss_of_the_toy(toy, reg, want):
    """The regularisation has no factor 1/2: reg 0.025 gives what that convention gives at 0.05."""
    net, X = toy
    assert abs(net.loss(X, LABELS, reg=reg)[0] - want) < 1e-12


def test_gradients_of_the_toy(toy):
    """Every gradient is nearer than 1e-8 to the numeric one, as the exercise asks."""
    net, X = toy
    _, grads = net.loss(X, LABELS, reg=0.05)
    assert grads.keys() == net.params.keys()
    for name, gradient in grads.items():
        numeric = naive.numeric_gradient(lambda _: net.loss(X, LABELS, reg=0.05)[0], net.params[name], 1.0, h=1e-5)
        assert naive.rel_error(gradient, numeric) < 1e-8, name


def test_training_of_the_toy(toy):
    """A hundred iterations end at the published loss."""
    _, X = toy
    np.random.seed(0)
    net = TwoLayerNet(4, 10, 3, std=1e-1)
    stats = net.train(X, LABELS, X, LABELS, learning_rate=1e-1, reg=5e-6, num_iters=100, verbose=False)
    assert stats["loss_history"][-1] == pytest.approx(0.017149607938732, abs=1e-14)
    assert {name: len(values) for name, values in stats.items()} == {
        "loss_history": 100,
        "train_acc_history": 100,  # five samples and batches of 200: every iteration is an epoch
        "val_acc_history": 100,
    }


def test_weights_are_drawn_before_the_second_layer():
    """W1, then W2, each std times a standard normal; biases zero."""
    np.random.seed(3)
    net = TwoLayerNet(5, 4, 2, std=0.5)
    rng = np.random.RandomState(3)
    np.testing.assert_array_equal(net.params["W1"], 0.5 * rng.randn(5, 4))
    np.testing.assert_array_equal(net.params["W2"], 0.5 * rng.randn(4, 2))
    np.testing.assert_array_equal(net.params["b1"], np.zeros(4))
    np.testing.assert_array_equal(net.params["b2"], np.zeros(2))


@pytest.mark.parametrize("reg", [0.0, 0.3])
def test_gradients_with_biases_and_regularisation(net, data, reg):
    """With biases that are not zero every gradient still agrees with the numeric one."""
    X, y = data
    _, grads = net.loss(X, y, reg=reg)
    for name, gradient in grads.items():
        numeric = naive.numeric_gradient(lambda _: net.loss(X, y, reg=reg)[0], net.params[name], 1.0)
        assert naive.rel_error(gradient, numeric) < 1e-7, name
        np.testing.assert_allclose(gradient, numeric, rtol=0, atol=1e-9)


def test_loss_is_the_formula(net, data):
    """Mean negative log-likelihood plus reg times the squared weights; biases are not regularised."""
    X, y = data
    p = net.params
    likelihoods = []
    for sample, label in zip(X, y, strict=True):
        hidden = [max(0.0, sample @ p["W1"][:, h] + p["b1"][h]) for h in range(6)]
        scores = [float(hidden @ p["W2"][:, c] + p["b2"][c]) for c in range(3)]
        likelihoods.append(np.exp(scores[label]) / sum(np.exp(scores)))
    want = -np.mean(np.log(likelihoods)) + 0.3 * sum(w**2 for n in ("W1", "W2") for w in p[n].flat)
    assert net.loss(X, y, reg=0.3)[0] == pytest.approx(want, rel=1e-12)


def test_huge_scores_give_a_finite_loss(net, data):
    """The softmax is shifted by the maximum: scores of thousands overflow nothing."""
    X, y = data
    with np.errstate(all="raise", under="ignore"):
        loss, grads = net.loss(1e4 * X, y)
    assert np.isfinite(loss)
    assert all(np.isfinite(gradient).all() for gradient in grads.values())


def test_epochs_set_the_history_and_the_learning_rate(net, data, capsys):
    """Seven samples in batches of three are two iterations an epoch; decay 0 stops learning after the first."""
    X, y = data
    np.random.seed(0)
    stats = net.train(X, y, X, y, num_iters=101, batch_size=3, verbose=True)
    assert (len(stats["loss_history"]), len(stats["val_acc_history"])) == (101, 51)
    assert len(stats["train_acc_history"]) == 51
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["iteration 0 / 101", "iteration 100 / 101"]

    weights = {}
    for iterations in (0, 1, 5):
        np.random.seed(0)
        start = TwoLayerNet(4, 6, 3, std=1.0)
        start.train(X, y, X, y, learning_rate=0.1, learning_rate_decay=0.0, num_iters=iterations, batch_size=3)
        weights[iterations] = start.params["W1"]
    assert not np.array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[1], weights[5])


def test_one_step_of_training_is_gradient_descent(net, data):
    """The batch is np.random.choice(N, batch_size), and params move by -lr times its gradient."""
    X, y = data
    batch = np.random.RandomState(4).choice(7, 5)
    before = dict(net.params)
    loss, grads = net.loss(X[batch], y[batch], reg=0.1)
    np.random.seed(4)
    stats = net.train(X, y, X, y, learning_rate=0.2, reg=0.1, num_iters=1, batch_size=5)
    assert stats["loss_history"] == [loss]
    for name, value in net.params.items():
        np.testing.assert_array_equal(value, before[name] - 0.2 * grads[name])


def test_training_leaves_the_callers_arrays_alone(net, data):
    """Weights that a caller put into params are replaced, not changed in place."""
    X, y = data
    given = dict(net.params)
    copies = {name: value.copy() for name, value in given.items()}
    net.train(X, y, X, y, num_iters=3, learning_rate=0.1)
    for name, value in given.items():
        np.testing.assert_array_equal(value, copies[name])


def test_labels_of_the_wrong_length_are_refused(net, data):
    """One label for all samples would broadcast; it is refused."""
    with pytest.raises(ValueError, match=r"^y has shape \(1,\); expected \(7,\)\.$"):
        net.loss(data[0], np.array([1]))
