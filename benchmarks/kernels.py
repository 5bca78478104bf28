"""Our kernels against NumPy, SciPy and torch, one thread each (bars 1, 2, 3 and 14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import rivals
from benchmarks.figures import Figure, Options
from benchmarks.measure import cpu_a_call, in_turn, ratios
from benchmarks.rivals import Call, Torch
from solutions.affine import affine_forward
from solutions.batch_norm import spatial_batchnorm_forward
from solutions.conv import conv_backward_naive, conv_forward_naive
from solutions.losses import softmax_loss
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive


@dataclass(frozen=True)
class Size:
    """Of a convolution: images, filters, stride and pad."""

    x: tuple[int, int, int, int]
    w: tuple[int, int, int, int]
    stride: int
    pad: int

    def __str__(self) -> str:
        images, filters = ("×".join(map(str, n)) for n in (self.x, self.w[2:]))
        return f"{images}, {self.w[0]} filters of {filters}{', stride 2' if self.stride == 2 else ''}"

    @property
    def limit(self) -> float:
        """Bar 1: half of torch from 32 channels on."""
        return 0.5 if self.x[1] >= 32 else 1.0


SIZES = (
    Size((2, 3, 4, 4), (3, 3, 4, 4), 2, 1),  # the course's own first example
    Size((10, 3, 32, 32), (32, 3, 7, 7), 1, 3),
    Size((100, 3, 31, 31), (25, 3, 3, 3), 2, 1),  # the course's comparison of speeds
    Size((50, 32, 32, 32), (32, 32, 3, 3), 1, 1),
    Size((50, 32, 32, 32), (32, 32, 5, 5), 1, 2),
)
DGEMM = 1024


def measure(options: Options) -> Iterator[Figure]:
    """Yield the figures; those of torch say so where it is not installed."""
    torch = rivals.open_torch()
    rounds = 3 if options.quick else options.rounds
    for size in SIZES:
        yield from _conv(size, torch, rounds, quick=options.quick)
    yield from _share_of_dgemm(rounds)
    for name, calls in _others(torch).items():
        bar = {"bar": 14, "limit": 1.0} if name.startswith("spatial batch norm") else {}
        yield from _compare(name, calls, rounds, **bar)


def _compare(name: str, calls: dict[str, Call], rounds: int, **bar: Any) -> Iterator[Figure]:
    """Ours over each other one; ``bar`` goes to the figure of torch."""
    found = in_turn({who: lambda call=call: cpu_a_call(call) for who, call in calls.items()}, rounds)  # type: ignore[misc]
    ours = found.pop("ours")
    for who, theirs in found.items():
        yield Figure(name, ratios(ours, theirs), f"of {who}", **(bar if who == "torch" else {}))
    if "torch" not in found:
        yield Figure(name, (), "of torch", **bar, note="torch is not installed here")


def _conv(size: Size, torch: Torch | None, rounds: int, *, quick: bool) -> Iterator[Figure]:
    rng = np.random.default_rng(231)
    x, w, b = rng.standard_normal(size.x), rng.standard_normal(size.w), rng.standard_normal(size.w[0])
    stride, pad = size.stride, size.pad
    out, cache = conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    dout = rng.standard_normal(out.shape)
    forward: dict[str, Call] = {
        "ours": lambda: conv_forward_naive(x, w, b, {"stride": stride, "pad": pad}),
        "NumPy": lambda: rivals.numpy_conv(x, w, b, stride, pad),
    }
    backward: dict[str, Call] = {
        "ours": lambda: conv_backward_naive(dout, cache),
        "NumPy": lambda: rivals.numpy_conv_backward(dout, x, w, stride, pad),
    }
    if out.size < 10**6 and not quick:
        forward["SciPy"] = lambda: rivals.scipy_conv(x, w, b, stride, pad)
    if torch:
        conv2d = torch.functional.conv2d
        forward["torch"] = torch.forward(lambda *t: conv2d(*t, stride=stride, padding=pad), x, w, b)
        backward["torch"] = torch.backward(lambda *t: conv2d(*t, stride=stride, padding=pad), dout, x, w, b)
    yield from _compare(f"conv forward, {size}", forward, rounds, bar=1, limit=size.limit)
    yield from _compare(f"conv backward, {size}", backward, rounds, bar=2, limit=1.0)


def _share_of_dgemm(rounds: int) -> Iterator[Figure]:
    """Multiplications a second of the large convolutions, over those of a square product."""
    rng = np.random.default_rng(231)
    square = rng.standard_normal((DGEMM, DGEMM))
    for size in SIZES[3:]:
        x, w, b = rng.standard_normal(size.x), rng.standard_normal(size.w), rng.standard_normal(size.w[0])
        param = {"stride": size.stride, "pad": size.pad}
        out, _ = conv_forward_naive(x, w, b, param)
        work = out.size * w[0].size
        found = in_turn(
            {
                "conv": lambda x=x, w=w, b=b, p=param: cpu_a_call(lambda: conv_forward_naive(x, w, b, p)),  # type: ignore[misc]
                "dgemm": lambda: cpu_a_call(lambda: square @ square),
            },
            rounds,
        )
        share = [work / c / (DGEMM**3 / d) for c, d in zip(found["conv"], found["dgemm"], strict=True)]
        what = f"conv forward, {size}: multiplications a second"
        yield Figure(what, tuple(share), f"of dgemm ({DGEMM} square)", bar=3, limit=0.5, at_least=True)


def _others(torch: Torch | None) -> dict[str, dict[str, Call]]:
    """The other layers at one size each."""
    rng = np.random.default_rng(231)
    image = rng.standard_normal((50, 32, 32, 32))
    gamma, beta = rng.standard_normal(32), rng.standard_normal(32)
    rows, weights, biases = rng.standard_normal((100, 3072)), rng.standard_normal((3072, 100)), rng.standard_normal(100)
    scores, labels = rng.standard_normal((500, 10)), rng.integers(0, 10, 500)
    tiles = {"pool_height": 2, "pool_width": 2, "stride": 2}
    pooled, cache = max_pool_forward_naive(image, tiles)
    dout = rng.standard_normal(pooled.shape)
    calls: dict[str, dict[str, Call]] = {
        "max pool forward, 50×32×32×32": {
            "ours": lambda: max_pool_forward_naive(image, tiles),
            "NumPy": lambda: rivals.numpy_pool(image, 2),
        },
        "max pool backward, 50×32×32×32": {
            "ours": lambda: max_pool_backward_naive(dout, cache),
            "NumPy": lambda: rivals.numpy_pool_backward(dout, image, pooled, 2),
        },
        "spatial batch norm, 50×32×32×32": {
            "ours": lambda: spatial_batchnorm_forward(image, gamma, beta, {"mode": "train"}),
            "NumPy": lambda: rivals.numpy_batch_norm(image, gamma, beta),
        },
        "affine forward, 100×3072 to 100": {
            "ours": lambda: affine_forward(rows, weights, biases),
            "NumPy": lambda: rows @ weights + biases,
        },
        "softmax loss and gradient, 500×10": {
            "ours": lambda: softmax_loss(scores, labels),
            "NumPy": lambda: rivals.numpy_softmax(scores, labels),
        },
    }
    if torch:
        f = torch.functional
        theirs = (
            torch.forward(lambda t: f.max_pool2d(t, 2, return_indices=True), image),
            torch.backward(lambda t: f.max_pool2d(t, 2), dout, image),
            torch.forward(lambda *t: f.batch_norm(t[0], None, None, t[1], t[2], training=True), image, gamma, beta),
            torch.forward(lambda x, w, b: f.linear(x, w.T, b), rows, weights, biases),
            _loss_and_gradient(torch, scores, labels),
        )
        for name, call in zip(calls, theirs, strict=True):
            calls[name]["torch"] = call
    return calls


def _loss_and_gradient(torch: Torch, scores: Any, labels: Any) -> Call:
    x, y = torch.tensors(scores, labels)
    return lambda: torch.torch.autograd.grad(torch.functional.cross_entropy(x, y), x)
