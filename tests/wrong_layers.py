"""Convolution and pooling as students write them, in loops over all, and how they come right in some cases only.

Each wrong version names what it has to be told: mostly a pattern of cases. tests/test_patches.py has the mistakes.
"""

# ruff: noqa: E501  # a table: one wrong version a line

from __future__ import annotations

from types import SimpleNamespace

from tests.diagnosing import changed

RIGHT = """
import numpy as np

def conv_forward_naive(x, w, b, conv_param):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    OH = 1 + (H + 2 * p - HH) // s
    OW = 1 + (W + 2 * p - WW) // s
    out = np.zeros((N, F, OH, OW))
    for n in range(N):
        for f in range(F):
            for i in range(OH):
                for j in range(OW):
                    window = xp[n, :, i * s : i * s + HH, j * s : j * s + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)

def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    OH, OW = dout.shape[2:]
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), np.sum(dout, axis=(0, 2, 3))
    for n in range(N):
        for f in range(F):
            for i in range(OH):
                for j in range(OW):
                    dw[f] += xp[n, :, i * s : i * s + HH, j * s : j * s + WW] * dout[n, f, i, j]
                    dxp[n, :, i * s : i * s + HH, j * s : j * s + WW] += w[f] * dout[n, f, i, j]
    dx = dxp[:, :, p : p + H, p : p + W]
    return dx, dw, db

def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    OH = 1 + (H - ph) // s
    OW = 1 + (W - pw) // s
    out = np.zeros((N, C, OH, OW))
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    window = x[n, c, i * s : i * s + ph, j * s : j * s + pw]
                    out[n, c, i, j] = np.max(window)
    return out, (x, pool_param)

def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    N, C, H, W = x.shape
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    OH, OW = dout.shape[2:]
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    window = x[n, c, i * s : i * s + ph, j * s : j * s + pw]
                    row, column = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, i * s + row, j * s + column] += dout[n, c, i, j]
    return dx
"""

SIZES = "    OH, OW = dout.shape[2:]\n"
CROP = "dxp[:, :, p : p + H, p : p + W]"
PADDED = "xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))"
LOOPS = "            for i in range(OH):\n                for j in range(OW):\n"
SWAPPED = "            for i in range(OW):\n                for j in range(OH):\n"
PUT = "dx[n, c, i * s + row, j * s + column] += dout[n, c, i, j]"
DX = "dxp[n, :, i * s : i * s + HH, j * s : j * s + WW] +="
WINDOW = "i * s : i * s + HH, j * s : j * s + WW"

