"""Training of any model by gradient descent, on batches or on all of the data, with three update rules.

With g the gradient, lr the learning rate and mu the momentum, a parameter moves by ``step``:

    sgd         step = -lr g
    momentum    v = mu v - lr g                      step = v
    rmsprop     cache = 0.99 cache + 0.01 g²         step = -lr g / sqrt(cache + 1e-8)

What real code adds to the root instead is as right: ``EpsilonBesideRoot``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats

Labels = npt.NDArray[np.integer[Any]]
Model = dict[str, Floats]
History = list[float]

RMSPROP_DECAY = 0.99
RMSPROP_EPSILON = 1e-8


class ClassifierTrainer:
    """Trains a model; ``step_cache`` holds what an update rule remembers of each parameter."""

    epsilon_beside_root: ClassVar[type[ClassifierTrainer]]

    def __init__(self) -> None:
        self.step_cache: dict[str, Floats] = {}

    def train(
        self,
        X: Floats,
        y: Labels,
        X_val: Floats,
        y_val: Labels,
        model: Mapping[str, Floats],
        loss_function: Callable[..., Any],
        reg: float,
        learning_rate: float = 1e-2,
        momentum: float = 0,
        learning_rate_decay: float = 0.95,
        update: str = "momentum",
        sample_batches: bool = True,
        num_epochs: int = 30,
        batch_size: int = 100,
        acc_frequency: int | None = None,
        verbose: bool = False,
    ) -> tuple[Model, History, History, History]:
        """Return (best_model, loss_history, train_acc_history, val_acc_history); the given model stays as it is.

        loss_function(X, model) gives scores (N, C), loss_function(X, model, y, reg) gives (loss, grads).
        An epoch is max(N // batch_size, 1) batches drawn with replacement, or one step on all N samples.
        Accuracies are taken after the first step, at the end of each epoch, and every acc_frequency steps.
        best_model is a copy of the parameters with the best of the validation accuracies, the first of equals.
        Raises ValueError for an unknown update rule.
        """
        params = {name: np.array(value, dtype=np.float64) for name, value in model.items()}
        best_model, losses = params, []
        train_accuracies: History = []
        val_accuracies: History = []
        iterations = max(len(X) // batch_size, 1) if sample_batches else 1
        for it in range(num_epochs * iterations):
            batch = np.random.choice(len(X), batch_size) if sample_batches else np.arange(len(X))
            loss, grads = loss_function(X[batch], params, y[batch], reg)
            losses.append(float(loss))
            # New arrays each time, so that best_model may keep the old ones.
            params = {
                name: value + self._step(name, grads[name], update, learning_rate, momentum)
                for name, value in params.items()
            }
            end_of_epoch = (it + 1) % iterations == 0
            if it == 0 or end_of_epoch or (acc_frequency is not None and it % acc_frequency == 0):
                train_accuracies.append(accuracy(loss_function(X, params), y))
                val_accuracy = accuracy(loss_function(X_val, params), y_val)
                if val_accuracy > max(val_accuracies, default=-1.0):
                    best_model = params
                val_accuracies.append(val_accuracy)
                if verbose:
                    print(f"step {it + 1}: loss {loss:f}, validation accuracy {val_accuracy:f}")
            if end_of_epoch:
                learning_rate *= learning_rate_decay
        return best_model, losses, train_accuracies, val_accuracies

    def _step(self, name: str, gradient: Floats, update: str, learning_rate: float, momentum: float) -> Floats:
        """What to add to a parameter; ValueError if there is no such update rule."""
        kept = self.step_cache.get(name, np.zeros_like(gradient))
        if update == "sgd":
            return -learning_rate * gradient
        if update == "momentum":
            self.step_cache[name] = momentum * kept - learning_rate * gradient
            return self.step_cache[name]
        if update == "rmsprop":
            cache = RMSPROP_DECAY * kept + (1 - RMSPROP_DECAY) * gradient**2
            self.step_cache[name] = cache
            return -learning_rate * gradient / self._divisor(cache)
        raise ValueError(f"The update rule is {update!r}; expected 'sgd', 'momentum' or 'rmsprop'.")

    def _divisor(self, cache: Floats) -> Floats:
        """What RMSProp divides a gradient by."""
        return np.sqrt(cache + RMSPROP_EPSILON)


class EpsilonBesideRoot(ClassifierTrainer):
    """The same, with the small number of RMSProp added to the root."""

    def _divisor(self, cache: Floats) -> Floats:
        return np.sqrt(cache) + RMSPROP_EPSILON


ClassifierTrainer.epsilon_beside_root = EpsilonBesideRoot


def accuracy(scores: Floats, y: Labels) -> float:
    """The share of samples whose highest score (N, C) is that of their label (N,)."""
    return float(np.mean(np.argmax(scores, axis=1) == y))
