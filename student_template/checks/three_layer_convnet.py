"""The three-layer convolutional network as a class (CS231n 2017-2019, assignment 2).

Images are small, so that layers in plain Python loops are fast enough.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, matches
from grader.measures import normal_distance
from grader.spec import GradientOf, Part, integers, normal
from student_template.checks._parameters import gradients_of, set_params

part = Part(
    "three_layer_convnet",
    "Three-layer convolutional network",
    assignment="convnets",
    order=2,
    starter="cnn",
    needs=("ThreeLayerConvNet",),
)

WEIGHTS = ("W1", "b1", "W2", "b2", "W3", "b3")


def network(
    N: int, C: int, H: int, W: int, *, filters: int = 3, size: int = 3, hidden: int = 6, classes: int = 5
) -> dict[str, Any]:
    """Images and parameters with biases that are not zero; scores are of the order of 1."""
    pooled = filters * H * W // 4
    return {
        "X": normal(N, C, H, W),
        "W1": normal(filters, C, size, size, scale=(C * size * size) ** -0.5),
        "b1": normal(filters, scale=0.5),
        "W2": normal(pooled, hidden, scale=pooled**-0.5),
        "b2": normal(hidden, scale=0.5),
        "W3": normal(hidden, classes, scale=hidden**-0.5),
        "b3": normal(classes, scale=0.5),
    }


def labelled(*shape: int, reg: float = 0.3, **sizes: int) -> dict[str, Any]:
    """The same with labels and regularisation."""
    return {**network(*shape, **sizes), "y": integers(0, sizes.get("classes", 5), shape[0]), "reg": reg}


def edge_cases(inputs: Any, **options: Any) -> dict[str, Any]:
    """What square images, one filter size and three filters of three channels do not show."""
    return {
        "images not square": inputs(2, 3, 4, 6, **options),
        "filters of 5": inputs(2, 3, 4, 4, size=5, **options),
        "filters of 7": inputs(2, 1, 4, 4, filters=2, size=7, **options),
        "other numbers of channels, filters and hidden units": inputs(
            2, 2, 4, 4, filters=4, hidden=5, classes=3, **options
        ),
        "one sample and filters of 1": inputs(1, 3, 4, 4, size=1, **options),
    }


LABELLED_EDGES = {
    **edge_cases(labelled, reg=0.0),
    "regularisation": labelled(2, 3, 4, 4),
    "all of these": labelled(1, 2, 6, 4, filters=4, size=5, hidden=5, classes=3, reg=0.7),
}


def network_with(code: Any, X: Array, params: dict[str, Array], reg: float = 0.0) -> Any:
    """A network of the student's class for these images, with the given parameters."""
    net = code.ThreeLayerConvNet(
        input_dim=X.shape[1:],
        num_filters=params["W1"].shape[0],
        filter_size=params["W1"].shape[2],
        hidden_dim=params["W2"].shape[1],
        num_classes=params["W3"].shape[1],
        reg=reg,
        dtype=np.float64,
    )
    set_params(net, params)
    return net


def small(rng: np.random.Generator) -> float:
    """A scale like the default's, 1e-3."""
    return float(rng.uniform(0.5e-3, 2e-3))


def large(rng: np.random.Generator) -> float:
    """A scale that the default could not be taken for."""
    return float(rng.uniform(0.1, 0.2))


def distance(name: str, got: Arrays, inputs: Arrays) -> float:
    """How far weights are from weight_scale times a standard normal."""
    return normal_distance(got[name], float(inputs["weight_scale"]))


@part.check(
    points=2,
    # The limit of 3.5 fails right weights with a probability of at most 2 exp(-24.5) = 5e-11 each.
    inputs={"H": 4, "W": 4, "hidden": 20, "classes": 30, "filters": 8, "size": 5, "weight_scale": small},
    edges={
        "images not square": {
            "H": 4,
            "W": 8,
            "hidden": 12,
            "classes": 10,
            "filters": 6,
            "size": 3,
            "weight_scale": large,
        }
    },
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
            for name in ("W1", "W2", "W3")
        ),
        *(matches(name, shape_hint="One bias for each output of the layer.") for name in ("b1", "b2", "b3")),
    ],
)
def init(
    code: Any, H: int, W: int, hidden: int, classes: int, filters: int, size: int, weight_scale: float
) -> dict[str, Any]:
    """Initial parameters: random weights of the given scale, biases of zero."""
    net = code.ThreeLayerConvNet(
        input_dim=(3, H, W),
        num_filters=filters,
        filter_size=size,
        hidden_dim=hidden,
        num_classes=classes,
        weight_scale=weight_scale,
        dtype=np.float64,
    )
    return {name: net.params.get(name) for name in WEIGHTS}


