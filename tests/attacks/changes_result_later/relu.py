"""The result is an alias that a thread wipes after it was taken."""

import threading
import time

import numpy as np


def wipe(array):
    time.sleep(0.5)
    array[...] = np.nan


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    dout *= cache > 0
    threading.Thread(target=wipe, args=(dout,), daemon=True).start()
    return dout
