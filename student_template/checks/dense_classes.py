"""The hidden layer and the logistic regression of a small LeNet as classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.distributions import as_float32, cdf_distance, cdf_limit, edge_limit, uniform_cdf
from grader.expectations import Array, Arrays, Below, Labels, matches
from grader.spec import Part, integers, normal
from student_template.checks.conv_pool_class import put_weights

part = Part(
    "dense_classes",
    "Hidden layer and logistic regression",
    assignment="lenet_classes",
    order=2,
    needs=("HiddenLayer", "LogisticRegression"),
)

SIDES = (30, 20)
COUNT = 600
LIMIT = float(np.sqrt(6 / sum(SIDES)))


def distance(got: Arrays, inputs: Arrays) -> float:
    """Distance to the uniform distribution on the range."""
    return cdf_distance(got["W"], uniform_cdf(-LIMIT, LIMIT))


def beyond(got: Arrays, inputs: Arrays) -> float:
    """The part of the range that no weight reaches; infinite where one goes beyond it."""
    gap = 1 - float(np.abs(got["W"]).max()) / LIMIT
    return gap if gap >= -1e-6 else float("inf")


@part.check(
    points=1,
    inputs={"seed": integers(0, 2**31)},
    expect=[
        # Two random figures, each wrong by chance with probability 1e-11 at most (see grader/distributions.py).
        Below("W", cdf_limit(COUNT), "distance of W to the uniform distribution", ("W",), distance),
        Below("range", edge_limit(COUNT), "part of the range that W leaves out (inf: it goes beyond)", ("W",), beyond),
        matches("b", shape_hint="One bias for each output."),
    ],
)
def hidden_initial(code: Any, seed: int) -> dict[str, Any]:
    """The initial weights and biases of HiddenLayer."""
    layer = code.HiddenLayer(np.random.default_rng(seed), *SIDES)
    return {"W": as_float32(layer.W), "b": layer.b}


def twice(values: Any) -> Any:
    """An activation function that no exercise asks for."""
    return 2.0 * values


@part.check(
    points=1,
    inputs={"x": normal(4, 5), "W": normal(5, 3), "b": normal(3)},
    edges={"another activation": {"x": normal(4, 5), "W": normal(5, 3), "b": normal(3), "other": 1}},
    edge_points=1,
    expect=[matches("out", shape_hint="One row per sample, one column per output.")],
)
def hidden_forward(code: Any, x: Array, W: Array, b: Array, other: int = 0) -> dict[str, Any]:
    """forward of HiddenLayer."""
    chosen = {"activation": twice} if other else {}
    layer = code.HiddenLayer(np.random.default_rng(0), *W.shape, **chosen)
    put_weights(layer, W, b)
    return {"out": layer.forward(x)}


def regression(code: Any, W: Array, b: Array) -> Any:
    """A LogisticRegression with these weights."""
    model = code.LogisticRegression(*W.shape)
    put_weights(model, W, b)
    return model


MODEL: dict[str, Any] = {"x": normal(6, 4), "W": normal(4, 3), "b": normal(3)}
LABELLED: dict[str, Any] = {**MODEL, "y": integers(0, 3, 6)}
HUGE: dict[str, Any] = {"x": normal(6, 4), "W": normal(4, 3, scale=1000.0), "b": normal(3)}


@part.check(
    points=1,
    inputs=MODEL,
    edges={"scores in the thousands": HUGE},
    edge_points=1,
    expect=[matches("p", shape_hint="One row per sample, one column per class.")],
)
def probabilities(code: Any, x: Array, W: Array, b: Array) -> dict[str, Any]:
    """p_y_given_x of LogisticRegression."""
    return {"p": regression(code, W, b).p_y_given_x(x)}


@part.check(points=1, inputs=LABELLED, expect=[Labels("labels"), matches("errors")])
def predictions(code: Any, x: Array, W: Array, b: Array, y: Array) -> dict[str, Any]:
    """predict and errors of LogisticRegression."""
    model = regression(code, W, b)
    return {"labels": model.predict(x), "errors": model.errors(x, y)}


@part.check(points=1, inputs=LABELLED, expect=[matches("loss")])
def likelihood(code: Any, x: Array, W: Array, b: Array, y: Array) -> dict[str, Any]:
    """negative_log_likelihood of LogisticRegression."""
    return {"loss": regression(code, W, b).negative_log_likelihood(x, y)}


@part.check(
    points=2,
    inputs=LABELLED,
    expect=[matches("dW", shape_hint="dW has the shape of W."), matches("db", shape_hint="One number per class.")],
)
def gradients(code: Any, x: Array, W: Array, b: Array, y: Array) -> dict[str, Any]:
    """gradients of LogisticRegression."""
    dW, db = regression(code, W, b).gradients(x, y)
    return {"dW": dW, "db": db}
