"""What goes wrong in one pass of the affine layer, the ReLU and the two together."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake

AFFINE, RELU, PAIR = ("affine",), ("relu",), ("affine_relu",)


def affine_out(code: str, sentence: str, hint: str, out: Callable[..., Any]) -> Mistake:
    """A wrong result ``out(affine, x, w, b)`` of the affine layer; the cache is right."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def affine(x: Any, w: Any, b: Any) -> Any:
            return ref.affine_forward(x, w, b)[0]

        def affine_forward(x: Any, w: Any, b: Any) -> Any:
            return out(affine, x, w, b), ref.affine_forward(x, w, b)[1]

        return {"affine_forward": affine_forward}

    return mistake(code, parts=AFFINE, sentence=sentence, hint=hint)(variant)


ROW = "Each sample is a row of D numbers for this layer; which numbers stand in it, and in which order?"
BIAS = "What is out where x is 0?"

AFFINE_OUT = (
    affine_out("affine-bias-subtracted", "The bias is subtracted; it should be added.", BIAS, lambda affine, x, w, b: affine(x, w, -b)),
    affine_out("affine-bias-in-weights", "The bias is added to the weights; it should be added to the result.", BIAS, lambda affine, x, w, b: affine(x, w + b, 0 * b)),
    affine_out("affine-mixes-samples", "The numbers of different samples get into one row when x is reshaped.", ROW, lambda affine, x, w, b: affine(x.reshape(-1, len(x)).T, w, b)),
    affine_out("affine-sample-order", "The numbers of a sample stand in another order in its row: its axes are reversed.", ROW, lambda affine, x, w, b: affine(np.array([sample.T.ravel() for sample in x]), w, b)),
    affine_out("affine-with-relu", "A ReLU is applied to the result; the affine layer has none.", BIAS, lambda affine, x, w, b: np.maximum(affine(x, w, b), 0)),
    affine_out("affine-forward-transposed", "The forward pass takes the weights as (M, D), one row an output; here they are (D, M).", "Which axis of w has the length of a flattened sample?", lambda affine, x, w, b: affine(x, w.T, b)),
)  # fmt: skip


