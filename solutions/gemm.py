"""Matrix product in a fixed order, and convolution as matrix products: the kernels of both tiers (solutions.tiers).

A window of x, C HH WW numbers, is one column of a matrix ("im2col"); a block of output rows at a time is written so,
small enough to stay in the CPU's cache. With q numbering the windows (n, y, z) of a block, and k the places (c, i, j)
in a window, the formulas of solutions.conv are

    out[f, q] = sum over k of w[f, k] cols[k, q] + b[f]
    dw[f, k] = sum over q of dout[f, q] cols[k, q]        dcols[k, q] = sum over f of w[f, k] dout[f, q]

and dx is what "col2im" adds up from dcols.
"""

from __future__ import annotations

import numpy as np

from solutions.inputs import Floats
from solutions.jit import kernel

BLOCK = 2**16  # numbers in a block of columns: 512 KiB


@kernel
def add_product(a: Floats, b: Floats, out: Floats) -> None:
    """Add A (M, K) times B (K, N) to out (M, N): out[i, j] += a[i, k] b[k, j] in the order k = 0, 1, 2, ...

    Two rows and four k at a time, so that a number once loaded is used often; each entry's sum keeps its order.
    """
    M, K = a.shape
    for i in range(0, M - 1, 2):
        for k in range(0, K - 3, 4):
            p0, p1, p2, p3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            q0, q1, q2, q3 = a[i + 1, k], a[i + 1, k + 1], a[i + 1, k + 2], a[i + 1, k + 3]
            for j in range(b.shape[1]):
                b0, b1, b2, b3 = b[k, j], b[k + 1, j], b[k + 2, j], b[k + 3, j]
                upper = (((out[i, j] + p0 * b0) + p1 * b1) + p2 * b2) + p3 * b3
                lower = (((out[i + 1, j] + q0 * b0) + q1 * b1) + q2 * b2) + q3 * b3
                out[i, j], out[i + 1, j] = upper, lower
    for i in range(M):
        # What is left: the last k of every row, and all k of the last of an odd number of rows.
        for k in range(K - K % 4 if i < M - M % 2 else 0, K):
            factor = a[i, k]
            for j in range(b.shape[1]):
                out[i, j] += factor * b[k, j]


@kernel
def im2col(
    x: Floats, n0: int, n1: int, y0: int, y1: int, width: int, HH: int, WW: int, stride: int, pad: int
) -> Floats:
    """Columns of the windows of samples n0..n1, output rows y0..y1: (C HH WW, samples * rows * width)."""
    _, C, H, W = x.shape
    cols = np.empty((C, HH, WW, n1 - n0, y1 - y0, width))
    for c in range(C):
        for i in range(HH):
            for j in range(WW):
                for n in range(n0, n1):
                    for y in range(y0, y1):
                        row = y * stride + i - pad
                        for z in range(width):
                            column = z * stride + j - pad
                            # & and not "and": without branches LLVM turns the loop into masked vector loads
                            inside = (row >= 0) & (row < H) & (column >= 0) & (column < W)
                            cols[c, i, j, n - n0, y - y0, z] = x[n, c, row, column] if inside else 0.0
    return cols.reshape(C * HH * WW, (n1 - n0) * (y1 - y0) * width)


@kernel
def col2im(
    cols: Floats, dx: Floats, n0: int, n1: int, y0: int, y1: int, width: int, HH: int, WW: int, stride: int, pad: int
) -> None:
    """Add each column back to the window of dx that it came from: the transpose of im2col."""
    _, C, H, W = dx.shape
    windows = cols.reshape(C, HH, WW, n1 - n0, y1 - y0, width)
    for c in range(C):
        for i in range(HH):
            for j in range(WW):
                for n in range(n0, n1):
                    for y in range(y0, y1):
                        row = y * stride + i - pad
                        for z in range(width):
                            column = z * stride + j - pad
                            if 0 <= row < H and 0 <= column < W:
                                dx[n, c, row, column] += windows[c, i, j, n - n0, y - y0, z]


@kernel
def block_size(N: int, OH: int, row: int) -> tuple[int, int]:
    """(samples, output rows) of a block of about BLOCK numbers, for ``row`` numbers an output row."""
    rows = max(1, BLOCK // max(1, row))
    return max(1, min(N, rows // max(1, OH))), max(1, min(rows, OH))


@kernel
def portable_forward(x: Floats, w: Floats, b: Floats, stride: int, pad: int, out: Floats) -> None:
    """Fill out (N, F, OH, OW), each of its sums in the order of k, then b. (To return arrays takes Numba longer.)"""
    N, F, OH, OW = out.shape
    _, C, HH, WW = w.shape
    filters = w.reshape(F, C * HH * WW)
    samples, rows = block_size(N, OH, C * HH * WW * OW)
    for n0 in range(0, N, samples):
        for y0 in range(0, OH, rows):
            n1, y1 = min(n0 + samples, N), min(y0 + rows, OH)
            cols = im2col(x, n0, n1, y0, y1, OW, HH, WW, stride, pad)
            sums = np.zeros((F, cols.shape[1]))
            add_product(filters, cols, sums)
            sums_at = sums.reshape(F, n1 - n0, y1 - y0, OW)
            for n in range(n0, n1):
                for f in range(F):
                    for y in range(y0, y1):
                        for z in range(OW):
                            out[n, f, y, z] = sums_at[f, n - n0, y - y0, z] + b[f]


@kernel
def portable_backward(
    dout: Floats, x: Floats, w: Floats, stride: int, pad: int, dx: Floats, dw: Floats, db: Floats
) -> None:
    """Add to dx, dw and db; the sums of dw and db are in the order of q, those of dcols in the order of f."""
    N, F, OH, OW = dout.shape
    _, C, HH, WW = w.shape
    K = C * HH * WW
    filters = np.ascontiguousarray(w.reshape(F, K).T)
    dfilters = np.zeros((F, K + 1))
    samples, rows = block_size(N, OH, K * OW)
    for n0 in range(0, N, samples):
        for y0 in range(0, OH, rows):
            n1, y1 = min(n0 + samples, N), min(y0 + rows, OH)
            deltas_at = np.empty((F, n1 - n0, y1 - y0, OW))
            for f in range(F):
                for n in range(n0, n1):
                    for y in range(y0, y1):
                        for z in range(OW):
                            deltas_at[f, n - n0, y - y0, z] = dout[n, f, y, z]
            cols = im2col(x, n0, n1, y0, y1, OW, HH, WW, stride, pad)
            deltas = deltas_at.reshape(F, cols.shape[1])
            windows = np.ones((cols.shape[1], K + 1))  # the columns as rows; the bias is the weight of a last 1
            for tile in range(0, cols.shape[1], 8):  # in tiles, for the cache's sake
                for k in range(K):
                    for q in range(tile, min(tile + 8, cols.shape[1])):
                        windows[q, k] = cols[k, q]
            add_product(deltas, windows, dfilters)
            cols[:] = 0.0
            add_product(filters, deltas, cols)
            col2im(cols, dx, n0, n1, y0, y1, OW, HH, WW, stride, pad)
    for f in range(F):  # in loops, which compile in a fifth of the time that whole arrays take
        db[f] += dfilters[f, K]
        for c in range(C):
            for i in range(HH):
                for j in range(WW):
                    dw[f, c, i, j] += dfilters[f, (c * HH + i) * WW + j]
