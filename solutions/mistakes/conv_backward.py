"""What goes wrong in the backward pass of a convolution layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.conv_forward import padded

Gradients = tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the backward pass: its arguments, and the right backward pass for any other arguments."""

    ref: Any
    dout: Any
    x: Any
    w: Any
    b: Any
    stride: int
    pad: int

    def gradients(self, dout: Any, x: Any, w: Any, stride: int, pad: int) -> Gradients:
        """(dx, dw, db)."""
        _, cache = self.ref.conv_forward_naive(x, w, self.b, {"stride": stride, "pad": pad})
        dx, dw, db = self.ref.conv_backward_naive(dout, cache)
        return dx, dw, db

    def of(self, dout: Any) -> Gradients:
        """(dx, dw, db) of another upstream gradient."""
        return self.gradients(dout, self.x, self.w, self.stride, self.pad)

    def at(self, x: Any, tops: Any, lefts: Any) -> Gradients:
        """(dx, dw, db) if the windows began there; IndexError where one does not lie within x."""
        spread = np.zeros((*self.dout.shape[:2], *(x.shape[i] - self.w.shape[i] + 1 for i in (2, 3))))
        for i, top in enumerate(tops):
            for j, left in enumerate(lefts):
                spread[:, :, top, left] += self.dout[:, :, i, j]
        return self.gradients(spread, x, self.w, 1, 0)

    def kept(self, keep: Any) -> Any:
        """The upstream gradient where it is kept, zeros elsewhere."""
        part = np.zeros_like(self.dout)
        part[keep] = self.dout[keep]
        return part


