"""What goes wrong in the layers of a LeNet as classes, and in training with early stopping."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

FILE = Path(__file__).parents[1] / "naive" / "lenet_classes.py"
pool, dense, stop = (Naive(FILE, parts=(part,)) for part in ("conv_pool_class", "dense_classes", "early_stopping"))

POOL, HIDDEN, LOGISTIC, TRAIN = "LeNetConvPoolLayer", "HiddenLayer", "LogisticRegression", "train_with_early_stopping"
FANS = "How many numbers reach one output, and how many outputs does one number reach?"
LAYER = "Convolution, pooling, bias, tanh: which comes first?"
MEAN = "What happens to the loss if every sample is there twice?"
SLOPE = "Write down the loss of one sample, and its derivative with respect to the scores."
PATIENCE = "Follow patience through the loop: when does it grow, by how much, and what is it compared with?"
BEST = "Which weights had the best validation error, and which does the model have at the end?"

CONV_POOL = (
    pool.wrong("class-fan-out-without-pooling", "fan_out does not count that pooling passes on one output of each window.", FANS, f"{POOL}.__init__", " / np.prod(poolsize)", ""),
    pool.wrong("class-bound-without-fan-out", "The bound of the initial weights does not use fan_out.", FANS, f"{POOL}.__init__", "fan_in + fan_out", "fan_in"),
    pool.wrong("class-bound-root-missing", "The bound of the initial weights lacks the square root.", FANS, f"{POOL}.__init__", "np.sqrt(6.0 / (fan_in + fan_out))", "6.0 / (fan_in + fan_out)"),
    pool.wrong("class-correlates", "The layer correlates: the filters are used as they stand, not rotated by 180 degrees.", "The layer is defined by true convolution.", f"{POOL}.forward", "self.W[:, :, ::-1, ::-1]", "self.W"),
    pool.wrong("class-bias-after-tanh", "The bias is added after tanh.", LAYER, f"{POOL}.forward", "np.tanh(pooled + self.b[:, None, None])", "np.tanh(pooled) + self.b[:, None, None]"),
    pool.wrong("class-bias-forgotten", "The bias is not used.", LAYER, f"{POOL}.forward", " + self.b[:, None, None]", ""),
    pool.wrong("class-tanh-forgotten", "tanh is not applied.", LAYER, f"{POOL}.forward", "np.tanh(pooled + self.b[:, None, None])", "pooled + self.b[:, None, None]"),
    pool.wrong("class-mean-pooling", "The windows are averaged; the layer takes their maximum.", LAYER, f"{POOL}.forward", ".max(axis=(3, 5))", ".mean(axis=(3, 5))"),
)  # fmt: skip

DENSE = (
    dense.wrong("hidden-bound-of-inputs", "The bound of the initial weights counts the inputs only.", FANS, f"{HIDDEN}.__init__", "n_in + n_out)", "n_in)"),
    dense.wrong("hidden-bound-root-missing", "The bound of the initial weights lacks the square root.", FANS, f"{HIDDEN}.__init__", "np.sqrt(6.0 / (n_in + n_out))", "6.0 / (n_in + n_out)"),
    dense.wrong("hidden-no-activation", "The activation function is not applied.", "What does the layer do after x W + b?", f"{HIDDEN}.forward", "self.activation(x.dot(self.W) + self.b)", "x.dot(self.W) + self.b"),
    dense.wrong("hidden-always-tanh", "forward applies tanh, whatever activation is given.", "Where is the argument activation used?", f"{HIDDEN}.forward", "self.activation(", "np.tanh("),
    dense.wrong("hidden-bias-forgotten", "The bias is not added.", "What is the output where x is 0?", f"{HIDDEN}.forward", " + self.b", ""),
    dense.wrong("logistic-not-shifted", "The softmax is computed from the scores as they are: large scores overflow.", "What is exp(1000)? And what stays the same if all scores of a sample get smaller by one number?", f"{LOGISTIC}.p_y_given_x", "scores - scores.max(axis=1, keepdims=True)", "scores"),
    dense.wrong("logistic-sigmoid", "p_y_given_x is a sigmoid of each score; the probabilities of a sample should add up to 1.", "What do the probabilities of all classes add up to?", f"{LOGISTIC}.p_y_given_x", "powers / powers.sum(axis=1, keepdims=True)", "1 / (1 + np.exp(-scores))"),
    dense.wrong("logistic-over-samples", "The exponentials are divided by their sum over the samples; they should be divided by that over the classes.", "What do the probabilities of all classes add up to?", f"{LOGISTIC}.p_y_given_x", "powers.sum(axis=1, keepdims=True)", "powers.sum(axis=0, keepdims=True)"),
    dense.wrong("likelihood-summed", "negative_log_likelihood is a sum over the samples; it should be their mean.", MEAN, f"{LOGISTIC}.negative_log_likelihood", "np.mean(", "np.sum("),
    dense.wrong("likelihood-sign", "negative_log_likelihood has the wrong sign.", "What is the sign of the logarithm of a probability?", f"{LOGISTIC}.negative_log_likelihood", "-np.mean", "np.mean"),
    dense.wrong("errors-counted", "errors counts the wrong labels; it should be their share.", MEAN, f"{LOGISTIC}.errors", "np.mean(", "np.sum("),
    dense.wrong("errors-accuracy", "errors is the share of right labels; it should be that of wrong ones.", "What is it for a model that is always right?", f"{LOGISTIC}.errors", "!= y", "== y"),
    dense.wrong("logistic-gradients-summed", "gradients are those of the sum over the samples; the loss is their mean.", MEAN, f"{LOGISTIC}.gradients", "delta / len(y)", "delta * 1.0"),
    dense.wrong("logistic-gradients-turned", "gradients have the wrong sign.", SLOPE, f"{LOGISTIC}.gradients", "delta / len(y)", "-delta / len(y)"),
    dense.wrong("logistic-db-averaged", "db is averaged over the samples once more.", MEAN, f"{LOGISTIC}.gradients", "delta.sum(axis=0)", "delta.mean(axis=0)"),
    dense.wrong("hidden-bias-after-activation", "The bias is added after the activation.", "What does the activation function get?", f"{HIDDEN}.forward", "self.activation(x.dot(self.W) + self.b)", "self.activation(x.dot(self.W)) + self.b"),
    dense.wrong("hidden-bound-not-symmetric", "The initial weights are drawn between 0 and the bound; half of them should be negative.", FANS, f"{HIDDEN}.__init__", "uniform(-bound, bound", "uniform(0, bound"),
    dense.wrong("hidden-bias-drawn", "The first biases are random numbers; they should be 0.", "What do the biases start at?", f"{HIDDEN}.__init__", "np.zeros(n_out)", "rng.uniform(-bound, bound, n_out)"),
    dense.wrong("logistic-over-samples-shifted", "The softmax is over the samples of each class, not over the classes of each sample.", "What do the probabilities of all classes add up to?", f"{LOGISTIC}.p_y_given_x", "scores.max(axis=1", "scores.max(axis=0", "powers.sum(axis=1", "powers.sum(axis=0"),
    dense.wrong("logistic-over-everything", "The exponentials are divided by the sum of all of them, over samples and classes.", "What do the probabilities of all classes add up to?", f"{LOGISTIC}.p_y_given_x", "powers.sum(axis=1, keepdims=True)", "powers.sum()"),
    dense.wrong("logistic-labels-added", "In the gradients, the term of the right class has the wrong sign.", SLOPE, f"{LOGISTIC}.gradients", "-= 1", "+= 1"),
    dense.wrong("logistic-labels-not-subtracted", "The gradients treat the right class like the wrong ones.", SLOPE, f"{LOGISTIC}.gradients", "-= 1", "-= 0"),
    dense.wrong("logistic-dw-summed", "dW is a sum over the samples; the loss is their mean.", MEAN, f"{LOGISTIC}.gradients", "x.T.dot(delta)", "x.T.dot(delta) * len(y)"),
    dense.wrong("logistic-db-summed", "db is a sum over the samples; the loss is their mean.", MEAN, f"{LOGISTIC}.gradients", "delta.sum(axis=0)", "delta.sum(axis=0) * len(y)"),
)  # fmt: skip

STOPPING = (
    stop.wrong("stopping-last-weights", "The weights that are returned are the last ones; they should be those with the best validation error.", BEST, TRAIN, '"W": W,\n        "b": b', '"W": model.W,\n        "b": model.b'),
    stop.wrong("stopping-never", "Training runs through all epochs: patience does not end it.", PATIENCE, TRAIN, "done = True\n                break", "done = False"),
    stop.wrong("stopping-patience-fixed", "patience never grows when the validation error improves.", PATIENCE, TRAIN, "max(patience, iter * patience_increase)", "patience"),
    stop.wrong("stopping-patience-shrinks", "patience can shrink: the larger of the old and the new one is needed.", PATIENCE, TRAIN, "max(patience, iter * patience_increase)", "iter * patience_increase"),
    stop.wrong("stopping-threshold-ignored", "Every new best validation error raises patience, however small the improvement is.", PATIENCE, TRAIN, "best * improvement_threshold", "best"),
    stop.wrong("stopping-threshold-for-best", "A new best validation error counts only if it is better by improvement_threshold.", "What is the threshold for: the best weights, or patience?", TRAIN, "if error < best:", "if error < best * improvement_threshold:"),
    stop.wrong("stopping-once-an-epoch", "The validation error is measured once per epoch, however small patience is.", "What is validation_frequency when patience // 2 is less than an epoch?", TRAIN, "min(n_batches, patience // 2)", "n_batches"),
    stop.wrong("stopping-on-training-set", "The error is measured on the training set; it should be measured on the validation set.", "Which data is new to the model?", TRAIN, "model.errors(X_val, y_val)", "model.errors(X, y)"),
    stop.wrong("stopping-first-batch", "Every step uses the first minibatch.", "Which rows belong to the second minibatch?", TRAIN, "slice(k * batch_size, (k + 1) * batch_size)", "slice(0, batch_size)"),
    stop.wrong("stopping-counts-from-1", "iter counts from 1: best_iter and patience are off by one.", "What is the number of the first step?", TRAIN, "iter = epoch * n_batches + k", "iter = epoch * n_batches + k + 1", "iterations = iter + 1", "iterations = iter", "(iter + 1) %", "iter %"),
    stop.wrong("stopping-step-uphill", "The step goes along the gradient; it should go against it.", "Which way does the loss fall?", TRAIN, "- learning_rate", "+ learning_rate"),
    stop.wrong("stopping-bias-fixed", "The bias is never updated.", BEST, TRAIN, "model.b - learning_rate * db", "model.b"),
    stop.wrong("stopping-ties-to-the-last", "The last of several equal validation errors is kept as the best; the first should be.", "Is an error that is as good a new best?", TRAIN, "if error < best:", "if error <= best:"),
    stop.wrong("stopping-validates-a-step-early", "The validation error is measured before the first step of each period, and not after its last.", "After how many steps is the first error measured?", TRAIN, "(iter + 1) % validation_frequency", "iter % validation_frequency"),
    stop.wrong("stopping-weights-fixed", "The weights are never updated.", BEST, TRAIN, "model.W - learning_rate * dW", "model.W"),
    stop.wrong("stopping-patience-adds", "patience_increase is added to patience; it should multiply the number of the step.", PATIENCE, TRAIN, "iter * patience_increase", "patience + patience_increase"),
    stop.wrong("stopping-patience-multiplied", "patience itself is multiplied by patience_increase; the number of the step should be.", PATIENCE, TRAIN, "iter * patience_increase", "patience * patience_increase"),
    stop.wrong("stopping-remaining-samples", "The samples that do not fill a minibatch make one more.", "What does the exercise say of them?", TRAIN, "len(X) // batch_size\n", "-(-len(X) // batch_size)\n"),
)  # fmt: skip
