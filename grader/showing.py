"""What a wrong array shows: the worst entry, its neighbours, and a heatmap. All functions here are pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.arrays import Array, NotAnArray, plain
from grader.model import Evidence

Values = Mapping[str, Array | NotAnArray]


def shapes(name: str, got: Values, want: Array) -> Evidence | None:
    """Evidence for a refusal at the gate: shapes and dtypes, where there is an array at all."""
    value = got.get(name)
    if not isinstance(value, np.ndarray):
        return None
    return Evidence(value.shape, want.shape, str(value.dtype), str(want.dtype))


def where(name: str, got: Values, want: Array, errors: Array, public: bool) -> Evidence:
    """Evidence for a wrong number: the worst entry, its neighbours on the last axis, and a heatmap."""
    value = plain(got[name])
    evidence = shapes(name, got, want)
    assert evidence is not None, "the gate let a non-array pass"
    if not value.ndim or not value.size:
        index: tuple[int, ...] = ()
        first, shown, right = 0, np.atleast_1d(value)[:8], np.atleast_1d(want)[:8]
    else:
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(errors)), errors.shape))
        first = max(0, min(index[-1] - 3, value.shape[-1] - 8))
        shown, right = (array[index[:-1]][first : first + 8] for array in (value, want))
    return Evidence(
        evidence.got_shape,
        evidence.want_shape,
        evidence.got_dtype,
        evidence.want_dtype,
        index,
        first,
        tuple(float(x) for x in shown),
        tuple(float(x) for x in right) if public else None,
        heat(errors),
    )


def heat(errors: Array) -> tuple[str, ...]:
    """Rows of digits for a heatmap, at most 32 x 32: the largest error in each tile, on a log scale of 12 decades.

    All axes but the last are stacked as rows.
    """
    if errors.ndim < 1 or errors.size < 2:
        return ()
    grid = np.nan_to_num(errors.reshape(-1, errors.shape[-1]))  # of wild values the differences overflow
    rows, columns = (np.linspace(0, n, min(n, 32) + 1).astype(int)[:-1] for n in grid.shape)
    tiles = np.maximum.reduceat(np.maximum.reduceat(grid, rows, axis=0), columns, axis=1)
    level = 9 + np.log10(np.maximum(tiles, 1e-300) / max(float(tiles.max()), 1e-300)) * 9 / 12
    digits = np.where(tiles > 0, np.clip(level, 1, 9), 0).astype(int)
    return tuple("".join(map(str, row)) for row in digits)


def place(errors: Array) -> str:
    """Where the largest error is, as words that follow it."""
    if errors.ndim == 0:
        return ""
    return f" at {[int(i) for i in np.unravel_index(int(np.argmax(errors)), errors.shape)]}"
