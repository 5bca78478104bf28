"""Gradient checks of functions that students write: three directions against every coordinate (bar 11).

For marks there is no such check where a reference fits: one backward call is compared with the reference's.
Central differences with h = 1e-6 along three Gaussian directions a tensor, tolerance 1e-6 of the norm; a failure
is tried again at a fresh point. The function here is a convolution in NumPy, as a student writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.figures import Figure, Options
from benchmarks.measure import cpu_a_call, in_turn, ratios
from benchmarks.rivals import Floats, numpy_conv, numpy_conv_backward

STEP = 1e-6
LIMIT = 1e-6
Point = list[Floats]
Loss = Callable[[Point], float]


def along_directions(loss: Loss, point: Point, gradients: Point, rng: np.random.Generator, count: int = 3) -> bool:
    """Whether the slope of ``loss`` along ``count`` Gaussian directions of each tensor is the gradients'."""
    for k, gradient in enumerate(gradients):
        for _ in range(count):
            direction = rng.standard_normal(gradient.shape)
            slope = _slope(loss, point, k, direction)
            scale = float(np.linalg.norm(gradient) + abs(slope)) + 1e-12
            if abs(float(np.sum(direction * gradient)) - slope) > LIMIT * scale:
                return False
    return True


def along_coordinates(loss: Loss, point: Point, gradients: Point) -> bool:
    """The same for every single entry: what tells *which* entry is wrong."""
    for k, gradient in enumerate(gradients):
        scale = float(np.linalg.norm(gradient)) + 1e-12
        for index in np.ndindex(gradient.shape):
            direction = np.zeros(gradient.shape)
            direction[index] = 1.0
            if abs(_slope(loss, point, k, direction) - gradient[index]) > LIMIT * scale:
                return False
    return True


def _slope(loss: Loss, point: Point, k: int, direction: Floats) -> float:
    moved = [[*point[:k], point[k] + h * direction, *point[k + 1 :]] for h in (STEP, -STEP)]
    return (loss(moved[0]) - loss(moved[1])) / (2 * STEP)


def measure(options: Options) -> Iterator[Figure]:
    """Yield the cost of the short check over the full one, and what each notices."""
    rng = np.random.default_rng(231)
    point = [rng.standard_normal(shape) for shape in ((4, 3, 5, 5), (2, 3, 3, 3), (2,))]
    dout = rng.standard_normal((4, 2, 5, 5))

    def loss(at: Point) -> float:
        return float(np.sum(numpy_conv(*at, 1, 1) * dout))  # type: ignore[call-arg,arg-type]

    gradients = list(numpy_conv_backward(dout, point[0], point[1], 1, 1))
    found = in_turn(
        {
            "directions": lambda: cpu_a_call(lambda: along_directions(loss, point, gradients, rng)),
            "coordinates": lambda: cpu_a_call(lambda: along_coordinates(loss, point, gradients)),
        },
        3 if options.quick else options.rounds,
    )
    entries = sum(gradient.size for gradient in gradients)
    yield Figure(
        f"gradient check of conv ({entries} entries): three directions",
        ratios(found["directions"], found["coordinates"]),
        "of every coordinate",
        bar=11,
        limit=0.05,
    )
    yield from _noticed(loss, point, gradients, 20 if options.quick else 200)


def _noticed(loss: Loss, point: Point, gradients: Point, trials: int) -> Iterator[Figure]:
    """How often three directions notice a mistake, and accept the right gradient."""
    rng = np.random.default_rng(2026)
    one = gradients[0].copy()
    one[0, 0, 2, 2] *= 1.01
    wrong = {
        "one entry of 300 is 1 % off": [one, *gradients[1:]],
        "dw has the wrong sign": [gradients[0], -gradients[1], gradients[2]],
        "dx is flipped": [np.ascontiguousarray(gradients[0][..., ::-1]), *gradients[1:]],
    }
    for name, changed in wrong.items():
        seen = sum(not along_directions(loss, point, changed, rng) for _ in range(trials))
        yield Figure(f"three directions notice: {name}", (seen / trials,), f"of {trials} trials")
    passed = sum(along_directions(loss, point, gradients, rng) for _ in range(trials))
    yield Figure("three directions accept the right gradient", (passed / trials,), f"of {trials} trials")
