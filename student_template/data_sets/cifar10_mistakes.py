"""What goes wrong when CIFAR-10 is loaded: variants of the reader that ships, so they hold no solution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.mistakes import mistake

PART = ("cifar10_data",)


def with_images(ref: Any, change: Callable[[Any], Any]) -> Mapping[str, Any]:
    """The reference's loader, its images (N, 32, 32, 3) changed."""

    def load(root: str) -> Any:
        X_train, y_train, X_test, y_test = ref.load_CIFAR10(root)
        return change(X_train), y_train, change(X_test), y_test

    return {"load_CIFAR10": load}


@mistake(
    "cifar10-planes-not-moved",
    parts=PART,
    sentence="The pixels of a file's row are reshaped to rows, columns and colours as they stand: scrambled images.",
    hint="A row holds all of the red values first, then green, then blue: which shape does that have?",
)
def planes_not_moved(ref: Any) -> Mapping[str, Any]:
    """Reshapes the row to (32, 32, 3) without moving an axis."""
    return with_images(ref, lambda X: X.transpose(0, 3, 1, 2).reshape(X.shape))


@mistake(
    "cifar10-colours-first",
    parts=PART,
    sentence="The images are left as (3, 32, 32), colours first.",
    hint="The axis of the colours comes last in this assignment.",
)
def colours_first(ref: Any) -> Mapping[str, Any]:
    """Leaves the planes where the file has them."""
    return with_images(ref, lambda X: X.transpose(0, 3, 1, 2))


@mistake(
    "cifar10-rows-and-columns-swapped",
    parts=PART,
    sentence="Rows and columns of the images are swapped: every image is mirrored along its diagonal.",
    hint="Look at one image, and at the order of the axes in your transpose.",
)
def rows_and_columns_swapped(ref: Any) -> Mapping[str, Any]:
    """Transposes to (columns, rows, colours)."""
    return with_images(ref, lambda X: X.transpose(0, 2, 1, 3))


@mistake(
    "cifar10-batch-left-out",
    parts=PART,
    sentence="The last of the five training batches is left out.",
    hint="Where does a range end?",
)
def batch_left_out(ref: Any) -> Mapping[str, Any]:
    """Reads four batches."""

    def load(root: str) -> Any:
        X_train, y_train, X_test, y_test = ref.load_CIFAR10(root)
        count = len(X_train) // 5 * 4
        return X_train[:count], y_train[:count], X_test, y_test

    return {"load_CIFAR10": load}


MISTAKES = (planes_not_moved, colours_first, rows_and_columns_swapped, batch_left_out)
