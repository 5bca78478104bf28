"""The convolution layer against loops, SciPy and numeric gradients."""

import numpy as np
import pytest

from solutions import conv_backward_naive, conv_forward_naive, gemm, tiers
from tests import naive


@pytest.fixture(params=[2**62, -1], ids=["portable", "blas"])
def tier(request, monkeypatch):
    """Each tier for every size."""
    monkeypatch.setattr(tiers, "PORTABLE_LIMIT", request.param)


def geometries(count, seed):
    """Random (N, C, H, W, F, HH, WW, stride, pad) whose windows fit."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < count:
        N, C, F = rng.integers(1, 4, 3)
        H, W, HH, WW = *rng.integers(1, 10, 2), *rng.integers(1, 5, 2)
        stride, pad = rng.integers(1, 6), rng.integers(0, 4)
        rooms = H + 2 * pad - HH, W + 2 * pad - WW
        if min(rooms) >= 0 and not any(room % stride for room in rooms):
            found.append(tuple(int(v) for v in (N, C, H, W, F, HH, WW, stride, pad)))
    return found


def draw(N, C, H, W, F, HH, WW, stride, pad, seed=0):
    """x, w, b, conv_param and a dout for one geometry."""
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(N, C, H, W)), rng.normal(size=(F, C, HH, WW)), rng.normal(size=F)
    OH, OW = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    return x, w, b, {"stride": stride, "pad": pad}, rng.normal(size=(N, F, OH, OW))


KINDS = {
    "pad 0": lambda N, C, H, W, F, HH, WW, stride, pad: pad == 0,
    "H != W": lambda N, C, H, W, F, HH, WW, stride, pad: H != W,
    "HH != WW": lambda N, C, H, W, F, HH, WW, stride, pad: HH != WW,
    "overlapping": lambda N, C, H, W, F, HH, WW, stride, pad: 1 < stride < min(HH, WW) and H > HH and W > WW,
    "stride > window": lambda N, C, H, W, F, HH, WW, stride, pad: max(HH, WW) < stride < H,
    "pad >= window": lambda N, C, H, W, F, HH, WW, stride, pad: pad >= max(HH, WW),
    "N = 1": lambda N, C, H, W, F, HH, WW, stride, pad: N == 1,
    "filter larger than the image": lambda N, C, H, W, F, HH, WW, stride, pad: HH > H,
}
GEOMETRIES = geometries(150, seed=1)

# Computed in several blocks each: of some rows of a sample, of some samples; the last block is smaller.
IN_BLOCKS = [(2, 8, 23, 24, 3, 5, 5, 1, 2), (13, 4, 12, 12, 2, 3, 3, 1, 1)]


@pytest.mark.parametrize(("geometry", "block"), [(IN_BLOCKS[0], (1, 13)), (IN_BLOCKS[1], (12, 12))])
def test_the_large_geometries_are_cut(geometry, block):
    """One by rows, one by samples, neither evenly."""
    N, C, H, W, _, HH, WW, _, _ = geometry
    assert gemm.block_size(N, H, C * HH * WW * W) == block
    assert H % block[1] or N % block[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_random_geometries_hold_every_kind(kind):
    """None of the cases that published solutions get wrong is missing from the draw."""
    assert any(KINDS[kind](*geometry) for geometry in GEOMETRIES)


@pytest.mark.usefixtures("tier")
def test_forward_and_backward_equal_the_loops():
    """On 150 random geometries, and in blocks, out, dx, dw and db are what the plain loops give, shapes included."""
    for geometry in GEOMETRIES + IN_BLOCKS:
        x, w, b, param, dout = draw(*geometry)
        out, cache = conv_forward_naive(x, w, b, param)
        got = out, *conv_backward_naive(dout, cache)
        want = naive.conv_forward(x, w, b, **param), *naive.conv_backward(dout, x, w, b, **param)
        for name, have, array in zip(("out", "dx", "dw", "db"), got, want, strict=True):
            assert have.shape == array.shape, (geometry, name)
            np.testing.assert_allclose(have, array, rtol=1e-11, atol=1e-12, err_msg=f"{name} {geometry}")


@pytest.mark.usefixtures("tier")
@pytest.mark.parametrize(
    "geometry", [(2, 3, 5, 7, 2, 3, 3, 1, 1), (1, 2, 7, 6, 3, 3, 2, 2, 0), (2, 1, 7, 4, 2, 1, 1, 3, 0)]
)
def test_backward_is_the_numeric_gradient(geometry):
    """dx, dw and db agree with central differences: overlapping windows, unequal sides, stride > window."""
    x, w, b, param, dout = draw(*geometry)
    dx, dw, db = conv_backward_naive(dout, conv_forward_naive(x, w, b, param)[1])

    def numeric(f, at):
        return naive.numeric_gradient(f, at, dout, h=1e-4)  # linear in each: a large step costs no accuracy

    assert naive.rel_error(dx, numeric(lambda x: conv_forward_naive(x, w, b, param)[0], x)) < 1e-8
    assert naive.rel_error(dw, numeric(lambda w: conv_forward_naive(x, w, b, param)[0], w)) < 1e-8
    assert naive.rel_error(db, numeric(lambda b: conv_forward_naive(x, w, b, param)[0], b)) < 1e-8


def test_forward_is_scipys_correlation():
    """The filter is not flipped: SciPy's valid cross-correlation gives the same."""
    signal = pytest.importorskip("scipy.signal")
    x, w, b, param, _ = draw(2, 3, 8, 9, 4, 3, 4, 1, 2)
    image = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    want = np.stack([[signal.correlate(i, f, "valid", "direct")[0] for f in w] for i in image])
    got, _ = conv_forward_naive(x, w, b, param)
    np.testing.assert_allclose(got, want + b[:, None, None], rtol=1e-11, atol=1e-12)


