"""The update rules against scalar loops, known first steps and what they are for."""

import numpy as np
import pytest

from solutions import adam, rmsprop, sgd_momentum
from tests import naive

RULES = {"sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}
STATES = {"sgd_momentum": {"velocity"}, "rmsprop": {"cache"}, "adam": {"m", "v", "t"}}
SETTINGS = {
    "sgd_momentum": {"learning_rate": 0.3, "momentum": 0.4},
    "rmsprop": {"learning_rate": 0.2, "decay_rate": 0.7, "epsilon": 0.1},
    "adam": {"learning_rate": 0.05, "beta1": 0.6, "beta2": 0.8, "epsilon": 0.01},
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("given", [None, {}, "settings"], ids=["no config", "empty config", "settings"])
def test_five_steps_equal_the_scalar_loop(name, given):
    """Weights and state follow the formula entry by entry; without a config the documented defaults hold."""
    rng = np.random.default_rng(0)
    config = SETTINGS[name] if given == "settings" else given
    w = rng.normal(size=(3, 4))
    gradients = rng.normal(size=(5, 3, 4))
    got = w
    for gradient in gradients:
        got, config = RULES[name](got, gradient, config)
    want = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        settings = SETTINGS[name] if given == "settings" else {}
        want[index] = getattr(naive, name)(w[index], [g[index] for g in gradients], **settings)
    np.testing.assert_allclose(got, want, rtol=1e-13)


@pytest.mark.parametrize("name", RULES)
def test_the_defaults_are_the_courses(name):
    """Settings that are not given come back in config, beside the state."""
    _, config = RULES[name](np.ones(2), np.ones(2))
    documented = {
        "sgd_momentum": {"learning_rate": 1e-2, "momentum": 0.9},
        "rmsprop": {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
        "adam": {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    }[name]
    assert {key: config[key] for key in documented} == documented
    assert config.keys() == documented.keys() | STATES[name]


def test_adams_first_step_is_the_learning_rate():
    """With the bias correction and t = 1, the step is the rate against the gradient's sign, whatever its size."""
    next_w, config = adam(np.zeros(3), np.array([1e-3, -5.0, 40.0]))
    np.testing.assert_allclose(next_w, [-1e-3, 1e-3, -1e-3], rtol=1e-4)
    assert config["t"] == 1


@pytest.mark.parametrize("name", RULES)
def test_a_rule_goes_downhill(name):
    """Two hundred steps on sum(w**2) bring the weights near 0."""
    w, config = np.array([3.0, -2.0]), {"learning_rate": 0.05}
    for _ in range(200):
        w, config = RULES[name](w, 2 * w, config)
    assert np.abs(w).max() < 0.01


@pytest.mark.parametrize("name", RULES)
def test_the_callers_arrays_and_config_are_kept(name):
    """w, dw and the config given are as they were; the new state is in the config returned."""
    w, dw, config = np.ones(3), np.full(3, 0.5), {"learning_rate": 0.1}
    RULES[name](w, dw, config)
    np.testing.assert_array_equal(w, np.ones(3))
    np.testing.assert_array_equal(dw, np.full(3, 0.5))
    assert config == {"learning_rate": 0.1}


@pytest.mark.parametrize("name", RULES)
def test_a_gradient_of_another_shape_is_refused(name):
    """One that would only broadcast is not accepted."""
    with pytest.raises(ValueError, match=r"^dw has shape \(1,\); expected \(3,\)\.$"):
        RULES[name](np.ones(3), np.ones(1))
