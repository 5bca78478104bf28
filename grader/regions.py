"""What the axes and sizes of an array are called, and which regular region of it holds certain places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.expectations import Array

IMAGES = 4  # axes: samples, channels, rows, columns
FEW = 3

Inputs = Mapping[str, Array]


def sizes(inputs: Inputs) -> dict[str, int]:
    """The sizes that sums are divided by, in words: of the batch that is named x, or else of the first array."""
    arrays = [inputs[key] for key in ("x", "X", "dout") if key in inputs] + list(inputs.values())
    batch = next((array for array in arrays if array.ndim > 1), None)
    if batch is None:
        return {}
    found = {"the number of samples": len(batch)}
    if _classes(inputs):
        found["the number of classes"] = _classes(inputs)
    if batch.ndim == IMAGES:
        pixels = batch.shape[2] * batch.shape[3]
        found |= {"H * W": pixels, "N * H * W": len(batch) * pixels}
    return found


def side(axis: int, array: Array, inputs: Inputs) -> str:
    """What one index of an axis of ``array`` is called."""
    if array.ndim == 1:
        return "entry"
    samples = sizes(inputs).get("the number of samples") == array.shape[0]
    if array.ndim == IMAGES:
        return ("sample" if samples else "filter", "channel", "row", "column")[axis]
    if array.ndim > 2:
        return f"index of axis {axis}"
    if axis == 0:
        return "sample" if samples else "row"
    return "class" if _classes(inputs) == array.shape[1] else "column"


def regions(places: Array, inputs: Inputs) -> Iterator[tuple[str, Array]]:
    """The regular regions that hold all true entries of ``places``: words such as "in row 2", and a mask."""
    axes = [
        np.arange(size).reshape([-1 if at == axis else 1 for at in range(places.ndim)])
        for axis, size in enumerate(places.shape)
    ]
    for axis, size in enumerate(places.shape):
        name, touched = side(axis, places, inputs), np.unique(np.nonzero(places)[axis])
        if len(touched) == 1 < size:
            yield f"in {name} {touched[0]} (counted from 0)", axes[axis] == touched[0]
        if size > FEW and len(set(touched % 2)) == 1:
            yield f"in every second {name} (from {touched[0] % 2} on)", axes[axis] % 2 == touched[0] % 2
        if len(touched) == size - 1 > 1:
            left = np.setdiff1d(np.arange(size), touched)[0]
            yield f"in the {_plural(name)} other than {left} (counted from 0)", axes[axis] != left
    if places.ndim > 1 and min(places.shape[-2:]) > 2:
        border = np.ones(places.shape, dtype=bool)
        border[..., 1:-1, 1:-1] = False
        if not (places & ~border).any():
            yield "on the border of the last two axes", border


def _plural(name: str) -> str:
    return {"entry": "entries", "class": "classes"}.get(
        name, name.replace("index", "indices") if " " in name else f"{name}s"
    )


def _classes(inputs: Inputs) -> int:
    """The number of classes, where there are labels: as many as the last biases, or as the columns of the scores."""
    if "y" not in inputs or inputs["y"].ndim != 1:
        return 0
    biases = [value for key, value in sorted(inputs.items()) if key.startswith("b") and value.ndim == 1]
    scores = [inputs[key] for key in ("scores", "x") if key in inputs and inputs[key].ndim > 1]
    return biases[-1].shape[0] if biases else scores[0].shape[-1] if scores else 0
