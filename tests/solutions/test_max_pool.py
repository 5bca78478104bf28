"""The max pooling layer against loops and numeric gradients."""

import numpy as np
import pytest

from solutions import max_pool_backward_naive, max_pool_forward_naive
from tests import naive


def pool(height, width, stride):
    return {"pool_height": height, "pool_width": width, "stride": stride}


def geometries(count, seed):
    """Random (N, C, H, W, height, width, stride) whose windows fit."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < count:
        N, C, H, W, height, width, stride = (int(v) for v in rng.integers(1, [4, 4, 10, 10, 5, 5, 6]))
        rooms = H - height, W - width
        if min(rooms) >= 0 and not any(room % stride for room in rooms):
            found.append((N, C, H, W, height, width, stride))
    return found


GEOMETRIES = geometries(200, seed=1)
KINDS = {
    "overlapping": lambda N, C, H, W, height, width, stride: stride < min(height, width, H - height, W - width),
    "stride > window": lambda N, C, H, W, height, width, stride: max(height, width) < stride < H,
    "height != width": lambda N, C, H, W, height, width, stride: height != width,
    "H != W": lambda N, C, H, W, height, width, stride: H != W,
    "N = 1": lambda N, C, H, W, height, width, stride: N == 1,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_random_geometries_hold_every_kind(kind):
    """None of the cases that published solutions get wrong is missing from the draw."""
    assert any(KINDS[kind](*geometry) for geometry in GEOMETRIES)


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
def test_forward_and_backward_equal_the_loops(ties):
    """On 200 random geometries out and dx are what the plain loops give; of equal maxima the first counts."""
    rng = np.random.default_rng(0)
    for N, C, H, W, *window in GEOMETRIES:
        x = rng.integers(0, 3, (N, C, H, W)).astype(float) if ties else rng.normal(size=(N, C, H, W))
        out, cache = max_pool_forward_naive(x, pool(*window))
        np.testing.assert_array_equal(out, naive.max_pool_forward(x, *window))
        dout = rng.normal(size=out.shape)
        want = naive.max_pool_backward(dout, x, *window)
        np.testing.assert_allclose(max_pool_backward_naive(dout, cache), want, rtol=1e-14, atol=0)


@pytest.mark.parametrize("window", [(2, 2, 2), (3, 3, 1), (3, 1, 1), (1, 1, 3)])
def test_backward_is_the_numeric_gradient(window):
    """dx agrees with central differences, overlapping windows and stride > window included."""
    rng = np.random.default_rng(0)
    shape = (2, 2, 4, 4)
    x = rng.permutation(np.arange(64.0)).reshape(shape)  # no two values nearer than the step
    out, cache = max_pool_forward_naive(x, pool(*window))
    dout = rng.normal(size=out.shape)
    numeric = naive.numeric_gradient(lambda x: max_pool_forward_naive(x, pool(*window))[0], x, dout, h=0.1)
    assert naive.rel_error(max_pool_backward_naive(dout, cache), numeric) < 1e-8


def test_overlapping_windows_accumulate():
    """A pixel that is the maximum of four windows receives all four gradients."""
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 1.0
    _, cache = max_pool_forward_naive(x, pool(2, 2, 1))
    np.testing.assert_array_equal(max_pool_backward_naive(np.ones((1, 1, 2, 2)), cache), 4 * x)


def test_nan_is_the_maximum_of_its_window():
    """NaN is not lost among larger neighbours, wherever it stands (as in np.max)."""
    for position in range(4):
        x = np.arange(4.0)
        x[position] = np.nan
        out, cache = max_pool_forward_naive(x.reshape(1, 1, 2, 2), pool(2, 2, 2))
        assert np.isnan(out).all()
        assert max_pool_backward_naive(np.ones((1, 1, 1, 1)), cache).ravel().argmax() == position


def test_very_negative_values_are_pooled_too():
    """A window of -inf has the maximum -inf, at its first pixel."""
    out, cache = max_pool_forward_naive(np.full((1, 1, 2, 2), -np.inf), pool(2, 2, 2))
    assert out.item() == -np.inf
    np.testing.assert_array_equal(max_pool_backward_naive(np.ones((1, 1, 1, 1)), cache), [[[[1, 0], [0, 0]]]])


@pytest.mark.parametrize(
    ("shape", "window", "sentence"),
    [
        ((1, 1, 5, 4), (2, 2, 2), r"^Windows of 2 with stride 2 do not fill 5 with padding 0: "),
        ((1, 1, 4, 2), (2, 3, 1), r"^A window of 3 does not fit into 2 with padding 0: "),
        ((1, 1, 4, 4), (0, 2, 2), r"^pool_height is 0; expected a whole number of at least 1\.$"),
        ((1, 4, 4), (2, 2, 2), r"^x has shape \(1, 4, 4\); expected \(N, C, H, W\)\.$"),
    ],
)
def test_what_does_not_fit_is_refused(shape, window, sentence):
    """The sentence gives the numbers, not a truncated output."""
    with pytest.raises(ValueError, match=sentence):
        max_pool_forward_naive(np.ones(shape), pool(*window))


def test_a_wrong_dout_is_refused():
    """A dout in the shape of x, a common slip, is not accepted."""
    _, cache = max_pool_forward_naive(np.ones((1, 1, 4, 4)), pool(2, 2, 2))
    with pytest.raises(ValueError, match=r"^dout has shape \(1, 1, 4, 4\); expected \(1, 1, 2, 2\)\.$"):
        max_pool_backward_naive(np.ones((1, 1, 4, 4)), cache)