def affine_back(code: str, sentence: str, hint: str, change: Callable[..., Any]) -> Mistake:
    """A backward pass that returns ``change((dx, dw, db), dout, x, w, b)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def affine_forward(x: Any, w: Any, b: Any) -> Any:
            out, cache = ref.affine_forward(x, w, b)
            return out, (cache, (x, w, b))

        def affine_backward(dout: Any, cache: Any) -> Any:
            inner, given = cache
            return change(ref.affine_backward(dout, inner), dout, *given)

        return {"affine_forward": affine_forward, "affine_backward": affine_backward}

    return mistake(code, parts=AFFINE, sentence=sentence, hint=hint)(variant)


def others(**arrays: Callable[..., Any]) -> Callable[..., Any]:
    """Some of the gradients replaced, each by a function of (right, dout, x, w, b)."""

    def change(right: Any, dout: Any, x: Any, w: Any, b: Any) -> Any:
        return tuple(
            arrays[name](value, dout, x, w, b) if name in arrays else value
            for name, value in zip(("dx", "dw", "db"), right, strict=True)
        )

    return change


SUM = "w and b are shared by all samples: what reaches them from each adds up."
SHAPE = "A gradient has the shape of what it belongs to."


def averaged(right: Any, dout: Any, *given: Any) -> Any:
    """Over the samples."""
    return right / len(dout)


def zero(right: Any, *given: Any) -> Any:
    """Never filled."""
    return 0 * right


AFFINE_BACK = (
    affine_back("affine-dw-averaged", "dw is averaged over the samples; it should be a sum.", SUM, others(dw=averaged)),
    affine_back("affine-db-averaged", "db is averaged over the samples; it should be a sum.", SUM, others(db=averaged)),
    affine_back("affine-gradients-averaged", "dw and db are averaged over the samples; they should be sums.", SUM, others(dw=averaged, db=averaged)),
    affine_back("affine-all-averaged", "dx, dw and db are divided by the number of samples.", SUM, others(dx=averaged, dw=averaged, db=averaged)),
    affine_back("affine-db-over-outputs", "db is summed over the outputs, one number a sample; it should be over the samples.", SHAPE, others(db=lambda right, dout, *given: dout.sum(axis=1))),
    affine_back("affine-db-one-number", "db is summed to one number; there should be one for each output.", SHAPE, others(db=lambda right, dout, *given: dout.sum())),
    affine_back("affine-db-not-summed", "db is dout itself; it should be summed over the samples.", SHAPE, others(db=lambda right, dout, *given: dout)),
    affine_back("affine-db-ones", "db is 1 everywhere: dout does not reach it.", SUM, others(db=lambda right, *given: np.ones_like(right))),
    affine_back("affine-db-times-b", "db is multiplied by b.", "How does out change with b?", others(db=lambda right, dout, x, w, b: right * b)),
    affine_back("affine-dw-transposed", "dw comes back transposed, (M, D).", SHAPE, others(dw=lambda right, *given: right.T)),
    affine_back("affine-dx-dw-swapped", "dx and dw are swapped.", SHAPE, lambda right, *given: (right[1], right[0], right[2])),
    affine_back("affine-dw-zero", "dw is zero everywhere.", SUM, others(dw=zero)),
    affine_back("affine-db-zero", "db is zero everywhere.", SUM, others(db=zero)),
    affine_back("affine-dx-zero", "dx is zero everywhere.", "How does out change with x?", others(dx=zero)),
    affine_back("affine-dw-last-sample", "dw comes from the last sample only.", SUM, others(dw=lambda right, dout, x, w, b: np.outer(x[-1], dout[-1]))),
    affine_back("affine-dx-without-weights", "dx does not depend on the weights as it should: w is used without being transposed.", "Which two axes does dout w sum over?", others(dx=lambda right, dout, x, w, b: dout.dot(w).reshape(x.shape))),
)  # fmt: skip


def relu_out(code: str, sentence: str, out: Callable[[Any], Any]) -> Mistake:
    """A wrong result of the ReLU; the cache is right."""
    hint = "What comes out for -2, 0 and 3?"
    declare = mistake(code, parts=RELU, sentence=sentence, hint=hint)
    return declare(lambda ref: {"relu_forward": lambda x: (out(np.asarray(x)), ref.relu_forward(x)[1])})


RELU_OUT = (
    relu_out("relu-absolute", "The result is the absolute value of x.", np.abs),
    relu_out("relu-minimum", "The negative values are kept and the positive ones set to 0; it should be the other way round.", lambda x: np.minimum(x, 0)),
    relu_out("relu-step", "The result is 1 where x is positive; it should be x there.", lambda x: (x > 0).astype(float)),
    relu_out("relu-identity", "The result is x as it is.", lambda x: x.copy()),
    relu_out("relu-leaky", "Negative values come through, times 0.01, as in a leaky ReLU.", lambda x: np.where(x > 0, x, 0.01 * x)),
    relu_out("relu-clipped-at-1", "Values above 1 are cut off.", lambda x: np.clip(x, 0, 1)),
)  # fmt: skip


def relu_back(code: str, sentence: str, dx: Callable[[Any, Any], Any]) -> Mistake:
    """A wrong dx of (dout, x)."""

    def variant(ref: Any) -> Mapping[str, Any]:
        return {
            "relu_forward": lambda x: (ref.relu_forward(x)[0], np.array(x)),
            "relu_backward": lambda dout, cache: dx(dout, cache),
        }

    hint = "How much does out change where x is positive, and where it is negative?"
    return mistake(code, parts=RELU, sentence=sentence, hint=hint)(variant)


RELU_BACK = (
    relu_back("relu-gradient-where-negative", "dout is kept where x is negative; it should be where x is positive.", lambda dout, x: dout * (x < 0)),
    relu_back("relu-gradient-without-dout", "dx is 1 where x is positive; dout does not enter it.", lambda dout, x: (x > 0).astype(float)),
    relu_back("relu-gradient-times-out", "dx is dout times the result of the forward pass.", lambda dout, x: dout * np.maximum(x, 0)),
    relu_back("relu-gradient-is-out", "dx is the result of the forward pass; dout does not enter it.", lambda dout, x: np.maximum(x, 0)),
    relu_back("relu-gradient-times-x", "dx is dout times x.", lambda dout, x: dout * x),
    relu_back("relu-gradient-positive-only", "Only positive values of dout come through; where x is positive all should.", lambda dout, x: dout * (x > 0) * (dout > 0)),
    relu_back("relu-gradient-leaky", "Where x is negative, dout comes through times 0.01, as in a leaky ReLU.", lambda dout, x: np.where(x > 0, dout, 0.01 * dout)),
    relu_back("relu-gradient-zero", "dx is zero everywhere.", lambda dout, x: 0 * dout),
)  # fmt: skip


def pair_out(code: str, sentence: str, out: Callable[..., Any]) -> Mistake:
    """A wrong result ``out(ref, x, w, b)`` of both layers together; the cache is right."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def affine_relu_forward(x: Any, w: Any, b: Any) -> Any:
            return out(ref, x, w, b), ref.affine_relu_forward(x, w, b)[1]

        return {"affine_relu_forward": affine_relu_forward}

    hint = "Which layer comes first, and what becomes of its result?"
    return mistake(code, parts=PAIR, sentence=sentence, hint=hint)(variant)


