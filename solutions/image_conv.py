"""General convolution as frameworks offer it, its initial weights, and the combined convolution and pooling layer.

With stride s, padding p and dilation d, each a pair (vertical v, horizontal h), G groups, C channels, F filters,
and x zero outside the image (cross-correlation: the filter is not flipped):

    out[n, f, y, z] = b[f] + sum over c, i, j of w[f, c, i, j] x[n, k C/G + c, s_v y + d_v i - p_v, s_h z + d_h j - p_h]

where k = floor(f / (F/G)) is the group of the filter, and each side of out is
1 + floor((side + 2 p - d (filter side - 1) - 1) / s). Initial weights are normal with the standard deviation
sqrt(2 / (filter_size² channels)) (He et al. 2015, "Delving deep into rectifiers").
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.activators import ReluActivator
from solutions.conv_layer import Activator
from solutions.inputs import Floats, as_float64, expect_shape, whole_number
from solutions.jit import kernel
from solutions.max_pool import max_pool_forward_naive

Pair = tuple[int, int]


@kernel
def _general_conv_kernel(
    x: Floats, w: Floats, out: Floats, sv: int, sh: int, pv: int, ph: int, dv: int, dh: int, groups: int
) -> None:
    """Add every weight times what it sees to ``out``."""
    N, _, H, W = x.shape
    F, C, HH, WW = w.shape
    _, _, OH, OW = out.shape
    for n in range(N):
        for f in range(F):
            first = f // (F // groups) * C
            for c in range(C):
                for i in range(HH):
                    for j in range(WW):
                        weight = w[f, c, i, j]
                        for y in range(OH):
                            row = sv * y + dv * i - pv
                            if 0 <= row < H:
                                for z in range(OW):
                                    column = sh * z + dh * j - ph
                                    if 0 <= column < W:
                                        out[n, f, y, z] += weight * x[n, first + c, row, column]


def _pair(name: str, value: Pair, least: int) -> Pair:
    """(vertical, horizontal) as whole numbers of at least ``least``; ValueError otherwise."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"{name} is {value!r}; expected a pair (vertical, horizontal).")
    return whole_number(f"vertical {name}", value[0], least), whole_number(f"horizontal {name}", value[1], least)


def _side(size: int, window: int, stride: int, padding: int, dilation: int) -> int:
    """The length of one side of the output; ValueError if the dilated window does not fit."""
    room = size + 2 * padding - dilation * (window - 1) - 1
    if room < 0:
        raise ValueError(
            f"A window of {window} with dilation {dilation} does not fit into {size} with padding {padding}: "
            "use a smaller window or dilation, or more padding."
        )
    return 1 + room // stride


def general_conv(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    b: npt.ArrayLike | None = None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Floats:
    """Return the convolution of one image x (C, H, W), or of a batch (N, C, H, W), with w (F, C / groups, HH, WW).

    b: biases (F,), or None for none. stride, padding, dilation: pairs (vertical, horizontal).
    Returns (F, OH, OW) or (N, F, OH, OW). Raises ValueError for shapes that do not belong together.
    """
    x, w = as_float64(x), as_float64(w)
    if x.ndim not in (3, 4):
        raise ValueError(f"x has shape {x.shape}; expected (C, H, W) or (N, C, H, W).")
    images = x if x.ndim == 4 else x[None]
    N, C, H, W = images.shape
    groups = whole_number("groups", groups, 1)
    expect_shape("w", w, ("F", "C / groups", "HH", "WW"))
    F = w.shape[0]
    if C % groups or F % groups:
        raise ValueError(f"{C} channels and {F} filters cannot be cut into {groups} groups.")
    expect_shape("w", w, ("F", C // groups, "HH", "WW"))
    (sv, sh), (pv, ph), (dv, dh) = (
        _pair("stride", stride, 1),
        _pair("padding", padding, 0),
        _pair("dilation", dilation, 1),
    )
    out = np.zeros((N, F, _side(H, w.shape[2], sv, pv, dv), _side(W, w.shape[3], sh, ph, dh)))
    if b is not None:
        b = as_float64(b)
        expect_shape("b", b, (F,))
        out += b[:, None, None]
    _general_conv_kernel(images, w, out, sv, sh, pv, ph, dv, dh, groups)
    return out if x.ndim == 4 else out[0]


def initial_weights(num_filters: int, channels: int, filter_size: int) -> Floats:
    """Draw weights (num_filters, channels, filter_size, filter_size) from NumPy's global generator."""
    std = np.sqrt(2.0 / (filter_size**2 * channels))
    return np.asarray(std * np.random.randn(num_filters, channels, filter_size, filter_size))


def simple_img_conv_pool(
    x: npt.ArrayLike,
    w: npt.ArrayLike | None = None,
    b: npt.ArrayLike | None = None,
    filter_size: int = 5,
    num_filters: int = 20,
    pool_size: int = 2,
    pool_stride: int = 2,
    activator: Activator | None = None,
) -> Floats:
    """Return convolution, activation and max pooling of one image x (C, H, W), or of a batch (N, C, H, W).

    w (num_filters, C, filter_size, filter_size) is drawn by initial_weights if it is None; b (num_filters,) is
    zero if it is None; the activator is a ReLU if it is None. The convolution has stride 1 and no padding.
    """
    x = as_float64(x)
    if w is None:
        w = initial_weights(num_filters, x.shape[-3], filter_size)
    expect_shape("w", np.asarray(w), (num_filters, x.shape[-3], filter_size, filter_size))
    out = (activator or ReluActivator()).forward(general_conv(x, w, b))
    window = {"pool_height": pool_size, "pool_width": pool_size, "stride": pool_stride}
    pooled, _ = max_pool_forward_naive(out if x.ndim == 4 else out[None], window)
    return pooled if x.ndim == 4 else pooled[0]
