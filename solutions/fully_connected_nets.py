"""Fully connected networks from layers (CS231n 2016 and later, fc_net.py).

    TwoLayerNet          affine - ReLU - affine - softmax
    FullyConnectedNet    {affine - [batch or layer normalisation] - ReLU - [dropout]} x (L - 1) - affine - softmax

The loss is the mean cross-entropy plus reg/2 times the sum of the squared weights W (neither biases nor gamma and
beta), so the gradient of the regularisation is reg W.

Layer normalisation (Ba et al., 2016) takes mean and biased variance of each sample over its D features, in training
and test alike. Inverted dropout (Srivastava et al., 2014) keeps each value with probability p and divides it by p in
training, and leaves all as they are in test mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.affine import affine_backward, affine_forward
from solutions.batch_norm import batchnorm_backward, batchnorm_forward
from solutions.convnets import Gradients, regularised
from solutions.inputs import Floats
from solutions.layer_norm import layernorm_backward, layernorm_forward
from solutions.losses import softmax_loss
from solutions.relu import relu_backward, relu_forward

# From the gradient of what a step gave to that of what it was given, and the gradients of its parameters by name.
Backward = Callable[[Floats], tuple[Floats, Gradients]]


class Steps:
    """What the layers of a network do, one method a step, for layer 1, 2, ... and an input (N, D) or (N, ...).

    Each gives its result, and the function that goes back through it.
    """

    params: dict[str, npt.NDArray[Any]]
    norm_params: list[dict[str, Any]]  # one a hidden layer
    mode: str
    eps: float
    keep: float
    seed: int | None
    normalization: str | None
    num_layers: int

    def steps(self, layer: int) -> list[str]:
        """The names of the steps (methods of this class) that a layer takes; layers count from 1."""
        if layer == self.num_layers:
            return ["affine"]
        wanted = [("affine", True), (str(self.normalization), self.normalization), ("relu", True)]
        return [name for name, used in [*wanted, ("dropout", self.keep < 1)] if used]

    def affine(self, layer: int, x: npt.ArrayLike) -> tuple[Floats, Backward]:
        """x W + b."""
        out, cache = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])

        def backward(dout: Floats) -> tuple[Floats, Gradients]:
            dx, dW, db = affine_backward(dout, cache)
            return dx, {f"W{layer}": dW, f"b{layer}": db}

        return out, backward

    def relu(self, layer: int, x: Floats) -> tuple[Floats, Backward]:
        """max(0, x)."""
        out, cache = relu_forward(x)
        return out, lambda dout: (relu_backward(dout, cache), {})

    def batchnorm(self, layer: int, x: Floats) -> tuple[Floats, Backward]:
        """Batch normalisation, with running statistics of each layer for test mode."""
        self.norm_params[layer - 1] |= {"mode": self.mode, "eps": self.eps}
        gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
        out, cache = batchnorm_forward(x, gamma, beta, self.norm_params[layer - 1])

        def backward(dout: Floats) -> tuple[Floats, Gradients]:
            dx, dgamma, dbeta = batchnorm_backward(dout, cache)
            return dx, {f"gamma{layer}": dgamma, f"beta{layer}": dbeta}

        return out, backward

    def layernorm(self, layer: int, x: Floats) -> tuple[Floats, Backward]:
        """Layer normalisation, the same in training and in test mode."""
        gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
        out, cache = layernorm_forward(x, gamma, beta, {"eps": self.eps})

        def backward(dout: Floats) -> tuple[Floats, Gradients]:
            dx, dgamma, dbeta = layernorm_backward(dout, cache)
            return dx, {f"gamma{layer}": dgamma, f"beta{layer}": dbeta}

        return out, backward

    def dropout(self, layer: int, x: Floats) -> tuple[Floats, Backward]:
        """Inverted dropout; NumPy's generator is seeded before each mask, if there is a seed."""
        if self.mode == "test":
            return x, lambda dout: (dout, {})
        if self.seed is not None:
            np.random.seed(self.seed)
        mask = (np.random.rand(*x.shape) < self.keep) / self.keep
        return x * mask, lambda dout: (dout * mask, {})

    def softmax(self, scores: Floats, y: npt.NDArray[Any]) -> tuple[float, Floats]:
        """The loss of the scores (N, classes), and its gradient with respect to them."""
        return softmax_loss(scores, y)


class FullyConnectedNet(Steps):
    """``params`` holds W1 (D, H1), b1 (H1,), ... WL, bL; normalised also gamma1, beta1 (H1,), ... of L - 1."""

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: npt.DTypeLike = np.float32,
        seed: int | None = None,
    ) -> None:
        """Draw weights of the given scale; biases and betas start at zero, gammas at one.

        dropout_keep_ratio: the probability p, 1 for no dropout. normalization: None, "batchnorm" or "layernorm".
        seed: of every dropout mask. ValueError for another normalisation or probability.
        """
        if normalization not in (None, "batchnorm", "layernorm"):
            raise ValueError(f"The normalization is {normalization!r}; expected None, 'batchnorm' or 'layernorm'.")
        if not 0 < dropout_keep_ratio <= 1:
            raise ValueError(f"dropout_keep_ratio is {dropout_keep_ratio}; expected a probability above 0.")
        self.normalization, self.keep, self.seed, self.reg = normalization, dropout_keep_ratio, seed, reg
        self.num_layers = len(hidden_dims) + 1
        self.mode, self.eps = "train", 1e-5
        self.norm_params = [{} for _ in hidden_dims]
        sizes = [input_dim, *hidden_dims, num_classes]
        self.params = {}
        for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
            self.params[f"W{layer}"] = (weight_scale * np.random.randn(inputs, outputs)).astype(dtype)
            self.params[f"b{layer}"] = np.zeros(outputs, dtype)
            if normalization and layer < self.num_layers:
                self.params |= {f"gamma{layer}": np.ones(outputs, dtype), f"beta{layer}": np.zeros(outputs, dtype)}

    def loss(self, X: npt.ArrayLike, y: npt.ArrayLike | None = None) -> Floats | tuple[float, Gradients]:
        """Return the scores (N, classes) of X (N, ...) in test mode; with labels y (N,), return (loss, gradients)."""
        self.mode = "test" if y is None else "train"
        out: Any = X
        backwards: list[Backward] = []
        for layer in range(1, self.num_layers + 1):
            for step in self.steps(layer):
                out, backward = getattr(self, step)(layer, out)
                backwards.append(backward)
        if y is None:
            return np.asarray(out)
        loss, dout = self.softmax(out, np.asarray(y))
        grads: Gradients = {}
        for backward in reversed(backwards):
            dout, own = backward(dout)
            grads |= own
        return regularised(loss, grads, self.params, self.reg)


class TwoLayerNet(FullyConnectedNet):
    """``params`` holds W1 (D, H), b1 (H,), W2 (H, classes) and b2 (classes,), all float64."""

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
    ) -> None:
        """Draw weights of the given scale; biases start at zero."""
        super().__init__([hidden_dim], input_dim, num_classes, 1, None, reg, weight_scale, np.float64)

    def loss(self, X: npt.ArrayLike, y: npt.ArrayLike | None = None) -> Floats | tuple[float, Gradients]:
        """Return the scores (N, classes) of X (N, ...); with labels y (N,), return (loss, gradients)."""
        return super().loss(X, y)
