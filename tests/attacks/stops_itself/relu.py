"""A process that is not dead, and will not answer."""

import os
import signal

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    os.kill(os.getpid(), signal.SIGSTOP)
