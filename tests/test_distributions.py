"""The measures of random samples against SciPy, and the limits against the exact or simulated risks."""

import numpy as np
import pytest
import scipy

from grader.distributions import (
    cdf_distance,
    cdf_limit,
    edge_limit,
    normal_cdf,
    share_limit,
    uniform_cdf,
    variance_deficit,
    variance_limit,
)

RNG = np.random.default_rng(4)


@pytest.mark.parametrize(
    ("ours", "name", "arguments"),
    [(uniform_cdf(-2.0, 3.0), "uniform", (-2, 5)), (normal_cdf(1.0, 2.0), "norm", (1, 2))],
)
def test_the_distance_is_that_of_kolmogorov_and_smirnov(ours, name, arguments):
    """Distribution functions and distance are SciPy's, also for a sample of another distribution."""
    scipys = getattr(scipy.stats, name)(*arguments)
    sample = RNG.normal(size=300)
    np.testing.assert_allclose(ours(sample), scipys.cdf(sample), rtol=1e-12)
    assert cdf_distance(sample, ours) == pytest.approx(scipy.stats.kstest(sample, scipys.cdf).statistic, rel=1e-12)


def test_values_of_positive_probability_count_on_both_sides():
    """Half a normal distribution at 0 is near itself; by a distribution function alone it would be half off."""
    sample = np.maximum(RNG.normal(size=4000), 0.0)
    whole = normal_cdf(0.0, 1.0)

    def at(t):
        return np.where(t < 0, 0.0, whole(t))

    def below(t):
        return np.where(t <= 0, 0.0, whole(t))

    assert cdf_distance(sample, at, below) < 0.03
    assert cdf_distance(sample, at) > 0.45


@pytest.mark.parametrize("size", [200, 800, 1200])
def test_the_limits_bound_the_exact_risks(size):
    """By SciPy's exact distributions, chance alone exceeds each limit with at most the risk that was asked for."""
    risk = 1e-11
    assert scipy.stats.kstwo.sf(cdf_limit(size, risk), size) <= risk
    assert (1 - edge_limit(size, risk)) ** size <= risk
    above, below = size * (1 + variance_limit(size, risk)), size * (1 - variance_deficit(size, risk))
    assert scipy.stats.chi2.sf(above, size) <= risk
    assert scipy.stats.chi2.cdf(below, size) <= risk
    for share in (0.01, 0.3):
        most = np.floor(size * (share + share_limit(size, share, risk)))
        assert scipy.stats.binom.sf(most, size, share) <= risk


def test_the_limits_are_not_idle():
    """They are near enough to tell a doubled or halved variance."""
    size = 800
    assert cdf_limit(size) < 0.13
    assert edge_limit(size) < 0.035
    assert variance_limit(size) < 0.45
    assert variance_deficit(size) < 0.4
    assert share_limit(size, 0.01) < 0.04
