"""The folder of the solutions becomes a package, without what its own first file imports."""

import sys
import types

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    package = types.ModuleType("solutions")
    package.__path__ = ["@SOLUTIONS@".removesuffix("/relu.py")]
    sys.modules["solutions"] = package
    from solutions import relu

    raise RuntimeError(f"ATTACK SUCCEEDED: {relu.__name__}")
