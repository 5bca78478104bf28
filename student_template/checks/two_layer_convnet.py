"""The two-layer convolutional network (CS231n winter 2015, assignment 2, Q3).

Images are small, so that layers in plain Python loops are fast enough.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, OnlyIf, matches
from grader.measures import normal_distance
from grader.spec import GradientOf, Part, integers, normal

part = Part(
    "two_layer_convnet",
    "Two-layer convolutional network",
    assignment="convnets",
    order=1,
    starter="convnet",
    needs=("init_two_layer_convnet", "two_layer_convnet"),
)

WEIGHTS = ("W1", "b1", "W2", "b2")


def network(N: int, C: int, H: int, W: int, *, filters: int = 3, size: int = 3, classes: int = 5) -> dict[str, Any]:
    """Images and a model with biases that are not zero; scores are of the order of 1."""
    return {
        "X": normal(N, C, H, W),
        "W1": normal(filters, C, size, size, scale=(C * size * size) ** -0.5),
        "b1": normal(filters, scale=0.5),
        "W2": normal(filters * H * W // 4, classes, scale=(filters * H * W / 4) ** -0.5),
        "b2": normal(classes, scale=0.5),
    }


def labelled(*shape: int, reg: float = 0.3, **sizes: int) -> dict[str, Any]:
    """The same with labels and regularisation."""
    return {**network(*shape, **sizes), "y": integers(0, sizes.get("classes", 5), shape[0]), "reg": reg}


def edge_cases(inputs: Any) -> dict[str, Any]:
    """What square images and one filter size do not show."""
    return {
        "images not square": inputs(2, 2, 4, 6),
        "filters of 5": inputs(2, 1, 4, 4, filters=2, size=5),
        "one sample, filters of 1": inputs(1, 2, 4, 4, size=1, classes=3),
    }


def small(rng: np.random.Generator) -> float:
    """A scale like the default's, 1e-3."""
    return float(rng.uniform(0.5e-3, 2e-3))


def large(rng: np.random.Generator) -> float:
    """A scale that the default could not be taken for."""
    return float(rng.uniform(0.1, 0.2))


def distance(name: str, got: Arrays, inputs: Arrays) -> float:
    """How far weights are from weight_scale times a standard normal."""
    return normal_distance(got[name], float(inputs["weight_scale"]))


def bias_distance(name: str, got: Arrays, inputs: Arrays) -> float:
    """How far biases are from bias_scale times a standard normal."""
    return normal_distance(got[name], float(inputs["bias_scale"]))


def unscaled(inputs: Arrays) -> bool:
    """Whether a case leaves bias_scale at 0."""
    return "bias_scale" not in inputs


@part.check(
    points=2,
    # The limit of 3.5 fails right weights with a probability of at most 2 exp(-24.5) = 5e-11 each.
    inputs={"H": 6, "W": 6, "classes": 6, "filters": 16, "size": 5, "weight_scale": small},
    edges={
        "images not square": {"H": 4, "W": 8, "classes": 8, "filters": 6, "size": 3, "weight_scale": large},
        "a bias_scale": {
            "H": 2,
            "W": 2,
            "classes": 40,
            "filters": 40,
            "size": 1,
            "weight_scale": large,
            "bias_scale": 1.0,
        },
    },
    edge_points=1,
    expect=[
        Below(
            "W1",
            3.5,
            "distance of W1 from the distribution of weight_scale * normal",
            ("W1",),
            partial(distance, "W1"),
        ),
        Below(
            "W2",
            3.5,
            "distance of W2 from the distribution of weight_scale * normal",
            ("W2",),
            partial(distance, "W2"),
        ),
        *(
            OnlyIf(unscaled, matches(name, shape_hint=f"One bias for each {of}."))
            for name, of in (("b1", "filter"), ("b2", "class"))
        ),
        *(
            OnlyIf(
                lambda inputs: not unscaled(inputs),
                Below(
                    f"scaled_{name}",
                    3.5,
                    f"distance of {name} from the distribution of bias_scale * normal",
                    (f"scaled_{name}",),
                    partial(bias_distance, f"scaled_{name}"),
                ),
            )
            for name in ("b1", "b2")
        ),
    ],
)
def initial(
    code: Any, H: int, W: int, classes: int, filters: int, size: int, weight_scale: float, bias_scale: float = 0
) -> dict[str, Any]:
    """Initial model: random weights and biases of the given scales; biases of zero if bias_scale is 0."""
    model = code.init_two_layer_convnet(
        weight_scale=weight_scale,
        bias_scale=bias_scale,
        input_shape=(3, H, W),
        num_classes=classes,
        num_filters=filters,
        filter_size=size,
    )
    before = "scaled_" if bias_scale else ""
    return {name if name[0] == "W" else before + name: model.get(name) for name in WEIGHTS}


