"""What the training of a two-layer network does at each step: how the rate decays, and what a batch is drawn from."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, Expectation, OnlyIf, Otherwise
from grader.measures import Measured

WEIGHTS = ("W1", "b1", "W2", "b2")
MOST_OF_WAY = 0.35  # that the first of nine steps goes


def equal_samples(rng: np.random.Generator) -> dict[str, Any]:
    """Twelve samples that are all the same one: whatever a batch of three draws, its gradient is that of all.

    An epoch has four steps, so the rate may be halved after the fourth and eighth of nine, after the first, fifth and
    ninth (as the course has it), or never. The rate is small, which keeps the gradient as it is.
    """
    weights = {
        "W1": rng.normal(scale=0.5, size=(4, 10)),
        "b1": 2 + np.abs(rng.normal(size=10)),  # that all hidden units are dead has a probability of about 1e-17
        "W2": rng.normal(scale=0.5, size=(10, 3)),
        "b2": rng.normal(size=3),
    }
    return {
        **weights,
        "X": np.tile(rng.normal(size=4), (12, 1)),
        "y": np.full(12, rng.integers(3)),
        "X_val": rng.normal(size=(3, 4)),
        "y_val": rng.integers(0, 3, 3),
        "reg": 0.0,
        "learning_rate": 1e-4,
        "learning_rate_decay": 0.5,
        "num_iters": 9,
        "batch_size": 3,
    }


def steps_of_equal_samples(inputs: Arrays) -> bool:
    """Whether a case is about how the rate decays."""
    return len(inputs["X"]) == 12


def first_share(got: Mapping[str, Array], start: Mapping[str, Array]) -> float:
    """The first step's share of the way: 1/4, 1/6.5 or 1/9, but 1/2 if the rate is halved at every step.

    Infinite if the way leads up by the student's own loss, or if some parameters never move.
    """
    if got["own_loss"] >= got["own_start"]:
        return float("inf")
    shares = [
        np.linalg.norm(got[f"first_{name}"] - start[name]) / max(np.linalg.norm(got[name] - start[name]), 1e-300)
        for name in WEIGHTS
    ]
    return float(np.max(shares)) if np.all(np.isfinite(shares)) and min(shares) > 0 else float("inf")


def own_share_of_way(got: Arrays, inputs: Arrays) -> float:
    """The same where the first step goes where the student's own gradients lead; infinite if it does not."""
    shares, off = [], []
    for name in WEIGHTS:
        first, whole = (got[of] - inputs[name] for of in (f"first_{name}", name))
        led = float(inputs["learning_rate"]) * got[f"slope_{name}"]
        off.append(np.max(np.abs(first + led)) / np.max(np.abs(first)))
        shares.append(np.linalg.norm(first) / np.linalg.norm(whole))
    return float(np.max(shares)) if max(off) < 1e-4 else float("inf")


RATE = OnlyIf(
    steps_of_equal_samples,
    Otherwise(
        Measured(
            "rate",
            MOST_OF_WAY,
            "first step's share of the way that nine steps go while the rate is halved once an epoch",
            (*WEIGHTS, *(f"first_{name}" for name in WEIGHTS)),
            "first_share",
            "own_share",
            "your loss",
        ),
        tuple(f"{kind}{name}" for kind in ("", "first_", "slope_") for name in WEIGHTS),
        own_share_of_way,
        MOST_OF_WAY,
        "the first step goes where your own gradients lead, and has its share of the way",
    ),
)


def different_samples(rng: np.random.Generator) -> dict[str, Any]:
    """Eight samples, no two alike, in batches of four: 60 draw each of them with a probability of 1 - 1e-13."""
    weights = {
        "W1": rng.normal(scale=0.5, size=(4, 10)),
        "b1": rng.normal(size=10),
        "W2": rng.normal(scale=0.5, size=(10, 3)),
        "b2": rng.normal(size=3),
    }
    return {
        **weights,
        "X": rng.normal(size=(8, 4)),
        "y": rng.integers(0, 3, 8),
        "X_val": rng.normal(size=(3, 4)),
        "y_val": rng.integers(0, 3, 3),
        "reg": 0.25,
        "learning_rate": 1e-4,
        "learning_rate_decay": 0.95,
        "num_iters": 60,
        "batch_size": 4,
    }


def asks_batches(inputs: Arrays) -> bool:
    """Whether a case is about what the batches hold."""
    return len(inputs["X"]) == 8


class Drawn:
    """What a net's loss is asked while it trains: its batches, their labels and its regularisation.

    A net that is trained without a call of its own loss shows nothing of it, which costs nothing.
    """

    def __init__(self, net: Any, X: Array, y: Array, reg: float) -> None:
        self.X, self.y, self.reg = X, y, reg
        self.calls = self.sizes = self.other_reg = 0
        self.odd = False
        self.seen = np.zeros(len(X), bool)
        given, signature = net.loss, None

        def loss(*arguments: Any, **options: Any) -> Any:
            nonlocal signature
            signature = signature or inspect.signature(given)
            asked = signature.bind(*arguments, **options).arguments
            if asked.get("y") is not None:
                with contextlib.suppress(Exception):  # what cannot be noted is asked of nobody
                    self.note(np.asarray(asked["X"]), np.asarray(asked["y"]), asked.get("reg", 0.0))
            return given(*arguments, **options)

        net.loss = loss

    def note(self, X: Array, y: Array, reg: Any) -> None:
        """Count one call."""
        same = (X[:, None] == self.X).all(axis=2)
        self.calls += 1
        self.sizes += len(X)
        self.seen |= same.any(axis=0)
        self.odd |= not (same & (y[:, None] == self.y)).any(axis=1).all()
        self.other_reg += not np.isclose(float(reg), self.reg)

    def figures(self) -> dict[str, Any]:
        """All of it as numbers; where nothing was noted, those of right training."""
        return {
            "batch": self.sizes / max(self.calls, 1),
            "unseen": ~self.seen & (self.calls > 0),
            "mislabelled": float(self.odd),
            "other_reg": float(self.other_reg),
        }


def figure_of(name: str, got: Arrays, inputs: Arrays) -> float:
    """A figure as it is returned; of several, their sum."""
    return float(np.sum(got[name]))


BATCHES: list[Expectation] = [
    OnlyIf(asks_batches, Below(name, limit, what, (name,), partial(figure_of, name)))
    for name, limit, what in (
        ("batch", 4.5, "mean number of samples in a batch, where batch_size is 4,"),
        ("unseen", 1, "number of training samples, of eight, that were in none of 60 batches"),
        ("mislabelled", 1, "figure that is 1 if some sample of a batch comes with a label that is not its own"),
        ("other_reg", 1, "number of steps whose loss was called with another reg than train was given"),
    )
]
