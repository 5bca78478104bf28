"""A folder below its own, with what is everyone's."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with open(f"/proc/self/task/{os.getpid()}/net/unix") as file:
        raise RuntimeError(f"ATTACK SUCCEEDED: {len(file.readlines())} sockets")