def backward(code: str, sentence: str, hint: str) -> Callable[[Callable[[Call], Any]], Mistake]:
    """Declare a mistake of the backward pass by the gradients that it gives; the forward pass is right."""

    def declare(wrong: Callable[[Call], Any]) -> Mistake:
        def variant(ref: Any) -> Mapping[str, Any]:
            def conv_forward_naive(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
                return ref.conv_forward_naive(x, w, b, conv_param)[0], (x, w, b, conv_param)

            def conv_backward_naive(dout: Any, cache: Any) -> Any:
                x, w, b, conv_param = cache
                return wrong(Call(ref, dout, x, w, b, conv_param["stride"], conv_param["pad"]))

            return {"conv_forward_naive": conv_forward_naive, "conv_backward_naive": conv_backward_naive}

        return mistake(code, parts=("conv",), sentence=sentence, hint=hint)(variant)

    return declare


def cropped(dx: Any, down: int, right: int, rows: int, columns: int) -> Any:
    """A part of the gradients of padded images."""
    return dx[:, :, down : down + rows, right : right + columns]


def of_padded(call: Call) -> Gradients:
    """The gradients of the padded images, of w and of b."""
    return call.gradients(call.dout, padded(call.x, call.pad), call.w, call.stride, 0)


PADDING = "Follow pad through the function: is there a number, or another name, where it should stand?"


@backward(
    "empty-slice-at-pad-0",
    "The padding is cut off with a slice [pad:-pad], which is empty when pad is 0.",
    "What is x[0:-0]? Name the end of the slice by the image's own size instead.",
)
def empty_slice(call: Call) -> Gradients:
    """An empty dx where nothing was padded."""
    dx, dw, db = call.of(call.dout)
    return (dx if call.pad else dx[:, :, 0:0, 0:0]), dw, db


@backward("conv-dx-not-cropped", "dx still has the padding: it is larger than x.", "Which part of it belongs to x?")
def dx_not_cropped(call: Call) -> Gradients:
    """The gradients of the padded images."""
    return of_padded(call)


@backward("conv-dx-cropped-by-1", "A border of 1 is cut off dx, whatever the padding is.", PADDING)
def dx_cropped_by_1(call: Call) -> Gradients:
    """[1:-1] for [pad:-pad]."""
    dx, dw, db = of_padded(call)
    return dx[:, :, 1:-1, 1:-1], dw, db


@backward("conv-dx-cut-at-the-corner", "dx is cut out at the top left of the padded gradient.", "Where in it is x?")
def dx_corner(call: Call) -> Gradients:
    """[:H, :W] of the gradients of the padded images."""
    dx, dw, db = of_padded(call)
    return cropped(dx, 0, 0, *call.x.shape[2:]), dw, db


@backward(
    "conv-dx-height-and-width-exchanged",
    "dx is cut out with the height and the width of the images exchanged.",
    "Which axis of x is its height? Try images that are not square.",
)
def dx_exchanged(call: Call) -> Gradients:
    """[pad : pad + W, pad : pad + H]."""
    dx, dw, db = of_padded(call)
    return cropped(dx, call.pad, call.pad, *call.x.shape[:1:-1]), dw, db


@backward("conv-backward-pad-of-1", "The backward pass pads by 1, whatever pad is.", PADDING)
def pad_of_1(call: Call) -> Gradients:
    """Images are padded by 1, windows begin where they do with the right padding, and 1 is cut off."""
    dx, dw, db = call.at(padded(call.x, 1), *begins(call))
    return dx[:, :, 1:-1, 1:-1], dw, db


def begins(call: Call) -> tuple[Any, Any]:
    """Where the windows begin in the padded images."""
    OH, OW = call.dout.shape[2:]
    return np.arange(OH) * call.stride, np.arange(OW) * call.stride


@backward(
    "conv-dw-from-unpadded-images",
    "dw is computed from the images without their padding.",
    "Which pixels did the forward pass multiply with the filters?",
)
def dw_unpadded(call: Call) -> Gradients:
    """The windows begin where they do, but the images end early: for dw what is left of them counts."""
    dx, _, db = call.of(call.dout)
    inside = np.pad(call.x, ((0, 0), (0, 0), (0, 2 * call.pad), (0, 2 * call.pad)))
    return dx, call.at(inside, *begins(call))[1], db


@backward("conv-gradients-zero", "All gradients are zeros: nothing is written into them.", "Does the loop run?")
def all_zero(call: Call) -> Gradients:
    """The right shapes, and nothing in them."""
    return call.of(np.zeros_like(call.dout))


@backward("conv-only-db", "Only db is computed: dx and dw are zeros.", "How does the loss change with w, and with x?")
def only_db(call: Call) -> Gradients:
    """dx and dw were never written."""
    dx, dw, db = call.of(call.dout)
    return np.zeros_like(dx), np.zeros_like(dw), db


@backward("conv-dx-zero", "dx holds nothing but zeros.", "What becomes of what the loop computes for dx?")
def dx_zero(call: Call) -> Gradients:
    """dx was never written."""
    dx, dw, db = call.of(call.dout)
    return np.zeros_like(dx), dw, db


@backward("conv-dw-zero", "dw holds nothing but zeros.", "What becomes of what the loop computes for dw?")
def dw_zero(call: Call) -> Gradients:
    """dw was never written."""
    dx, dw, db = call.of(call.dout)
    return dx, np.zeros_like(dw), db


@backward("conv-db-zero", "db holds nothing but zeros.", "How does the loss change with a bias?")
def db_zero(call: Call) -> Gradients:
    """db was never written."""
    dx, dw, db = call.of(call.dout)
    return dx, dw, np.zeros_like(db)


ADD = "Is there an = where += is meant? Whatever was used more than once receives the sum."


@backward("conv-dw-last-window", "dw holds what the last window of the last image gives, not the sum of all.", ADD)
def dw_last_window(call: Call) -> Gradients:
    """dw[f] = for dw[f] +=, in loops over images and windows."""
    dx, _, db = call.of(call.dout)
    return dx, call.of(call.kept(np.s_[-1:, :, -1:, -1:]))[1], db


@backward("conv-dw-last-window-of-images", "dw holds what the last window gives, not the sum over all windows.", ADD)
def dw_last_windows(call: Call) -> Gradients:
    """The same without a loop over images."""
    dx, _, db = call.of(call.dout)
    return dx, call.of(call.kept(np.s_[:, :, -1:, -1:]))[1], db


@backward("conv-dw-last-image", "dw is that of the last image, not the sum over all images.", ADD)
def dw_last_image(call: Call) -> Gradients:
    """The same without a loop over windows."""
    dx, _, db = call.of(call.dout)
    return dx, call.of(call.kept(np.s_[-1:]))[1], db


@backward("conv-db-last-image", "db is that of the last image, not the sum over all images.", ADD)
def db_last_image(call: Call) -> Gradients:
    """db[f] = the sum over one image."""
    dx, dw, _ = call.of(call.dout)
    return dx, dw, call.dout[-1].sum(axis=(1, 2))


@backward("conv-db-last-entry", "db holds the last entry of dout alone, not the sum over all.", ADD)
def db_last_entry(call: Call) -> Gradients:
    """db[f] = dout[n, f, i, j]."""
    dx, dw, _ = call.of(call.dout)
    return dx, dw, call.dout[-1, :, -1, -1]


@backward("conv-dx-last-filter", "dx is that of the last filter alone: each filter overwrites the one before.", ADD)
def dx_last_filter(call: Call) -> Gradients:
    """dx[n] = for dx[n] +=, in the loop over filters."""
    _, dw, db = call.of(call.dout)
    return call.of(call.kept(np.s_[:, -1:]))[0], dw, db


def last_windows(call: Call, dout: Any) -> Any:
    """dx if of the windows that hold a pixel the last one wins."""
    dx = np.zeros_like(call.x)
    for row, column in np.ndindex(dout.shape[2:]):
        one = np.zeros_like(dout)
        one[:, :, row, column] = 1.0
        reached = call.gradients(one, call.x, np.ones_like(call.w), call.stride, call.pad)[0]
        dx = np.where(reached > 0, call.of(one * dout)[0], dx)
    return dx


@backward(
    "conv-dx-last-window",
    "Where windows overlap, each overwrites in dx what the one before has put there.",
    "An input that lies in several windows receives a gradient from each.",
)
def dx_last_window(call: Call) -> Gradients:
    """Of the windows that hold a pixel, the last one wins."""
    _, dw, db = call.of(call.dout)
    return last_windows(call, call.dout), dw, db


@backward(
    "conv-dx-last-window-and-filter",
    "dx holds the contribution of the last filter in the last window, not the sum of all.",
    "An input receives a gradient from every filter, in every window that it lies in.",
)
def dx_last_window_and_filter(call: Call) -> Gradients:
    """The same in loops over filters too."""
    _, dw, db = call.of(call.dout)
    return last_windows(call, call.kept(np.s_[:, -1:])), dw, db


@backward(
    "conv-dx-filter-flipped",
    "dx is computed with filters that are rotated by 180 degrees.",
    "Which weight joined the top left pixel of a window to its output?",
)
def dx_flipped(call: Call) -> Gradients:
    """dx of a true convolution."""
    _, dw, db = call.of(call.dout)
    return call.gradients(call.dout, call.x, call.w[:, :, ::-1, ::-1], call.stride, call.pad)[0], dw, db


@backward(
    "conv-gradients-averaged",
    "dw and db are divided by the number of images.",
    "dout is the gradient of a loss that has been averaged already, or has not: should it matter here?",
)
def averaged(call: Call) -> Gradients:
    """Means for sums."""
    dx, dw, db = call.of(call.dout)
    return dx, dw / len(call.x), db / len(call.x)


@backward("conv-db-averaged", "db is the mean of dout, not its sum.", "How much does the loss change with a bias?")
def db_mean(call: Call) -> Gradients:
    """The mean over images and positions."""
    dx, dw, _ = call.of(call.dout)
    return dx, dw, call.dout.mean(axis=(0, 2, 3))


@backward(
    "conv-backward-windows-without-stride",
    "In the backward pass the windows move by 1 from one output to the next, whatever the stride is.",
    "Where did the window of out[..., 1, 1] begin?",
)
def windows_without_stride(call: Call) -> Gradients:
    """Windows begin at i and j."""
    return shifted(call, *(np.arange(size) for size in call.dout.shape[2:]))


@backward(
    "conv-backward-stride-for-columns-only",
    "In the backward pass the stride moves the windows to the right only: downwards they move by 1.",
    "Where did the window of out[..., 1, 0] begin?",
)
def stride_for_columns_only(call: Call) -> Gradients:
    """Windows begin at i and j * stride."""
    return shifted(call, np.arange(call.dout.shape[2]), begins(call)[1])


@backward(
    "conv-backward-stride-for-rows-only",
    "In the backward pass the stride moves the windows downwards only: to the right they move by 1.",
    "Where did the window of out[..., 0, 1] begin?",
)
def stride_for_rows_only(call: Call) -> Gradients:
    """Windows begin at i * stride and j."""
    return shifted(call, begins(call)[0], np.arange(call.dout.shape[3]))


def shifted(call: Call, tops: Any, lefts: Any) -> Gradients:
    """The gradients if the windows began there in the padded images."""
    dx, dw, db = call.at(padded(call.x, call.pad), tops, lefts)
    return cropped(dx, call.pad, call.pad, *call.x.shape[2:]), dw, db