PAIR_OUT = (
    pair_out("affine-relu-out-of-affine", "The result is that of the affine layer alone; the ReLU is not applied to it.", lambda ref, x, w, b: ref.affine_forward(x, w, b)[0]),
    pair_out("affine-relu-minimum", "The negative values are kept and the positive ones set to 0; it should be the other way round.", lambda ref, x, w, b: np.minimum(ref.affine_forward(x, w, b)[0], 0)),
    pair_out("affine-relu-order", "The ReLU is applied to x; it should be applied to the affine layer's result.", lambda ref, x, w, b: ref.affine_forward(np.maximum(x, 0), w, b)[0]),
    pair_out("affine-relu-bias-after", "The bias is added after the ReLU.", lambda ref, x, w, b: ref.affine_relu_forward(x, w, 0 * b)[0] + b),
    pair_out("affine-relu-bias-absent", "The bias is not added.", lambda ref, x, w, b: ref.affine_relu_forward(x, w, 0 * b)[0]),
)  # fmt: skip


def pair_back(code: str, sentence: str, back: Callable[..., Any]) -> Mistake:
    """Wrong gradients ``back(ref, dout, x, w, b, a)``, where a is the affine layer's result."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def affine_relu_forward(x: Any, w: Any, b: Any) -> Any:
            return ref.affine_relu_forward(x, w, b)[0], (x, w, b)

        def affine_relu_backward(dout: Any, cache: Any) -> Any:
            a, inner = ref.affine_forward(*cache)
            return back(ref, dout, *cache, a, inner)

        return {"affine_relu_forward": affine_relu_forward, "affine_relu_backward": affine_relu_backward}

    hint = "The gradient goes back through the layers in the opposite order, each with its own cache."
    return mistake(code, parts=PAIR, sentence=sentence, hint=hint)(variant)


def relu_last(ref: Any, dout: Any, x: Any, w: Any, b: Any, a: Any, inner: Any) -> Any:
    """dx masked by x, as if the ReLU came first."""
    dx, dw, db = ref.affine_backward(dout, inner)
    return dx * (x > 0), dw, db


PAIR_BACK = (
    pair_back("affine-relu-backward-order", "The backward pass takes the affine layer first and the ReLU of x last.", relu_last),
    pair_back("affine-relu-backward-by-its-sign", "The backward pass keeps dout where dout is positive; it depends on the affine layer's result.", lambda ref, dout, x, w, b, a, inner: ref.affine_backward(np.maximum(dout, 0), inner)),
)  # fmt: skip
