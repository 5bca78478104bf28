"""What goes wrong in a max-pooling layer whose windows are right: what is made of the values in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake

Declare = Callable[[Callable[..., Any]], Mistake]


def forward(code: str, sentence: str, hint: str) -> Declare:
    """Declare a mistake by the wrong out: ``wrong(out, x, pool_param)``, from the right one."""

    def declare(wrong: Callable[..., Any]) -> Mistake:
        def variant(ref: Any) -> Mapping[str, Any]:
            def max_pool_forward_naive(x: Any, pool_param: Any) -> Any:
                out, cache = ref.max_pool_forward_naive(x, pool_param)
                return wrong(out, x, pool_param), cache

            return {"max_pool_forward_naive": max_pool_forward_naive}

        return mistake(code, parts=("max_pool",), sentence=sentence, hint=hint)(variant)

    return declare


def backward(code: str, sentence: str, hint: str) -> Declare:
    """Declare a mistake by the wrong dx: ``wrong(back, dout, x, pool_param)``, from the right ``back(dout)``."""

    def declare(wrong: Callable[..., Any]) -> Mistake:
        def variant(ref: Any) -> Mapping[str, Any]:
            def max_pool_forward_naive(x: Any, pool_param: Any) -> Any:
                out, cache = ref.max_pool_forward_naive(x, pool_param)
                return out, (cache, x, pool_param)

            def max_pool_backward_naive(dout: Any, cache: Any) -> Any:
                inner, x, pool_param = cache
                return wrong(lambda other: ref.max_pool_backward_naive(other, inner), dout, x, pool_param)

            return {
                "max_pool_forward_naive": max_pool_forward_naive,
                "max_pool_backward_naive": max_pool_backward_naive,
            }

        return mistake(code, parts=("max_pool",), sentence=sentence, hint=hint)(variant)

    return declare


def window_of(pool_param: Mapping[str, int], i: int, j: int) -> Any:
    """Where the window of out[..., i, j] lies."""
    top, left = i * pool_param["stride"], j * pool_param["stride"]
    return np.s_[:, :, top : top + pool_param["pool_height"], left : left + pool_param["pool_width"]]


START = "What is the largest of the values -3, -2 and -7?"


@forward("pool-starts-from-0", "The running maximum starts from 0, which no negative value exceeds.", START)
def from_zero(out: Any, x: Any, pool_param: Any) -> Any:
    """max(0, ...)."""
    return np.maximum(out, 0.0)


@forward("pool-starts-from-minus-1", "The running maximum starts from -1, which no smaller value exceeds.", START)
def from_minus_one(out: Any, x: Any, pool_param: Any) -> Any:
    """max(-1, ...)."""
    return np.maximum(out, -1.0)


@forward("pool-largest-absolute-value", "The value that is farthest from 0 is taken, not the largest.", START)
def farthest(out: Any, x: Any, pool_param: Any) -> Any:
    """The value of the largest absolute value."""
    found = np.zeros_like(out)
    for i, j in np.ndindex(out.shape[2:]):
        part = x[window_of(pool_param, i, j)].reshape(*out.shape[:2], -1)
        at = np.abs(part).argmax(axis=2)[..., None]
        found[:, :, i, j] = np.take_along_axis(part, at, axis=2)[..., 0]
    return found


@forward("pool-returns-zeros", "out holds nothing but zeros.", "Does the loop run?")
def zeros(out: Any, x: Any, pool_param: Any) -> Any:
    """The right shape, and nothing in it."""
    return np.zeros_like(out)


@forward("pool-averages", "out holds the mean of each window, not its maximum.", "Which value of a window passes?")
def averages(out: Any, x: Any, pool_param: Any) -> Any:
    """Mean pooling."""
    found = np.zeros_like(out)
    for i, j in np.ndindex(out.shape[2:]):
        found[:, :, i, j] = x[window_of(pool_param, i, j)].mean(axis=(2, 3))
    return found


@forward(
    "pool-maximum-of-all-images",
    "The maximum is taken over all images and channels at once.",
    "Over which axes is the maximum? Each image and each channel has its own.",
)
def of_all(out: Any, x: Any, pool_param: Any) -> Any:
    """np.max without axes."""
    return np.broadcast_to(out.max(axis=(0, 1), keepdims=True), out.shape)


@forward(
    "pool-maximum-of-all-channels",
    "The maximum is taken over all channels at once.",
    "Over which axes is the maximum? Each channel has its own.",
)
def of_channels(out: Any, x: Any, pool_param: Any) -> Any:
    """np.max over a window of all channels."""
    return np.broadcast_to(out.max(axis=1, keepdims=True), out.shape)


@forward(
    "pool-out-transposed",
    "The values of out are right, but laid out with rows and columns exchanged in its shape.",
    "Which comes first in the shape of out, the number of rows or of columns?",
)
def transposed(out: Any, x: Any, pool_param: Any) -> Any:
    """The values in reading order, in an array of shape (N, C, OW, OH)."""
    return out.reshape(*out.shape[:2], *out.shape[:1:-1])


@backward("pool-backward-zeros", "dx holds nothing but zeros.", "Does the loop run?")
def backward_zeros(back: Any, dout: Any, x: Any, pool_param: Any) -> Any:
    """The right shape, and nothing in it."""
    return np.zeros_like(x)


@backward(
    "pool-backward-without-dout",
    "dx marks the maxima, but does not carry the upstream gradient.",
    "By the chain rule, where does dout come in?",
)
def without_dout(back: Any, dout: Any, x: Any, pool_param: Any) -> Any:
    """The mask alone."""
    return back(np.ones_like(dout))


@backward(
    "pool-backward-last-window",
    "dx holds the gradient of the last window only.",
    "What becomes of what the other windows have put into dx?",
)
def last_window(back: Any, dout: Any, x: Any, pool_param: Any) -> Any:
    """All of dx is written anew for each window."""
    last = np.zeros_like(dout)
    last[:, :, -1, -1] = dout[:, :, -1, -1]
    return back(last)


@backward(
    "pool-backward-to-whole-window",
    "Every value of a window receives its gradient, not the largest only.",
    "How does the output change with a value that is not the maximum?",
)
def whole_window(back: Any, dout: Any, x: Any, pool_param: Any) -> Any:
    """dx[window] += dout."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape[2:]):
        dx[window_of(pool_param, i, j)] += dout[:, :, i, j][:, :, None, None]
    return dx


@backward(
    "pool-backward-times-value",
    "The gradient is multiplied by the maximum itself.",
    "What is the derivative of max(a, b) to a where a is the larger one?",
)
def times_value(back: Any, dout: Any, x: Any, pool_param: Any) -> Any:
    """mask * x * dout."""
    return back(dout) * x
