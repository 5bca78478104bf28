"""CIFAR-10 for the two-layer network: loading, split and preprocessing, a tuned network.

    mean image = (1/N) sum over the N training images;  rows = images - mean image, flattened to 3072
    a file's row holds the red, green and blue planes of 32 x 32: (3, 32, 32) -> (32, 32, 3)

Source: CS231n 2019, assignment 1. The files are read without unpickling them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, expect_shape, whole_number
from solutions.neural_net import TwoLayerNet
from student_template.data_sets.cifar10 import TEST, TRAINING, images, read_batch

Images = npt.NDArray[Any]
Labels = npt.NDArray[np.integer[Any]]


def load_CIFAR10(root: str) -> tuple[Images, Labels, Images, Labels]:  # noqa: N802  the course's name
    """Return X_train (N, 32, 32, 3), y_train (N,), X_test and y_test of the batches in the folder ``root``."""
    batches = [read_batch(Path(root) / name) for name in (*TRAINING, TEST)]
    X_train = images(np.concatenate([X for X, _ in batches[:-1]]))
    y_train = np.concatenate([y for _, y in batches[:-1]])
    return X_train, y_train, images(batches[-1][0]), batches[-1][1]


def get_CIFAR10_data(  # noqa: N802  the course's name
    X_train: Images,
    y_train: Labels,
    X_test: Images,
    y_test: Labels,
    num_training: int = 49000,
    num_validation: int = 1000,
    num_test: int = 1000,
) -> tuple[Floats, Labels, Floats, Labels, Floats, Labels]:
    """Split and preprocess images (N, 32, 32, 3); return X_train, y_train, X_val, y_val, X_test, y_test.

    The first ``num_training`` images train, the next ``num_validation`` validate, the first ``num_test`` of X_test
    test. X are rows (n, 3072) of float64, the mean training image subtracted. ValueError if there are too few.
    """
    last = whole_number("num_training", num_training, 1) + whole_number("num_validation", num_validation, 0)
    for name, X, y, need in (("train", X_train, y_train, last), ("test", X_test, y_test, num_test)):
        if len(X) < need:
            raise ValueError(f"X_{name} has {len(X)} images, but {need} are asked for.")
        expect_shape(f"y_{name}", y, (len(X),))
    flat, flat_test = X_train.reshape(len(X_train), -1), X_test.reshape(len(X_test), -1)
    mean_image = flat[:num_training].mean(axis=0)
    return (
        flat[:num_training] - mean_image,
        y_train[:num_training],
        flat[num_training:last] - mean_image,
        y_train[num_training:last],
        flat_test[:num_test] - mean_image,
        y_test[:num_test],
    )


def train_best_net(X_train: Floats, y_train: Labels, X_val: Floats, y_val: Labels) -> dict[str, Floats]:
    """Train a network of 100 hidden units for twelve epochs on rows X_train (N, D); return its params."""
    net = TwoLayerNet(X_train.shape[1], 100, 10)
    batch_size = 200
    net.train(
        X_train,
        y_train,
        X_val,
        y_val,
        learning_rate=1e-3,
        learning_rate_decay=0.95,
        reg=0.25,
        num_iters=max(12 * len(X_train) // batch_size, 100),
        batch_size=batch_size,
    )
    return net.params
