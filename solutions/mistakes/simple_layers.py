"""What goes wrong in one pass of the affine layer, the ReLU and the two together."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

FILE = Path(__file__).parents[1] / "naive" / "simple_layers.py"
affine, relu, both = (Naive(FILE, parts=(part,)) for part in ("affine", "relu", "affine_relu"))

ROW = "Each sample is a row of D numbers for this layer; which numbers does it hold, and in which order?"
BIAS = "What is out where x is 0?"
LOOPS = "From where to where does each loop run, and is what it adds kept?"
SUM = "w and b are shared by all samples: what reaches them from each adds up."
SHAPE = "A gradient has the shape of what it belongs to."
VALUES = "What comes out for -2, 0 and 3?"
SLOPE = "How much does out change where x is positive, and where it is negative?"
ORDER = "Which layer comes first, and what becomes of its result?"
BACK = "The gradient goes back through the layers in the opposite order, each with its own cache."

AFFINE_OUT = (
    affine.wrong("affine-bias-forgotten", "The bias is not added.", BIAS, "affine_forward", " + b", ""),
    affine.wrong("affine-bias-subtracted", "The bias is subtracted; it should be added.", BIAS, "affine_forward", "+ b", "- b"),
    affine.wrong("affine-bias-twice", "The bias is added twice.", BIAS, "affine_forward", "+ b", "+ 2 * b"),
    affine.wrong("affine-bias-in-weights", "The bias is added to the weights; it should be added to the result.", BIAS, "affine_forward", "rows.dot(w) + b", "rows.dot(w + b)"),
    affine.wrong("affine-mixes-samples", "Numbers of different samples end up in one row when x is reshaped.", ROW, "affine_forward", "x.reshape(x.shape[0], -1)", "x.reshape(-1, x.shape[0]).T"),
    affine.wrong("affine-sample-order", "The numbers of a sample are in a different order in its row: its axes are reversed.", ROW, "affine_forward", "x.reshape(x.shape[0], -1)", "np.array([sample.T.ravel() for sample in x])"),
    affine.wrong("affine-biases-summed", "All biases together are added to each output.", "Which bias belongs to an output?", "affine_forward", "+ b", "+ np.sum(b)"),
    affine.wrong("affine-biases-averaged", "The mean of all biases is added to each output.", "Which bias belongs to an output?", "affine_forward", "+ b", "+ np.mean(b)"),
    affine.wrong("affine-last-feature", "The result holds the contribution of the last feature alone: each overwrites the one before.", LOOPS, "affine_forward", "rows.dot(w)", "rows[:, -1:] * w[-1]"),
    affine.wrong("affine-features-without-last", "The last feature of each sample is left out.", LOOPS, "affine_forward", "rows.dot(w)", "rows[:, :-1].dot(w[:-1])"),
    affine.wrong("affine-features-without-first", "The first feature of each sample is left out.", LOOPS, "affine_forward", "rows.dot(w)", "rows[:, 1:].dot(w[1:])"),
    affine.wrong("affine-averaged", "The products are averaged over the features; they should be summed.", BIAS, "affine_forward", "rows.dot(w)", "rows.dot(w) / len(w)"),
    affine.wrong("affine-with-relu", "A ReLU is applied to the result; the affine layer has none.", BIAS, "affine_forward", "rows.dot(w) + b", "np.maximum(rows.dot(w) + b, 0)"),
    affine.wrong("affine-forward-transposed", "The forward pass uses the weights as if they were (M, D), with a row for each output; they are (D, M).", "Which axis of w has the length of a flattened sample?", "affine_forward", "rows.dot(w)", "rows.dot(w.T)"),
)  # fmt: skip

AFFINE_BACK = (
    affine.wrong("affine-dw-first-sample", "dw comes from the first sample only.", SUM, "affine_backward", "rows.T.dot(dout)", "rows[:1].T.dot(dout[:1])"),
    affine.wrong("affine-db-first-sample", "db comes from the first sample only.", SUM, "affine_backward", "dout.sum(axis=0)", "dout[0]"),
    affine.wrong("affine-db-last-sample", "db comes from the last sample only.", SUM, "affine_backward", "dout.sum(axis=0)", "dout[-1]"),
    affine.wrong("affine-dw-of-sums", "dw multiplies the sum of all samples with the sum of dout; each sample belongs to its own row of dout.", SUM, "affine_backward", "rows.T.dot(dout)", "np.outer(rows.sum(axis=0), dout.sum(axis=0))"),
    affine.wrong("affine-dx-not-reshaped", "dx comes back flattened, (N, D); it should have the shape of x.", SHAPE, "affine_backward", ".reshape(x.shape)", ""),
    affine.wrong("affine-dw-from-unflattened-x", "dw is computed from x with all its axes; x should be flattened first, as in the forward pass.", "What is the shape of x.T if x has more than two axes?", "affine_backward", "rows.T.dot", "x.T.dot"),
    affine.wrong("affine-dw-averaged", "dw is averaged over the samples; it should be a sum.", SUM, "affine_backward", "rows.T.dot(dout)", "rows.T.dot(dout) / len(x)"),
    affine.wrong("affine-db-averaged", "db is averaged over the samples; it should be a sum.", SUM, "affine_backward", "dout.sum(axis=0)", "dout.mean(axis=0)"),
    affine.wrong("affine-gradients-averaged", "dw and db are averaged over the samples; they should be sums.", SUM, "affine_backward", "return dx, dw, db", "return dx, dw / len(x), db / len(x)"),
    affine.wrong("affine-all-averaged", "dx, dw and db are divided by the number of samples.", SUM, "affine_backward", "return dx, dw, db", "return dx / len(x), dw / len(x), db / len(x)"),
    affine.wrong("affine-db-over-outputs", "db is summed over the outputs, one number per sample; it should be summed over the samples.", SHAPE, "affine_backward", "dout.sum(axis=0)", "dout.sum(axis=1)"),
    affine.wrong("affine-db-one-number", "db is summed to one number; there should be one for each output.", SHAPE, "affine_backward", "dout.sum(axis=0)", "dout.sum()"),
    affine.wrong("affine-db-not-summed", "db is dout itself; it should be summed over the samples.", SHAPE, "affine_backward", "dout.sum(axis=0)", "dout"),
    affine.wrong("affine-db-ones", "db is 1 everywhere: dout does not reach it.", SUM, "affine_backward", "dout.sum(axis=0)", "np.ones_like(b)"),
    affine.wrong("affine-db-times-b", "db is multiplied by b.", "How does out change with b?", "affine_backward", "dout.sum(axis=0)", "dout.sum(axis=0) * b"),
    affine.wrong("affine-dw-transposed", "dw comes back transposed, (M, D).", SHAPE, "affine_backward", "rows.T.dot(dout)", "dout.T.dot(rows)"),
    affine.wrong("affine-dx-dw-swapped", "dx and dw are swapped.", SHAPE, "affine_backward", "return dx, dw, db", "return dw, dx, db"),
    affine.wrong("affine-dw-zero", "dw is zero everywhere.", SUM, "affine_backward", "rows.T.dot(dout)", "np.zeros_like(w)"),
    affine.wrong("affine-db-zero", "db is zero everywhere.", SUM, "affine_backward", "dout.sum(axis=0)", "np.zeros_like(b)"),
    affine.wrong("affine-dx-zero", "dx is zero everywhere.", "How does out change with x?", "affine_backward", "dout.dot(w.T).reshape(x.shape)", "np.zeros_like(x)"),
    affine.wrong("affine-dw-last-sample", "dw comes from the last sample only.", SUM, "affine_backward", "rows.T.dot(dout)", "rows[-1:].T.dot(dout[-1:])"),
    affine.wrong("affine-dx-without-weights", "dx does not depend on the weights as it should: w is used without being transposed.", "Which two axes does dout w sum over?", "affine_backward", "dout.dot(w.T)", "dout.dot(w)"),
)  # fmt: skip

RELU_OUT = (
    relu.wrong("relu-absolute", "The result is the absolute value of x.", VALUES, "relu_forward", "np.maximum(0, x)", "np.abs(x)"),
    relu.wrong("relu-minimum", "The negative values are kept and the positive ones set to 0; it should be the other way round.", VALUES, "relu_forward", "np.maximum(0, x)", "np.minimum(0, x)"),
    relu.wrong("relu-step", "The result is 1 where x is positive; it should be x there.", VALUES, "relu_forward", "np.maximum(0, x)", "(x > 0).astype(float)"),
    relu.wrong("relu-identity", "The result is x as it is.", VALUES, "relu_forward", "np.maximum(0, x)", "x.copy()"),
    relu.wrong("relu-leaky", "Negative values come through, times 0.01, as in a leaky ReLU.", VALUES, "relu_forward", "np.maximum(0, x)", "np.where(x > 0, x, 0.01 * x)"),
    relu.wrong("relu-clipped-at-1", "Values above 1 are cut off.", VALUES, "relu_forward", "np.maximum(0, x)", "np.clip(x, 0, 1)"),
)  # fmt: skip

RELU_BACK = (
    relu.wrong("relu-gradient-not-masked", "The backward pass returns dout as it is.", "Where x is negative, out does not change with x.", "relu_backward", "dout * (x > 0)", "dout"),
    relu.wrong("relu-gradient-by-its-sign", "The backward pass keeps dout where dout is positive; it depends on where x is positive.", "What did the forward pass keep, and what is in the cache for?", "relu_backward", "dout * (x > 0)", "dout * (dout > 0)"),
    relu.wrong("relu-gradient-where-negative", "dout is kept where x is negative; it should be kept where x is positive.", SLOPE, "relu_backward", "x > 0", "x < 0"),
    relu.wrong("relu-gradient-without-dout", "dx is 1 where x is positive; dout does not enter it.", SLOPE, "relu_backward", "dout * (x > 0)", "(x > 0).astype(float)"),
    relu.wrong("relu-gradient-times-out", "dx is dout times the result of the forward pass.", SLOPE, "relu_backward", "(x > 0)", "np.maximum(0, x)"),
    relu.wrong("relu-gradient-is-out", "dx is the result of the forward pass; dout does not enter it.", SLOPE, "relu_backward", "dout * (x > 0)", "np.maximum(0, x)"),
    relu.wrong("relu-gradient-times-x", "dx is dout times x.", SLOPE, "relu_backward", "(x > 0)", "x"),
    relu.wrong("relu-gradient-positive-only", "Only positive values of dout come through; all should where x is positive.", SLOPE, "relu_backward", "(x > 0)", "(x > 0) * (dout > 0)"),
    relu.wrong("relu-gradient-leaky", "Where x is negative, dout comes through times 0.01, as in a leaky ReLU.", SLOPE, "relu_backward", "dout * (x > 0)", "np.where(x > 0, dout, 0.01 * dout)"),
    relu.wrong("relu-gradient-zero", "dx is zero everywhere.", SLOPE, "relu_backward", "dout * (x > 0)", "np.zeros_like(dout)"),
)  # fmt: skip

PAIR_OUT = (
    both.wrong("affine-relu-out-of-affine", "The result is that of the affine layer alone; the ReLU is not applied to it.", ORDER, "affine_relu_forward", "return out,", "return a,"),
    both.wrong("affine-relu-minimum", "The negative values are kept and the positive ones set to 0; it should be the other way round.", ORDER, "affine_relu_forward", "return out,", "return np.minimum(a, 0),"),
    both.wrong("affine-relu-order", "The ReLU is applied to x; it should be applied to the affine layer's result.", ORDER, "affine_relu_forward", "return out,", "return affine_forward(np.maximum(x, 0), w, b)[0],"),
    both.wrong("affine-relu-bias-after", "The bias is added after the ReLU.", ORDER, "affine_relu_forward", "return out,", "return relu_forward(affine_forward(x, w, 0 * b)[0])[0] + b,"),
    both.wrong("affine-relu-bias-absent", "The bias is not added.", ORDER, "affine_relu_forward", "return out,", "return relu_forward(affine_forward(x, w, 0 * b)[0])[0],"),
)  # fmt: skip

PAIR_BACK = (
    both.wrong("affine-relu-backward-order", "The backward pass takes the affine layer first and the ReLU of x last.", BACK, "affine_relu_backward", "da = relu_backward(dout, relu)\n    return affine_backward(da, fc)", "dx, dw, db = affine_backward(dout, fc)\n    return relu_backward(dx, fc[0]), dw, db"),
    both.wrong("affine-relu-backward-by-its-sign", "The backward pass keeps dout where dout is positive; it depends on the affine layer's result.", BACK, "affine_relu_backward", "relu_backward(dout, relu)", "relu_backward(dout, dout)"),
)  # fmt: skip
