"""What an array is here, and what stands for a value that is none; known in the student process too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from grader.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
else:
    Array = np.ndarray  # numpy.typing costs a start as much as all of this module


@dataclass(frozen=True, slots=True)
class NotAnArray:
    """Stands for a returned value that is no plain numeric array; ``kind`` says what it is instead."""

    kind: str


def plain(value: Array | NotAnArray) -> Array:
    """The array as float64 (complex128 if complex), as it is judged: small floats and unsigned integers do not wrap.

    What is larger than float64 can be is infinite. It comes first: what is finite must be so in what is judged.
    """
    assert not isinstance(value, NotAnArray), "the gate let a non-array pass"
    if type(value) is np.ndarray and value.dtype == np.float64:
        return value.copy(order="K")  # most are: nothing is converted, and nothing can go wrong
    with np.errstate(all="ignore"):
        return np.asarray(value).astype(np.complex128 if value.dtype.kind == "c" else np.float64)
