"""Slips in convolution and pooling layers that are objects, as patches of how students write them in loops."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

FILE = Path(__file__).parents[1] / "naive" / "conv_objects.py"
conv = Naive(FILE, parts=("conv_layer",))
pool = Naive(FILE, parts=("max_pooling_layer",))

ADDS_UP = "An input pixel and a weight take part in several outputs; what each of them gives adds up."
STEP = "Which way does the loss fall, and which parameters take the step?"
WINDOW = "Where does a window begin in the image, and where in itself?"
BOUNDS = "How many positions are there along each side?"
ROUTE = "Which pixel of a window decides its output, and what is the share of the others?"
PASSED = "backward is given an activator; what for?"

CONV = tuple(
    conv.wrong(code, sentence, hint, f"ConvLayer.{method}", *edits)
    for code, sentence, hint, method, *edits in (
        ("conv-object-bias-mean", "bias_grad is the mean of the sensitivity of its map; it should be the sum.", ADDS_UP, "backward", "one.bias_grad += s\n", "one.bias_grad += s / sensitivity[f].size\n"),
        ("conv-object-bias-last", "bias_grad is the last entry of the sensitivity of its map: it is assigned, not added up.", ADDS_UP, "backward", "one.bias_grad += s\n", "one.bias_grad = s\n"),
        ("conv-object-bias-of-all", "bias_grad of each filter is the sum of all sensitivities.", ADDS_UP, "backward", "one.bias_grad += s\n", "one.bias_grad = np.sum(sensitivity)\n"),
        ("conv-object-weights-mean", "weights_grad is averaged over the positions; it should be a sum.", ADDS_UP, "backward", "one.weights_grad += s", "one.weights_grad += 1 / sensitivity[f].size * s"),
        ("conv-object-weights-last", "weights_grad is that of the last position: it is assigned, not added up.", ADDS_UP, "backward", "one.weights_grad += s", "one.weights_grad = s"),
        ("conv-object-weights-flipped", "weights_grad is rotated by 180 degrees.", "The forward pass lays the filters on as they are.", "backward", "s * padded[:, rows, columns]", "s * padded[:, rows, columns][:, ::-1, ::-1]"),
        ("conv-object-weights-of-output", "weights_grad uses the filter itself, not the image.", ADDS_UP, "backward", "s * padded[:, rows, columns]", "s * one.weights"),
        ("conv-object-delta-assigned", "Where windows overlap, delta_array is assigned, not added up.", ADDS_UP, "backward", "delta[:, rows, columns] += s * one.weights", "delta[:, rows, columns] = s * one.weights"),
        ("conv-object-delta-mean-of-filters", "delta_array is averaged over the filters; it should be a sum.", ADDS_UP, "backward", "+= s * one.weights", "+= s * one.weights / len(self.filters)"),
        ("conv-object-delta-of-first-filter", "delta_array is that of the first filter alone.", ADDS_UP, "backward", "+= s * one.weights", "+= (f == 0) * s * one.weights"),
        ("conv-object-delta-added-derivative", "The derivative of the activator is added to delta_array; it should multiply it.", PASSED, "backward", "delta * activator.backward", "delta + activator.backward"),
        ("conv-object-channels-averaged", "The forward pass takes the mean over the window, not the sum.", "A filter's output is a sum of products.", "forward", "np.sum(window * one.weights)", "np.mean(window * one.weights)"),
        ("conv-object-first-filter-for-all", "Every map is made with the first filter.", "Each map has a filter of its own.", "forward", "window * one.weights", "window * self.filters[0].weights"),
        ("conv-object-first-channel-only", "Only the first channel of the image enters the forward pass.", "A filter has as many channels as the image.", "forward", "np.sum(window * one.weights)", "np.sum(window[0] * one.weights[0])"),
        ("conv-object-stride-ignored", "The forward pass moves on by one pixel, whatever the stride is.", WINDOW, "forward", "i * self.stride, j * self.stride", "i, j"),
        ("conv-object-bias-of-first-filter", "Every map gets the bias of the first filter.", "Each filter has a bias of its own.", "forward", "one.bias", "self.filters[0].bias"),
        ("conv-object-bias-subtracted", "The bias is subtracted, not added.", "What is the output where the image is 0?", "forward", "+ one.bias", "- one.bias"),
        ("conv-object-activated-twice", "The activator is applied twice.", "How often does an output go through the activator?", "forward", "self.activator.forward(net)", "self.activator.forward(self.activator.forward(net))"),
        ("conv-object-update-first-only", "update changes the first filter only.", STEP, "update", "for one in self.filters:", "for one in self.filters[:1]:"),
        ("conv-object-update-last-only", "update changes the last filter only.", STEP, "update", "for one in self.filters:", "for one in self.filters[-1:]:"),
        ("conv-object-never-updates", "update changes nothing.", STEP, "update", "one.update(self.learning_rate)", "pass"),
    )
)  # fmt: skip
FILTERS = tuple(
    conv.wrong(code, sentence, STEP, "Filter.update", *edits)
    for code, sentence, *edits in (
        ("filter-update-without-bias", "The update of a filter leaves its bias as it is.", "self.bias - learning_rate * self.bias_grad", "self.bias"),
        ("filter-update-without-weights", "The update of a filter leaves its weights as they are.", "self.weights - learning_rate * self.weights_grad", "self.weights"),
        ("filter-update-without-rate", "The update of a filter ignores the learning rate.", "learning_rate * ", ""),
        ("filter-update-rate-squared", "The update of a filter multiplies by the learning rate twice.", "learning_rate * ", "learning_rate * learning_rate * "),
        ("filter-update-bias-without-rate", "The update of the bias ignores the learning rate.", "learning_rate * self.bias_grad", "self.bias_grad"),
        ("filter-update-bias-adds", "The update adds the gradient of the bias; it should subtract it.", "self.bias - ", "self.bias + "),
        ("filter-update-weights-add", "The update adds the gradient of the weights; it should subtract it.", "self.weights - ", "self.weights + "),
        ("filter-update-bias-by-weights", "The bias is updated with the sum of the weights' gradient, not with its own.", "self.bias_grad", "np.sum(self.weights_grad)"),
        ("filter-update-replaces", "The update sets weights and bias to the step, and forgets what they were.", "self.weights - ", "-", "self.bias - ", "-"),
    )
)  # fmt: skip
POOL = tuple(
    pool.wrong(code, sentence, hint, f"MaxPoolingLayer.{method}", *edits)
    for code, sentence, hint, method, *edits in (
        ("pool-object-mean", "The output is the mean of each window, not its maximum.", ROUTE, "forward", "np.max(window)", "np.mean(window)"),
        ("pool-object-minimum", "The output is the minimum of each window, not its maximum.", ROUTE, "forward", "np.max(window)", "np.min(window)"),
        ("pool-object-sum", "The output is the sum of each window, not its maximum.", ROUTE, "forward", "np.max(window)", "np.sum(window)"),
        ("pool-object-of-absolute-values", "The output is the largest absolute value of each window.", ROUTE, "forward", "np.max(window)", "np.max(np.abs(window))"),
        ("pool-object-starts-at-zero", "The maximum is never below 0: it is looked for from 0 on.", "What is the maximum of a window of negative numbers?", "forward", "np.max(window)", "max(0.0, np.max(window))"),
        ("pool-object-first-channel", "All channels are pooled from the first.", "Each channel is pooled by itself.", "forward", "input[c, top", "input[0, top"),
        ("pool-object-over-channels", "The maximum is taken over the channels too.", "Each channel is pooled by itself.", "forward", "input[c, top", "input[:, top"),
        ("pool-object-stride-ignored", "The windows move on by one pixel, whatever the stride is.", WINDOW, "forward", "i * self.stride, j * self.stride", "i, j"),
        ("pool-object-sensitivity-spread", "The sensitivity of a window is spread evenly over it; it belongs to the maximum.", ROUTE, "backward", "self.delta_array[c, top + k, left + m] += sensitivity[c, i, j]", "self.delta_array[c, top : top + self.filter_height, left : left + self.filter_width] += sensitivity[c, i, j] / window.size"),
        ("pool-object-sensitivity-to-all", "Every pixel of a window gets its whole sensitivity; it belongs to the maximum.", ROUTE, "backward", "self.delta_array[c, top + k, left + m] += sensitivity[c, i, j]", "self.delta_array[c, top : top + self.filter_height, left : left + self.filter_width] += sensitivity[c, i, j]"),
        ("pool-object-place-in-window", "The place of the maximum in its window is taken for its place in the image.", WINDOW, "backward", "[c, top + k, left + m]", "[c, k, m]"),
        ("pool-object-place-without-stride", "The place of a window in the output is taken for its place in the image.", WINDOW, "backward", "[c, top + k, left + m]", "[c, i + k, j + m]"),
        ("pool-object-place-of-window", "The sensitivity goes to the first pixel of each window, not to its maximum.", ROUTE, "backward", "[c, top + k, left + m]", "[c, top, left]"),
        ("pool-object-to-minimum", "The sensitivity goes to the minimum of each window.", ROUTE, "backward", "np.argmax", "np.argmin"),
        ("pool-object-first-channel-only", "Only the first channel gets its sensitivity.", BOUNDS, "backward", "for c in range(C)", "for c in range(1)"),
        ("pool-object-sensitivity-of-first-channel", "Every channel gets the sensitivity of the first.", BOUNDS, "backward", "sensitivity[c, i, j]", "sensitivity[0, i, j]"),
        ("pool-object-times-maximum", "The sensitivity is multiplied by the maximum.", ROUTE, "backward", "+= sensitivity[c, i, j]", "+= sensitivity[c, i, j] * np.max(window)"),
        ("pool-object-without-last-windows", "The last row and the last column of windows are left out on the way back.", BOUNDS, "backward", "range(self.output_height)", "range(self.output_height - 1)", "range(self.output_width)", "range(self.output_width - 1)"),
    )
)  # fmt: skip
