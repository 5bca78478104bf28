"""Inverted dropout. Masks are random, so they are judged by what the grader measures on them.

The parameter p is the probability of dropping in the courses of 2015 to 2017, of keeping since 2018. Either is right
if the function agrees with itself: the share of entries that it keeps, and the scale 1 / keep that it gives them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.distributions import as_float32, share_limit
from grader.expectations import Array, Arrays, Below, Expectation, NoteAbout, OnlyIf, Within
from grader.model import Note
from grader.spec import Draw, Part, integers

part = Part(
    "dropout", "Dropout", assignment="dropout", order=1, starter="layers", needs=("dropout_forward", "dropout_backward")
)

SHAPE = (30, 48)
COUNT = SHAPE[0] * SHAPE[1]
ROWS = 5  # of the second call with the same seed; enough to tell, and recorded answers stay small
SMALL = 1e-6  # the masks of float32 are fine


def nonzero(rng: np.random.Generator) -> Array:
    """Whole numbers of both signs without 0, as floats: a zero in out is then a dropped entry."""
    return rng.choice([-2.0, -1.0, 1.0, 2.0], SHAPE)


def images(rng: np.random.Generator) -> Array:
    """As many such numbers as images (N, C, H, W)."""
    return nonzero(rng).reshape(SHAPE[0], 3, 4, 4)


SEED: Draw = integers(0, 2**31)


def trains(inputs: Arrays) -> bool:
    """Whether the case is one of the training mode."""
    return bool(inputs["training"])


def keeping(out: Array, inputs: Arrays) -> float:
    """The probability of keeping: p or 1 - p, whichever is nearer to the share of entries that were kept."""
    p = float(inputs["p"])
    share = np.count_nonzero(out) / out.size
    return p if abs(share - p) <= abs(share - (1 - p)) else 1 - p


def keeping_by_scale(out: Array, inputs: Arrays) -> float:
    """The same by the scale of the entries: the one of p and 1 - p that they were divided by, if it is one of them."""
    kept = out != 0
    scale = float(np.median(out[kept] / inputs["x"][kept])) if kept.any() else 0.0
    p = float(inputs["p"])
    fits = [keep for keep in (p, 1 - p) if abs(scale * keep - 1) < SMALL]
    return fits[0] if fits else keeping(out, inputs)


def scale_error(got: Arrays, inputs: Arrays) -> float:
    """The largest relative error of the entries that were kept, against x / keep."""
    out, x = got["out"], inputs["x"]
    kept = out != 0
    right = x[kept] / keeping_by_scale(out, inputs)
    return float(np.max(np.abs(out[kept] / right - 1), initial=0.0)) if kept.any() else float("inf")


def share_error(got: Arrays, inputs: Arrays) -> float:
    """How far the share of entries that were kept is from the probability that their scale is made for."""
    out = got["out"]
    return abs(np.count_nonzero(out) / out.size - keeping_by_scale(out, inputs))


def difference(got: Arrays, inputs: Arrays) -> float:
    """The largest difference between two calls with the same seed."""
    return float(np.max(np.abs(got["out"][:ROWS] - got["again"])))


def gradient_error(got: Arrays, inputs: Arrays) -> float:
    """The largest relative error of dx: dout times the scale of the entry that was kept, 0 where it was dropped.

    The scale is that of the student's own forward pass, or the right one where that has a wrong one. Infinite where
    both passes do nothing, or nothing is kept: that is consistent, and no dropout.
    """
    out, dx, dout = got["out"], got["dx"], inputs["dout"]
    idle = max(np.max(np.abs(out / inputs["x"] - 1)), np.max(np.abs(dx / dout - 1))) < 1e-3
    if idle or np.count_nonzero(out) < out.size / 10:
        return float("inf")
    own = dout * out / inputs["x"]
    right = dout * (out != 0) / keeping(out, inputs)
    return float(min(np.max(np.abs(dx - want) / np.abs(dout)) for want in (own, right)))


def shared_by(out: Array) -> str:
    """What shares one mask: "rows" if all samples do, "columns" if all features do, else ""."""
    kept = out != 0
    if kept.all() or not kept.any():
        return ""
    return "rows" if (kept == kept[:1]).all() else "columns" if (kept == kept[:, :1]).all() else ""


def shared(got: Arrays, inputs: Arrays) -> float:
    """1 if the entries of a sample, or of a feature, are not dropped each by itself; else 0."""
    return float(shared_by(got["out"]) != "")


def meaning_of_p(figures: Array, inputs: Arrays) -> Note | None:
    """Which of the two meanings p has here; nothing where the share that is kept fits neither."""
    share, p = float(figures[0]), float(inputs["p"])
    if abs(share - p) < 0.05:
        return Note(
            "p-keeps",
            "p is the probability of keeping an entry here, as in the course since 2018; until then it was that of "
            "dropping. Both are accepted.",
        )
    if abs(share - (1 - p)) < 0.05:
        return Note(
            "p-drops",
            "p is the probability of dropping an entry here, as in the course until 2017; since then it is that of "
            "keeping. Both are accepted.",
        )
    return None


# The figures have no marks and no finding: a mask is random, so a known mistake is recognised by them.
def forward_figures(x: Array, out: Any, again: Any) -> Array:
    """The share kept, in tenths, the least and the largest scale of what was kept, and whether a seed repeats it.

    A mask that rows or columns share says nothing of the share: then 2 or 3 stands in its place.
    """
    if not all(isinstance(array, np.ndarray) and array.shape == x.shape for array in (out, again)) or not out.any():
        return np.full(4, -1.0)
    scales = out[out != 0] / x[out != 0]
    share = {"rows": 2.0, "columns": 3.0}.get(shared_by(out), round(np.count_nonzero(out) / out.size, 1))
    return np.array([share, *np.round([scales.min(), scales.max()], 5), float(np.array_equal(out, again))])


def backward_figures(x: Array, dout: Array, out: Any, dx: Any) -> Array:
    """The least and the largest scale of the gradient where an entry was kept, over its own scale, and where not."""
    if not all(isinstance(array, np.ndarray) and array.shape == x.shape for array in (out, dx)) or not out.any():
        return np.full(4, -1.0)
    kept, dropped = out != 0, out == 0
    ratio = (dx / dout)[kept] * (x[kept] / out[kept])
    rest = (dx / dout)[dropped] if dropped.any() else np.zeros(1)
    return np.round([ratio.min(), ratio.max(), rest.min(), rest.max()], 5)


FORWARD: list[Expectation] = [
    OnlyIf(trains, Below("scale", SMALL, "error of the kept entries, relative to x / keep,", ("out",), scale_error)),
    # Wrong by chance with probability 2e-11 at most a case: half of it on either side of the share.
    OnlyIf(
        trains,
        Below(
            "share",
            max(share_limit(COUNT, share) for share in (0.2, 0.3, 0.7, 0.8)),
            "distance of the share of kept entries to the probability that their scale is made for",
            ("out",),
            share_error,
        ),
    ),
    OnlyIf(trains, Below("mask", 1, "number of masks that many entries share", ("out",), shared)),
    OnlyIf(
        lambda inputs: "seed" in inputs and trains(inputs),
        Below("seed", SMALL, "difference between two calls with the same seed", ("out", "again"), difference),
    ),
    OnlyIf(lambda inputs: not trains(inputs), Within("out_in_test_mode", 0.0)),
    OnlyIf(trains, NoteAbout("figures", meaning_of_p)),
]


@part.check(
    points=2,
    inputs={"x": nonzero, "p": 0.3, "training": True, "seed": SEED},
    edges={
        "p = 0.8": {"x": nonzero, "p": 0.8, "training": True, "seed": SEED},
        "no seed": {"x": nonzero, "p": 0.3, "training": True},
        "test mode": {"x": nonzero, "p": 0.3, "training": False, "seed": SEED},
        "images": {"x": images, "p": 0.8, "training": True, "seed": SEED},
    },
    edge_points=3,
    expect=FORWARD,
)
def forward(code: Any, x: Array, training: bool, **given: Any) -> dict[str, Any]:
    """Forward pass: each entry is dropped, or kept and scaled; nothing changes in test mode."""
    dropout_param = {"mode": "train" if training else "test", **given}
    out, _ = code.dropout_forward(x.copy(), dict(dropout_param))
    if not training:
        return {"out_in_test_mode": out}
    again, _ = code.dropout_forward(x.copy(), dict(dropout_param))
    return {"out": as_float32(out), "again": as_float32(again[:ROWS]), "figures": forward_figures(x, out, again)}


def to_go_back(p: float, training: bool) -> dict[str, Any]:
    """Inputs and gradients; a gradient is never 0."""
    return {"x": nonzero, "dout": nonzero, "p": p, "training": training, "seed": SEED}


@part.check(
    points=2,
    inputs=to_go_back(0.3, True),
    edges={"p = 0.8": to_go_back(0.8, True), "test mode": to_go_back(0.3, False)},
    edge_points=2,
    expect=[
        OnlyIf(
            trains,
            Below(
                "gradient",
                SMALL,
                "error of dx, relative to dout times the scale of the entry (0 where it was dropped),",
                ("out", "dx"),
                gradient_error,
            ),
        ),
        OnlyIf(lambda inputs: not trains(inputs), Within("dx_in_test_mode", 0.0)),
        OnlyIf(trains, NoteAbout("figures", lambda figures, inputs: None)),
    ],
)
def backward(code: Any, x: Array, dout: Array, p: float, training: bool, seed: int) -> dict[str, Any]:
    """Backward pass: the gradient goes where the entry was kept, with its scale."""
    mode = "train" if training else "test"
    out, cache = code.dropout_forward(x.copy(), {"mode": mode, "p": p, "seed": seed})
    code.dropout_forward(-x, {"mode": mode, "p": p, "seed": seed // 2})  # what counts is the cache, not the last call
    dx = code.dropout_backward(dout.copy(), cache)
    if not training:
        return {"dx_in_test_mode": dx}
    return {"out": as_float32(out), "dx": as_float32(dx), "figures": backward_figures(x, dout, out, dx)}
