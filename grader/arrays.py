"""What an array is here, and what stands for a value that is none; known in the student process too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
else:
    Array = np.ndarray  # numpy.typing costs a start as much as all of this module


@dataclass(frozen=True, slots=True)
class NotAnArray:
    """Stands for a returned value that is no plain numeric array; ``kind`` says what it is instead."""

    kind: str
