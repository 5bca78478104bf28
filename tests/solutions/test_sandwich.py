"""Layers put together against numeric gradients, and the fast layers against the loops."""

import numpy as np
import pytest

import solutions
from tests import naive

CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 1, "stride": 1}
LAYERS = {
    "affine_relu": ((3, 2, 4), (8, 5), ()),
    "conv_relu": ((2, 2, 4, 5), (3, 2, 3, 3), (CONV,)),
    "conv_relu_pool": ((2, 2, 4, 5), (3, 2, 3, 3), (CONV, POOL)),
}


@pytest.fixture(params=LAYERS)
def layer(request):
    """x, w, b, the other arguments, and the forward and backward pass of each layer."""
    x, w, others = LAYERS[request.param]
    rng = np.random.default_rng(2)
    arrays = rng.normal(size=x), rng.normal(size=w), rng.normal(size=w[1] if len(w) == 2 else w[0])
    passes = (getattr(solutions, f"{request.param}_{way}") for way in ("forward", "backward"))
    return request.param, arrays, others, *passes


def test_forward_equals_the_loops(layer):
    """out is what the naive layers give one after the other."""
    name, (x, w, b), _, forward, _ = layer
    out, _ = forward(x, w, b, *layer[2])
    want = naive.affine_forward(x, w, b) if name == "affine_relu" else naive.conv_forward(x, w, b, 1, 1)
    want = naive.relu_forward(want)
    if name == "conv_relu_pool":
        want = naive.max_pool_forward(want, 2, 1, 1)
    np.testing.assert_allclose(out, want, rtol=1e-12, atol=1e-14)


def test_backward_is_the_numeric_gradient(layer):
    """dx, dw and db agree with central differences, away from the kinks."""
    _, arrays, others, forward, backward = layer
    out, cache = forward(*arrays, *others)
    assert 0 < np.count_nonzero(out == 0) < out.size
    dout = np.random.default_rng(3).normal(size=out.shape)
    gradients = backward(dout, cache)
    for position, gradient in enumerate(gradients):

        def out_of(array, position=position):
            return forward(*arrays[:position], array, *arrays[position + 1 :], *others)[0]

        numeric = naive.numeric_gradient(out_of, arrays[position], dout, h=1e-6)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("stride", "pad", "HH", "WW"), [(1, 0, 3, 3), (2, 1, 3, 2), (1, 2, 5, 4)])
def test_fast_convolution_equals_the_loops(stride, pad, HH, WW):
    """The fast names give what plain loops give."""
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(4, 3, HH, WW)), rng.normal(size=4)
    out, cache = solutions.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad})
    np.testing.assert_allclose(out, naive.conv_forward(x, w, b, stride, pad), rtol=1e-11, atol=1e-13)
    dout = rng.normal(size=out.shape)
    for got, want in zip(
        solutions.conv_backward_fast(dout, cache), naive.conv_backward(dout, x, w, b, stride, pad), strict=True
    ):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


def test_fast_pooling_equals_the_loops():
    """Overlapping windows that are not square included."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 7, 8))
    out, cache = solutions.max_pool_forward_fast(x, {"pool_height": 3, "pool_width": 2, "stride": 2})
    np.testing.assert_array_equal(out, naive.max_pool_forward(x, 3, 2, 2))
    dout = rng.normal(size=out.shape)
    want = naive.max_pool_backward(dout, x, 3, 2, 2)
    np.testing.assert_allclose(solutions.max_pool_backward_fast(dout, cache), want, rtol=1e-14)
