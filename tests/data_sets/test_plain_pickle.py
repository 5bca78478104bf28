"""The reader of plain data: what it takes, and that nothing in a file is ever called."""

from __future__ import annotations

import contextlib
import pickle

import numpy as np
import pytest
from hypothesis import given, settings

from grader import plain_pickle
from grader.plain_pickle import NotPlain
from tests.data_sets.files import array, batch, text
from tests.mutations import mutated

ROWS = np.arange(12, dtype=np.uint8).reshape(2, 6)
BATCH = batch(ROWS, [3, 9])


def test_a_batch_is_read_as_pickle_reads_it():
    """Both agree on a file as Python 2 wrote it."""
    ours, theirs = plain_pickle.read(BATCH), pickle.loads(BATCH, encoding="latin1")
    assert ours.keys() == theirs.keys()
    np.testing.assert_array_equal(ours.pop("data"), theirs.pop("data"))
    assert ours == theirs


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_todays_numpy_in_either_order(order):
    """Re-saved in protocol 2 of Python 2's kind, an array's bytes may stand column by column."""
    old = array(ROWS)
    new = old.replace(b"numpy.core.multiarray", b"numpy._core.multiarray")
    if order == "F":
        new = new.replace(b"\x89" + text(ROWS.tobytes()), b"\x88" + text(ROWS.tobytes("F")))
    np.testing.assert_array_equal(plain_pickle.read(b"\x80\x02" + new + b"."), ROWS)


class Trap:
    """Unpickling it would call eval."""

    def __reduce__(self):
        return eval, ("1/0",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pickle.dumps(Trap(), 2), "names '__builtin__ eval'"),
        (pickle.dumps({"data": Trap()}, 4), "opcode"),
        (pickle.dumps(Trap(), 0), "names"),
        (b"\x80\x02}q\x01(" + text(b"data") + array(ROWS)[:-3] + b"u.", "pickle of plain data|calls|stack"),
        (b"\x80\x02" + array(ROWS).replace(b"U\x02u1", b"U\x02f8") + b".", "calls something else"),
        (b"\x80\x02" + array(ROWS).replace(b"K\x02K\x06\x86", b"K\x02K\x07\x86") + b".", "should have the shape"),
        (b"\x80\x02" + array(ROWS).replace(b"K\x00\x85U\x01b", b"K\x09\x85U\x01b") + b".", "calls something else"),
        (b"\x80\x02K\x01K\x02.", "no well-formed"),
        (b"\x80\x02u.", "no well-formed"),
        (b"\x80\x02\x87.", "takes more from its stack"),
        (b"\x80\x02K\x01(K\x01e.", "no list"),
        (b"no pickle", "pickle"),
        (b"", "pickle"),
    ],
)
def test_what_is_no_plain_data_is_refused(content, reason):
    """By its names, calls, opcodes, shapes and form."""
    with pytest.raises(NotPlain, match=reason):
        plain_pickle.read(content)


@settings(max_examples=300, deadline=None)
@given(mutated(BATCH))
def test_damaged_files_are_read_or_refused(content):
    """Whatever the bytes: plain data or NotPlain, nothing else."""
    with contextlib.suppress(NotPlain):
        plain_pickle.read(content)
