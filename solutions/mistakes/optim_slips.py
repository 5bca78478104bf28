"""What goes wrong in one update rule: momentum, RMSProp or Adam."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

rules = Naive(Path(__file__).parents[1] / "naive" / "update_rules.py", parts=("update_rules",))

NEXT_CALL = "The next call knows only what config holds."
FORMULA = "Compare with the formula of the rule, term by term."
SETTINGS = "Read the setting from config."
UPHILL = "Which way should the weights go where the gradient is positive?"
CORRECTION = "m is divided by 1 - beta1**t, and v by its own: what does each of the three stand for?"

COUNTED = ("t",)  # two slips of counting look like a third

MOMENTUM = (
    rules.wrong("momentum-absent", "The old velocity is not multiplied by the momentum.", FORMULA, "sgd_momentum", 'config["momentum"] * v', "v"),
    rules.wrong("momentum-by-complement", "The old velocity is multiplied by 1 - momentum.", "With a momentum near 1, should the old velocity count much or little?", "sgd_momentum", 'config["momentum"] * v', '(1 - config["momentum"]) * v'),
    rules.wrong("momentum-in-step", "The step is the new velocity times the momentum; it should be the new velocity.", FORMULA, "sgd_momentum", "w + v", 'w + config["momentum"] * v'),
    rules.wrong("momentum-ascends", "The gradient enters the velocity with the wrong sign: the step climbs the loss.", UPHILL, "sgd_momentum", "v - config", "v + config"),
    rules.wrong("momentum-damped", "The gradient is multiplied by 1 - momentum as well as by the learning rate.", FORMULA, "sgd_momentum", '- config["learning_rate"] * dw', '- (1 - config["momentum"]) * config["learning_rate"] * dw'),
    rules.wrong("momentum-averages-gradients", "The velocity is a running mean of the gradients, with 1 - momentum as the new one's weight, and the learning rate multiplies it in the step.", FORMULA, "sgd_momentum", '- config["learning_rate"] * dw', '+ (1 - config["momentum"]) * dw', "w + v", 'w - config["learning_rate"] * v'),
    rules.wrong("momentum-nesterov", "The step is Nesterov's: the momentum and the gradient are applied once more to the new velocity.", FORMULA, "sgd_momentum", "next_w = w + v", 'next_w = w + config["momentum"] * v - config["learning_rate"] * dw'),
    rules.wrong("momentum-of-gradient-too", "The momentum multiplies the gradient as well as the old velocity.", FORMULA, "sgd_momentum", 'config["momentum"] * v - config["learning_rate"] * dw', 'config["momentum"] * (v - config["learning_rate"] * dw)'),
    rules.wrong("momentum-rate-absent", "The learning rate is not used.", FORMULA, "sgd_momentum", '- config["learning_rate"] * dw', "- dw"),
    rules.wrong("momentum-rate-fixed", "The learning rate is always 1e-2, whatever config says.", SETTINGS, "sgd_momentum", 'config["learning_rate"] * dw', "1e-2 * dw"),
    rules.wrong("momentum-rate-outside", "The learning rate multiplies the whole velocity instead of the gradient alone.", "Other libraries define the velocity without the learning rate; read the formula in this assignment.", "sgd_momentum", '- config["learning_rate"] * dw', "+ dw", "w + v", 'w - config["learning_rate"] * v'),
    rules.wrong("momentum-rate-outside-negative", "The learning rate multiplies the whole velocity instead of the gradient alone.", FORMULA, "sgd_momentum", '- config["learning_rate"] * dw', "- dw", "w + v", 'w + config["learning_rate"] * v'),
    rules.wrong("momentum-returns-velocity", "The velocity is returned instead of the weights.", FORMULA, "sgd_momentum", "next_w = w + v", "next_w = v"),
    rules.wrong("momentum-step-with-old-velocity", "The step is the old velocity, not the new one.", FORMULA, "sgd_momentum", "next_w = w + v", 'next_w = w + config.get("velocity", 0)'),
    rules.wrong("momentum-step-without-velocity", "The step is that of plain gradient descent; the velocity is computed and not used.", FORMULA, "sgd_momentum", "next_w = w + v", 'next_w = w - config["learning_rate"] * dw'),
    rules.wrong("momentum-velocity-not-kept", "The new velocity is not stored in config, so that every step starts from the old one.", NEXT_CALL, "sgd_momentum", 'config["velocity"] = v', 'config.setdefault("velocity", np.zeros_like(w))'),
    rules.wrong("momentum-velocity-sign", "The velocity has the opposite sign: it is kept as the step against the gradient and then subtracted.", "In this assignment next_w is w plus the velocity.", "sgd_momentum", "v - config", "v + config", "w + v", "w - v"),
    rules.wrong("momentum-velocity-subtracted", "The velocity is subtracted from the weights; with its sign it should be added.", UPHILL, "sgd_momentum", "w + v", "w - v"),
)  # fmt: skip

RMSPROP = (
    rules.wrong("rmsprop-ascends", "The step has the wrong sign: it climbs the loss.", UPHILL, "rmsprop", "w - lr", "w + lr"),
    rules.wrong("rmsprop-cache-never-changes", "The cache is never updated: the step uses the old one.", NEXT_CALL, "rmsprop", "cache = decay * cache + (1 - decay) * dw**2", "pass"),
    rules.wrong("rmsprop-cache-not-decayed", "The cache is the sum of all squares, as in AdaGrad; decay_rate is not used.", FORMULA, "rmsprop", "decay * cache + (1 - decay) * dw**2", "cache + dw**2"),
    rules.wrong("rmsprop-cache-not-kept", "The new cache is not stored in config, so that every step starts from the old one.", NEXT_CALL, "rmsprop", '    config["cache"] = cache\n', ""),
    rules.wrong("rmsprop-decay-fixed", "The decay rate is always 0.99, whatever config says.", SETTINGS, "rmsprop", "decay * cache + (1 - decay) * dw**2", "0.99 * cache + 0.01 * dw**2"),
    rules.wrong("rmsprop-decay-swapped", "RMSProp's two weights are swapped: decay_rate multiplies the new square, and 1 - decay_rate the old cache.", "With a decay rate near 1, should the cache change slowly or fast?", "rmsprop", "decay * cache + (1 - decay) * dw**2", "(1 - decay) * cache + decay * dw**2"),
    rules.wrong("rmsprop-gradient-not-squared", "The cache averages the gradient; it should average its square.", FORMULA, "rmsprop", "(1 - decay) * dw**2", "(1 - decay) * dw"),
    rules.wrong("rmsprop-gradient-by-size", "The cache averages the gradient's absolute value; it should average its square.", FORMULA, "rmsprop", "(1 - decay) * dw**2", "(1 - decay) * np.abs(dw)"),
    rules.wrong("rmsprop-rate-absent", "The learning rate of RMSProp is not used.", FORMULA, "rmsprop", "w - lr * dw", "w - dw"),
    rules.wrong("rmsprop-root-absent", "The step is divided by the cache itself; it should be divided by its square root.", FORMULA, "rmsprop", "(np.sqrt(cache) + eps)", "(cache + eps)"),
    rules.wrong("rmsprop-root-kept", "config gets the root of the cache; the cache itself belongs there.", NEXT_CALL, "rmsprop", 'config["cache"] = cache', 'config["cache"] = np.sqrt(cache)'),
    rules.wrong("rmsprop-square-not-weighted", "The cache adds the whole square of the gradient; it should be multiplied by 1 - decay_rate.", FORMULA, "rmsprop", "(1 - decay) * dw**2", "dw**2"),
    rules.wrong("rmsprop-step-with-old-cache", "The step divides by the root of the old cache; the cache is updated too late.", FORMULA, "rmsprop", "np.sqrt(cache)", 'np.sqrt(config["cache"])'),
    rules.wrong("rmsprop-step-without-gradient", "The step is not multiplied by the gradient.", FORMULA, "rmsprop", "dw / (np", "1 / (np"),
)  # fmt: skip

ADAM = (
    rules.wrong("adam-always-first-step", "Adam's t is 1 in every step.", "t is the number of the step, and config holds how many there were.", "adam", 'config["t"] += 1', 'config["t"] = 1', about=COUNTED),
    rules.wrong("adam-ascends", "Adam's step has the wrong sign: it climbs the loss.", UPHILL, "adam", "w - lr", "w + lr"),
    rules.wrong("adam-beta1-corrects-both", "Adam's bias correction of v uses beta1; it has its own beta.", CORRECTION, "adam", "(1 - b2**t)", "(1 - b1**t)"),
    rules.wrong("adam-beta1-for-v", "Adam's v is averaged with beta1.", FORMULA, "adam", 'config["v"] = b2 * config["v"] + (1 - b2) * dw**2', 'config["v"] = b1 * config["v"] + (1 - b1) * dw**2'),
    rules.wrong("adam-beta2-corrects-both", "Adam's bias correction of m uses beta2; it has its own beta.", CORRECTION, "adam", "(1 - b1**t)", "(1 - b2**t)"),
    rules.wrong("adam-beta2-for-m", "Adam's m is averaged with beta2.", FORMULA, "adam", 'config["m"] = b1 * config["m"] + (1 - b1) * dw\n', 'config["m"] = b2 * config["m"] + (1 - b2) * dw\n'),
    rules.wrong("adam-old-v-by-beta1", "Adam's old v is weighted with beta1.", FORMULA, "adam", 'b2 * config["v"]', 'b1 * config["v"]'),
    rules.wrong("adam-old-m-by-beta2", "Adam's old m is weighted with beta2.", FORMULA, "adam", 'b1 * config["m"]', 'b2 * config["m"]'),
    rules.wrong("adam-new-v-by-beta1", "Adam's v weights the new square with 1 - beta1; it should be 1 - beta2.", FORMULA, "adam", "(1 - b2) * dw**2", "(1 - b1) * dw**2"),
    rules.wrong("adam-new-m-by-beta2", "Adam's m weights the new gradient with 1 - beta2; it should be 1 - beta1.", FORMULA, "adam", "(1 - b1) * dw\n", "(1 - b2) * dw\n"),
    rules.wrong("adam-v-of-m-squared", "Adam's v averages the square of m; it should average that of the gradient.", FORMULA, "adam", "(1 - b2) * dw**2", '(1 - b2) * config["m"] ** 2'),
    rules.wrong("adam-m-of-squares", "Adam's m averages the square of the gradient; it should average the gradient.", FORMULA, "adam", "(1 - b1) * dw\n", "(1 - b1) * dw**2\n"),
    rules.wrong("adam-betas-fixed", "Adam's betas are always 0.9 and 0.999, whatever config says.", SETTINGS, "adam", 'b1 = config.setdefault("beta1", 0.9)', "b1 = 0.9", 'b2 = config.setdefault("beta2", 0.999)', "b2 = 0.999"),
    rules.wrong("adam-betas-swapped-in-correction", "Adam's bias corrections of m and v use each other's beta.", CORRECTION, "adam", "b1**t", "b3**t", "b2**t", "b1**t", "b3**t", "b2**t"),
    rules.wrong("adam-corrected-moments-kept", "Adam stores the bias-corrected moments in config, so that the next step corrects them again.", "The correction is for this step's use only.", "adam", "return next_w", 'config["m"], config["v"] = mt, vt\n    return next_w'),
    rules.wrong("adam-correction-multiplies", "Adam's bias correction multiplies the moments; it should divide them.", CORRECTION, "adam", "/ (1 - b1**t)", "* (1 - b1**t)", "/ (1 - b2**t)", "* (1 - b2**t)"),
    rules.wrong("adam-correction-sign", "Adam's bias correction adds the power of the betas to 1; it should be subtracted.", CORRECTION, "adam", "(1 - b1**t)", "(1 + b1**t)", "(1 - b2**t)", "(1 + b2**t)"),
    rules.wrong("adam-correction-times-t", "Adam's bias correction multiplies the betas by t; it should raise them to the power t.", CORRECTION, "adam", "b1**t", "b1*t", "b2**t", "b2*t"),
    rules.wrong("adam-correction-without-power", "Adam's bias correction has the betas themselves where it should have them to the power t.", CORRECTION, "adam", "b1**t", "b1", "b2**t", "b2"),
    rules.wrong("adam-count-late", "Adam uses t before it is incremented.", "The first step is t = 1; what would t = 0 do in the bias correction?", "adam", 'config["t"] += 1\n    t = config["t"]', 't = config["t"]', "return next_w", 'config["t"] += 1\n    return next_w', about=COUNTED),
    rules.wrong("adam-count-not-kept", "Adam's new t is used but not stored in config.", NEXT_CALL, "adam", "return next_w", 'config["t"] -= 1\n    return next_w', about=COUNTED),
    rules.wrong("adam-count-stays", "Adam's t is never incremented.", "t counts the steps, and the next call knows only what config holds.", "adam", 'config["t"] += 1\n    ', "", about=COUNTED),
    rules.wrong("adam-counts-by-two", "Adam's t grows by 2 with each step.", "t is the number of the step.", "adam", 'config["t"] += 1', 'config["t"] += 2', about=COUNTED),
    rules.wrong("adam-count-ahead", "Adam adds 1 to t once more in its bias correction: the first step is corrected as if it were the second.", "t is the number of the step.", "adam", 't = config["t"]', 't = config["t"] + 1', about=COUNTED),
    rules.wrong("adam-gradient-not-squared", "Adam's v averages the gradient; it should average its square.", FORMULA, "adam", "(1 - b2) * dw**2", "(1 - b2) * dw"),
    rules.wrong("adam-m-alone-corrected", "Adam's v is used without its bias correction; m is corrected.", CORRECTION, "adam", " / (1 - b2**t)", ""),
    rules.wrong("adam-m-not-kept", "Adam's new m is not stored in config.", NEXT_CALL, "adam", 'config["m"] = b1', "m = b1", 'mt = config["m"]', "mt = m"),
    rules.wrong("adam-moments-not-kept", "Adam's new moments m and v are not stored in config.", NEXT_CALL, "adam", 'config["m"] = b1', "m = b1", 'mt = config["m"]', "mt = m", 'config["v"] = b2', "v = b2", 'vt = config["v"]', "vt = v"),
    rules.wrong("adam-no-bias-correction", "Adam's moments are used without their bias correction.", "Both moments start at 0 and are too small at first; the paper divides that out.", "adam", " / (1 - b1**t)", "", " / (1 - b2**t)", ""),
    rules.wrong("adam-no-bias-correction-nor-count", "Adam's moments are used without their bias correction, and t is never incremented.", "Both moments start at 0 and are too small at first; the paper divides that out, by the number of the step.", "adam", " / (1 - b1**t)", "", " / (1 - b2**t)", "", 'config["t"] += 1\n    ', ""),
    rules.wrong("adam-rate-compounds", "Adam writes the corrected learning rate back to config, so that it compounds from step to step.", "config's learning rate is a setting; give this step's rate another name.", "adam", "return next_w", 'config["learning_rate"] = lr * np.sqrt(1 - b2**t) / (1 - b1**t)\n    return next_w'),
    rules.wrong("adam-rate-compounds-short-form", "Adam writes the corrected learning rate back to config, so that it compounds from step to step.", "config's learning rate is a setting; give this step's rate another name.", "adam", "lr * mt / (np.sqrt(vt) + eps)", 'config["learning_rate"] * config["m"] / (np.sqrt(config["v"]) + eps)', 't = config["t"]', 't = config["t"]\n    config["learning_rate"] = lr * np.sqrt(1 - b2**t) / (1 - b1**t)'),
    rules.wrong("adam-root-absent", "Adam's step is divided by the corrected v itself; it should be divided by its square root.", FORMULA, "adam", "(np.sqrt(vt) + eps)", "(vt + eps)"),
    rules.wrong("adam-step-with-gradient", "Adam's step uses the gradient instead of m, and corrects it.", FORMULA, "adam", 'mt = config["m"]', "mt = dw"),
    rules.wrong("adam-step-without-m", "Adam's step uses the gradient instead of the corrected m.", FORMULA, "adam", "lr * mt", "lr * dw"),
    rules.wrong("adam-v-alone-corrected", "Adam's m is used without its bias correction; v is corrected.", CORRECTION, "adam", " / (1 - b1**t)", ""),
    rules.wrong("adam-v-from-m", "Adam's v continues from m.", FORMULA, "adam", 'config["m"] = b1', 'm, config["m"] = config["m"], b1', 'b2 * config["v"]', "b2 * m"),
    rules.wrong("adam-v-from-new-m", "Adam's v continues from m.", FORMULA, "adam", 'config["v"] = b2 * config["v"] + (1 - b2) * dw**2', 'config["v"] = b2 * config["m"] + (1 - b2) * dw**2'),
    rules.wrong("adam-v-not-kept", "Adam's new v is not stored in config.", NEXT_CALL, "adam", 'config["v"] = b2', "v = b2", 'vt = config["v"]', "vt = v"),
    rules.wrong("adam-weights-swapped", "Adam's betas multiply the gradient and its square, and 1 - beta the old moments.", "With a beta near 1, should a moment change slowly or fast?", "adam", 'config["m"] = b1 * config["m"] + (1 - b1) * dw\n', 'config["m"] = (1 - b1) * config["m"] + b1 * dw\n', 'config["v"] = b2 * config["v"] + (1 - b2) * dw**2', 'config["v"] = (1 - b2) * config["v"] + b2 * dw**2'),
)  # fmt: skip
