"""Slips in the trainer of 2015, as patches of how students write it; its rules of update are in trainer.py too."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

naive = Naive(Path(__file__).parents[1] / "naive" / "classifier_trainer.py", parts=("classifier_trainer",))

RULE = "Compare with the rule in the notebook, term by term."
EPOCHS = "How many steps does an epoch have, and how many epochs are there?"
OPTION = "What does sample_batches decide?"
BEST = "Which accuracy decides which model is the best?"
BOTH = "Which data are the accuracies of each history taken on?"
RAISE = "Is there a branch for every other word?"

TRAIN = "ClassifierTrainer.train"
VELOCITY = "v = momentum * v - learning_rate * g"
CACHE = "cache = 0.99 * cache + 0.01 * g**2"
DIVIDED = "dx = -learning_rate * g / np.sqrt(cache + 1e-8)"
DREW = "np.random.choice(N, batch_size) if sample_batches else np.arange(N)"
COUNT = "steps = num_epochs * per_epoch"
VAL = "np.mean(np.argmax(loss_function(X_val, model), axis=1) == y_val)"
KEEP = "best_model = {p: np.array(value) for p, value in model.items()}"


SLIPS = tuple(
    naive.wrong(code, sentence, hint, TRAIN, *edits)
    for code, sentence, hint, *edits in (
        ("rmsprop-sums-all-squares", "RMSProp adds up all squared gradients and never decays them, as Adagrad does.", RULE, CACHE, "cache = cache + g**2"),
        ("rmsprop-decay-of-0.999", "RMSProp decays its cache by 0.999; the exercise has 0.99.", RULE, CACHE, "cache = 0.999 * cache + 0.001 * g**2"),
        ("rmsprop-decay-of-0.95", "RMSProp decays its cache by 0.95; the exercise has 0.99.", RULE, CACHE, "cache = 0.95 * cache + 0.05 * g**2"),
        ("rmsprop-takes-momentum", "RMSProp decays its cache by momentum; the exercise has 0.99.", RULE, CACHE, "cache = momentum * cache + (1 - momentum) * g**2"),
        ("rmsprop-rate-in-cache", "RMSProp's squares hold the learning rate too.", RULE, CACHE, "cache = 0.99 * cache + 0.01 * (learning_rate * g) ** 2"),
        ("rmsprop-steps-along-cache", "RMSProp steps along its cache, and not along the gradient.", RULE, DIVIDED, "dx = -learning_rate * cache"),
        ("rmsprop-ascent", "RMSProp goes up the gradient.", RULE, DIVIDED, "dx = learning_rate * g / np.sqrt(cache + 1e-8)"),
        ("rmsprop-root-of-gradient-too", "RMSProp takes the root of the whole quotient.", RULE, DIVIDED, "dx = -learning_rate * np.sqrt(np.abs(g) / (cache + 1e-8)) * np.sign(g)"),
        ("rmsprop-cache-from-last-step", "RMSProp divides by the root of the cache from before this step.", RULE, "self.step_cache[p] = cache\n                    dx = -learning_rate * g / np.sqrt(cache + 1e-8)", "dx = -learning_rate * g / np.sqrt(self.step_cache.get(p, np.zeros(g.shape)) + 1e-8)\n                    self.step_cache[p] = cache"),
        ("momentum-looks-ahead", "The step is made from the new velocity once more, as Nesterov's momentum does; the exercise takes the velocity itself.", RULE, "dx = v", "dx = momentum * v - learning_rate * g"),
        ("velocity-without-rate", "The velocity is made without the learning rate, and the step too.", RULE, VELOCITY, "v = momentum * v - g"),
        ("velocity-times-rate", "The velocity is multiplied by the learning rate once more in the step.", RULE, "dx = v", "dx = learning_rate * v"),
        ("velocity-and-gradient", "The step takes the gradient beside the velocity, which holds it already.", RULE, "dx = v", "dx = v - learning_rate * g"),
        ("velocity-rate-on-old", "The learning rate multiplies the old velocity as well.", RULE, VELOCITY, "v = learning_rate * (momentum * v - g)"),
        ("sgd-without-rate", "Gradient descent steps by the gradient itself: the learning rate does not enter.", RULE, "dx = -learning_rate * g\n", "dx = -g\n"),
        ("sgd-rate-squared", "Gradient descent multiplies by the learning rate twice.", RULE, "dx = -learning_rate * g\n", "dx = -(learning_rate**2) * g\n"),
        ("batches-always-drawn", "Batches are drawn whatever sample_batches says.", OPTION, DREW, "np.random.choice(N, batch_size)"),
        ("one-epoch-too-few", "Training ends an epoch too early.", EPOCHS, COUNT, "steps = (num_epochs - 1) * per_epoch"),
        ("one-epoch-too-many", "Training goes on for one epoch too many.", EPOCHS, COUNT, "steps = (num_epochs + 1) * per_epoch"),
        ("one-step-too-few", "Training ends a step too early.", EPOCHS, COUNT, "steps = num_epochs * per_epoch - 1"),
        ("one-step-too-many", "Training goes on for one step too many.", EPOCHS, COUNT, "steps = num_epochs * per_epoch + 1"),
        ("epochs-taken-as-steps", "num_epochs is taken as the number of steps.", EPOCHS, COUNT, "steps = num_epochs"),
        ("validates-on-training-data", "The validation accuracy is taken on the training data.", BOTH, VAL, "np.mean(np.argmax(loss_function(X, model), axis=1) == y)"),
        ("trains-accuracy-on-validation-data", "The training accuracy is taken on the validation data.", BOTH, "np.mean(np.argmax(loss_function(X, model), axis=1) == y)", VAL),
        ("best-by-training-accuracy", "The best model is that with the best training accuracy, not with the best validation accuracy.", BEST, "if val_acc > best:\n                    best = val_acc", "if train_acc > best:\n                    best = train_acc"),
        ("accuracies-are-counts", "The accuracies are numbers of samples; they should be shares between 0 and 1.", BOTH, "train_acc = np.mean(", "train_acc = np.sum(", "val_acc = np.mean(", "val_acc = np.sum("),
        ("accuracies-are-errors", "The accuracies are shares of samples that are wrong.", BOTH, "axis=1) == y)", "axis=1) != y)", "== y_val", "!= y_val"),
        ("accuracies-are-per-cent", "The accuracies are in per cent; they should be shares between 0 and 1.", BOTH, "train_acc = np.mean(", "train_acc = 100 * np.mean(", "val_acc = np.mean(", "val_acc = 100 * np.mean("),
        ("unknown-update-accepted", "An update rule that does not exist is accepted without a word.", RAISE, 'raise ValueError("unknown update")', "dx = -learning_rate * g"),
        ("reg-not-passed-on", "The loss function is called without the regularisation strength.", "Which arguments does loss_function take?", "y[rows], reg)", "y[rows], 0.0)"),
    )
)  # fmt: skip