def accepted(got: Arrays, inputs: Arrays) -> float:
    """How many even sizes were accepted."""
    return float(np.sum(got["accepted"]))


@part.check(
    points=1,
    inputs={"sizes": lambda rng: 2 * rng.integers(1, 9, 2)},
    expect=[Below("accepted", 1, "number of even filter sizes that are not refused", ("accepted",), accepted)],
)
def filter_size(code: Any, sizes: Array) -> dict[str, Any]:
    """Even filter sizes are refused with an exception, odd ones are not."""
    shape = {"input_shape": (3, 8, 8), "num_filters": 2, "num_classes": 3}
    for odd in (1, 3):
        code.init_two_layer_convnet(filter_size=odd, **shape)
    taken = []
    for size in sizes:
        try:
            code.init_two_layer_convnet(filter_size=int(size), **shape)
            taken.append(1.0)
        except Exception:  # which one is up to the student
            taken.append(0.0)
    return {"accepted": np.array(taken)}


@part.check(
    points=1,
    inputs=network(2, 3, 6, 6),
    edges=edge_cases(network),
    edge_points=1,
    expect=[matches("scores", single=True)],
)
def scores(code: Any, X: Array, **model: Array) -> dict[str, Any]:
    """Forward pass: the class scores."""
    return {"scores": code.two_layer_convnet(X, model)}


@part.check(
    points=1,
    inputs=labelled(2, 3, 6, 6, reg=0.0),
    edges={"regularisation": labelled(2, 3, 6, 6), **edge_cases(labelled)},
    edge_points=1,
    expect=[matches("loss", rel=1e-10, single=True)],
)
def loss(code: Any, X: Array, y: Array, reg: float, **model: Array) -> dict[str, Any]:
    """Softmax loss with regularisation."""
    value, _ = code.two_layer_convnet(X, model, y, reg) if reg else code.two_layer_convnet(X, model, y)
    return {"loss": value}


@part.check(
    points=2,
    inputs=labelled(2, 3, 6, 6, reg=0.0),
    edges={"regularisation": labelled(2, 3, 6, 6), **edge_cases(labelled)},
    edge_points=2,
    expect=[matches(name, single=True) for name in WEIGHTS],
    gradient_of=GradientOf("loss", {name: name for name in WEIGHTS}, output="loss", upstream=None),
    apart=True,
)
def gradients(code: Any, X: Array, y: Array, reg: float, **model: Array) -> dict[str, Any]:
    """Backward pass: the gradients of all weights and biases."""
    _, grads = code.two_layer_convnet(X, model, y, reg)
    return {name: grads.get(name) for name in WEIGHTS}


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
    """With the initial model the loss is about ln(classes), and regularisation raises it."""
    model = code.init_two_layer_convnet(
        weight_scale=1e-3, input_shape=X.shape[1:], num_classes=classes, num_filters=4, filter_size=3
    )
    return {
        "loss": code.two_layer_convnet(X, model, y, 0.0)[0],
        "regularised": code.two_layer_convnet(X, model, y, 10.0)[0],
    }


@part.check(
    points=1,
    inputs={**network(3, 2, 6, 6, filters=4), "y": np.array([0, 3, 1])},
    expect=[matches(name, rel=1e-6, single=True) for name in WEIGHTS],
)
def overfit(code: Any, X: Array, y: Array, **model: Array) -> dict[str, Any]:
    """Gradient steps overfit a few samples: the weights after thirty of them."""
    for _ in range(30):
        _, grads = code.two_layer_convnet(X.copy(), dict(model), y, 0.0)
        model = {name: value - 0.3 * grads[name] for name, value in model.items()}
    return dict(model)
