"""A convolution layer as students write it: window by window."""

import numpy as np


def conv_forward_naive(x, w, b, conv_param):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = 1 + (H + 2 * pad - HH) // stride
    OW = 1 + (W + 2 * pad - WW) // stride
    out = np.zeros((N, F, OH, OW))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + HH, left : left + WW]
            out[:, :, i, j] = np.einsum("nchw,fchw->nf", window, w) + b
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH, OW = dout.shape[2:]
    dpadded = np.zeros(padded.shape)
    dw = np.zeros(w.shape)
    db = np.sum(dout, axis=(0, 2, 3))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + HH, left : left + WW]
            dw += np.einsum("nchw,nf->fchw", window, dout[:, :, i, j])
            dpadded[:, :, top : top + HH, left : left + WW] += np.einsum("fchw,nf->nchw", w, dout[:, :, i, j])
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db
