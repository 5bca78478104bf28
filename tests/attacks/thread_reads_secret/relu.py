"""What may this thread read?"""

import pathlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with ThreadPoolExecutor(1) as pool:
        key = pool.submit(pathlib.Path("@SECRET@").read_text).result()
    raise RuntimeError("ATTACK SUCCEEDED " + key)
