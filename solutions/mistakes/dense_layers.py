"""What goes wrong inside the layers and the softmax of dense networks, put into the steps of the reference.

The two-layer networks that are written in one piece are played as the reference's network of layers, with their own
regularisation. The same mistakes have a ``net-`` before their code in networks that are made of layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.dense_networks import PARTS
from solutions.mistakes.fully_connected_nets import BOTH, nets

Methods = Callable[[Any], Mapping[str, Any]]  # of the reference's class: the methods to put instead of its own


def dense(ref: Any, methods: Mapping[str, Any]) -> Mapping[str, Any]:
    """The function and the class, played as the network of layers with other methods."""

    network = type("Network", (ref.ModularTwoLayerNet,), dict(methods))

    def played(model: Mapping[str, Any], X: Any, y: Any, strength: float) -> Any:
        (D, H), C = model["W1"].shape, len(model["b2"])
        net = network(D, H, C)
        net.params = dict(model)
        if y is None:
            return net.loss(X)
        loss, grads = net.loss(X, y)
        weights = {name: np.asarray(model[name]) for name in ("W1", "W2")}
        loss += strength * sum(np.sum(W**2) for W in weights.values())
        return loss, grads | {name: grads[name] + 2 * strength * W for name, W in weights.items()}

    def two_layer_net(X: Any, model: Any, y: Any = None, reg: float = 0.0) -> Any:
        return played(model, X, y, 0.5 * reg)

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        params: Any

        def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
            return played(self.params, X, y, reg)

        def _loss_and_gradients(self, X: Any, y: Any, reg: float) -> Any:  # training calls it too
            return played(self.params, X, y, reg)

        def predict(self, X: Any) -> Any:
            return np.argmax(self.loss(X), axis=1)

    return {"two_layer_net": two_layer_net, "TwoLayerNet": TwoLayerNet}


def everywhere(code: str, methods: Methods, sentence: str, hint: str) -> tuple[Mistake, ...]:
    """The mistake in networks of either kind."""
    return (
        mistake(code, parts=PARTS, sentence=sentence, hint=hint)(
            lambda ref: dense(ref, methods(ref.ModularTwoLayerNet))
        ),
        mistake(f"net-{code}", parts=BOTH, sentence=sentence, hint=hint)(
            lambda ref: nets(ref, **methods(ref.FullyConnectedNet))
        ),
    )


def in_one_piece(code: str, methods: Methods, sentence: str, hint: str) -> Mistake:
    """The mistake where the whole network is written in one piece."""
    return everywhere(code, methods, sentence, hint)[0]


def relu(out: Callable[[Any], Any], back: Callable[[Any, Any], Any]) -> Methods:
    """Another activation: ``out(x)``, and ``back(x, dout)`` on the way back."""
    return lambda base: {"relu": lambda net, layer, x: (out(x), lambda dout: (back(x, dout), {}))}


def right(x: Any) -> Any:
    """The ReLU."""
    return np.maximum(x, 0)


RELUS = (
    *everywhere(
        "relu-backward-absent",
        relu(right, lambda x, dout: dout),
        "The gradients go back through the ReLU unchanged, as if it were not there.",
        "Which entries of the hidden layer have no say in the scores? A condition that never holds sets nothing to 0.",
    ),
    *everywhere(
        "relu-gated-by-gradient",
        relu(right, lambda x, dout: right(dout)),
        "The backward pass of the ReLU sets negative gradients to 0, instead of those of units that are off.",
        "Whose sign decides: that of the gradient, or that of the input?",
    ),
    *everywhere(
        "relu-backward-times-value",
        relu(right, lambda x, dout: dout * right(x)),
        "The backward pass of the ReLU multiplies by its output.",
        "What is the slope of the ReLU where its input is positive?",
    ),
    *everywhere(
        "relu-backward-inverted",
        relu(right, lambda x, dout: dout * (x < 0)),
        "The backward pass of the ReLU lets through the gradients of the units that are off, and no others.",
        "Where is the slope of the ReLU 1, and where 0?",
    ),
    *everywhere(
        "relu-in-backward-only",
        relu(lambda x: x, lambda x, dout: dout * (x > 0)),
        "There is no ReLU in the forward pass; only the backward pass has one.",
        "Look at a network in which some hidden values are negative.",
    ),
    *everywhere(
        "sigmoid-for-relu",
        relu(lambda x: 1 / (1 + np.exp(-x)), lambda x, dout: dout * np.exp(-x) / (1 + np.exp(-x)) ** 2),
        "The hidden layer has a sigmoid instead of the ReLU.",
        "Read again which activation the exercise asks for.",
    ),
)


def on_scores(back: bool) -> Methods:
    """One ReLU more, with its backward pass or without."""

    def methods(base: Any) -> Mapping[str, Any]:
        def affine(net: Any, layer: int, x: Any) -> Any:
            out, through = base.affine(net, layer, x)
            if layer < net.num_layers:
                return out, through
            return right(out), lambda dout: through(dout * (out > 0) if back else dout)

        return {"affine": affine}

    return methods


SCORES = (
    in_one_piece(
        "relu-on-scores",
        on_scores(back=True),
        "The scores go through a ReLU; nothing may follow the second layer but the softmax.",
        "Scores may be negative: look at where the second layer ends.",
    ),
    *everywhere(
        "relu-on-scores-in-forward-only",
        on_scores(back=False),
        "The scores go through a ReLU, and the backward pass does not know of it.",
        "Scores may be negative: look at where the last layer ends.",
    ),
)


def probabilities(scores: Any, axis: int | None = 1) -> Any:
    """The softmax of scores (N, C), normalised along an axis."""
    powers = np.exp(scores - np.max(scores))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def softmax(change: Callable[[Any, Any, float, Any], Any]) -> Methods:
    """Another ``change(scores, y, loss, gradient)`` -> (loss, gradient), from those that are right."""
    return lambda base: {"softmax": lambda net, scores, y: change(scores, y, *base.softmax(net, scores, y))}


def normalised(axis: int | None, *, shifted: bool) -> Methods:
    """A softmax that is normalised along another axis, of the scores as they are or less the maximum of each row."""

    def change(scores: Any, y: Any, loss: float, gradient: Any) -> Any:
        scores = scores - np.max(scores, axis=1, keepdims=True) if shifted else scores
        p, hot = probabilities(scores, axis), np.eye(scores.shape[1])[y]
        return -np.sum(hot * np.log(p)) / len(y), (p - hot) / len(y)

    return softmax(change)


def hot(scores: Any, y: Any) -> Any:
    """One-hot labels (N, C), divided by N."""
    return np.eye(scores.shape[1])[y] / len(y)


WHERE = "Go from the scores to the loss with pen and paper for one sample of two classes, and compare."
SOFTMAX = tuple(
    in_one_piece(code, methods, sentence, hint)
    for code, methods, sentence, hint in (
        *(
            (
                f"softmax-over-{where}{'-shifted' if shifted else ''}",
                normalised(axis, shifted=shifted),
                f"The softmax is normalised over {what}.",
                "The probabilities of the classes of one sample add up to 1.",
            )
            for where, axis, what in (
                ("samples", 0, "the samples, not over the classes of each sample"),
                ("everything", None, "all samples and classes together"),
            )
            for shifted in (False, True)
        ),
        (
            "loss-sign",
            softmax(lambda scores, y, loss, gradient: (-loss, gradient)),
            "The loss of the samples has the wrong sign.",
            "The logarithm of a probability is negative; a loss is not.",
        ),
        (
            "loss-of-all-classes",
            softmax(lambda scores, y, loss, gradient: (-np.sum(np.log(probabilities(scores))) / len(y), gradient)),
            "The loss adds up the logarithms of all classes, not only of the right one.",
            WHERE,
        ),
        (
            "loss-without-the-sum-of-exponentials",
            softmax(
                lambda scores, y, loss, gradient: (
                    loss - np.mean(np.log(np.sum(np.exp(scores - scores.max(1, keepdims=True)), axis=1))),
                    gradient,
                )
            ),
            "The loss leaves out the logarithm of the sum of the exponentials.",
            WHERE,
        ),
        (
            "loss-log10",
            softmax(lambda scores, y, loss, gradient: (loss / np.log(10), gradient)),
            "The loss takes the logarithm to base 10.",
            "The gradient of the softmax belongs to the natural logarithm.",
        ),
        (
            "loss-log2",
            softmax(lambda scores, y, loss, gradient: (loss / np.log(2), gradient)),
            "The loss takes the logarithm to base 2.",
            "The gradient of the softmax belongs to the natural logarithm.",
        ),
        (
            "correct-class-not-subtracted",
            softmax(lambda scores, y, loss, gradient: (loss, gradient + hot(scores, y))),
            "The gradient of the scores treats the right class like the wrong ones.",
            WHERE,
        ),
        (
            "correct-class-added",
            softmax(lambda scores, y, loss, gradient: (loss, gradient + 2 * hot(scores, y))),
            "In the gradient of the scores, the term of the right class has the wrong sign.",
            WHERE,
        ),
        (
            "scores-gradient-sign",
            softmax(lambda scores, y, loss, gradient: (loss, -gradient)),
            "The gradient of the scores has the wrong sign.",
            WHERE,
        ),
        (
            "correct-class-not-averaged",
            softmax(lambda scores, y, loss, gradient: (loss, gradient - (len(y) - 1) * hot(scores, y))),
            "In the gradient of the scores, the term of the right class is not divided by the number of samples.",
            "In which order are the gradient of the scores completed and divided?",
        ),
        (
            "only-correct-class-averaged",
            softmax(lambda scores, y, loss, gradient: (loss, gradient + (1 - 1 / len(y)) * probabilities(scores))),
            "In the gradient of the scores, only the term of the right class is divided by the number of samples.",
            "Where does the number of samples enter the gradient of the scores?",
        ),
        (
            "scores-as-probabilities",
            lambda base: {"loss": lambda net, X, y=None: returned(base, net, X, y, probabilities)},
            "The returned scores are probabilities: they went through the softmax.",
            "Without labels, the raw scores are asked for.",
        ),
        (
            "scores-of-hidden-layer",
            lambda base: {"loss": lambda net, X, y=None: returned(base, net, X, y, lambda _: hidden(base, net, X))},
            "The hidden layer is returned, not the scores.",
            "Which layer comes last?",
        ),
    )
)


def returned(base: Any, net: Any, X: Any, y: Any, change: Callable[[Any], Any]) -> Any:
    """The right loss and gradients; without labels what ``change(scores)`` gives."""
    given = base.loss(net, X, y)
    return change(given) if y is None else given


def hidden(base: Any, net: Any, X: Any) -> Any:
    """The hidden values."""
    return right(base.affine(net, 1, X)[0])


def gradients(change: Callable[[dict[str, Any], int], Mapping[str, Any]]) -> Methods:
    """Some gradients are others: ``change(grads, N)`` gives them."""

    def methods(base: Any) -> Mapping[str, Any]:
        def loss(net: Any, X: Any, y: Any = None) -> Any:
            given = base.loss(net, X, y)
            return given if y is None else (given[0], {**given[1], **change(given[1], len(X))})

        return {"loss": loss}

    return methods


def from_raw_hidden(base: Any) -> Mapping[str, Any]:
    """The gradient of W2 made with what the ReLU was given."""

    def through(net: Any, layer: int, x: Any) -> Any:
        net.raw = x
        return base.relu(net, layer, x)

    def affine(net: Any, layer: int, x: Any) -> Any:
        out, back = base.affine(net, layer, x)
        if layer == 1:
            return out, back
        return out, lambda dout: (back(dout)[0], back(dout)[1] | {"W2": net.raw.T @ dout})

    return {"relu": through, "affine": affine}


def b1_unmasked(base: Any) -> Mapping[str, Any]:
    """The gradient of b1 from before the ReLU."""

    def through(net: Any, layer: int, x: Any) -> Any:
        out, back = base.relu(net, layer, x)

        def backward(dout: Any) -> Any:
            net.unmasked = dout
            return back(dout)

        return out, backward

    def affine(net: Any, layer: int, x: Any) -> Any:
        out, back = base.affine(net, layer, x)
        if layer == 2:
            return out, back
        return out, lambda dout: (back(dout)[0], back(dout)[1] | {"b1": net.unmasked.sum(axis=0)})

    return {"relu": through, "affine": affine}


GRADIENTS = tuple(
    in_one_piece(code, methods, sentence, hint)
    for code, methods, sentence, hint in (
        (
            "b1-gradient-mean",
            gradients(lambda grads, N: {"b1": grads["b1"] / N}),
            "The gradient of b1 is averaged over the samples once more.",
            "If the gradient of the scores has the 1/N already, the biases take its sum.",
        ),
        (
            "b2-gradient-one-number",
            gradients(lambda grads, N: {"b2": np.sum(grads["b2"])}),
            "The gradient of b2 is summed over the classes too, to one number.",
            "Each class has a bias of its own: over which axis is the sum?",
        ),
        (
            "bias-gradients-mean",
            gradients(lambda grads, N: {"b1": grads["b1"] / N, "b2": grads["b2"] / N}),
            "The gradients of b1 and b2 are averaged over the samples once more.",
            "If the gradient of the scores has the 1/N already, the biases take its sum.",
        ),
        (
            "b1-gradient-unmasked",
            b1_unmasked,
            "The gradient of b1 is taken from before the backward pass of the ReLU.",
            "Where are the biases b1 added: before or after the ReLU?",
        ),
        (
            "w2-gradient-from-raw-hidden",
            from_raw_hidden,
            "The gradient of W2 is made with the hidden values from before the ReLU.",
            "What does the forward pass multiply by W2?",
        ),
    )
)
