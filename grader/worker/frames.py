"""Messages between the grader and the student process: a fixed header, JSON, then the bytes of plain arrays.

Nothing is ever unpickled. Sizes are checked before anything is allocated, and a message that breaks a rule
raises ProtocolError: the reader then ends the conversation.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from grader.arrays import Array, NotAnArray
from grader.errors import GraderError

HEADER = struct.Struct("<4sQQQ")  # magic, nonce, bytes of JSON, bytes of arrays
MAGIC = b"GRD1"
MAX_JSON = 64 << 20
MAX_REPLY_JSON = 1 << 20
MAX_ARRAYS = 32 << 20  # checks use thousands of bytes
MAX_DATA = 256 << 20  # of requests, which may hold a data set
MAX_AXES = 32
PIECE = 1 << 20
MATRIX = np.matrix  # as it is before student code runs
DTYPE = re.compile(r"[<>|][biufc](1|2|4|8|16)")


class ProtocolError(GraderError):
    """A message that is no message; from a student process it means tampering or a broken process."""


def write(
    stream: IO[bytes],
    nonce: int,
    head: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    *,
    room: int = MAX_ARRAYS,
) -> None:
    """Write one message of ``room`` bytes of arrays at most.

    Values that are no plain arrays, or find no room, are described in words instead.
    """
    arrays, odd, blobs = [], {}, []
    for name, value in (values or {}).items():
        plain = plain_array(value, room)
        if isinstance(plain, NotAnArray):
            odd[name] = plain.kind
        else:
            arrays.append([name, plain.dtype.str, list(plain.shape)])
            blobs.append(plain.tobytes())
            room -= plain.nbytes
    text = json.dumps({**head, "arrays": arrays, "odd": odd}).encode()
    size = sum(map(len, blobs))
    pieces = [HEADER.pack(MAGIC, nonce, len(text), size), text, *blobs]
    for data in [b"".join(pieces)] if size < PIECE else pieces:  # in one piece, the other end wakes up once
        rest = memoryview(data)
        while rest:  # an unbuffered stream may take a part
            rest = rest[stream.write(rest) :]
    stream.flush()


def read(
    stream: IO[bytes], *, max_json: int = MAX_JSON, max_arrays: int = MAX_ARRAYS
) -> tuple[int, dict[str, Any], dict[str, Array | NotAnArray]]:
    """Read one message: its nonce, its JSON object and its values. EOFError at a clean end of the stream."""
    first = stream.read(HEADER.size)
    if not first:
        raise EOFError
    magic, nonce, text_size, arrays_size = HEADER.unpack(first + _exactly(stream, HEADER.size - len(first)))
    if magic != MAGIC or text_size > max_json or arrays_size > max_arrays:
        raise ProtocolError("The message's header is not one of ours, or names a size over the limit.")
    data = memoryview(_exactly(stream, text_size + arrays_size))
    try:
        head = json.loads(bytes(data[:text_size]))
        if not isinstance(head, dict):
            raise ProtocolError("The message is no JSON object.")
        return nonce, head, _values(head, data[text_size:])
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"The message's content breaks the protocol ({type(error).__name__}).") from None


def plain_array(value: Any, room: int = MAX_ARRAYS) -> Array | NotAnArray:
    """The value as an exact ndarray of numbers (a Python number has shape ()), or an NotAnArray that says what it is.

    ``room`` is how many bytes it may have.
    """
    if type(value) in (bool, int, float, complex) or isinstance(value, np.generic):
        value = np.asarray(value)
    if type(value) is MATRIX:
        value = np.asarray(value)
    if type(value) is np.ndarray:
        if value.ndim > MAX_AXES:
            return NotAnArray(f"an array of {value.ndim} axes, more than can be compared")
        if value.nbytes > room:
            return NotAnArray(f"an array of {value.nbytes >> 20} MB, more than can be compared")
        if value.dtype.kind in "biufc":
            return value
        return NotAnArray(
            "an array of Python objects" if value.dtype.kind == "O" else f"an array of dtype {value.dtype.str}"
        )
    if value is None:
        return NotAnArray("None")
    if isinstance(value, np.ndarray):
        return NotAnArray(f"a {type(value).__name__}, a subclass of ndarray")
    return NotAnArray(f"of type {type(value).__name__}")


def _exactly(stream: IO[bytes], size: int) -> bytearray:
    """The next ``size`` bytes, and none more, also from an unbuffered stream; room is made as they come."""
    data = bytearray()
    while len(data) < size:
        piece = stream.read(min(size - len(data), PIECE))
        if not piece:
            raise ProtocolError("The message ends early.")
        data += piece
    return data


def _values(head: dict[str, Any], data: memoryview) -> dict[str, Array | NotAnArray]:
    values: dict[str, Array | NotAnArray] = {}
    offset = 0
    for name, dtype, shape in head.pop("arrays"):
        if not (isinstance(name, str) and DTYPE.fullmatch(dtype) and len(shape) <= MAX_AXES):
            raise ProtocolError("An array's description breaks the protocol.")
        if not all(type(n) is int and 0 <= n <= MAX_ARRAYS for n in shape):
            raise ProtocolError("An array's shape breaks the protocol.")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > len(data) - offset:
            raise ProtocolError("An array is larger than the message that carries it.")
        values[name] = np.frombuffer(bytearray(data[offset : offset + size]), dtype).reshape(shape)
        offset += size
    if offset != len(data):
        raise ProtocolError("The message carries bytes that belong to no array.")
    for name, kind in head.pop("odd").items():
        if not isinstance(kind, str):
            raise ProtocolError("A value's description breaks the protocol.")
        values[name] = NotAnArray(kind[:200])
    return values
