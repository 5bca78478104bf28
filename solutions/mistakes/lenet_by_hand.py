"""What goes wrong in the gradients of a convolution layer, in trainable subsampling and in the output layer."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

FILE = Path(__file__).parents[1] / "naive" / "lenet_by_hand.py"
grads = Naive(FILE, parts=("conv_gradients",))
sub = Naive(FILE, parts=("trainable_subsampling",), together=True)
out = Naive(FILE, parts=("output_layer",))

MET = "Which pixels did one weight meet, and in which output?"
MAPS = "Each map has a bias of its own, which enters every output of the map."
SHAPE = "A gradient has the shape of what it belongs to."
WINDOW = "What is the sum of a window of ones?"
CHAIN = "Write the layer as three steps, sum, line and sigmoid: each has a factor of its own."
LOSS = "Write down the loss and its derivative with respect to the output; then that of the output with respect to its weighted input."
FAR = "How far is x from itself? And which way does the distance grow?"

KERNELS = (
    grads.wrong("kernel-gradient-not-turned", "conv_kernel_gradient is that of a correlation: the rotation by 180 degrees is missing.", MET, "conv_kernel_gradient", "dw[::-1, ::-1]", "dw"),
    grads.wrong("kernel-gradient-transposed", "conv_kernel_gradient transposes where it should rotate by 180 degrees.", MET, "conv_kernel_gradient", "dw[::-1, ::-1]", "dw.T"),
    grads.wrong("kernel-gradient-flipped-once", "conv_kernel_gradient flips the rows only; a rotation by 180 degrees flips rows and columns.", MET, "conv_kernel_gradient", "dw[::-1, ::-1]", "dw[::-1]"),
    grads.wrong("correlation-gradient-of-turned-dout", "corr_kernel_gradient rotates dout by 180 degrees; it should be used as it stands.", MET, "corr_kernel_gradient", "dout * x[", "dout[::-1, ::-1] * x["),
    grads.wrong("kernel-gradient-averaged", "The gradient of the kernel is averaged over the outputs; it should be a sum.", MET, "corr_kernel_gradient", "np.sum(", "np.mean("),
    grads.wrong("layer-gradient-axes-swapped", "dw has its first two axes swapped: it is (C, F, HH, WW).", SHAPE, "conv_layer_gradients", "np.array(dw)", "np.array(dw).swapaxes(0, 1)"),
    grads.wrong("layer-gradient-of-correlation", "The layer convolves, but conv_layer_gradients computes the gradients of a correlation.", MET, "conv_layer_gradients", "conv_kernel_gradient(", "corr_kernel_gradient("),
    grads.wrong("layer-gradient-over-channels", "dw is summed over the channels; every channel has kernels of its own.", SHAPE, "conv_layer_gradients", "np.array(dw)", "np.array(dw) * 0 + np.sum(dw, axis=1, keepdims=True)"),
    grads.wrong("map-bias-averaged", "db is averaged over the map; it should be a sum.", MAPS, "bias_gradient", ".sum(", ".mean("),
    grads.wrong("map-bias-one-for-all", "db is one number for all maps.", MAPS, "bias_gradient", "dout.sum(axis=(1, 2))", "dout.sum()"),
    grads.wrong("map-bias-over-maps", "db is summed over the maps; it should be summed over the outputs of each map.", MAPS, "bias_gradient", "axis=(1, 2)", "axis=0"),
)  # fmt: skip

SUBSAMPLING = (
    sub.wrong("subsampling-mean", "The window is averaged; it should be summed.", WINDOW, "subsample_forward", ".sum(axis=(2, 4))", ".mean(axis=(2, 4))"),
    sub.wrong("subsampling-max", "The largest value of the window is taken; the sum should be.", WINDOW, "subsample_forward", ".sum(axis=(2, 4))", ".max(axis=(2, 4))"),
    sub.wrong("subsampling-bias-forgotten", "The bias is not added.", "What is out where x is 0?", "subsample_forward", " + b[:, None, None]", ""),
    sub.wrong("subsampling-coefficient-forgotten", "The coefficient beta is not used.", "Every map has two numbers to train; where do they enter?", "subsample_forward", "beta[:, None, None] * sums", "sums"),
    sub.wrong("subsampling-no-sigmoid", "The sigmoid is not applied.", CHAIN, "subsample_forward", "1 / (1 + np.exp(-net))", "net"),
    sub.wrong("subsampling-tanh", "tanh is applied; the sigmoid should be.", CHAIN, "subsample_forward", "1 / (1 + np.exp(-net))", "np.tanh(net)"),
    sub.wrong("subsampling-derivative-absent", "The backward pass leaves out the derivative of the sigmoid.", CHAIN, "subsample_backward", "dout * out * (1 - out)", "dout * 1.0"),
    sub.wrong("subsampling-dx-without-beta", "dx leaves out the coefficient beta.", CHAIN, "subsample_backward", "beta[:, None, None] * dnet", "dnet"),
    sub.wrong("subsampling-dx-shared", "dx is divided by the size of the window, as in mean pooling; the forward pass sums.", WINDOW, "subsample_backward", "np.ones((1, s, s))", "np.ones((1, s, s)) / (s * s)"),
    sub.wrong("subsampling-dbeta-without-sums", "dbeta leaves out the sums of the windows.", CHAIN, "subsample_backward", "dnet * sums", "dnet"),
    sub.wrong("subsampling-dbeta-of-out", "dbeta uses the outputs where the sums of the windows belong.", CHAIN, "subsample_backward", "dnet * sums", "dnet * out"),
    sub.wrong("subsampling-db-of-dout", "db is summed from dout; the sigmoid lies between dout and the bias.", CHAIN, "subsample_backward", "np.sum(dnet, axis", "np.sum(dout, axis"),
    sub.wrong("subsampling-gradients-averaged", "dbeta and db are averaged over the map; they should be sums.", "How many outputs does one coefficient reach?", "subsample_backward", "return dx, dbeta, db", "return dx, dbeta / dout[0].size, db / dout[0].size"),
)  # fmt: skip

OUTPUT = (
    out.wrong("residual-without-derivative", "quadratic_residual leaves out the derivative of the sigmoid.", LOSS, "quadratic_residual", " * a * (1 - a)", ""),
    out.wrong("residual-turned", "quadratic_residual has the wrong sign: it is the target minus the output.", LOSS, "quadratic_residual", "(a - t)", "(t - a)"),
    out.wrong("residual-doubled", "quadratic_residual is twice as large as it should be: the loss has a factor of 1/2.", LOSS, "quadratic_residual", "(a - t)", "2 * (a - t)"),
    out.wrong("softmax-residual-turned", "softmax_residual has the wrong sign: it is the target minus the probability.", LOSS, "softmax_residual", "p - t", "t - p"),
    out.wrong("softmax-residual-with-derivative", "softmax_residual has a factor p (1 - p), which belongs to the quadratic loss of a sigmoid.", LOSS, "softmax_residual", "p - t", "(p - t) * p * (1 - p)"),
    out.wrong("softmax-residual-quotient", "softmax_residual is the gradient with respect to the probabilities; it should be with respect to the weighted input.", LOSS, "softmax_residual", "p - t", "-t / p"),
    out.wrong("hidden-residual-without-derivative", "hidden_residual leaves out the derivative of the sigmoid.", LOSS, "hidden_residual", " * a * (1 - a)", ""),
    out.wrong("hidden-residual-of-tanh", "hidden_residual has the derivative of tanh; the layer is a sigmoid.", LOSS, "hidden_residual", "a * (1 - a)", "(1 - a**2)"),
    out.wrong("rbf-root", "rbf_output is the distance; it should be its square.", FAR, "rbf_output", "np.sum((x - w) ** 2, axis=1)", "np.sqrt(np.sum((x - w) ** 2, axis=1))"),
    out.wrong("rbf-halved", "rbf_output is half of the squared distance.", FAR, "rbf_output", "np.sum(", "0.5 * np.sum("),
    out.wrong("rbf-gaussian", "rbf_output is a Gaussian of the distance; LeNet's RBF is the squared distance itself.", FAR, "rbf_output", "np.sum((x - w) ** 2, axis=1)", "np.exp(-np.sum((x - w) ** 2, axis=1))"),
    out.wrong("rbf-mean", "rbf_output is the mean over the numbers of x; it should be the sum.", FAR, "rbf_output", "np.sum(", "np.mean("),
    out.wrong("rbf-dx-turned", "dx has the wrong sign.", FAR, "rbf_backward", "dx = np.sum(2", "dx = np.sum(-2"),
    out.wrong("rbf-dw-turned", "dw has the wrong sign.", FAR, "rbf_backward", "dw = -2", "dw = 2"),
    out.wrong("rbf-gradients-halved", "dx and dw are half of what they should be: the derivative of a square has a factor of 2.", FAR, "rbf_backward", "return dx, dw", "return dx / 2, dw / 2"),
)  # fmt: skip
