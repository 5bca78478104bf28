"""CIFAR-10 for the two-layer network (CS231n 2019, assignment 1, Q4): loading the data set, split, preprocessing.

Only the loader needs the data set itself. The rest is asked of small sets of images made of 8 x 8 blocks, whose
number of training images is a power of two: then means and differences are exact in any order of summation.

The course's own get_CIFAR10_data takes the sizes alone and loads by itself. It is played with a loader that gives these
images; so the package that it imports one from need not be there.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.expectations import Array, Labels, matches
from grader.spec import Draw, Part

if TYPE_CHECKING:
    from student_template.data_sets.cifar10 import Cifar10

part = Part(
    "cifar10_data",
    "The CIFAR-10 data set",
    assignment="cifar10",
    order=1,
    needs=("load_CIFAR10", "get_CIFAR10_data"),
)

NAMES = ("train", "val", "test")
SEEN = 24  # images of which every pixel is compared


def folder_of(rng: np.random.Generator, data: Cifar10) -> dict[str, Array]:
    """The data set's folder as text, and some of its images: the first and last ones, and any between."""
    picks = {}
    for name, images in (("rows", data.X_train), ("test_rows", data.X_test)):
        some = rng.choice(len(images), min(SEEN, len(images)), replace=False)
        picks[name] = np.unique([0, *some, len(images) - 1])
    return {"folder": np.frombuffer(str(data.folder).encode("utf-8", "surrogateescape"), np.uint8), **picks}


def some_of(images: Any, rows: Array) -> Array:
    """Some of the images, as floats: which type of number the loader gives them is a matter of taste."""
    images = np.asarray(images)
    return np.asarray(images[[row for row in rows if row < len(images)]] * 1.0)


@part.data_check(
    points=3,
    inputs=folder_of,
    expect=[
        matches("X_train", shape_hint="Each image is (32 rows, 32 columns, 3 colours)."),
        Labels("y_train"),
        matches("X_test", shape_hint="Each image is (32 rows, 32 columns, 3 colours)."),
        Labels("y_test"),
    ],
    seconds=180,
    asks=("load_CIFAR10",),  # the course's own notebook imports it
)
def load(code: Any, folder: Array, rows: Array, test_rows: Array) -> dict[str, Any]:
    """Loading: images and labels from the files of the data set."""
    root = folder.tobytes().decode("utf-8", "surrogateescape")
    X_train, y_train, X_test, y_test = code.load_CIFAR10(root)
    return {
        "X_train": some_of(X_train, rows),
        "y_train": np.asarray(y_train),
        "X_test": some_of(X_test, test_rows),
        "y_test": np.asarray(y_test),
    }


def blocks(count: int) -> Draw:
    """Draw images (count, 32, 32, 3) of 8 x 8 blocks, as float64 like those of the course's loader."""

    def draw(rng: np.random.Generator) -> Array:
        small = rng.integers(0, 256, (count, 4, 4, 3)).astype(np.float64)
        return np.repeat(np.repeat(small, 8, axis=1), 8, axis=2)

    return draw


def labels(count: int) -> Draw:
    """Draw labels that are all different, so that each says which image it belongs to."""
    return lambda rng: rng.permutation(count)


def small_set(train: int, val: int, test: int, spare: int = 0) -> dict[str, Any]:
    """Images and labels from which ``train``, ``val`` and ``test`` are taken; ``spare`` ones are left over."""
    return {
        "X_train": blocks(train + val + spare),
        "y_train": labels(train + val + spare),
        "X_test": blocks(test + spare),
        "y_test": labels(test + spare),
        "num_training": train,
        "num_validation": val,
        "num_test": test,
    }


LOADER = "load_CIFAR10"


def prepared(code: Any, X_train: Array, y_train: Array, X_test: Array, y_test: Array, **sizes: int) -> Any:
    """What the student's get_CIFAR10_data makes of the images that it is given, or where it loads by itself, loads."""
    function = code.get_CIFAR10_data
    images = {"X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test}
    if loads_by_itself(function):
        known = inspect.signature(function).parameters
        sizes = {name: size for name, size in {**sizes, "num_dev": 1}.items() if name in known}
        return with_loader(function, tuple(images.values()), sizes)[:6]
    return function(**images, **sizes)


def loads_by_itself(function: Any) -> bool:
    """Whether a function takes no images: nothing that has to be given, as the course's own."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return isinstance(function, types.FunctionType) and all(one.default is not one.empty for one in parameters)


def with_loader(function: Any, images: tuple[Array, ...], sizes: dict[str, int]) -> Any:
    """Call it where a loader gives these images: in its own module, and in those that it imports one from."""

    def load(*arguments: Any, **options: Any) -> tuple[Array, ...]:
        return tuple(array.copy() for array in images)

    for name in [name for name in function.__code__.co_names if "." in name]:
        try:
            importlib.import_module(name)
        except Exception:  # the course's package is not there
            for above in (name.rpartition(".")[0], name):
                sys.modules.setdefault(above, types.ModuleType(above))
            setattr(sys.modules[name], LOADER, load)
    places = [function.__globals__, *[vars(module) for module in list(sys.modules.values()) if hasattr(module, LOADER)]]
    before = [(names, names.get(LOADER)) for names in places]
    try:
        for names in places:
            names[LOADER] = load
        return function(**sizes)
    finally:
        for names, loader in before:
            names[LOADER] = loader


EDGES = {"images left over": small_set(8, 4, 3, spare=3), "one image to validate": small_set(4, 1, 2, spare=1)}


@part.check(
    points=3,
    inputs=small_set(16, 5, 4),
    edges=EDGES,
    edge_points=1,
    expect=[Labels(f"y_{name}") for name in NAMES],
)
def split(code: Any, **case: Any) -> dict[str, Any]:
    """Split: which images train, validate and test."""
    found = prepared(code, **case)
    return dict(zip([f"y_{name}" for name in NAMES], found[1::2], strict=True))


@part.check(
    points=4,
    inputs=small_set(16, 5, 4),
    edges=EDGES,
    edge_points=2,
    expect=[matches(f"X_{name}", shape_hint="Each image is one row.") for name in NAMES],
)
def preprocessing(code: Any, **case: Any) -> dict[str, Any]:
    """Preprocessing: the mean training image is subtracted, and each image becomes a row."""
    found = prepared(code, **case)
    return dict(zip([f"X_{name}" for name in NAMES], found[0::2], strict=True))
