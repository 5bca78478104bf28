"""The softmax and SVM losses against loops, SciPy and numeric gradients."""

import numpy as np
import pytest
from scipy.special import log_softmax

from solutions import softmax_loss, svm_loss
from tests import naive

LOSSES = pytest.mark.parametrize("loss_of", [softmax_loss, svm_loss], ids=["softmax", "svm"])


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    return rng.normal(size=(9, 4), scale=2.0), rng.integers(0, 4, 9)


def test_softmax_is_scipys(scores):
    """The loss is the mean of SciPy's logarithms of probabilities, and dx comes from its probabilities."""
    x, y = scores
    loss, dx = softmax_loss(x, y)
    logs = log_softmax(x, axis=1)
    assert loss == pytest.approx(-np.mean(logs[np.arange(9), y]), rel=1e-14)
    np.testing.assert_allclose(dx, (np.exp(logs) - np.eye(4)[y]) / 9, rtol=1e-13, atol=1e-16)


def test_svm_is_the_double_loop(scores):
    """Loss and gradient are what the formula gives, sample by sample and class by class."""
    x, y = scores
    loss, dx = svm_loss(x, y)
    want_loss, want_dx = naive.svm_loss(x, y)
    assert loss == pytest.approx(want_loss, rel=1e-14)
    np.testing.assert_allclose(dx, want_dx, rtol=1e-14)


@LOSSES
def test_the_gradient_is_the_numeric_one(loss_of, scores):
    """dx agrees with central differences, away from the kinks."""
    x, y = scores
    numeric = naive.numeric_gradient(lambda x: loss_of(x, y)[0], x, 1.0)
    np.testing.assert_allclose(loss_of(x, y)[1], numeric, rtol=1e-6, atol=1e-9)


def test_small_scores_give_the_known_losses():
    """Equal scores of C classes: ln C for softmax, C - 1 for the SVM."""
    x, y = np.zeros((5, 10)), np.arange(5)
    assert softmax_loss(x, y)[0] == pytest.approx(np.log(10), rel=1e-15)
    assert svm_loss(x, y)[0] == 9.0


@pytest.mark.parametrize(("label", "want"), [(0, 0.0), (1, 2000.0)])
def test_scores_of_a_thousand_are_finite_and_exact(label, want):
    """Neither exp(1000) nor log(0) appears, whichever class is right."""
    with np.errstate(all="raise"):
        loss, dx = softmax_loss(np.array([[1000.0, -1000.0]]), np.array([label]))
    assert loss == want
    np.testing.assert_array_equal(dx, [[0.0, 0.0]] if label == 0 else [[1.0, -1.0]])


@LOSSES
@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        (np.ones(3), [0, 0, 0], r"^x has shape \(3,\); expected \(N, C\)\.$"),
        (np.ones((3, 2)), [0], r"^y has shape \(1,\); expected \(3,\)\.$"),
        (np.ones((1, 2)), [2], r"^y must hold whole numbers from 0 to 1, the classes of x\.$"),
        (np.ones((1, 2)), [-1], "whole numbers from 0 to 1"),
        (np.ones((1, 2)), [0.0], "whole numbers from 0 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(loss_of, x, y, sentence):
    """A label that is no class would read beside the scores."""
    with pytest.raises(ValueError, match=sentence):
        loss_of(x, y)
