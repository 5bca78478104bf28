"""Convolution and pooling as students write them, in loops, and how they get them wrong: a line here or there.

Each wrong version names the mistake that it has to be told.
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
POOL = "i * s : i * s + ph, j * s : j * s + pw"

FULL = """    spread = np.zeros((N, F, (OH - 1) * s + 1 + 2 * p, (OW - 1) * s + 1 + 2 * p))
    spread[:, :, p : p + (OH - 1) * s + 1 : s, p : p + (OW - 1) * s + 1 : s] = dout
    for n, c, i, j in np.ndindex(x.shape):
        dx[n, c, i, j] = np.sum(spread[n, :, i : i + HH, j : j + WW] * w[:, c, ::-1, ::-1])
"""

# (check, what is told, then pairs: a piece of the function, and what stands there instead)
WRONG: list[tuple[str, ...]] = [
    ("conv/forward", "conv-returns-zeros", "out[n, f, i, j] =", "value ="),
    ("conv/forward", "conv-bias-not-added", " + b[f]", ""),
    ("conv/forward", "conv-bias-per-image", "+ b[f]", "+ b[n]"),
    ("conv/forward", "conv-bias-per-channel", "np.sum(window * w[f]) + b[f]", "sum(np.sum(window[c] * w[f, c]) + b[f] for c in range(C))"),
    ("conv/forward", "conv-last-channel-only", "np.sum(window * w[f])", "[np.sum(window[c] * w[f, c]) for c in range(C)][-1]"),
    ("conv/forward", "conv-first-channel-only", "np.sum(window * w[f])", "np.sum(window[0] * w[f, 0])"),
    ("conv/forward", "conv-forward-filter-flipped", "window * w[f]", "window * w[f, :, ::-1, ::-1]"),
    ("conv/forward", "conv-out-transposed", "return out,", "return out.reshape(N, F, OW, OH),"),
    ("conv/forward", "conv-forward-only-square-images-and-square-filters", "(N, F, OH, OW)", "(N, F, OW, OH)"),
    ("conv/forward", "conv-forward-only-square-images-and-square-filters", LOOPS, SWAPPED),
    ("conv/forward", "conv-columns-from-image-height", "(W + 2 * p - WW)", "(H + 2 * p - WW)"),
    ("conv/forward", "conv-rows-from-image-width", "(H + 2 * p - HH)", "(W + 2 * p - HH)"),
    ("conv/forward", "conv-columns-from-filter-height", "(W + 2 * p - WW)", "(W + 2 * p - HH)"),
    ("conv/forward", "conv-rows-from-filter-width", "(H + 2 * p - HH)", "(H + 2 * p - WW)"),
    ("conv/forward", "conv-columns-as-rows", "(W + 2 * p - WW)", "(H + 2 * p - HH)"),
    ("conv/forward", "conv-rows-as-columns", "(H + 2 * p - HH)", "(W + 2 * p - WW)"),
    ("conv/forward", "conv-forward-only-square-filters", WINDOW, "i * s : i * s + HH, j * s : j * s + HH"),
    ("conv/forward", "conv-forward-only-square-filters", WINDOW, "i * s : i * s + WW, j * s : j * s + HH"),
    ("conv/forward", "conv-forward-only-square-images", "N, C, H, W = x.shape", "N, C, W, H = x.shape"),
    ("conv/forward", "conv-forward-only-square-filters", "F, _, HH, WW", "F, _, WW, HH"),
    ("conv/forward", "conv-pad-of-1", PADDED, PADDED.replace("p, p", "1, 1")),
    ("conv/forward", "conv-pad-of-1-throughout", 's, p = conv_param["stride"], conv_param["pad"]', 's, p = conv_param["stride"], 1'),
    ("conv/forward", "conv-not-padded", 's, p = conv_param["stride"], conv_param["pad"]', 's, p = conv_param["stride"], 0'),
    ("conv/forward", "conv-forward-only-pad-0", PADDED, "xp = x"),
    ("conv/forward", "conv-forward-only-pad-0", PADDED, "xp = np.pad(x, p)"),
    ("conv/forward", "conv-forward-only-padded", PADDED, "xp = np.zeros((N, C, H + 2 * p, W + 2 * p)); xp[:, :, p:-p, p:-p] = x"),
    ("conv/forward", "conv-windows-without-stride", WINDOW, "i : i + HH, j : j + WW"),
    ("conv/forward", "conv-stride-for-columns-only", WINDOW, "i : i + HH, j * s : j * s + WW"),
    ("conv/forward", "conv-stride-for-rows-only", WINDOW, "i * s : i * s + HH, j : j + WW"),
    ("conv/forward", "conv-forward-only-stride-1", WINDOW, "i * s : i + HH, j * s : j + WW"),
    ("conv/forward", "conv-forward-only-stride-1", "// s\n    OW", "\n    OW"),
    ("conv/backward", "empty-slice-at-pad-0", CROP, "dxp[:, :, p:-p, p:-p]"),
    ("conv/backward", "conv-only-padded", "dx = " + CROP, "dx = np.zeros(x.shape) + dxp[:, :, p:-p, p:-p]"),
    ("conv/backward", "conv-dx-cropped-by-1", CROP, "dxp[:, :, 1:-1, 1:-1]"),
    ("conv/backward", "conv-dx-not-cropped", CROP, "dxp"),
    ("conv/backward", "conv-dx-cut-at-the-corner", CROP, "dxp[:, :, :H, :W]"),
    ("conv/backward", "conv-dx-height-and-width-exchanged", CROP, "dxp[:, :, p : p + W, p : p + H]"),
    ("conv/backward", "conv-backward-pad-of-1", 's, p = conv_param["stride"], conv_param["pad"]', 's, p = conv_param["stride"], 1'),
    ("conv/backward", "conv-only-pad-1", PADDED, PADDED.replace("p, p", "1, 1")),
    ("conv/backward", "conv-only-pad-of-half-a-filter", 's, p = conv_param["stride"], conv_param["pad"]', 's, p = conv_param["stride"], HH // 2'),
    ("conv/backward", "conv-dw-zero", "dw[f] +=", "value ="),
    ("conv/backward", "conv-dx-zero", DX, "value ="),
    ("conv/backward", "conv-only-db", LOOPS, "            for i in []:\n                for j in []:\n"),
    ("conv/backward", "conv-gradients-zero", "for n in range(N):", "db = np.zeros(F)\n    for n in []:"),
    ("conv/backward", "conv-dw-last-window", "dw[f] +=", "dw[f] ="),
    ("conv/backward", "conv-dw-last-image", "for f in range(F):", "for f in range(F):\n            dw[f] = 0"),
    ("conv/backward", "conv-db-last-image", "np.sum(dout, axis=(0, 2, 3))", "np.sum(dout[-1], axis=(1, 2))"),
    ("conv/backward", "conv-db-last-entry", "np.sum(dout, axis=(0, 2, 3))", "dout[-1, :, -1, -1]"),
    ("conv/backward", "conv-db-averaged", "np.sum(dout, axis=(0, 2, 3))", "np.mean(dout, axis=(0, 2, 3))"),
    ("conv/backward", "conv-gradients-averaged", "return dx, dw, db", "return dx, dw / N, db / N"),
    ("conv/backward", "conv-dx-last-window-and-filter", DX, DX.replace("+=", "=")),
    ("conv/backward", "conv-dx-last-filter", "for f in range(F):", "for f in range(F):\n            dxp[n] = 0"),
    ("conv/backward", "conv-dx-filter-flipped", "w[f] * dout", "w[f, :, ::-1, ::-1] * dout"),
    ("conv/backward", "conv-only-pad-0", "dw[f] += xp", "dw[f] += x"),
    ("conv/backward", "conv-backward-columns-from-image-height", SIZES, "    OH, OW = dout.shape[2], 1 + (H + 2 * p - WW) // s\n"),
    ("conv/backward", "conv-backward-rows-from-image-width", SIZES, "    OH, OW = 1 + (W + 2 * p - HH) // s, dout.shape[3]\n"),
    ("conv/backward", "conv-backward-columns-from-filter-height", SIZES, "    OH, OW = dout.shape[2], 1 + (W + 2 * p - HH) // s\n"),
    ("conv/backward", "conv-backward-rows-from-filter-width", SIZES, "    OH, OW = 1 + (H + 2 * p - WW) // s, dout.shape[3]\n"),
    ("conv/backward", "conv-only-square-images-and-square-filters", LOOPS, SWAPPED),
    ("conv/backward", "conv-dx-height-and-width-exchanged", "N, C, H, W = x.shape", "N, C, W, H = x.shape"),
    ("conv/backward", "conv-only-square-filters", "F, _, HH, WW", "F, _, WW, HH"),
    ("conv/backward", "conv-only-square-filters", WINDOW, "i * s : i * s + HH, j * s : j * s + HH"),
    ("conv/backward", "conv-only-square-images", "np.zeros(xp.shape)", "np.zeros((N, C, W + 2 * p, H + 2 * p))"),
    ("conv/backward", "conv-backward-windows-without-stride", WINDOW, "i : i + HH, j : j + WW"),
    ("conv/backward", "conv-backward-stride-for-columns-only", WINDOW, "i : i + HH, j * s : j * s + WW"),
    ("conv/backward", "conv-backward-stride-for-rows-only", WINDOW, "i * s : i * s + HH, j : j + WW"),
    ("max_pool/forward", "pool-columns-from-pool-height", "(W - pw)", "(W - ph)"),
    ("max_pool/forward", "pool-rows-from-pool-width", "(H - ph)", "(H - pw)"),
    ("max_pool/forward", "pool-columns-from-image-height", "(W - pw)", "(H - pw)"),
    ("max_pool/forward", "pool-rows-from-image-width", "(H - ph)", "(W - ph)"),
    ("max_pool/forward", "pool-windows-of-pool-height", POOL, "i * s : i * s + ph, j * s : j * s + ph"),
    ("max_pool/forward", "pool-windows-of-pool-width", POOL, "i * s : i * s + pw, j * s : j * s + pw"),
    ("max_pool/forward", "pool-pool-height-and-width-exchanged", POOL, "i * s : i * s + pw, j * s : j * s + ph"),
    ("max_pool/forward", "pool-windows-of-stride", POOL, "i * s : i * s + s, j * s : j * s + s"),
    ("max_pool/forward", "pool-windows-side-by-side", POOL, "i * ph : i * ph + ph, j * pw : j * pw + pw"),
    ("max_pool/forward", "pool-windows-without-stride", POOL, "i : i + ph, j : j + pw"),
    ("max_pool/forward", "pool-windows-begin-without-stride", POOL, "i : i * s + ph, j : j * s + pw"),
    ("max_pool/forward", "pool-only-square-outputs", "(N, C, OH, OW)", "(N, C, OW, OH)"),
    ("max_pool/forward", "pool-only-square-outputs", LOOPS, SWAPPED),
    ("max_pool/forward", "pool-starts-from-0", "np.max(window)", "max(0, np.max(window))"),
    ("max_pool/forward", "pool-starts-from-minus-1", "np.max(window)", "max(-1, np.max(window))"),
    ("max_pool/forward", "pool-maximum-of-all-images", "np.max(window)", "np.max(x[:, :, i * s : i * s + ph, j * s : j * s + pw])"),
    ("max_pool/forward", "pool-averages", "np.max(window)", "np.mean(window)"),
    ("max_pool/forward", "pool-returns-zeros", "out[n, c, i, j] =", "value ="),
    ("max_pool/forward", "pool-windows-tile-the-image", "    return out,", "    out = x[:, :, : H // ph * ph, : W // pw * pw].reshape(N, C, H // ph, ph, W // pw, pw).max((3, 5))\n    return out,"),
    ("max_pool/forward", "pool-only-tiles", "    return out,", "    out = x.reshape(N, C, H // ph, ph, W // pw, pw).max((3, 5))\n    assert out.shape == (N, C, OH, OW)\n    return out,"),
    ("max_pool/backward", "overlap-assigned", PUT, PUT.replace("+=", "=")),
    ("max_pool/backward", "overlap-overwritten", PUT, "dx[n, c, " + POOL + "] = (window == window.max()) * dout[n, c, i, j]"),
    ("max_pool/backward", "pool-backward-columns-from-pool-height", SIZES, "    OH, OW = dout.shape[2], 1 + (W - ph) // s\n"),
    ("max_pool/backward", "pool-backward-rows-from-pool-width", SIZES, "    OH, OW = 1 + (H - pw) // s, dout.shape[3]\n"),
    ("max_pool/backward", "pool-backward-columns-from-image-height", SIZES, "    OH, OW = dout.shape[2], 1 + (H - pw) // s\n"),
    ("max_pool/backward", "pool-backward-rows-from-image-width", SIZES, "    OH, OW = 1 + (W - ph) // s, dout.shape[3]\n"),
    ("max_pool/backward", "pool-only-square-outputs", LOOPS, SWAPPED),
    ("max_pool/backward", "pool-only-square-windows", "window.shape)", "(pw, ph))"),
    ("max_pool/backward", "pool-backward-windows-of-stride", POOL, "i * s : i * s + s, j * s : j * s + s"),
    ("max_pool/backward", "pool-backward-windows-begin-without-stride", "row, column", "window = x[n, c, i : i * s + ph, j : j * s + pw]; row, column", "i * s + row, j * s + column", "i + row, j + column"),
    ("max_pool/backward", "pool-only-stride-1", "i * s + row, j * s + column", "i + row, j + column"),
    ("max_pool/backward", "pool-backward-zeros", PUT, "value = 0"),
    ("max_pool/backward", "pool-backward-without-dout", "+= dout[n, c, i, j]", "+= 1"),
    ("max_pool/backward", "pool-backward-last-window", PUT, "dx[n, c] = 0; " + PUT),
    ("max_pool/backward", "pool-backward-to-whole-window", PUT, "dx[n, c, " + POOL + "] += dout[n, c, i, j]"),
    ("max_pool/backward", "pool-backward-times-value", "+= dout[n, c, i, j]", "+= window.max() * dout[n, c, i, j]"),
    ("max_pool/backward", "pool-only-square-windows", "np.unravel_index(np.argmax(window), window.shape)", "divmod(int(np.argmax(window)), ph)"),
    ("max_pool/backward", "pool-only-tiles", "    return dx", "    dx = np.kron(dout, np.ones((ph, pw)))[:, :, :H, :W]\n    dx = dx * (np.kron(max_pool_forward_naive(x, pool_param)[0], np.ones((ph, pw))) == x)\n    return dx"),
    ("conv/backward", "conv-db-zero", "np.sum(dout, axis=(0, 2, 3))", "np.zeros(F)"),
    ("conv/backward", "conv-dw-last-window-of-images", "dw[f] += xp[n, :, " + WINDOW + "] * dout[n, f, i, j]", "dw[f] = np.tensordot(dout[:, f, i, j], xp[:, :, " + WINDOW + "], 1)"),
    ("conv/backward", "conv-dx-last-window", DX + " w[f] * dout[n, f, i, j]", DX.replace("+=", "=") + " np.tensordot(dout[n, :, i, j], w, 1)"),
    ("conv/backward", "conv-dw-from-unpadded-images", "dw[f] += xp", "xo = np.pad(x, ((0, 0), (0, 0), (0, 2 * p), (0, 2 * p))); dw[f] += xo"),
    ("conv/backward", "conv-backward-columns-as-rows", SIZES, "    OH = OW = dout.shape[2]\n"),
    ("conv/backward", "conv-backward-rows-as-columns", SIZES, "    OH = OW = dout.shape[3]\n"),
    ("conv/backward", "conv-dx-index-by-height", "w[f] * dout[n, f, i, j]", "w[f] * dout[n, f].ravel()[i * OH + j]"),
    ("conv/backward", "conv-dx-index-by-width", "w[f] * dout[n, f, i, j]", "w[f] * dout[n, f].ravel()[j * OH + i]"),
    ("conv/backward", "conv-backward-windows-begin-in-image", SIZES, "    dout = dout[:, :, : -(-H // s), : -(-W // s)]; db = dout.sum((0, 2, 3)); OH, OW = dout.shape[2:]\n", "np.sum(dout, axis=(0, 2, 3))", "db"),
    ("conv/backward", "conv-dx-dout-padded-by-pad", "    return dx,", FULL + "    return dx,"),
    ("conv/backward", "conv-only-padded", CROP, CROP + ".reshape(N, C, H, W) + 0 * dxp[:, :, p:-p, p:-p]"),
    ("conv/backward", "conv-only-square-filters-and-pad-1", PADDED, PADDED.replace("p, p", "1, 1") + "; assert HH == WW"),
    ("conv/backward", "conv-only-stride-1-and-padded", "i * s : i * s + HH", "i * s : i + HH", CROP, CROP + " + 0 * dxp[:, :, p:-p, p:-p]"),
    ("conv/forward", "conv-windows-begin-in-image", "for i in range(OH)", "for i in range(min(OH, -(-H // s)))", "for j in range(OW)", "for j in range(min(OW, -(-W // s)))"),
    ("max_pool/forward", "pool-columns-as-rows", "(W - pw)", "(H - ph)"),
    ("max_pool/forward", "pool-rows-as-columns", "(H - ph)", "(W - pw)"),
    ("max_pool/forward", "pool-stride-for-columns-only", POOL, "i : i + ph, j * s : j * s + pw"),
    ("max_pool/forward", "pool-stride-for-rows-only", POOL, "i * s : i * s + ph, j : j + pw"),
    ("max_pool/forward", "pool-largest-absolute-value", "np.max(window)", "window.flat[np.argmax(np.abs(window))]"),
    ("max_pool/forward", "pool-maximum-of-all-channels", "np.max(window)", "np.max(x[n, :, i * s : i * s + ph, j * s : j * s + pw])"),
    ("max_pool/forward", "pool-out-transposed", "return out,", "return out.reshape(N, C, OW, OH),"),
    ("max_pool/backward", "pool-backward-columns-from-image-height", SIZES, "    OH, OW = dout.shape[2], 1 + (H - ph) // s\n"),
    ("max_pool/backward", "pool-backward-rows-as-columns", SIZES, "    OH, OW = 1 + (W - pw) // s, dout.shape[3]\n"),
    ("max_pool/backward", "pool-backward-windows-of-pool-height", POOL, "i * s : i * s + ph, j * s : j * s + ph"),
    ("max_pool/backward", "pool-backward-windows-of-pool-width", POOL, "i * s : i * s + pw, j * s : j * s + pw"),
    ("max_pool/backward", "pool-backward-pool-height-and-width-exchanged", POOL, "i * s : i * s + pw, j * s : j * s + ph"),
    ("max_pool/backward", "pool-backward-windows-side-by-side", "i * s", "i * ph", "j * s", "j * pw"),
    ("max_pool/backward", "pool-backward-windows-without-stride", "i * s", "i", "j * s", "j"),
    ("max_pool/backward", "pool-backward-stride-for-columns-only", "i * s", "i"),
    ("max_pool/backward", "pool-backward-stride-for-rows-only", "j * s", "j"),
    ("max_pool/backward", "pool-backward-windows-tile-the-image", SIZES, "    OH, OW = H // ph, W // pw\n", "i * s", "i * ph", "j * s", "j * pw"),
    ("max_pool/backward", "pool-non-square-windows", SIZES, SIZES + "    assert (W - ph) % s == 0\n"),
]  # fmt: skip


def code_with(check: str, *changes: str) -> SimpleNamespace:
    """The functions, of which the one that a check is about is changed."""
    return changed(RIGHT, check.replace("/", "_") + "_naive", *changes)
