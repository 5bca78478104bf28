"""Messages between the grader and the student process."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from grader.expectations import NotAnArray
from grader.worker import frames


def through(values):
    stream = io.BytesIO()
    frames.write(stream, 7, {"outcome": "returned"}, values)
    stream.seek(0)
    return frames.read(stream)


def test_arrays_arrive_as_they_were_sent():
    """Shape, dtype, byte order and layout of plain arrays survive; numbers arrive as arrays of shape ()."""
    sent = {
        "matrix": np.arange(6.0).reshape(2, 3).T,
        "big": np.arange(3, dtype=">i4"),
        "empty": np.zeros((2, 0, 0)),
        "flag": np.array([True]),
        "complex": np.array(1j),
        "number": 2.5,
        "scalar": np.float32(1.5),
    }
    nonce, head, got = through(sent)
    assert (nonce, head) == (7, {"outcome": "returned"})
    for name, value in sent.items():
        np.testing.assert_array_equal(got[name], value)
        assert got[name].dtype == np.asarray(value).dtype


class Liar(np.ndarray):
    def __eq__(self, other):
        return True


def test_a_matrix_crosses_as_the_array_that_it_is():
    """What NumPy's own matrix gives was computed right."""
    crossed = through({"x": np.asmatrix([[1.0, 2.0]])})[2]["x"]
    assert type(crossed) is np.ndarray
    assert crossed.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "None"),
        ([1, 2], "of type list"),
        (np.array([object()]), "an array of Python objects"),
        (np.array(["a"]), "an array of dtype <U1"),
        (np.zeros(2).view(Liar), "a Liar, a subclass of ndarray"),
    ],
)
def test_what_is_no_plain_array_is_described_instead(value, kind):
    """Nothing but the words crosses; the student's object stays where it is."""
    assert through({"x": value})[2] == {"x": NotAnArray(kind)}


def test_arrays_that_do_not_fit_together_are_described_instead():
    """The limit is on the message: each of these would fit alone."""
    half = np.zeros(frames.MAX_ARRAYS // 16 + 1)
    values = through({"first": half, "second": half, "small": np.ones(3)})[2]
    assert values["second"] == NotAnArray("an array of 16 MB, more than can be compared")
    assert isinstance(values["first"], np.ndarray)
    assert isinstance(values["small"], np.ndarray)


def message(head, data=b"", *, magic=b"GRD1", text_size=None, data_size=None):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    sizes = (len(text) if text_size is None else text_size, len(data) if data_size is None else data_size)
    return io.BytesIO(frames.HEADER.pack(magic, 1, *sizes) + text + data)


@pytest.mark.parametrize(
    "stream",
    [
        message({"arrays": [], "odd": {}}, magic=b"PICK"),
        message({}, text_size=2**63),
        message({}, data_size=2**63),
        message(b"not json"),
        message([1]),
        message({"odd": {}}),
        message({"arrays": [["x", "|O", [1]]], "odd": {}}, b"12345678"),
        message({"arrays": [["x", "<f8", [-1]]], "odd": {}}),
        message({"arrays": [["x", "<f8", [True]]], "odd": {}}, b"12345678"),
        message({"arrays": [["x", "<f8", [2**40, 2**40]]], "odd": {}}),
        message({"arrays": [["x", "<f8", [1]]], "odd": {}}, b"1234"),
        message({"arrays": [["x", "<f8", [1]]], "odd": {}}, b"12345678 and more"),
        message({"arrays": [], "odd": []}),
        io.BytesIO(b"GRD1"),
    ],
    ids=range(14),
)
def test_a_message_that_breaks_a_rule_is_refused(stream):
    """Wrong magic, sizes over the limit, objects, impossible shapes, missing or left-over bytes."""
    with pytest.raises(frames.ProtocolError):
        frames.read(stream, max_json=frames.MAX_REPLY_JSON)


def test_a_right_message_that_is_too_large_is_refused():
    """By the size of its JSON, and of its arrays; of just that size it is taken."""
    head, data = {"arrays": [["x", "<f8", [1]]], "odd": {}}, b"12345678"
    size = len(json.dumps(head))
    frames.read(message(head, data), max_json=size, max_arrays=8)
    for limits in ({"max_json": size - 1}, {"max_arrays": 7}):
        with pytest.raises(frames.ProtocolError, match="over the limit"):
            frames.read(message(head, data), **limits)


def test_the_end_of_the_stream_is_no_protocol_error():
    """A process that has ended is told from one that cheats."""
    with pytest.raises(EOFError):
        frames.read(io.BytesIO())


def test_an_array_of_more_axes_than_a_message_may_have_is_told_in_words():
    """NumPy allows twice as many: it is a wrong shape, and no broken protocol."""
    stream = io.BytesIO()
    frames.write(stream, 7, {}, {"x": np.ones((1,) * 32), "y": np.ones((1,) * 33)})
    stream.seek(0)
    _, _, values = frames.read(stream)
    assert values["x"].ndim == 32
    assert values["y"] == NotAnArray("an array of 33 axes, more than can be compared")
