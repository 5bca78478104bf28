"""Update rules, losses, dropout and simple layers as students write them, and how they get them wrong.

Each wrong version names the mistake that it has to be told, or none where nothing certain may be said.
"""

# ruff: noqa: E501  # a table: one wrong version a line

from __future__ import annotations

from pathlib import Path

NAIVE = Path(__file__).parents[1] / "solutions" / "naive"
RULES = (NAIVE / "update_rules.py").read_text("utf-8")

LOSSES = """
import numpy as np

def softmax_loss(x, y):
    N, C = x.shape
    shifted = x - np.max(x, axis=1, keepdims=True)
    sums = np.sum(np.exp(shifted), axis=1, keepdims=True)
    logs = shifted - np.log(sums)
    probs = np.exp(logs)
    loss = -np.sum(logs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx

def svm_loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx
"""

DROPOUT = """
import numpy as np

def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    else:
        out = x
    return out, (dropout_param, mask)

def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param["mode"] == "train":
        dx = dout * mask
    else:
        dx = dout
    return dx
"""
DROPS = DROPOUT.replace("< p) / p", ">= p) / (1 - p)")

SIMPLE = (NAIVE / "simple_layers.py").read_text("utf-8")

# (source, check, what is told, then pairs: a piece of the function, and what stands there instead)
WRONG: list[tuple[str, ...]] = [
    (RULES, "update_rules/sgd_momentum", "momentum-velocity-not-kept", '    config["velocity"] = v\n', ""),
    (RULES, "update_rules/sgd_momentum", "ignores-momentum", 'config["momentum"] * v', "0.9 * v"),
    (RULES, "update_rules/rmsprop", "epsilon-not-as-given", "np.sqrt(cache) + eps", "np.sqrt(cache) + 1e-8"),
    (RULES, "update_rules/rmsprop", "epsilon-not-as-given", "np.sqrt(cache) + eps", "np.sqrt(cache)"),
    (RULES, "update_rules/adam", "epsilon-not-as-given", "np.sqrt(vt) + eps", "np.sqrt(vt) + 1e-8"),
    (RULES, "update_rules/adam", "ignores-beta1", 'b1 = config.setdefault("beta1", 0.9)', "b1 = 0.9"),
    (RULES, "update_rules/adam", "adam-count-ahead", 't = config["t"]', 't = config["t"] + 1'),
    (RULES, "update_rules/adam", "adam-old-v-by-beta1", 'b2 * config["v"]', 'b1 * config["v"]'),
    (RULES, "update_rules/rmsprop", "rmsprop-gradient-by-size", "(1 - decay) * dw**2", "(1 - decay) * np.abs(dw)"),
    (RULES, "update_rules/sgd_momentum", "momentum-averages-gradients", '- config["learning_rate"] * dw', '+ (1 - config["momentum"]) * dw', "w + v", 'w - config["learning_rate"] * v'),
    (LOSSES, "losses/softmax", "softmax-summed", "y]) / N", "y])", "    dx /= N\n", ""),
    (LOSSES, "losses/softmax", "softmax-loss-summed", "y]) / N", "y])"),
    (LOSSES, "losses/softmax", "softmax-gradient-summed", "    dx /= N\n", ""),
    (LOSSES, "losses/softmax", "softmax-gradient-correct-class", "    dx[np.arange(N), y] -= 1\n", ""),
    (LOSSES, "losses/softmax", "softmax-gradient-adds-one", "dx[np.arange(N), y] -= 1", "dx[np.arange(N), y] += 1"),
    (LOSSES, "losses/softmax", "softmax-gradient-sign", "    dx /= N\n", "    dx = -dx / N\n"),
    (LOSSES, "losses/softmax", "softmax-loss-sign", "loss = -np", "loss = np"),
    (LOSSES, "losses/softmax", "softmax-loss-over-classes", "/ N\n    dx", "/ N / C\n    dx"),
    (LOSSES, "losses/softmax", "softmax-loss-of-all-classes", "logs[np.arange(N), y]", "logs"),
    (LOSSES, "losses/softmax", "softmax-loss-without-log", "logs[np.arange(N), y]", "probs[np.arange(N), y]"),
    (LOSSES, "losses/softmax", "softmax-gradient-less-one", "dx[np.arange(N), y] -= 1", "dx -= 1"),
    (LOSSES, "losses/softmax", "softmax-gradient-columns", "dx[np.arange(N), y] -= 1", "dx[:, y] -= 1"),
    (LOSSES, "losses/softmax", "softmax-gradient-not-normalised", "dx = probs.copy()", "dx = np.exp(shifted)"),
    (LOSSES, "losses/softmax", "softmax-gradient-of-correct-only", "dx = probs.copy()", "dx = np.zeros_like(x)"),
    (LOSSES, "losses/softmax", "softmax-gradient-divided-twice", "    dx /= N\n", "    dx /= N * N\n"),
    (LOSSES, "losses/softmax", "softmax-gradient-zero", "dx = probs.copy()", "dx = probs.copy(); return loss, np.zeros_like(x)"),
    (LOSSES, "losses/softmax", "softmax-sum-of-all", "np.exp(shifted), axis=1, keepdims=True", "np.exp(shifted)"),
    (LOSSES, "losses/softmax", "softmax-sum-over-samples", "np.exp(shifted), axis=1, keepdims=True", "np.exp(shifted), axis=0, keepdims=True"),
    (LOSSES, "losses/softmax", "softmax-sum-over-samples-of-one-shift", "np.max(x, axis=1, keepdims=True)", "np.max(x)", "np.exp(shifted), axis=1, keepdims=True", "np.exp(shifted), axis=0, keepdims=True"),
    (LOSSES, "losses/softmax", "softmax-loss-log10", "-np.sum(logs[np.arange(N), y])", "-np.sum(np.log10(probs[np.arange(N), y]))"),
    (LOSSES, "losses/softmax", "softmax-shifted-on-one-side", "shifted - np.log(sums)", "shifted - np.log(np.sum(np.exp(x), axis=1, keepdims=True))"),
    (LOSSES, "losses/softmax_stability", "softmax-sum-overflows", "x - np.max(x, axis=1, keepdims=True)", "x"),
    (LOSSES, "losses/softmax_stability", "softmax-not-shifted", "x - np.max(x, axis=1, keepdims=True)", "x", "shifted - np.log(sums)", "np.log(np.exp(shifted) / sums)"),
    (LOSSES, "losses/softmax_stability", "softmax-log-of-zero", "shifted - np.log(sums)", "np.log(np.exp(shifted) / sums)"),
    (LOSSES, "losses/softmax_stability", "", "shifted - np.log(sums)", "np.log(np.exp(shifted) / sums + 1e-8)"),
    (LOSSES, "losses/softmax_stability", "softmax-sum-overflows", "np.max(x, axis=1, keepdims=True)", "np.min(x)"),
    (LOSSES, "losses/svm", "svm-summed", "np.sum(margins) / N", "np.sum(margins)", "    dx /= N\n", ""),
    (LOSSES, "losses/svm", "svm-loss-summed", "np.sum(margins) / N", "np.sum(margins)"),
    (LOSSES, "losses/svm", "svm-gradient-summed", "    dx /= N\n", ""),
    (LOSSES, "losses/svm", "svm-counts-correct-class", "    margins[np.arange(N), y] = 0\n", ""),
    (LOSSES, "losses/svm", "svm-counts-correct-class", "    margins[np.arange(N), y] = 0\n    loss = np.sum(margins) / N\n", "    loss = np.sum(margins) / N\n    margins[np.arange(N), y] = 0\n"),
    (LOSSES, "losses/svm", "svm-gradient-correct-class", "    dx[np.arange(N), y] -= num_pos\n", ""),
    (LOSSES, "losses/svm", "svm-gradient-correct-minus-1", "-= num_pos", "-= 1"),
    (LOSSES, "losses/svm", "svm-gradient-correct-sign", "-= num_pos", "+= num_pos"),
    (LOSSES, "losses/svm", "svm-gradient-correct-sign", "-= num_pos", "= num_pos"),
    (LOSSES, "losses/svm", "svm-gradient-correct-classes-less-1", "-= num_pos", "-= x.shape[1] - 1"),
    (LOSSES, "losses/svm", "svm-gradient-correct-classes", "-= num_pos", "-= x.shape[1]"),
    (LOSSES, "losses/svm", "svm-without-margin", "x - correct[:, np.newaxis] + 1.0", "x - correct[:, np.newaxis]"),
    (LOSSES, "losses/svm", "svm-correct-not-subtracted", "x - correct[:, np.newaxis] + 1.0", "x + 1.0"),
    (LOSSES, "losses/svm", "svm-margins-reversed", "x - correct[:, np.newaxis] + 1.0", "correct[:, np.newaxis] - x + 1.0"),
    (LOSSES, "losses/svm", "svm-margin-subtracted", "x - correct[:, np.newaxis] + 1.0", "x - correct[:, np.newaxis] - 1.0"),
    (LOSSES, "losses/svm", "svm-margins-not-clipped", "np.maximum(0, x - correct[:, np.newaxis] + 1.0)", "x - correct[:, np.newaxis] + 1.0"),
    (LOSSES, "losses/svm", "svm-gradient-margins", "dx[margins > 0] = 1", "dx = margins.copy()"),
    (LOSSES, "losses/svm", "svm-gradient-margins-throughout", "dx[margins > 0] = 1", "dx = margins.copy()", "-= num_pos", "-= margins.sum(axis=1)"),
    (LOSSES, "losses/svm", "svm-loss-over-classes", "np.sum(margins) / N", "np.mean(margins)"),
    (LOSSES, "losses/svm", "svm-gradient-sign", "    dx /= N\n", "    dx = -dx / N\n"),
    (LOSSES, "losses/svm", "svm-gradient-by-classes", "    dx /= N\n", "    dx = dx / N * x.shape[1]\n"),
    (LOSSES, "losses/svm", "svm-gradient-correct-only", "dx[margins > 0] = 1", "pass"),
    (LOSSES, "losses/svm", "svm-margins-of-columns", "margins[np.arange(N), y] = 0", "margins[:, y] = 0"),
    (LOSSES, "losses/svm", "svm-margins-squared", "+ 1.0)", "+ 1.0) ** 2"),
    (LOSSES, "losses/svm", "svm-gradient-zero", "    dx = np.zeros_like(x)", "    return loss, np.zeros_like(x)\n    dx = np.zeros_like(x)"),
    (DROPOUT, "dropout/forward", "dropout-not-scaled", "< p) / p", "< p)"),
    (DROPOUT, "dropout/forward", "dropout-mask-shared-by-samples", "rand(*x.shape) <", "rand(*x.shape[1:]) <"),
    (DROPOUT, "dropout/forward", "dropout-mask-shared-by-features", "rand(*x.shape) <", "rand(len(x), 1) <"),
    (DROPS, "dropout/forward", "dropout-mask-shared-by-samples-p-drops", "rand(*x.shape) >", "rand(1, *x.shape[1:]) >"),
    (DROPOUT, "dropout/forward", "dropout-wrong-probability", "< p) / p", "< p) / (1 - p)"),
    (DROPOUT, "dropout/forward", "dropout-multiplied", "< p) / p", "< p) * p"),
    (DROPOUT, "dropout/forward", "dropout-scaled-at-test", "< p) / p", "< p)", "        out = x\n", "        out = x * p\n"),
    (DROPOUT, "dropout/forward", "dropout-scaled-in-both-modes", "        out = x\n", "        out = x * p\n"),
    (DROPOUT, "dropout/forward", "dropout-divided-at-test", "< p) / p", "< p)", "        out = x\n", "        out = x / p\n"),
    (DROPOUT, "dropout/forward", "dropout-mask-from-randn", "np.random.rand(*x.shape)", "np.random.randn(*x.shape)"),
    (DROPOUT, "dropout/forward", "dropout-scaled-twice", "out = x * mask", "out = x * mask / p"),
    (DROPOUT, "dropout/forward", "dropout-does-nothing", "out = x * mask", "out = x"),
    (DROPOUT, "dropout/forward", "dropout-never-drops", "(np.random.rand(*x.shape) < p) / p", "np.ones(x.shape) / p"),
    (DROPOUT, "dropout/forward", "dropout-seed-ignored", 'np.random.seed(dropout_param["seed"])', "pass"),
    (DROPOUT, "dropout/forward", "dropout-mask-of-numbers", "(np.random.rand(*x.shape) < p) / p", "np.random.rand(*x.shape) / p"),
    (DROPOUT, "dropout/forward", "dropout-mask-of-plain-numbers", "(np.random.rand(*x.shape) < p) / p", "np.random.rand(*x.shape)"),
    (DROPOUT, "dropout/forward", "dropout-test-mode-changes-x", "        out = x\n", "        out = np.zeros_like(x)\n"),
    (DROPOUT, "dropout/forward", "dropout-test-mode-changes-x", "        out = x\n", "        out = x * (np.random.rand(*x.shape) < p) / p\n"),
    (DROPOUT, "dropout/forward", "", "out = x * mask", "out = x + mask"),
    (DROPOUT, "dropout/forward", "", "out = x * mask", "out = mask"),
    (DROPOUT, "dropout/forward", "dropout-always-half", "< p) / p", "< 0.5) / 0.5"),
    (DROPS, "dropout/forward", "dropout-not-scaled-p-drops", ">= p) / (1 - p)", ">= p)"),
    (DROPS, "dropout/forward", "dropout-wrong-probability-p-drops", ">= p) / (1 - p)", ">= p) / p"),
    (DROPS, "dropout/forward", "dropout-scaled-at-test-p-drops", ">= p) / (1 - p)", ">= p)", "        out = x\n", "        out = x * (1 - p)\n"),
    (DROPS, "dropout/forward", "dropout-scaled-at-test-by-the-other-probability-p-drops", ">= p) / (1 - p)", ">= p)", "        out = x\n", "        out = x * p\n"),
    (DROPS, "dropout/forward", "dropout-mask-from-randn-p-drops", "np.random.rand(*x.shape)", "np.random.randn(*x.shape)"),
    (DROPS, "dropout/forward", "dropout-multiplied-p-drops", ">= p) / (1 - p)", ">= p) * (1 - p)"),
    (DROPOUT, "dropout/backward", "dropout-gradient-not-masked", "dx = dout * mask", "dx = dout"),
    (DROPOUT, "dropout/backward", "dropout-gradient-scaled-twice", "dx = dout * mask", 'dx = dout * mask / dropout_param["p"]'),
    (DROPOUT, "dropout/backward", "dropout-gradient-not-scaled", "dx = dout * mask", "dx = dout * (mask > 0)"),
    (DROPOUT, "dropout/backward", "dropout-gradient-only-scaled", "dx = dout * mask", 'dx = dout / dropout_param["p"]'),
    (DROPOUT, "dropout/backward", "dropout-gradient-other-mask", "dx = dout * mask", 'dx = dout * (np.random.rand(*dout.shape) < dropout_param["p"]) / dropout_param["p"]'),
    (DROPOUT, "dropout/backward", "dropout-gradient-is-mask", "dx = dout * mask", "dx = mask"),
    (DROPOUT, "dropout/backward", "dropout-gradient-multiplied", "dx = dout * mask", 'dx = dout * mask * dropout_param["p"] ** 2'),
    (DROPOUT, "dropout/backward", "dropout-gradient-of-dropped", "dx = dout * mask", "dx = dout * (mask == 0)"),
    (DROPOUT, "dropout/backward", "dropout-gradient-zero", "dx = dout * mask", "dx = np.zeros_like(dout)"),
    (DROPOUT, "dropout/backward", "dropout-test-mode-changes-gradient", "        dx = dout\n", "        dx = np.zeros_like(dout)\n"),
    (DROPOUT, "dropout/backward", "dropout-test-mode-changes-gradient", "        dx = dout\n", '        dx = dout * dropout_param["p"]\n'),
    (DROPS, "dropout/backward", "dropout-gradient-not-scaled-p-drops", "dx = dout * mask", 'dx = dout * (mask > 0)'),
    (DROPS, "dropout/backward", "dropout-gradient-by-the-other-probability-p-drops", "dx = dout * mask", 'dx = dout * (mask > 0) / dropout_param["p"]'),
    (SIMPLE, "affine/forward", "affine-vectors-only", "rows.dot(w)", "x.dot(w)"),
    (SIMPLE, "affine_relu/backward", "relu-skipped-backward", "relu_backward(dout, relu)", "dout"),
]  # fmt: skip

# The same, where another function is wrong too
WITH_ANOTHER = [
    (RULES.replace("np.sqrt(cache)", "cache"), "update_rules/sgd_momentum", "momentum-velocity-not-kept", '    config["velocity"] = v\n', ""),  # not one of rmsprop's too
    (DROPOUT.replace("< p) / p", "< p)"), "dropout/backward", "dropout-not-scaled", "dx = dout * mask", 'dx = dout / dropout_param["p"]'),  # and only scaled here
]  # fmt: skip

ASSIGNMENT = {
    "update_rules": "fully_connected",
    "losses": "fully_connected",
    "affine_relu": "fully_connected",
    "dropout": "dropout",
    "affine": "layers",
    "relu": "layers",
}
FUNCTION = {
    check: {"losses/svm": "svm_loss"}.get(
        check, "softmax_loss" if "softmax" in check else check.removeprefix("update_rules/").replace("/", "_")
    )
    for check in {one[1] for one in WRONG}
}
