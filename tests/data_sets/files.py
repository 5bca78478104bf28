"""Small data sets in the format of CIFAR-10's Python 2 pickles (protocol 2), byte by byte as Python 2 wrote them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np


def text(value: bytes) -> bytes:
    """A Python 2 string."""
    if len(value) < 256:
        return b"U" + struct.pack("<B", len(value)) + value
    return b"T" + struct.pack("<i", len(value)) + value


def number(value: int) -> bytes:
    """An integer, as short as it goes."""
    if 0 <= value < 256:
        return b"K" + struct.pack("<B", value)
    return b"M" + struct.pack("<H", value) if 0 <= value < 65536 else b"J" + struct.pack("<i", value)


def array(rows: np.ndarray) -> bytes:
    """An array of bytes (n, m), as NumPy's __reduce__ describes it."""
    dtype = b"cnumpy\ndtype\nq\x08U\x02u1K\x00K\x01\x87q\x09Rq\x0a(K\x03U\x01|NNN" + number(-1) * 2 + b"K\x00tb"
    shape = number(rows.shape[0]) + number(rows.shape[1]) + b"\x86"
    empty = b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\x00\x85U\x01b\x87q\x06Rq\x07"
    return empty + b"(K\x01" + shape + dtype + b"\x89" + text(rows.tobytes()) + b"tb"


def batch(rows: np.ndarray, labels: list[int], label: bytes = b"batch") -> bytes:
    """One file: batch_label, labels, data and filenames."""
    names = b"".join(text(b"image_%d.png" % n) for n in range(len(labels)))
    return b"".join(
        (
            b"\x80\x02}q\x01(",
            text(b"batch_label") + text(label),
            text(b"labels") + b"]q\x02(" + b"".join(map(number, labels)) + b"e",
            text(b"data") + array(rows),
            text(b"filenames") + b"]q\x03(" + names + b"e",
            b"u.",
        )
    )


def learnable(count: int, rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
    """Rows (count, 3072) and labels: each class is a chequered pattern of its own under noise."""
    patterns = np.repeat(np.random.default_rng(10).integers(0, 2, (10, 192)) * 200, 16, axis=1)
    labels = rng.integers(0, 10, count)
    return (patterns[labels] + rng.integers(0, 56, (count, 3072))).astype(np.uint8), [int(y) for y in labels]


def write_cifar10(folder: Path, *, batch_size: int = 200, test_size: int = 200) -> Path:
    """Write five training batches and a test batch into a folder that is made; returns it."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(5)
    for index in range(1, 6):
        (folder / f"data_batch_{index}").write_bytes(batch(*learnable(batch_size, rng), b"training batch"))
    (folder / "test_batch").write_bytes(batch(*learnable(test_size, rng), b"testing batch"))
    return folder
