"""k-means: its two steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Labels, matches
from grader.spec import Part, normal

part = Part("kmeans", "k-means", assignment="kmeans", needs=("assign", "update"))


def labels(count: int, clusters: int) -> Any:
    """Draw labels of which each cluster has one at least."""
    return lambda rng: rng.permutation(np.arange(count) % clusters)


@part.check(
    points=3,
    inputs={"X": normal(20, 3), "centres": normal(4, 3)},
    edges={"one cluster": {"X": normal(5, 2), "centres": normal(1, 2)}},
    edge_points=1,
    expect=[Labels("labels")],
)
def nearest(code: Any, X: Array, centres: Array) -> dict[str, Any]:
    """Each sample goes to the nearest centre."""
    return {"labels": code.assign(X, centres)}


@part.check(
    points=3,
    inputs={"X": normal(20, 3), "labels": labels(20, 4), "k": 4},
    edges={"clusters of one": {"X": normal(3, 2), "labels": labels(3, 3), "k": 3}},
    edge_points=1,
    expect=[matches("centres", shape_hint="centres is (k, D), one row a cluster.")],
)
def means(code: Any, X: Array, labels: Array, k: int) -> dict[str, Any]:
    """Each centre moves to the mean of its samples."""
    return {"centres": code.update(X, labels, k)}
