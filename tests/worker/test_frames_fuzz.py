"""The reply parser against any bytes: a valid message or one of two errors, within the memory of its limits."""

from __future__ import annotations

import io
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.expectations import NotAnArray
from grader.worker import frames
from tests.mutations import mutated

fuzz = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def parse(data: bytes):
    """Read messages until the end; each is valid, or the conversation ends with one of two errors."""
    stream = io.BytesIO(data)
    tracemalloc.start()
    try:
        while True:
            nonce, head, values = frames.read(stream, max_json=frames.MAX_REPLY_JSON)
            assert 0 <= nonce < 2**64
            assert type(head) is dict
            for name, value in values.items():
                assert type(name) is str
                assert type(value) in (np.ndarray, NotAnArray)
                if type(value) is np.ndarray:
                    assert value.dtype.kind in "biufc"
                    assert value.nbytes <= len(data)
                    np.isfinite(value).all()
                else:
                    assert len(value.kind) <= 200
    except (frames.ProtocolError, EOFError):
        return
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2 * frames.PIECE + 100 * len(data)


def message(head, data: bytes) -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return frames.HEADER.pack(frames.MAGIC, 7, len(text), len(data)) + text + data


def valid() -> bytes:
    stream = io.BytesIO()
    values = {
        "dx": np.arange(6.0).reshape(2, 3),
        "n": 3,
        "flag": np.array([True]),
        "odd": [1],
        "big": np.ones(2, ">i4"),
    }
    frames.write(stream, 7, {"outcome": "returned", "notes": []}, values)
    return stream.getvalue()


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes(data):
    """Nearly all of them are no message at all."""
    parse(data)
    parse(frames.MAGIC + data)


@fuzz
@given(mutated(valid() + valid()))
def test_valid_messages_with_bytes_changed(data):
    """Sizes, names, shapes and dtypes that lie."""
    parse(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
NUMBER = st.sampled_from([0, 1, 2, 8, 2**28, 2**40, 2**63, 2**64, -1, 1.0, True, None, "1"])
DTYPE = (
    st.from_regex(frames.DTYPE, fullmatch=True) | st.sampled_from(["|O", "<U1", "<M8[s]", "V8", "<f8,<f8", ""]) | JSON
)
ARRAY = st.tuples(st.text(max_size=3) | JSON, DTYPE, st.lists(NUMBER, max_size=34) | JSON)
HEAD = st.fixed_dictionaries(
    {"arrays": st.lists(ARRAY | JSON, max_size=3) | JSON, "odd": st.dictionaries(st.text(), JSON) | JSON}
)


@fuzz
@given(HEAD | JSON, st.binary(max_size=64))
@example({"arrays": [["x", "<f8", [0] + [2**28] * 31]], "odd": {}}, b"")
@example({"arrays": [["x", "<f8", [1] * 32 + [1]]], "odd": {}}, b"12345678")
@example({"arrays": [["x", "<f8", {}]], "odd": {}}, b"12345678")
@example({"arrays": [["x", "<f8", ""]], "odd": {}}, b"12345678")
@example({"arrays": [["x", "|f1", [1]]], "odd": {}}, b"1")
@example({"arrays": [["x", "<f16", [1]]], "odd": {}}, bytes(16))
@example({"arrays": [], "odd": {"x": "\ud800" * 500}}, b"")
def test_any_description_of_arrays(head, data):
    """JSON of the right form with wrong content, down to numbers that only look like shapes."""
    parse(message(head, data))


def test_json_bombs_are_no_messages():
    """Deep nesting, endless numbers and lists within the size of a reply."""
    for text in (
        b"[" * 1_000_000,
        b'{"a":' * 150_000,
        b"9" * 1_000_000,
        b'{"arrays": [], "odd": {"x": ' + b"[" * 900_000,
    ):
        parse(message(text, b""))


def test_announced_sizes_are_not_allocated_before_they_are_there():
    """A header that promises a quarter of a gigabyte and brings nothing."""
    parse(frames.HEADER.pack(frames.MAGIC, 1, 2, frames.MAX_ARRAYS) + b"{}")
    parse(frames.HEADER.pack(frames.MAGIC, 1, 2**64 - 1, 2**64 - 1))


@pytest.mark.slow
def test_forty_thousand_empty_arrays_are_bounded_by_the_reply():
    """Each costs a few bytes of JSON and an object."""
    arrays = [[str(n), "<f8", [0]] for n in range(40_000)]
    parse(message({"arrays": arrays, "odd": {}}, b""))
