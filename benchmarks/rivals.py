"""The kernels' formulas in plain NumPy, SciPy and torch: what one would write without Numba.

Shapes as in ``solutions``: images (N, C, H, W), filters (F, C, HH, WW). Everything is float64 and one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Call = Callable[[], Any]


def windows(x: Floats, HH: int, WW: int, stride: int, pad: int) -> Floats:
    """All windows as a view (N, C, OH, OW, HH, WW)."""
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return np.lib.stride_tricks.sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]


def numpy_conv(x: Floats, w: Floats, b: Floats, stride: int, pad: int) -> Floats:
    """Forward: sliding windows and one tensordot."""
    HH, WW = w.shape[2:]
    out = np.tensordot(windows(x, HH, WW, stride, pad), w, axes=([1, 4, 5], [1, 2, 3])) + b
    return out.transpose(0, 3, 1, 2)


def numpy_conv_backward(dout: Floats, x: Floats, w: Floats, stride: int, pad: int) -> tuple[Floats, Floats, Floats]:
    """Backward: a tensordot for dw; for dx one product a filter position, added to strided slices."""
    N, C, H, W = x.shape
    _, _, HH, WW = w.shape
    _, _, OH, OW = dout.shape
    dw = np.tensordot(dout, windows(x, HH, WW, stride, pad), axes=([0, 2, 3], [0, 2, 3]))
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i, j in np.ndindex(HH, WW):
        part = np.tensordot(dout, w[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
        dx[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride] += part
    return dx[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


def scipy_conv(x: Floats, w: Floats, b: Floats, stride: int, pad: int) -> Floats:
    """Forward with scipy.signal, a correlation a sample and filter."""
    from scipy.signal import correlate

    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = [[correlate(image, kernel, "valid", "direct")[0] for kernel in w] for image in padded]
    return np.asarray(out)[:, :, ::stride, ::stride] + b[:, None, None]


def numpy_pool(x: Floats, size: int) -> Floats:
    """Max pooling of tiles."""
    N, C, H, W = x.shape
    out: Floats = x.reshape(N, C, H // size, size, W // size, size).max(axis=(3, 5))
    return out


def numpy_pool_backward(dout: Floats, x: Floats, out: Floats, size: int) -> Floats:
    """Its gradient, to all entries that equal the largest."""
    largest = out.repeat(size, axis=2).repeat(size, axis=3)
    return np.asarray((x == largest) * dout.repeat(size, axis=2).repeat(size, axis=3))


def numpy_batch_norm(x: Floats, gamma: Floats, beta: Floats) -> Floats:
    """Spatial batch normalisation in training."""
    mean, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    out: Floats = gamma[:, None, None] * (x - mean) / np.sqrt(var + 1e-5) + beta[:, None, None]
    return out


def numpy_softmax(x: Floats, y: NDArray[np.int64]) -> tuple[float, Floats]:
    """Mean loss and gradient."""
    N = len(x)
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean()
    p[np.arange(N), y] -= 1
    return float(loss), p / N


class Torch:
    """The same in torch on one thread; ``None`` instead where it is not installed (``open_torch``)."""

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch: Any = torch
        self.functional: Any = torch.nn.functional

    def tensors(self, *arrays: NDArray[Any]) -> list[Any]:
        """The arrays' memory as tensors that want gradients."""
        found = [self.torch.from_numpy(array) for array in arrays]
        return [t.requires_grad_() if t.dtype == self.torch.float64 else t for t in found]

    def forward(self, function: Callable[..., Any], *arrays: NDArray[Any]) -> Call:
        """A call of the forward pass alone, without a record for gradients."""
        tensors = [t.detach() for t in self.tensors(*arrays)]

        def call() -> Any:
            with self.torch.no_grad():
                return function(*tensors)

        return call

    def backward(self, function: Callable[..., Any], dout: Floats, *arrays: NDArray[Any]) -> Call:
        """A call of the backward pass alone."""
        tensors = self.tensors(*arrays)
        out, upstream = function(*tensors), self.torch.from_numpy(dout)
        wanted = [t for t in tensors if t.requires_grad]
        return lambda: self.torch.autograd.grad(out, wanted, upstream, retain_graph=True)


def open_torch() -> Torch | None:
    """Torch if it is installed here."""
    return Torch() if find_spec("torch") else None
