"""What converted code calls: Python 2's division and lists, and NumPy's functions as they were.

It is imported into the student's process, so it needs Python and NumPy only and holds nothing of any solution.
``install`` makes it known there as ``_compat``. A builtin rather than an import in the text: no line or cell needs
one more statement, and the extraction need not know of it.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import math
import pickle
import sys
from collections.abc import Callable, ItemsView, Iterable, KeysView, ValuesView
from types import GeneratorType, ModuleType
from typing import Any

import numpy

from grader.compat.old_names import ALIASES, BUILTIN_TYPES

NAME = "_compat"

xrange = builtins.range
reduce = functools.reduce
unicode = basestring = str
long = int
unichr = chr
raw_input = input
intern = sys.intern


def install() -> None:
    """Make this module known to all code of the process, under the name that converted code uses."""
    setattr(builtins, NAME, sys.modules[__name__])


def div(a: Any, b: Any) -> Any:
    """Python 2's ``a / b``: whole numbers and arrays of them are rounded down."""
    a, b = _beside(a, b), _beside(b, a)
    return a // b if _whole(a) and _whole(b) else a / b


def _beside(value: Any, other: Any) -> Any:
    """A list as the array that it becomes beside an array."""
    in_array = isinstance(value, (list, tuple)) and isinstance(other, (numpy.ndarray, numpy.generic))
    return numpy.asarray(value) if in_array else value


def _whole(value: Any) -> bool:
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return value.dtype.kind in "biu"
    return isinstance(value, int)


class Divisor:
    """``a /= Divisor(b)`` is Python 2's ``a /= b``: in place for arrays, and the target is evaluated once."""

    def __init__(self, value: Any) -> None:
        self.value: Any = value

    def __rtruediv__(self, a: Any) -> Any:
        return div(a, self.value)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc is not numpy.true_divide or method != "__call__":
            return NotImplemented
        a, b = (item.value if isinstance(item, Divisor) else item for item in inputs)
        if _whole(a) and _whole(_beside(b, a)):
            ufunc = numpy.floor_divide
        return ufunc(a, b, **options)


def range(*limits: Any) -> list[int]:
    """A list, as in Python 2."""
    return list(builtins.range(*limits))


def zip(*sequences: Iterable[Any]) -> list[Any]:
    """A list, as in Python 2."""
    return list(builtins.zip(*sequences, strict=False))


def map(function: Callable[..., Any] | None, *sequences: Iterable[Any]) -> list[Any]:
    """A list; shorter sequences are filled with None, and no function means a tuple of the arguments."""
    if len(sequences) == 1:
        return list(sequences[0]) if function is None else [function(item) for item in sequences[0]]
    rows = itertools.zip_longest(*sequences)
    return list(rows) if function is None else [function(*row) for row in rows]


def filter(function: Callable[[Any], Any] | None, sequence: Any) -> Any:
    """A list; of a string or tuple the same type."""
    kept = list(builtins.filter(function, sequence))
    if isinstance(sequence, str):
        return "".join(kept)
    return tuple(kept) if isinstance(sequence, tuple) else kept


def round(number: Any, digits: int = 0) -> Any:
    """A float, halves away from zero."""
    if not isinstance(number, (int, float, numpy.number)) or not math.isfinite(number):
        return builtins.round(number, digits)
    scale = 10.0**digits
    return math.copysign(math.floor(abs(float(number)) * scale + 0.5) / scale, number)


def cmp(a: Any, b: Any) -> int:
    """-1, 0 or 1."""
    return int(a > b) - int(a < b)


def apply(function: Callable[..., Any], arguments: Any = (), keywords: Any = None) -> Any:
    """Call a function."""
    return function(*arguments, **(keywords or {}))


def listed(view: Any) -> Any:
    """What d.keys(), d.values() and d.items() gave in Python 2."""
    return list(view) if isinstance(view, (KeysView, ValuesView, ItemsView)) else view


def has_key(mapping: Any, key: Any) -> Any:
    """``mapping.has_key(key)``."""
    return mapping.has_key(key) if hasattr(mapping, "has_key") else key in mapping


