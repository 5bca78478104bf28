"""Known mistakes of networks give what they say: held against plain NumPy that makes each of them itself."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import solutions
from grader.course.catalogue import live
from solutions.mistakes import dense_networks, regularisation
from solutions.mistakes.regularisation import GRADIENTS, LEFT_OUT, LOSS

BY_CODE = {item.code: item for item in live().mistakes}
REG = 0.7


def case():
    """A small three-layer network with its images and labels."""
    rng = np.random.default_rng(4)
    sizes = {"input_dim": (2, 4, 6), "num_filters": 3, "filter_size": 3, "hidden_dim": 4, "num_classes": 5}
    net = solutions.ThreeLayerConvNet(**sizes)
    params = {name: rng.normal(size=value.shape) for name, value in net.params.items()}
    return sizes, params, rng.normal(size=(3, 2, 4, 6)), rng.integers(0, 5, 3)


def played(code: str, reg: float = REG):
    """Loss and gradients of the three-layer network with a mistake; right for no code."""
    sizes, params, X, y = case()
    names = BY_CODE[code].variant(solutions) if code else {}
    net = SimpleNamespace(**{**vars(solutions), **names}).ThreeLayerConvNet(**sizes, reg=reg)
    net.params = params
    return params, *net.loss(X, y)


def counted(loss_counts: dict[str, float], gradient_counts: dict[str, float]):
    """Loss and gradients with each parameter regularised so many times, written down term by term."""
    params, loss, grads = played("", reg=0.0)
    usual = {"W1": 1, "W2": 1, "W3": 1, "b1": 0, "b2": 0, "b3": 0}
    for name, value in params.items():
        loss += (usual | loss_counts)[name] * 0.5 * REG * np.sum(value**2)
        grads[name] = grads[name] + (usual | gradient_counts)[name] * REG * value
    return loss, grads


NONE = {"W1": 0, "W2": 0, "W3": 0}
BIASES = {"b1": 1, "b2": 1, "b3": 1}


@pytest.mark.parametrize(
    ("code", "loss_counts", "gradient_counts"),
    [
        ("", {}, {}),
        ("w2-not-regularised", {"W2": 0}, {"W2": 0}),
        ("reg-loss-absent", NONE, {}),
        ("reg-loss-without-w3", {"W3": 0}, {}),
        ("reg-loss-without-w1-and-w3", {"W1": 0, "W3": 0}, {}),
        ("reg-loss-twice-w1", {"W1": 2}, {}),
        ("reg-loss-w2-for-w1", {"W1": 0, "W2": 2}, {}),
        ("reg-loss-b3-for-w3", {"W3": 0, "b3": 1}, {}),
        ("reg-loss-with-biases", BIASES, {}),
        ("reg-loss-biases-only", NONE | BIASES, {}),
        ("reg-gradient-absent", {}, NONE),
        ("reg-gradient-without-w1", {}, {"W1": 0}),
        ("reg-gradient-without-w2-and-w3", {}, {"W2": 0, "W3": 0}),
        ("reg-gradient-twice-w3", {}, {"W3": 2}),
        ("reg-gradient-halved", {}, {"W1": 0.5, "W2": 0.5, "W3": 0.5}),
        ("reg-gradient-negative", {}, {"W1": -1, "W2": -1, "W3": -1}),
        ("reg-gradient-with-biases", {}, BIASES),
        ("reg-gradient-biases-only", {}, NONE | BIASES),
    ],
)
def test_a_coverage_mistake_regularises_what_it_says(code, loss_counts, gradient_counts):
    """Each parameter as often as written here, in the loss and in the gradients."""
    _, loss, grads = played(code)
    want_loss, want_grads = counted(loss_counts, gradient_counts)
    assert loss == pytest.approx(want_loss, rel=1e-12)
    for name, value in want_grads.items():
        np.testing.assert_allclose(grads[name], value, rtol=1e-10, atol=1e-13)


def test_no_two_coverage_mistakes_look_the_same():
    """Each is told from all others by its loss or its gradients."""
    codes = [item.code for item in (*LEFT_OUT, *LOSS, *GRADIENTS, *regularisation.OTHERWISE)]
    answers = {code: played(code)[1:] for code in codes}
    looks = {
        (round(float(loss), 9), *(round(float(g.sum()), 9) for g in grads.values())) for loss, grads in answers.values()
    }
    assert len(looks) == len(codes)


def test_coverage_mistakes_do_nothing_without_regularisation():
    """The notebook's own check, at reg 0, shows none of them; but those whose reg does not multiply all."""
    _, right, _ = played("", reg=0.0)
    for item in (*LEFT_OUT, *LOSS, *GRADIENTS, *regularisation.OTHERWISE):
        if item.code in ("reg-loss-strength-for-w1-only", "reg-loss-replaces-the-loss"):
            continue
        assert played(item.code, reg=0.0)[1] == right, item.code


