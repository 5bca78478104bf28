"""In the student process: counts how often student code calls functions of its own with an input moved a little.

So derivatives by differences are told, also by complex steps: each entry of an input takes a call or two. Calls of the
exercise's own forward functions are counted whatever their inputs are: of a linear one unit vectors will do. It is no
evidence, since student code can blind it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType, TracebackType
from typing import Any, Self

import numpy as np

from grader.arrays import Array

NEAR = 1e-2  # how far off an input is that was moved a little, of its norm
MOST = 20_000  # calls that are looked at


class Evaluations:
    """A context manager; ``found`` counts the calls by the name of the input, ``called`` by the function's."""

    def __init__(self, inputs: Mapping[str, Array], labels: Mapping[str, Any], names: Iterable[str]) -> None:
        """Look at calls of functions from the files ``labels``; ``inputs`` are as they were before.

        ``names`` are the functions and classes that the exercise asks for.
        """
        self._names = {name for name in (*names, "forward", "loss") if "backward" not in name}
        self._inputs = {name: value.ravel() for name, value in inputs.items() if value.dtype.kind == "f" and value.ndim}
        self._labels = labels
        self._left = MOST
        self.found: Counter[str] = Counter()
        self.called: Counter[str] = Counter()

    def __enter__(self) -> Self:
        sys.setprofile(self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        sys.setprofile(None)

    def _hear(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or frame.f_code.co_filename not in self._labels or self._left <= 0:
            return
        self._left -= 1
        if frame.f_code.co_name in self._names:
            self.called[frame.f_code.co_name] += 1
        arrays = list(_arrays(frame.f_locals.values()))
        self.found.update(name for name, value in self._inputs.items() if any(_is_near(one, value) for one in arrays))


def _arrays(values: Any) -> Iterator[Array]:
    """The arrays among the arguments of a call, and among the parameters of a network."""
    for value in values:
        if type(value) is np.ndarray:
            yield value
        elif isinstance(value, dict):
            yield from (item for item in value.values() if type(item) is np.ndarray)
        elif isinstance(getattr(value, "__dict__", {}).get("params"), dict):
            yield from (item for item in value.params.values() if type(item) is np.ndarray)


def _is_near(one: Array, value: Array) -> bool:
    if one.size != value.size or one.dtype.kind not in "fc":
        return False
    off = float(np.linalg.norm(one.ravel() - value))
    return 0 < off <= NEAR * float(np.linalg.norm(value))
