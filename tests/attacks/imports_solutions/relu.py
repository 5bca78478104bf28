"""The folder of the solutions is put on the path."""

import sys

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    sys.path.insert(0, "@SOLUTIONS@".removesuffix("/solutions/relu.py"))
    from solutions import relu

    raise RuntimeError(f"ATTACK SUCCEEDED: {relu.__module__}")
