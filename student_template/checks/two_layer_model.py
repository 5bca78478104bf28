"""The two-layer network as functions of a model (CS231n winter 2015, assignment 2, Q1).

The toy problem is the course's own: every array is a ramp. A second model has other sizes and random numbers.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, matches
from grader.measures import normal_distance
from grader.spec import GradientOf, Part, integers, normal

part = Part(
    "two_layer_model",
    "Two-layer network",
    assignment="two_layer_model",
    order=1,
    starter="neural_net",
    needs=("init_two_layer_model", "two_layer_net"),
)

WEIGHTS = ("W1", "b1", "W2", "b2")

TOY = {
    "W1": np.linspace(-0.2, 0.6, 40).reshape(4, 10),
    "b1": np.linspace(-0.3, 0.7, 10),
    "W2": np.linspace(-0.4, 0.1, 30).reshape(10, 3),
    "b2": np.linspace(-0.5, 0.9, 3),
    "X": np.linspace(-0.2, 0.5, 20).reshape(5, 4),
}
TOY_LABELLED = {**TOY, "y": np.array([0, 1, 2, 2, 1]), "reg": 0.1}
SECOND = {
    "W1": normal(12, 7, scale=0.5),
    "b1": normal(7),
    "W2": normal(7, 5, scale=0.5),
    "b2": normal(5),
    "X": normal(9, 12),
}
SECOND_LABELLED = {**SECOND, "y": integers(0, 5, 9), "reg": 0.3}
ONE = {**SECOND, "X": normal(1, 12)}
ONE_LABELLED = {**ONE, "y": integers(0, 5, 1), "reg": 0.3}


def distance(name: str, got: Arrays, inputs: Arrays) -> float:
    """How far weights are from 1e-5 times a standard normal."""
    return normal_distance(got[name], 1e-5)


@part.check(
    points=2,
    # The limit of 3.5 fails right weights with a probability of at most 2 exp(-24.5) = 5e-11 each.
    inputs={"input_size": integers(36, 45), "hidden_size": integers(28, 33), "output_size": integers(40, 50)},
    expect=[
        *(
            Below(
                name,
                3.5,
                f"distance of {name} from the distribution of 1e-5 * normal",
                (name,),
                partial(distance, name),
            )
            for name in ("W1", "W2")
        ),
        matches("b1", shape_hint="One bias for each hidden unit."),
        matches("b2", shape_hint="One bias for each class."),
    ],
)
def initial(code: Any, input_size: int, hidden_size: int, output_size: int) -> dict[str, Any]:
    """Initial model: small random weights, biases of zero."""
    model = code.init_two_layer_model(input_size, hidden_size, output_size)
    return {name: model.get(name) for name in WEIGHTS}


@part.check(
    points=2,
    inputs=TOY,
    edges={"other sizes": SECOND, "one sample": ONE},
    edge_points=1,
    expect=[matches("scores", single=True)],
)
def scores(code: Any, X: Array, **model: Array) -> dict[str, Any]:
    """Forward pass: the class scores."""
    return {"scores": code.two_layer_net(X, model)}


@part.check(
    points=2,
    inputs=TOY_LABELLED,
    edges={
        "other sizes": SECOND_LABELLED,
        "one sample": ONE_LABELLED,
        "reg left out": {**SECOND_LABELLED, "reg": 0.0},
    },
    edge_points=1,
    expect=[matches("loss", rel=1e-10, single=True)],
)
def loss(code: Any, X: Array, y: Array, reg: float, **model: Array) -> dict[str, Any]:
    """Softmax loss with regularisation."""
    value, _ = code.two_layer_net(X, model, y, reg) if reg else code.two_layer_net(X, model, y)
    return {"loss": value}


@part.check(
    points=3,
    inputs=TOY_LABELLED,
    edges={"other sizes": SECOND_LABELLED, "one sample": ONE_LABELLED},
    edge_points=1,
    expect=[matches(name, single=True) for name in WEIGHTS],
    gradient_of=GradientOf("loss", {name: name for name in WEIGHTS}, output="loss", upstream=None),
    apart=True,
)
def gradients(code: Any, X: Array, y: Array, reg: float, **model: Array) -> dict[str, Any]:
    """Backward pass: the gradients of all weights and biases."""
    _, grads = code.two_layer_net(X, model, y, reg)
    return {name: grads.get(name) for name in WEIGHTS}
