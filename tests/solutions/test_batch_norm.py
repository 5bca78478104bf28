"""Batch normalisation against loops over features and numeric gradients."""

import numpy as np
import pytest

from solutions import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from tests import naive

KINDS = {
    "features": ((7, 4), batchnorm_forward, batchnorm_backward),
    "features, the shorter way": ((7, 4), batchnorm_forward, batchnorm_backward_alt),
    "images": ((2, 4, 3, 5), spatial_batchnorm_forward, spatial_batchnorm_backward),
    "one image": ((1, 4, 3, 2), spatial_batchnorm_forward, spatial_batchnorm_backward),
}


@pytest.fixture(params=KINDS)
def layer(request):
    """Inputs (x, gamma, beta, dout) of each kind with its forward and backward pass."""
    shape, forward, backward = KINDS[request.param]
    rng = np.random.default_rng(0)
    x, dout = rng.normal(1.0, 2.0, shape), rng.normal(size=shape)
    return x, rng.normal(size=4), rng.normal(size=4), dout, forward, backward


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_training_equals_the_loops(layer, eps):
    """out and the running statistics are what plain loops over channels give, after two batches."""
    x, gamma, beta, _, forward, _ = layer
    bn_param, want = {"mode": "train", "eps": eps, "momentum": 0.7}, {"running_mean": 0.0, "running_var": 0.0}
    for batch in (x, x**2):
        out, _ = forward(batch, gamma, beta, bn_param)
        want_out, mean, var = naive.batchnorm_forward(batch, gamma, beta, eps)
        want = {
            "running_mean": 0.7 * want["running_mean"] + 0.3 * mean,
            "running_var": 0.7 * want["running_var"] + 0.3 * var,
        }
        np.testing.assert_allclose(out, want_out, rtol=1e-11, atol=1e-13)
    for name, value in want.items():
        np.testing.assert_allclose(bn_param[name], value, rtol=1e-13)


def test_the_defaults_are_eps_1e5_and_momentum_nine_tenths(layer):
    """What bn_param does not say is as documented."""
    x, gamma, beta, _, forward, _ = layer
    short, full = {"mode": "train"}, {"mode": "train", "eps": 1e-5, "momentum": 0.9}
    np.testing.assert_array_equal(forward(x, gamma, beta, short)[0], forward(x, gamma, beta, full)[0])
    np.testing.assert_array_equal(short["running_var"], full["running_var"])


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_backward_is_the_numeric_gradient(layer, eps):
    """dx, dgamma and dbeta agree with central differences."""
    x, gamma, beta, dout, forward, backward = layer

    def out_of(x=x, gamma=gamma, beta=beta):
        return forward(x, gamma, beta, {"mode": "train", "eps": eps})[0]

    _, cache = forward(x, gamma, beta, {"mode": "train", "eps": eps})
    dx, dgamma, dbeta = backward(dout, cache)
    for gradient, numeric in [
        (dx, naive.numeric_gradient(lambda x: out_of(x=x), x, dout)),
        (dgamma, naive.numeric_gradient(lambda gamma: out_of(gamma=gamma), gamma, dout)),
        (dbeta, naive.numeric_gradient(lambda beta: out_of(beta=beta), beta, dout)),
    ]:
        np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-8)


def test_test_mode_uses_the_running_statistics_and_keeps_them(layer):
    """A sample's result does not depend on its batch."""
    x, gamma, beta, _, forward, _ = layer
    column = (4, *[1] * (x.ndim - 2))
    mean, var = np.arange(4.0), np.arange(1.0, 5.0)
    bn_param = {"mode": "test", "eps": 0.25, "running_mean": mean.copy(), "running_var": var.copy()}
    out, _ = forward(x, gamma, beta, bn_param)
    want = (x - mean.reshape(column)) / np.sqrt(var + 0.25).reshape(column)
    np.testing.assert_allclose(out, gamma.reshape(column) * want + beta.reshape(column), rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(forward(x[:1], gamma, beta, bn_param)[0], out[:1])
    np.testing.assert_array_equal(bn_param["running_mean"], mean)
    np.testing.assert_array_equal(bn_param["running_var"], var)


def test_a_feature_that_never_varies_becomes_beta():
    """eps keeps the division finite."""
    out, _ = batchnorm_forward(np.full((5, 1), 3.0), np.ones(1), np.full(1, 2.0), {"mode": "train"})
    np.testing.assert_array_equal(out, np.full((5, 1), 2.0))


@pytest.mark.parametrize(
    ("shape", "bn_param", "sentence"),
    [
        ((3, 2), {"mode": "learn"}, r"^The mode is 'learn'; expected 'train' or 'test'\.$"),
        ((3, 2), {}, r"^The mode is None; expected 'train' or 'test'\.$"),
        ((3, 2, 1), {"mode": "train"}, r"^x has shape \(3, 2, 1\); expected \(N, D\)\.$"),
        ((3, 4), {"mode": "train"}, r"^gamma has shape \(2,\); expected \(4,\)\.$"),
        ((0, 2), {"mode": "train"}, r"^x of shape \(0, 2\) holds no sample\.$"),
        ((3, 2), {"mode": "test", "running_mean": [1.0]}, r"^running_mean has shape \(1,\); expected \(2,\)\.$"),
    ],
)
def test_what_does_not_fit_is_refused(shape, bn_param, sentence):
    """The sentence says what was expected."""
    with pytest.raises(ValueError, match=sentence):
        batchnorm_forward(np.ones(shape), np.ones(2), np.ones(2), bn_param)


def test_backward_after_test_mode_is_refused():
    """The formula is that of training."""
    _, cache = batchnorm_forward(np.ones((3, 2)), np.ones(2), np.ones(2), {"mode": "test"})
    with pytest.raises(ValueError, match=r"^The cache comes from test mode; "):
        batchnorm_backward(np.ones((3, 2)), cache)
