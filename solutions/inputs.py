"""What a layer accepts: the number type of the kernels, shapes, and windows that fit.

A refusal is a ValueError of one sentence: the fact, what was expected, and what to change.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def as_float64(array: npt.ArrayLike) -> Floats:
    """Return the array as C-contiguous, aligned, writable float64: itself if it is that already, else a copy.

    These four are part of the type that Numba compiles for, so each kernel is compiled once only.
    """
    out = np.ascontiguousarray(array, dtype=np.float64)
    return out if out.flags.carray else out.copy()


def expect_shape(name: str, array: npt.NDArray[Any], shape: tuple[int | str, ...]) -> None:
    """Raise ValueError unless the array has this shape; a string names an axis of any length."""
    fits = len(array.shape) == len(shape)
    for have, want in zip(array.shape, shape):  # noqa: B905  # any() and strict take longer than a small layer
        if want.__class__ is not str and have != want:
            fits = False
    if not fits:
        expected = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} has shape {array.shape}; expected ({expected}).")


def whole_number(name: str, value: object, least: int) -> int:
    """Return the value as an int; ValueError if it is not a whole number of at least ``least``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # its TypeError is the point
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name} is {value!r}; expected a whole number of at least {least}.")
    return number


def count_windows(size: int, window: int, stride: int, pad: int = 0) -> int:
    """Number of window positions along one axis: 1 + (size + 2 pad - window) / stride.

    Raises ValueError if the window is larger than the padded axis or the stride does not divide evenly.
    """
    room = size + 2 * pad - window
    if room < 0:
        raise ValueError(
            f"A window of {window} does not fit into {size} with padding {pad}: use a smaller window or more padding."
        )
    if room % stride:
        raise ValueError(
            f"Windows of {window} with stride {stride} do not fill {size} with padding {pad}: "
            f"{size} + 2*{pad} - {window} = {room} must be a multiple of {stride}."
        )
    return 1 + room // stride