@part.check(
    points=1,
    inputs=network(2, 3, 6, 6),
    edges=edge_cases(network),
    edge_points=1,
    expect=[matches("scores", single=True)],
)
def scores(code: Any, X: Array, **params: Array) -> dict[str, Any]:
    """Forward pass: the class scores."""
    return {"scores": network_with(code, X, params).loss(X)}


@part.check(
    points=1,
    inputs=labelled(2, 3, 6, 6, reg=0.0),
    edges=LABELLED_EDGES,
    edge_points=1,
    expect=[matches("loss", rel=1e-10, single=True)],
)
def loss(code: Any, X: Array, y: Array, reg: float, **params: Array) -> dict[str, Any]:
    """Softmax loss with regularisation."""
    value, _ = network_with(code, X, params, reg).loss(X, y)
    return {"loss": value}


@part.check(
    points=2,
    inputs=labelled(2, 3, 6, 6, reg=0.0),
    edges=LABELLED_EDGES,
    edge_points=2,
    expect=[matches(name, single=True) for name in WEIGHTS],
    gradient_of=GradientOf("loss", {name: name for name in WEIGHTS}, output="loss", upstream=None),
    apart=True,
)
def gradients(code: Any, X: Array, y: Array, reg: float, **params: Array) -> dict[str, Any]:
    """Backward pass: the gradients of all weights and biases."""
    net = network_with(code, X, params, reg)
    _, grads = net.loss(X, y)
    return gradients_of(net, grads, params)


def far_from_log(got: Arrays, inputs: Arrays) -> float:
    """How far the loss is from ln(classes)."""
    return abs(float(got["loss"]) - float(np.log(inputs["classes"])))


def not_raised(got: Arrays, inputs: Arrays) -> float:
    """By how much regularisation lowers the loss: about -1e-3 if it is right; the two networks differ by about 1e-6."""
    return float(got["loss"] - got["regularised"])


@part.check(
    points=1,
    inputs={"X": normal(2, 3, 4, 4), "y": integers(0, 10, 2), "classes": 10},
    expect=[
        Below("loss", 0.01, "distance of the loss from ln(classes)", ("loss",), far_from_log),
        Below(
            "regularised", -1e-4, "loss without regularisation minus that with it", ("loss", "regularised"), not_raised
        ),
    ],
)
def sanity(code: Any, X: Array, y: Array, classes: int) -> dict[str, Any]:
    """With the initial parameters the loss is about ln(classes), and regularisation raises it."""
    sizes = {"input_dim": X.shape[1:], "num_filters": 4, "filter_size": 3, "hidden_dim": 7, "num_classes": classes}
    plain, regularised = (code.ThreeLayerConvNet(**sizes, reg=reg, dtype=np.float64) for reg in (0.0, 10.0))
    return {"loss": plain.loss(X, y)[0], "regularised": regularised.loss(X, y)[0]}


@part.check(
    points=1,
    inputs={**network(3, 2, 6, 6, filters=4, hidden=24, classes=4), "y": np.array([0, 3, 1])},
    expect=[matches(name, rel=1e-6, single=True) for name in WEIGHTS],
    builds_on=("loss", "gradients"),
)
def overfit(code: Any, X: Array, y: Array, **params: Array) -> dict[str, Any]:
    """Gradient steps overfit a few samples: the parameters after forty of them."""
    net = network_with(code, X, params)
    for _ in range(40):
        grads = gradients_of(net, net.loss(X.copy(), y)[1], params)
        params = {name: value - 0.3 * grads[name] for name, value in params.items()}
        set_params(net, params)
    return params
