import numpy as np


def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    v = config.setdefault("velocity", np.zeros_like(w))
    v *= config.setdefault("momentum", 0.9)
    v -= config.setdefault("learning_rate", 1e-2) * dw
    w += v
    return w, config


def rmsprop(x, dx, config=None):
    if config is None:
        config = {}
    config.setdefault("cache", np.zeros_like(x))
    rate = config.setdefault("decay_rate", 0.99)
    config["cache"] += (1 - rate) * (dx * dx - config["cache"])
    x -= dx / (config["cache"] ** 0.5 + config.setdefault("epsilon", 1e-8)) * config.setdefault("learning_rate", 1e-2)
    return x, config


def adam(x, dx, config=None):
    """With the two corrections in the rate, as the paper has it."""
    settings = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    settings.update(config or {})
    b1, b2, t = settings["beta1"], settings["beta2"], settings["t"] + 1
    m = settings.get("m", 0) * b1 + dx * (1 - b1)
    v = settings.get("v", 0) * b2 + dx * dx * (1 - b2)
    rate = settings["learning_rate"] * (1 - b2**t) ** 0.5 / (1 - b1**t)
    settings.update(m=m, v=v, t=t)
    return x - rate * m / (v**0.5 + settings["epsilon"]), settings
