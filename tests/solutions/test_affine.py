"""The affine layer against loops and numeric gradients."""

import numpy as np
import pytest

from solutions import affine_backward, affine_forward, tiers
from tests import naive


def draw(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


@pytest.fixture(params=["portable", "blas"], autouse=True)
def tier(request, monkeypatch):
    """Every test here runs with the portable product and with BLAS."""
    monkeypatch.setattr(tiers, "PORTABLE_LIMIT", 2**62 if request.param == "portable" else -1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (4, 3, 2), (2, 2, 3, 4), (3, 1, 1, 5)])
@pytest.mark.parametrize("M", [1, 2, 9])
def test_forward_and_backward_equal_the_loops(shape, M):
    """Any number of axes after N, down to sizes of one, gives what the plain loops give."""
    x, w, b, dout = draw(shape, (np.prod(shape[1:]), M), (M,), (shape[0], M))
    out, cache = affine_forward(x, w, b)
    np.testing.assert_allclose(out, naive.affine_forward(x, w, b), rtol=1e-12, atol=1e-12)
    want = naive.affine_backward(dout, x, w, b)
    for got, array in zip(affine_backward(dout, cache), want, strict=True):
        assert got.shape == array.shape
        np.testing.assert_allclose(got, array, rtol=1e-12, atol=1e-12)


def test_backward_is_the_numeric_gradient():
    """dx, dw and db agree with central differences."""
    x, w, b, dout = draw((3, 2, 4), (8, 5), (5,), (3, 5))
    dx, dw, db = affine_backward(dout, affine_forward(x, w, b)[1])
    assert naive.rel_error(dx, naive.numeric_gradient(lambda x: affine_forward(x, w, b)[0], x, dout)) < 1e-8
    assert naive.rel_error(dw, naive.numeric_gradient(lambda w: affine_forward(x, w, b)[0], w, dout)) < 1e-8
    assert naive.rel_error(db, naive.numeric_gradient(lambda b: affine_forward(x, w, b)[0], b, dout)) < 1e-8


def test_no_samples_give_empty_output_and_zero_gradients():
    """N = 0 is a batch like any other."""
    x, w, b = draw((0, 2, 3), (6, 4), (4,))
    out, cache = affine_forward(x, w, b)
    dx, dw, db = affine_backward(out, cache)
    assert out.shape == (0, 4)
    assert dx.shape == (0, 2, 3)
    assert not dw.any()
    assert not db.any()


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        (((2, 3), (4, 5), (5,)), r"^w has shape \(4, 5\); expected \(3, M\)\.$"),
        (((2, 3), (3,), (3,)), r"^w has shape \(3,\); expected \(3, M\)\.$"),
        (((2, 3), (3, 5), (4,)), r"^b has shape \(4,\); expected \(5,\)\.$"),
    ],
)
def test_wrong_shapes_are_refused_in_one_sentence(shapes, sentence):
    """The sentence names the array, its shape and the expected one."""
    with pytest.raises(ValueError, match=sentence):
        affine_forward(*draw(*shapes))


def test_a_wrong_dout_is_refused():
    """A dout that would only broadcast is not accepted."""
    _, cache = affine_forward(*draw((2, 3), (3, 4), (4,)))
    with pytest.raises(ValueError, match=r"^dout has shape \(1, 4\); expected \(2, 4\)\.$"):
        affine_backward(np.ones((1, 4)), cache)
