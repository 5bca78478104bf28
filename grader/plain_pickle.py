"""Reads the plain data in a pickle without unpickling it: no name in the file is ever looked up, nothing is called.

The data sets of image classification courses are Python 2 pickles of protocol 2: dictionaries and lists of numbers
and strings, and arrays of bytes. What else a file holds is refused. The opcodes are those of pickletools.
"""

from __future__ import annotations

import io
import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RECONSTRUCT = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
NAMES = (*RECONSTRUCT, "numpy ndarray", "numpy dtype")
LITERALS = {"BININT", "BININT1", "BININT2", "LONG1", "SHORT_BINSTRING", "BINSTRING", "SHORT_BINUNICODE", "BINUNICODE"}
EMPTY: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class NotPlain(ValueError):
    """The file is no pickle, or holds something else than plain data."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that stands in the file; it stays a name."""

    text: str


@dataclass(slots=True)
class _Bytes:
    """An array of unsigned bytes that is being described."""

    value: np.ndarray | None = None


UINT8 = _Name("the dtype uint8")


def read(data: bytes) -> Any:
    """The dictionaries, lists, tuples, numbers, strings (latin-1) and uint8 arrays of a pickle; NotPlain otherwise."""
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(io.BytesIO(data)):
            machine.step(opcode.name, argument)
        (value,) = machine.stack
    except NotPlain:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotPlain(f"it is no well-formed pickle of plain data ({type(error).__name__})") from None
    return _finished(value)


def _finished(value: Any) -> Any:
    """The value with its arrays in place, two levels deep: deeper, there are none in these files."""
    if isinstance(value, dict):
        return {name: item.value if isinstance(item, _Bytes) else item for name, item in value.items()}
    return value.value if isinstance(value, _Bytes) else value


class _Machine:
    """The pickle's stack, memo and marks."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        """Take one opcode."""
        if name in LITERALS:
            self.stack.append(argument)
        elif name in EMPTY:
            self.stack.append(EMPTY[name]())
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name])
        elif name in TUPLES:
            self.stack.append(tuple(self._last(TUPLES[name])))
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name not in ("PROTO", "STOP"):
            self._build(name, argument)

    def _build(self, name: str, argument: Any) -> None:
        match name:
            case "MARK":
                self.marks.append(len(self.stack))
            case "TUPLE":
                self.stack.append(tuple(self._marked()))
            case "APPEND" | "APPENDS":
                items = self._last(1) if name == "APPEND" else self._marked()
                self._top(list).extend(items)
            case "SETITEM" | "SETITEMS":
                items = self._last(2) if name == "SETITEM" else self._marked()
                self._top(dict).update(zip(items[::2], items[1::2], strict=True))
            case "GLOBAL":
                if argument not in NAMES:
                    raise NotPlain(f"it names {str(argument)[:60]!r}, which is no plain data")
                self.stack.append(_Name(argument))
            case "REDUCE":
                self.stack.append(_described(*self._last(2)))
            case "BUILD":
                (state,) = self._last(1)
                _fill(self.stack[-1], state)
            case _:
                raise NotPlain(f"it holds the opcode {name}, which plain data need not")

    def _last(self, count: int) -> list[Any]:
        if count > len(self.stack):
            raise NotPlain("it takes more from its stack than there is")
        items = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return items

    def _marked(self) -> list[Any]:
        return self._last(len(self.stack) - self.marks.pop())

    def _top(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise NotPlain(f"it fills something that is no {kind.__name__}")
        return self.stack[-1]


def _described(name: Any, arguments: Any) -> Any:
    """What a call in the file stands for; only those that NumPy writes for an array of bytes."""
    text = name.text if isinstance(name, _Name) else ""
    if text in RECONSTRUCT and arguments == (_Name("numpy ndarray"), (0,), "b"):
        return _Bytes()
    if text == "numpy dtype" and arguments[0] == "u1":
        return UINT8
    raise NotPlain("it calls something else than what makes an array of bytes")


def _fill(target: Any, state: Any) -> None:
    """Take NumPy's description of an array: (version, shape, dtype, whether in Fortran's order, bytes)."""
    if target is UINT8:
        return  # byte order and alignment, which bytes do not have
    _, shape, dtype, fortran, text = state
    if not isinstance(target, _Bytes) or dtype is not UINT8:
        raise NotPlain("it holds an array that is not one of bytes")
    content = text.encode("latin-1")
    if not all(type(n) is int and n >= 0 for n in shape) or math.prod(shape) != len(content):
        raise NotPlain(f"it holds an array of {len(content)} bytes that should have the shape {shape}")
    target.value = np.frombuffer(content, np.uint8).reshape(shape, order="F" if fortran else "C")
