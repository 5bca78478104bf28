"""The two-layer network made of layers (CS231n 2016 and later, fc_net.py)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from grader.distributions import as_float32
from grader.expectations import Array, Below, matches
from grader.spec import GradientOf, Part, integers, normal
from student_template.checks._parameters import gradients_of, only_gradients_of, set_params
from student_template.checks.three_layer_convnet import distance, large, small

part = Part(
    "modular_two_layer_net",
    "Two-layer network from layers",
    assignment="fully_connected_nets",
    order=1,
    starter="fc_net",
    needs=("TwoLayerNet",),
    reference={"TwoLayerNet": "ModularTwoLayerNet"},
)

WEIGHTS = ("W1", "b1", "W2", "b2")


def course_case(**more: Any) -> dict[str, Any]:
    """The course's own numbers: 3 samples, 5 features, 50 hidden units, all of them positive, and 7 classes."""
    return {
        "X": np.linspace(-5.5, 4.5, 15).reshape(5, 3).T,
        "W1": np.linspace(-0.7, 0.3, 250).reshape(5, 50),
        "b1": np.linspace(-0.1, 0.9, 50),
        "W2": np.linspace(-0.3, 0.4, 350).reshape(50, 7),
        "b2": np.linspace(-0.9, 0.1, 7),
        **more,
    }


def network(N: int, D: int, H: int, C: int) -> dict[str, Any]:
    """A net about half of whose hidden units are off, with biases that are not zero."""
    return {
        "X": normal(N, D),
        "W1": normal(D, H, scale=D**-0.5),
        "b1": normal(H, scale=0.5),
        "W2": normal(H, C, scale=H**-0.5),
        "b2": normal(C, scale=0.5),
    }


def labelled(*sizes: int, reg: float) -> dict[str, Any]:
    """The same with labels and regularisation."""
    return {**network(*sizes), "y": integers(0, sizes[3], sizes[0]), "reg": reg}


def network_with(code: Any, params: dict[str, Array], reg: float = 0.0) -> Any:
    """A network of the student's class with the given parameters."""
    (D, H), C = params["W1"].shape, params["W2"].shape[1]
    net = code.TwoLayerNet(input_dim=D, hidden_dim=H, num_classes=C, reg=reg)
    if not net.params:  # as in the course's stub, which raises nothing
        getattr(code, "The body of TwoLayerNet.__init__")
    set_params(net, params)
    return net


def loss_and_gradients(
    code: Any, X: Array, y: Array, params: dict[str, Array], reg: float, only_gradients: bool = False
) -> Any:
    """What the network's loss function returns for samples and labels."""
    net = network_with(code, params, reg)
    both = net.loss(X, y)
    if both is None or not both[1]:
        getattr(code, "The body of TwoLayerNet.loss")
    return both[0], (only_gradients_of if only_gradients else gradients_of)(net, both[1], params)


@part.check(
    points=1,
    # The limit of 3.5 fails right weights with a probability of at most 2 exp(-24.5) = 5e-11 each.
    inputs={"D": 40, "H": 30, "C": 20, "weight_scale": small},
    edges={"a larger weight_scale": {"D": 20, "H": 30, "C": 10, "weight_scale": large}},
    edge_points=1,
    expect=[
        *(
            Below(
                name,
                3.5,
                f"distance of {name} from the distribution of weight_scale * normal",
                (name,),
                partial(distance, name),
            )
            for name in ("W1", "W2")
        ),
        *(matches(name, shape_hint="One bias for each output of the layer.") for name in ("b1", "b2")),
    ],
)
def init(code: Any, D: int, H: int, C: int, weight_scale: float) -> dict[str, Any]:
    """Initial parameters: random weights of the given scale, biases of zero."""
    net = code.TwoLayerNet(input_dim=D, hidden_dim=H, num_classes=C, weight_scale=weight_scale)
    if not net.params:
        getattr(code, "The body of TwoLayerNet.__init__")
    return {name: as_float32(net.params.get(name)) for name in WEIGHTS}


@part.check(
    points=1,
    inputs=course_case(),
    edges={
        "hidden units of both signs": network(4, 6, 5, 3),
        "more samples than features": network(7, 3, 6, 4),
        "image-shaped samples": network(4, 12, 6, 3) | {"X": normal(4, 3, 2, 2)},
    },
    edge_points=1,
    expect=[matches("scores", single=True)],
)
def scores(code: Any, X: Array, **params: Array) -> dict[str, Any]:
    """Forward pass: the class scores."""
    value = network_with(code, params).loss(X)
    if value is None:
        getattr(code, "The body of TwoLayerNet.loss")
    return {"scores": value}


EDGES = {
    "hidden units of both signs": labelled(4, 6, 5, 3, reg=0.0),
    "regularisation": labelled(4, 6, 5, 3, reg=0.3),
    "more samples than features, regularisation": labelled(7, 3, 6, 4, reg=0.7),
}


@part.check(
    points=0.5,
    inputs=course_case(y=np.array([0, 5, 1]), reg=0.0),
    edges=EDGES,
    edge_points=1.5,
    expect=[matches("loss", rel=1e-10, single=True)],
)
def loss(code: Any, X: Array, y: Array, reg: float, **params: Array) -> dict[str, Any]:
    """Softmax loss with regularisation."""
    value, _ = loss_and_gradients(code, X, y, params, reg)
    return {"loss": value}


@part.check(
    points=1,
    inputs=course_case(y=np.array([0, 5, 1]), reg=0.0),
    edges=EDGES,
    edge_points=3,
    expect=[matches(name, single=True) for name in WEIGHTS],
    gradient_of=GradientOf("loss", {name: name for name in WEIGHTS}, output="loss", upstream=None),
    apart=True,
)
def gradients(code: Any, X: Array, y: Array, reg: float, **params: Array) -> dict[str, Any]:
    """Backward pass: the gradients of all weights and biases."""
    _, grads = loss_and_gradients(code, X, y, params, reg, only_gradients=True)
    return dict(grads)