def test_two_coverage_mistakes_can_be_made_together():
    """One leaves W1 out of the loss, the other counts W2 twice: the pair does both."""
    sizes, params, X, y = case()
    ref = solutions
    for code in ("reg-loss-without-w1", "reg-loss-twice-w2"):
        ref = SimpleNamespace(**{**vars(ref), **BY_CODE[code].variant(ref)})
    net = ref.ThreeLayerConvNet(**sizes, reg=REG)
    net.params = params
    assert net.loss(X, y)[0] == pytest.approx(counted({"W1": 0, "W2": 2}, {})[0], rel=1e-12)


def dense(model, X, y, reg, *, relu=True, biases=1.0):
    """A two-layer network with the regularisation reg * sum(W**2), in plain loops over the samples."""
    loss, grads = 0.0, {name: np.zeros_like(value) for name, value in model.items()}
    for x, label in zip(X, y, strict=True):
        pre = x @ model["W1"] + biases * model["b1"]
        hidden = np.maximum(pre, 0) if relu else pre
        p = np.exp(hidden @ model["W2"] + biases * model["b2"])
        p /= p.sum()
        loss -= np.log(p[label]) / len(X)
        d = (p - np.eye(len(p))[label]) / len(X)
        back = (model["W2"] @ d) * ((pre > 0) if relu else 1)
        for name, value in {"W1": np.outer(x, back), "b1": back, "W2": np.outer(hidden, d), "b2": d}.items():
            grads[name] += value
    for name in ("W1", "W2"):
        loss += reg * np.sum(model[name] ** 2)
        grads[name] += 2 * reg * model[name]
    return loss, grads


@pytest.mark.parametrize(
    ("item", "options"),
    [(dense_networks.relu_absent, {"relu": False}), (dense_networks.BIASES[0], {"biases": 0.0})],
    ids=["relu-absent", "biases-never-added"],
)
@pytest.mark.parametrize("way", ["class", "function"])
def test_a_mistake_between_the_layers_is_the_same_for_classes_and_functions(item, options, way):
    """The function has the factor 0.5, so it is given twice the strength."""
    rng = np.random.default_rng(5)
    shapes = {"W1": (4, 6), "b1": (6,), "W2": (6, 3), "b2": (3,)}
    model = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X, y = rng.normal(size=(5, 4)), rng.integers(0, 3, 5)
    names = item.variant(solutions)
    if way == "class":
        net = names["TwoLayerNet"](4, 6, 3)
        net.params = model
        loss, grads = net.loss(X, y, 0.2)
    else:
        loss, grads = names["two_layer_net"](X, model, y, 0.4)
    want_loss, want_grads = dense(model, X, y, 0.2, **options)
    assert loss == pytest.approx(want_loss, rel=1e-12)
    for name, value in want_grads.items():
        np.testing.assert_allclose(grads[name], value, rtol=1e-10, atol=1e-13)