def test_large_layers_take_the_blas_tier_and_agree_with_the_portable_one(monkeypatch):
    """Above PORTABLE_LIMIT the product is BLAS; the values agree far below any grading limit."""
    x, w, b, param, dout = draw(4, 16, 32, 32, 16, 5, 5, 1, 2)
    assert not tiers.is_portable(dout.size * w[0].size)
    fast, cache = conv_forward_naive(x, w, b, param)
    fast_gradients = conv_backward_naive(dout, cache)
    monkeypatch.setattr(tiers, "PORTABLE_LIMIT", 2**62)
    portable, cache = conv_forward_naive(x, w, b, param)
    np.testing.assert_allclose(fast, portable, rtol=1e-10, atol=1e-10)
    for got, want in zip(fast_gradients, conv_backward_naive(dout, cache), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("geometry", [(2, 3, 6, 5, 4, 3, 2, 1, 1), (1, 2, 7, 7, 3, 3, 3, 2, 0)])
def test_the_portable_tier_adds_in_the_order_that_is_written(geometry):
    """The bits of out, dw and db are those of plain loops over c, i, j and n, y, z: nothing is reordered or fused."""
    x, w, b, param, dout = draw(*geometry)
    out, cache = conv_forward_naive(x, w, b, param)
    _, dw, db = conv_backward_naive(dout, cache)
    want, want_dw, want_db = naive.conv_in_order(x, w, b, dout, **param)
    np.testing.assert_array_equal(out, want)
    np.testing.assert_array_equal(dw, want_dw)
    np.testing.assert_array_equal(db, want_db)


@pytest.mark.parametrize(
    ("geometry", "sentence"),
    [
        (
            (1, 1, 5, 5, 1, 2, 2, 2, 0),
            r"^Windows of 2 with stride 2 do not fill 5 with padding 0: 5 \+ 2\*0 - 2 = 3 must be a multiple of 2\.$",
        ),
        ((1, 1, 2, 2, 1, 5, 2, 1, 1), r"^A window of 5 does not fit into 2 with padding 1: "),
        ((1, 1, 4, 4, 1, 2, 2, 0, 0), r"^stride is 0; expected a whole number of at least 1\.$"),
        ((1, 1, 4, 4, 1, 2, 2, 1, -1), r"^pad is -1; expected a whole number of at least 0\.$"),
        ((1, 1, 4, 4, 1, 2, 2, 1.0, 0), r"^stride is 1\.0; expected a whole number of at least 1\.$"),
    ],
)
def test_windows_that_do_not_fit_are_refused(geometry, sentence):
    """The sentence gives the numbers, not a truncated output."""
    N, C, H, W, F, HH, WW, stride, pad = geometry
    with pytest.raises(ValueError, match=sentence):
        conv_forward_naive(np.ones((N, C, H, W)), np.ones((F, C, HH, WW)), np.ones(F), {"stride": stride, "pad": pad})


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        (((3, 4, 4), (2, 3, 3, 3), (2,)), r"^x has shape \(3, 4, 4\); expected \(N, C, H, W\)\.$"),
        (((1, 3, 4, 4), (2, 4, 3, 3), (2,)), r"^w has shape \(2, 4, 3, 3\); expected \(F, 3, HH, WW\)\.$"),
        (((1, 3, 4, 4), (2, 3, 3, 3), (1,)), r"^b has shape \(1,\); expected \(2,\)\.$"),
    ],
)
def test_wrong_shapes_are_refused(shapes, sentence):
    """The sentence names the array, its shape and the expected one."""
    with pytest.raises(ValueError, match=sentence):
        conv_forward_naive(*map(np.ones, shapes), {"stride": 1, "pad": 1})


def test_a_wrong_dout_is_refused():
    """A dout of another geometry is not silently cut or broadcast."""
    x, w, b, param, _ = draw(2, 3, 4, 4, 2, 3, 3, 1, 1)
    _, cache = conv_forward_naive(x, w, b, param)
    with pytest.raises(ValueError, match=r"^dout has shape \(2, 2, 2, 2\); expected \(2, 2, 4, 4\)\.$"):
        conv_backward_naive(np.ones((2, 2, 2, 2)), cache)


def test_no_samples_give_empty_output_and_zero_gradients():
    """N = 0 is a batch like any other."""
    x, w, b, param, dout = draw(0, 3, 4, 4, 2, 3, 3, 1, 1)
    out, cache = conv_forward_naive(x, w, b, param)
    dx, dw, db = conv_backward_naive(dout, cache)
    assert (out.shape, dx.shape) == ((0, 2, 4, 4), (0, 3, 4, 4))
    assert not dw.any()
    assert not db.any()
