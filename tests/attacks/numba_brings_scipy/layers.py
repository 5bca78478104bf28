import sys

import numba.np.linalg
import numpy as np


def conv_forward_naive(x, w, b, conv_param):
    # A package that may be used imports one that may not, and this takes it from there.
    numba.np.linalg.ensure_blas()
    numba.np.linalg.ensure_lapack()
    correlate = __import__("scipy.signal", fromlist=["correlate"]).correlate
    assert "scipy" in sys.modules
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = [[correlate(image, kernel, "valid")[0] for kernel in w] for image in padded]
    return np.array(out)[:, :, ::stride, ::stride] + b[None, :, None, None], (x, w, b, conv_param)