def call_next(iterator: Any) -> Any:
    """``iterator.next()``."""
    return iterator.next() if hasattr(iterator, "next") else next(iterator)


def load(file: Any, **options: Any) -> Any:
    """``pickle.load``; Python 2's pickles hold bytes that are read as Latin-1, as the course's own loader does."""
    return pickle.load(file, **(options or {"encoding": "latin1"}))


def fit(value: Any, target: Any) -> Any:
    """An array of one element as a number, where it is assigned to an element of an array of numbers."""
    if isinstance(value, Divisor):
        return Divisor(fit(value.value, target))
    into_numbers = isinstance(target, numpy.ndarray) and target.dtype != object
    return number(value) if into_numbers and not isinstance(value, tuple) else value


def number(value: Any) -> Any:
    """An array of one element as one without dimensions, which int, float and "%d" take."""
    if isinstance(value, tuple):
        return tuple(number(item) for item in value)
    return value.reshape(()) if type(value) is numpy.ndarray and value.ndim and value.size == 1 else value


def index(value: Any) -> Any:
    """A list of indices, one an axis, as the tuple that NumPy took it for."""
    if type(value) is list and len(value) <= 32 and any(_is_axis(item) for item in value):
        return tuple(value)
    return value


def _is_axis(item: Any) -> bool:
    return item is None or item is Ellipsis or isinstance(item, (slice, list, tuple, builtins.range, numpy.ndarray))


class Namespace:
    """A module with some names as they were; all others are the module's own."""

    def __init__(self, module: ModuleType, **names: Any) -> None:
        self._module = module
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def _array(make: Callable[..., Any]) -> Callable[..., Any]:
    def old(*arguments: Any, **options: Any) -> Any:
        try:
            return make(*arguments, **options)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or len(arguments) > 1 or "dtype" in options:
                raise
            return make(*arguments, dtype=object, **options)

    return old


def _sum(a: Any, *arguments: Any, **options: Any) -> Any:
    return sum(a) if isinstance(a, GeneratorType) else numpy.sum(a, *arguments, **options)


def _reshape(a: Any, newshape: Any = None, order: Any = "C", **options: Any) -> Any:
    return numpy.reshape(a, options.get("shape", newshape), order=order)


def _random_integers(low: int, high: int | None = None, size: Any = None) -> Any:
    low, high = (1, low) if high is None else (low, high)
    return numpy.random.randint(low, high + 1, size)


def _histogram(*arguments: Any, normed: Any = False, **options: Any) -> Any:
    if normed:
        options["density"] = True
    return numpy.histogram(*arguments, **options)


def _rank(a: Any) -> int:
    return numpy.ndim(a)


def _asscalar(a: Any) -> Any:
    return numpy.asarray(a).item()


def _asfarray(a: Any, dtype: Any = numpy.float64) -> Any:
    return numpy.asarray(a, dtype=dtype)


def _msort(a: Any) -> Any:
    return numpy.sort(a, axis=0)


def _alen(a: Any) -> int:
    return len(a) if numpy.ndim(a) else 1


def _present(names: dict[str, str]) -> dict[str, Any]:
    return {old: getattr(numpy, new) for old, new in names.items() if hasattr(numpy, new)}


# SciPy's square root and logarithm took negative numbers.
scipy = Namespace(numpy, **{name: getattr(numpy.emath, name) for name in numpy.emath.__all__})
np = Namespace(
    numpy,
    **_present(ALIASES),
    **{name: getattr(builtins, name) for name in BUILTIN_TYPES},
    array=_array(numpy.array),
    asarray=_array(numpy.asarray),
    sum=_sum,
    reshape=_reshape,
    histogram=_histogram,
    rank=_rank,
    asscalar=_asscalar,
    asfarray=_asfarray,
    msort=_msort,
    alen=_alen,
    NINF=-numpy.inf,
    unicode=str,
    long=int,
    bool=numpy.bool_,
    trapz=getattr(numpy, "trapezoid", None) or getattr(numpy, "trapz", None),
    lib=Namespace(numpy.lib, pad=numpy.pad),
    random=Namespace(numpy.random, random_integers=_random_integers),
)