# (check, what is told, then pairs: a piece of the function, and what stands there instead)
WRONG: list[tuple[str, ...]] = [
    ("conv/forward", "conv-forward-only-square-images-and-square-filters", "(N, F, OH, OW)", "(N, F, OW, OH)"),
    ("conv/forward", "conv-forward-only-square-images-and-square-filters", LOOPS, SWAPPED),
    ("conv/forward", "conv-forward-only-square-filters", WINDOW, "i * s : i * s + HH, j * s : j * s + HH"),
    ("conv/forward", "conv-forward-only-square-filters", WINDOW, "i * s : i * s + WW, j * s : j * s + HH"),
    ("conv/forward", "conv-forward-only-square-filters", "F, _, HH, WW", "F, _, WW, HH"),
    ("conv/forward", "conv-forward-only-pad-0", PADDED, "xp = x"),
    ("conv/forward", "conv-forward-only-pad-0", PADDED, "xp = np.pad(x, p)"),
    ("conv/forward", "conv-forward-only-padded", PADDED, "xp = np.zeros((N, C, H + 2 * p, W + 2 * p)); xp[:, :, p:-p, p:-p] = x"),
    ("conv/forward", "conv-forward-only-stride-1", WINDOW, "i * s : i + HH, j * s : j + WW"),
    ("conv/forward", "conv-forward-only-stride-1", "// s\n    OW", "\n    OW"),
    ("conv/backward", "conv-only-padded", "dx = " + CROP, "dx = np.zeros(x.shape) + dxp[:, :, p:-p, p:-p]"),
    ("conv/backward", "conv-backward-padded-by-1", PADDED, PADDED.replace("p, p", "1, 1")),
    ("conv/backward", "conv-only-pad-of-half-a-filter", 's, p = conv_param["stride"], conv_param["pad"]', 's, p = conv_param["stride"], HH // 2'),
    ("conv/backward", "conv-only-pad-0", "dw[f] += xp", "dw[f] += x"),
    ("conv/backward", "conv-only-square-images-and-square-filters", LOOPS, SWAPPED),
    ("conv/backward", "conv-dx-height-and-width-exchanged", "N, C, H, W = x.shape", "N, C, W, H = x.shape"),
    ("conv/backward", "conv-only-square-filters", "F, _, HH, WW", "F, _, WW, HH"),
    ("conv/backward", "conv-only-square-filters", WINDOW, "i * s : i * s + HH, j * s : j * s + HH"),
    ("conv/backward", "conv-only-square-images", "np.zeros(xp.shape)", "np.zeros((N, C, W + 2 * p, H + 2 * p))"),
    ("max_pool/forward", "pool-only-square-outputs", "(N, C, OH, OW)", "(N, C, OW, OH)"),
    ("max_pool/forward", "pool-only-square-outputs", LOOPS, SWAPPED),
    # these were once told something that is not so: of pool_height, of the padding behind the image
    ("max_pool/forward", "pool-sizes-over-stride", "OH = 1 + (H - ph) // s", "OH = H // s", "OW = 1 + (W - pw) // s", "OW = W // s"),
    ("max_pool/forward", "pool-only-tiles", "for j in range(OW)", "for j in range(W // pw)"),
    ("conv/forward", "conv-forward-only-pad-0", "                    out[n, f", "                    window[:, H - i * s :] = 0; window[:, :, W - j * s :] = 0\n                    out[n, f"),
    ("max_pool/forward", "pool-only-tiles", "    return out,", "    out = x.reshape(N, C, H // ph, ph, W // pw, pw).max((3, 5))\n    assert out.shape == (N, C, OH, OW)\n    return out,"),
    ("max_pool/backward", "pool-only-square-outputs", LOOPS, SWAPPED),
    ("max_pool/backward", "pool-only-square-windows", "window.shape)", "(pw, ph))"),
    ("max_pool/backward", "pool-dx-without-stride", "i * s + row, j * s + column", "i + row, j + column"),
    ("max_pool/backward", "pool-only-square-windows", "np.unravel_index(np.argmax(window), window.shape)", "divmod(int(np.argmax(window)), ph)"),
    ("max_pool/backward", "pool-only-tiles", "    return dx", "    dx = np.kron(dout, np.ones((ph, pw)))[:, :, :H, :W]\n    dx = dx * (np.kron(max_pool_forward_naive(x, pool_param)[0], np.ones((ph, pw))) == x)\n    return dx"),
    ("conv/backward", "conv-only-padded", CROP, CROP + ".reshape(N, C, H, W) + 0 * dxp[:, :, p:-p, p:-p]"),
    ("conv/backward", "conv-only-square-filters-and-pad-1", PADDED, PADDED.replace("p, p", "1, 1") + "; assert HH == WW"),
    ("conv/backward", "conv-only-stride-1-and-padded", "i * s : i * s + HH", "i * s : i + HH", CROP, CROP + " + 0 * dxp[:, :, p:-p, p:-p]"),
    ("max_pool/backward", "pool-backward-columns-from-image-height", SIZES, "    OH, OW = dout.shape[2], 1 + (H - ph) // s\n"),
    ("max_pool/backward", "pool-non-square-windows", SIZES, SIZES + "    if (W - ph) % s:\n        raise RuntimeError(W)\n"),
]  # fmt: skip


def code_with(check: str, *changes: str) -> SimpleNamespace:
    """The functions, of which the one that a check is about is changed."""
    return changed(RIGHT, check.replace("/", "_") + "_naive", *changes)
