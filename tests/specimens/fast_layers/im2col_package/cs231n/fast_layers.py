import numpy as np


def conv_forward_fast(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    OH, OW = 1 + (H + 2 * p - HH) // s, 1 + (W + 2 * p - WW) // s
    # for every row (c, u, v) and column (i, j) of the matrix, where its entry stands in the padded image
    c, u, v = (index.reshape(-1, 1) for index in np.indices((C, HH, WW)))
    i, j = (index.reshape(1, -1) for index in np.indices((OH, OW)))
    place = c, s * i + u, s * j + v
    image = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    cols = image[(slice(None), *place)]
    out = np.matmul(w.reshape(F, -1), cols) + b.reshape(-1, 1)
    return out.reshape(N, F, OH, OW), {"cols": cols, "place": place, "w": w, "x": x, "pad": p}


def conv_backward_fast(dout, cache):
    w, x, p = cache["w"], cache["x"], cache["pad"]
    N, F = dout.shape[:2]
    flat = dout.reshape(N, F, -1)
    dw = np.einsum("nfk,nrk->fr", flat, cache["cols"]).reshape(w.shape)
    dcols = np.matmul(w.reshape(F, -1).T, flat)
    dimage = np.zeros((*x.shape[:2], x.shape[2] + 2 * p, x.shape[3] + 2 * p))
    np.add.at(dimage, (slice(None), *cache["place"]), dcols)
    return dimage[:, :, p : p + x.shape[2], p : p + x.shape[3]], dw, flat.sum(axis=(0, 2))


def max_pool_forward_fast(x, pool_param):
    """The maximum over the few shifts of the window."""
    h, w, s = (pool_param[name] for name in ("pool_height", "pool_width", "stride"))
    H, W = x.shape[2] - h + 1, x.shape[3] - w + 1
    shifts = [x[:, :, u : u + H : s, v : v + W : s] for u in range(h) for v in range(w)]
    out = shifts[0]
    for shift in shifts[1:]:
        out = np.maximum(out, shift)
    return out, {"x": x, "out": out, "window": (h, w, s)}


def max_pool_backward_fast(dout, cache):
    """To all of equal maxima."""
    x, out, (h, w, s) = cache["x"], cache["out"], cache["window"]
    H, W = x.shape[2] - h + 1, x.shape[3] - w + 1
    dx = np.zeros(x.shape)
    for u in range(h):
        for v in range(w):
            place = np.s_[:, :, u : u + H : s, v : v + W : s]
            dx[place] += dout * (x[place] == out)
    return dx
