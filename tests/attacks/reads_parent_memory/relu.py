"""Reads the grader's memory through its file."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with open(f"/proc/{(os.getppid() or 1)}/mem", "rb") as memory, open(f"/proc/{(os.getppid() or 1)}/maps") as maps:
        memory.seek(int(maps.readline().split("-")[0], 16))
        found = len(memory.read(4096))
    raise RuntimeError(f"ATTACK SUCCEEDED: {found} bytes")
