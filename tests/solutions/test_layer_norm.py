"""Layer and group normalisation against loops over groups and numeric gradients."""

import numpy as np
import pytest

from solutions import (
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from tests import naive

KINDS = {
    "features": ((3, 7), None),
    "more samples than features": ((8, 4), None),
    "one sample": ((1, 5), None),
    "groups": ((2, 6, 3, 4), 2),
    "one group": ((3, 4, 2, 3), 1),
    "channels": ((2, 4, 3, 2), 4),
    "one image": ((1, 6, 2, 4), 3),
}


@pytest.fixture(params=KINDS)
def layer(request):
    """Inputs (x, gamma, beta, dout, groups) of each kind, and its forward and backward pass as functions of them."""
    shape, groups = KINDS[request.param]
    rng = np.random.default_rng(0)
    own = (shape[1],) if groups is None else (1, shape[1], 1, 1)
    inputs = rng.normal(1.0, 2.0, shape), rng.normal(size=own), rng.normal(size=own), rng.normal(size=shape), groups

    def forward(x, gamma, beta, settings):
        if groups is None:
            return layernorm_forward(x, gamma, beta, settings)
        return spatial_groupnorm_forward(x, gamma, beta, groups, settings)

    return inputs, forward, layernorm_backward if groups is None else spatial_groupnorm_backward


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_forward_equals_the_loops(layer, eps):
    """out is what plain loops over samples and groups give."""
    (x, gamma, beta, _, groups), forward, _ = layer
    out, _ = forward(x, gamma, beta, {"eps": eps})
    want = naive.groupnorm_forward(x, gamma.ravel(), beta.ravel(), groups or 1, eps)
    np.testing.assert_allclose(out, want, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_backward_is_the_numeric_gradient(layer, eps):
    """dx, dgamma and dbeta agree with central differences, and have the shapes of x, gamma and beta."""
    (x, gamma, beta, dout, _), forward, backward = layer

    def out_of(x=x, gamma=gamma, beta=beta):
        return forward(x, gamma, beta, {"eps": eps})[0]

    dx, dgamma, dbeta = backward(dout, forward(x, gamma, beta, {"eps": eps})[1])
    for gradient, numeric in [
        (dx, naive.numeric_gradient(lambda x: out_of(x=x), x, dout)),
        (dgamma, naive.numeric_gradient(lambda gamma: out_of(gamma=gamma), gamma, dout)),
        (dbeta, naive.numeric_gradient(lambda beta: out_of(beta=beta), beta, dout)),
    ]:
        assert gradient.shape == numeric.shape
        np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-8)


def test_the_default_eps_is_1e5(layer):
    """What the settings do not say is as documented."""
    (x, gamma, beta, _, _), forward, _ = layer
    np.testing.assert_array_equal(forward(x, gamma, beta, {})[0], forward(x, gamma, beta, {"eps": 1e-5})[0])


def test_a_sample_does_not_depend_on_the_others(layer):
    """Alone it comes back as it does in its batch."""
    (x, gamma, beta, _, _), forward, _ = layer
    np.testing.assert_array_equal(forward(x[:1], gamma, beta, {})[0], forward(x, gamma, beta, {})[0][:1])


def test_layer_normalisation_is_batch_normalisation_of_the_transposed():
    """The statistics are those of batch normalisation along the other axis."""
    x = np.random.default_rng(1).normal(size=(4, 6))
    out, _ = layernorm_forward(x, np.ones(6), np.zeros(6), {})
    want, _ = batchnorm_forward(x.T, np.ones(4), np.zeros(4), {"mode": "train"})
    np.testing.assert_allclose(out, want.T, rtol=1e-12, atol=1e-14)


def test_a_sample_that_never_varies_becomes_beta():
    """eps keeps the division finite."""
    out, _ = layernorm_forward(np.full((1, 5), 3.0), np.ones(5), np.arange(5.0), {})
    np.testing.assert_array_equal(out, [np.arange(5.0)])


def test_gamma_and_beta_of_images_may_be_vectors():
    """The shape (C,) means the same as (1, C, 1, 1)."""
    rng = np.random.default_rng(2)
    x, gamma, beta = rng.normal(size=(2, 4, 3, 2)), rng.normal(size=4), rng.normal(size=4)
    flat, _ = spatial_groupnorm_forward(x, gamma, beta, 2, {})
    full, _ = spatial_groupnorm_forward(x, gamma.reshape(1, 4, 1, 1), beta.reshape(1, 4, 1, 1), 2, {})
    np.testing.assert_array_equal(flat, full)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ((3, 2, 1), r"^x has shape \(3, 2, 1\); expected \(N, D\)\.$"),
        ((3, 4), r"^gamma has shape \(2,\); expected \(4,\)\.$"),
        ((0, 2), r"^x of shape \(0, 2\) holds no number\.$"),
    ],
)
def test_features_that_do_not_fit_are_refused(shape, sentence):
    """The sentence says what was expected."""
    with pytest.raises(ValueError, match=sentence):
        layernorm_forward(np.ones(shape), np.ones(2), np.ones(2), {})


@pytest.mark.parametrize(
    ("gamma", "G", "sentence"),
    [
        ((1, 4, 1, 1), 3, r"^4 channels do not fall into 3 equal groups: G must divide C\.$"),
        ((1, 4, 1, 1), 0, r"^G is 0; expected a whole number of at least 1\.$"),
        ((4, 1, 1), 2, r"^gamma has shape \(4, 1, 1\); expected \(1, 4, 1, 1\)\.$"),
        ((3,), 2, r"^gamma has shape \(3,\); expected \(4,\)\.$"),
    ],
)
def test_groups_that_do_not_fit_are_refused(gamma, G, sentence):
    """The sentence says what was expected."""
    with pytest.raises(ValueError, match=sentence):
        spatial_groupnorm_forward(np.ones((2, 4, 3, 3)), np.ones(gamma), np.ones(gamma), G, {})


def test_a_gradient_of_another_shape_is_refused():
    """It cannot belong to that forward pass."""
    _, cache = layernorm_forward(np.ones((3, 2)), np.ones(2), np.ones(2), {})
    with pytest.raises(ValueError, match=r"^dout has shape \(2, 3\); expected \(3, 2\)\.$"):
        layernorm_backward(np.ones((2, 3)), cache)
