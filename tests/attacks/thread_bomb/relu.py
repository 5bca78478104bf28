"""Starts 600 threads, which take little memory."""

import threading
import time

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    threading.stack_size(1 << 15)
    for _ in range(600):
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    raise RuntimeError("ATTACK SUCCEEDED")
