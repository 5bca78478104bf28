"""What goes wrong when CIFAR-10 is split and preprocessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

PART = ("cifar10_data",)


def with_rows(ref: Any, change: Callable[..., Any]) -> Mapping[str, Any]:
    """The reference's preprocessing, the rows of each set replaced by ``change(sets, images, rows)``."""

    def preprocess(X_train: Any, y_train: Any, X_test: Any, y_test: Any, train: int, val: int, test: int) -> Any:
        found = ref.get_CIFAR10_data(X_train, y_train, X_test, y_test, train, val, test)
        used = X_train[:train], X_train[train : train + val], X_test[:test]
        X = [change(used, images, rows) for images, rows in zip(used, found[::2], strict=True)]
        return X[0], found[1], X[1], found[3], X[2], found[5]

    return {"get_CIFAR10_data": _with_defaults(preprocess)}


def _with_defaults(preprocess: Callable[..., Any]) -> Callable[..., Any]:
    def get(
        X_train: Any,
        y_train: Any,
        X_test: Any,
        y_test: Any,
        num_training: int = 49000,
        num_validation: int = 1000,
        num_test: int = 1000,
    ) -> Any:
        return preprocess(X_train, y_train, X_test, y_test, num_training, num_validation, num_test)

    return get


def flat(images: Any) -> Any:
    """Images as rows."""
    return images.reshape(len(images), -1)


@mistake(
    "cifar10-validation-overlaps",
    parts=PART,
    sentence="The validation images are training images too.",
    hint="Validation comes after the training images, not from the start again.",
)
def validation_overlaps(ref: Any) -> Mapping[str, Any]:
    """Validates on the first training images."""

    def preprocess(X_train: Any, y_train: Any, X_test: Any, y_test: Any, train: int, val: int, test: int) -> Any:
        found = ref.get_CIFAR10_data(X_train, y_train, X_test, y_test, train, val, test)
        return found[0], found[1], found[0][:val], found[1][:val], found[4], found[5]

    return {"get_CIFAR10_data": _with_defaults(preprocess)}


@mistake(
    "cifar10-mean-with-validation",
    parts=PART,
    sentence="The mean image includes the validation images: it is that of the whole training file.",
    hint="Validation images must not influence what is learned: take the mean after the split.",
)
def mean_with_validation(ref: Any) -> Mapping[str, Any]:
    """The mean before the split."""

    def preprocess(X_train: Any, y_train: Any, X_test: Any, y_test: Any, train: int, val: int, test: int) -> Any:
        found = list(ref.get_CIFAR10_data(X_train, y_train, X_test, y_test, train, val, test))
        excess = flat(X_train).mean(axis=0) - flat(X_train[:train]).mean(axis=0)
        found[::2] = [X - excess for X in found[::2]]
        return tuple(found)

    return {"get_CIFAR10_data": _with_defaults(preprocess)}


@mistake(
    "cifar10-mean-of-all",
    parts=PART,
    sentence="The mean image is that of training, validation and test images together.",
    hint="Validation and test images must not influence what is learned.",
)
def mean_of_all(ref: Any) -> Mapping[str, Any]:
    """The mean over the three sets."""
    return with_rows(ref, lambda used, images, rows: flat(images) - flat(np.concatenate(used)).mean(axis=0))


@mistake(
    "cifar10-own-means",
    parts=PART,
    sentence="Each of the three sets has its own mean image subtracted.",
    hint="One mean image, that of the training images, is subtracted from all.",
)
def own_means(ref: Any) -> Mapping[str, Any]:
    """Three mean images."""
    return with_rows(ref, lambda used, images, rows: flat(images) - flat(images).mean(axis=0))


@mistake(
    "cifar10-mean-number",
    parts=PART,
    sentence="One number is subtracted, the mean over all pixels, instead of the mean image.",
    hint="The mean is taken over the images only: along which axis?",
)
def mean_number(ref: Any) -> Mapping[str, Any]:
    """A mean without an axis."""
    return with_rows(ref, lambda used, images, rows: flat(images) - used[0].mean())


@mistake(
    "cifar10-mean-of-training-only",
    parts=PART,
    sentence="The mean image is subtracted from the training images only.",
    hint="The network must see validation and test images as it saw those that it learned from.",
)
def mean_of_training_only(ref: Any) -> Mapping[str, Any]:
    """Validation and test images as they are."""
    return with_rows(ref, lambda used, images, rows: rows if images is used[0] else flat(images) * 1.0)


@mistake(
    "cifar10-mean-not-subtracted",
    parts=PART,
    sentence="No mean is subtracted.",
    hint="The data should be centred at zero.",
)
def mean_not_subtracted(ref: Any) -> Mapping[str, Any]:
    """Images as they are."""
    return with_rows(ref, lambda used, images, rows: flat(images) * 1.0)


@mistake(
    "cifar10-not-flattened",
    parts=PART,
    sentence="The images are still 32 x 32 x 3.",
    hint="The network takes rows of 3072 numbers.",
)
def not_flattened(ref: Any) -> Mapping[str, Any]:
    """The rows as images again."""
    return with_rows(ref, lambda used, images, rows: rows.reshape(images.shape))


@mistake(
    "cifar10-flattened-by-colours",
    parts=PART,
    sentence="The images are transposed before they are flattened, so the numbers of a row are in a different order.",
    hint="Flatten an image as it is.",
)
def flattened_by_colours(ref: Any) -> Mapping[str, Any]:
    """Rows of colour planes."""
    return with_rows(ref, lambda used, images, rows: flat(rows.reshape(images.shape).transpose(0, 3, 1, 2)))


@mistake(
    "cifar10-images-as-columns",
    parts=PART,
    sentence="The images stand in columns, not in rows.",
    hint="The first axis counts the images.",
)
def images_as_columns(ref: Any) -> Mapping[str, Any]:
    """The transposed matrix."""
    return with_rows(ref, lambda used, images, rows: rows.T)
