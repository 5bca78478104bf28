"""Asks the grader's own oracle."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    from grader.oracle.live import load_solutions

    raise RuntimeError(f"ATTACK SUCCEEDED {load_solutions}")
