"""The CIFAR-10 data set as its authors publish it: a folder ``cifar-10-batches-py`` of five batches and a test batch.

Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009. Each file is a pickle of a
dictionary with ``data`` (n, 3072), the red, green and blue planes of each image row by row, and ``labels``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import plain_pickle
from grader.errors import Refused
from grader.mistakes import Mistake
from grader.words import listing
from student_template.data_sets.cifar10_mistakes import MISTAKES

TRAINING = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
PIXELS, CLASSES = 3072, 10
FEWEST, LARGEST = 10, 64 << 20  # images and bytes of a file

Bytes = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cifar10:
    """The data set: images (N, 32, 32, 3) as rows, columns and colours; ``mean_image`` (3072,) is of those that train.

    ``places`` are the folder and its files, links resolved.
    """

    folder: Path
    places: tuple[str, ...]
    digest: str
    X_train: Bytes
    y_train: Labels
    X_test: Bytes
    y_test: Labels
    mean_image: npt.NDArray[np.float64]

    @property
    def reference(self) -> Mapping[str, Any]:
        """What the grader's own reader answers for: the loader, which every self-check with the data set needs."""
        return {"load_CIFAR10": lambda root: (self.X_train, self.y_train, self.X_test, self.y_test)}

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What is known to go wrong with the loader."""
        return MISTAKES

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many images train, validate and test: 49000, 1000 and 1000 of the full set, in proportion otherwise."""
        return sizes(len(self.X_train), len(self.X_test))


def sizes(train: int, test: int) -> tuple[int, int, int]:
    """The course's split of 50000 and 10000 images, and the same shares of fewer."""
    return train - train // 50, train // 50, test // 10


def open_data_set(folder: Path) -> Cifar10:
    """Read the data set; Refused, in one sentence, if the folder does not hold it."""
    if not folder.is_dir():
        raise Refused(f"--data {folder} is no folder; give the folder cifar-10-batches-py of the CIFAR-10 data set.")
    absent = [name for name in (*TRAINING, TEST) if not (folder / name).is_file()]
    if absent:
        raise Refused(f"--data {folder} is not the CIFAR-10 data set for Python: it lacks {listing(absent)}.")
    digest = hashlib.sha256()
    batches = [_batch(folder / name, digest) for name in (*TRAINING, TEST)]
    counts = [len(labels) for _, labels in batches]
    if len(set(counts[:-1])) > 1 or min(counts) < FEWEST:
        raise Refused(
            f"--data {folder} is not the CIFAR-10 data set: its files hold {listing(list(map(str, counts)))} images."
        )
    X_train, y_train = (
        images(np.concatenate([X for X, _ in batches[:-1]])),
        np.concatenate([y for _, y in batches[:-1]]),
    )
    X_test, y_test = images(batches[-1][0]), batches[-1][1]
    mean_image = X_train[: sizes(len(X_train), len(X_test))[0]].mean(axis=0).reshape(-1)
    for array in (X_train, y_train, X_test, y_test, mean_image):
        array.setflags(write=False)  # shared by all that is graded
    files = [str((folder / name).resolve()) for name in (*TRAINING, TEST)]
    places = (str(folder.resolve()), *files)
    return Cifar10(folder.resolve(), places, digest.hexdigest(), X_train, y_train, X_test, y_test, mean_image)


def images(rows: Bytes) -> Bytes:
    """The rows (N, 3072) of a file as images (N, 32, 32, 3)."""
    return np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def read_batch(path: Path) -> tuple[Bytes, Labels]:
    """The rows (n, 3072) and labels (n,) of one file, without unpickling it; ValueError if it holds something else."""
    return _rows(path.read_bytes())


def _batch(path: Path, digest: Any) -> tuple[Bytes, Labels]:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it has more than {LARGEST >> 20} MB")
        content = path.read_bytes()
        digest.update(hashlib.sha256(content).digest())
        return _rows(content)
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror or error}).") from None
    except ValueError as error:
        raise Refused(f"{path} is no batch of the CIFAR-10 data set: {error}.") from None


def _rows(content: bytes) -> tuple[Bytes, Labels]:
    batch = plain_pickle.read(content)
    if not isinstance(batch, dict) or not {"data", "labels"} <= batch.keys():
        raise ValueError("it holds no dictionary with data and labels")
    X, labels = batch["data"], batch["labels"]
    if not isinstance(X, np.ndarray) or X.ndim != 2 or X.shape[1] != PIXELS:
        raise ValueError(f"its data have the shape {getattr(X, 'shape', None)}; expected (10000, {PIXELS})")
    if not _are_labels(labels, len(X)):
        raise ValueError(f"its labels are not {len(X)} whole numbers from 0 to {CLASSES - 1}")
    return X, np.array(labels, np.int64)


def _are_labels(labels: Any, count: int) -> bool:
    good = isinstance(labels, Sequence) and len(labels) == count
    return good and all(type(label) is int and 0 <= label < CLASSES for label in labels)
