"""What goes wrong in batch normalisation, of features and of images as rows of their channels.

Of mistakes that explain as much, the narrower one speaks first: with eps, those of one mode before those of both.
Another default of eps stands after these, so that it is tried on top of each of them.
"""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.mistakes import Mistake
from grader.patches import Edit, Naive
from solutions.mistakes.normalised import (
    AS_FORWARD,
    BY_VAR,
    INSTEAD_OF_EPS,
    OUT,
    PARAMETERS,
    ROOT,
    ROOTS,
    TERMS,
    TINY,
    TINY_BESIDE,
    Slip,
)

FILE = Path(__file__).parents[1] / "naive" / "batch_norm.py"
FORWARD, BACKWARD, ALT = "batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"
IMAGES_OUT, IMAGES_BACK = "spatial_batchnorm_forward", "spatial_batchnorm_backward"
both, features, images = (
    Naive(FILE, parts=parts, together=True)
    for parts in (("batch_norm", "spatial_batch_norm"), ("batch_norm",), ("spatial_batch_norm",))
)


def in_both_passes(*edits: str) -> tuple[Edit, ...]:
    """The edits of the backward pass and of its shorter version."""
    return tuple((name, *pair) for name in (BACKWARD, ALT) for pair in zip(edits[::2], edits[1::2], strict=True))


# What is running, and which statistics are used
NEW_MEAN, NEW_VAR = "momentum * running_mean + (1 - momentum) * mean", "momentum * running_var + (1 - momentum) * var"
BATCH_VAR, ZEROS, MOMENTUM = "(1 - momentum) * var", "np.zeros(x.shape[1])", 'bn_param.get("momentum", 0.9)'
OLD_MEAN, OLD_VAR = f'bn_param.get("running_mean", {ZEROS})', f'bn_param.get("running_var", {ZEROS})'
TAKES_ROOT = "Which of the two does test mode take the root of?"
RUNNING = (
    both.wrong("batchnorm-running-forgotten", "The running mean and variance are not updated in training.", "bn_param must hold the new running statistics when the function returns.", FORWARD, NEW_MEAN, "running_mean", NEW_VAR, "running_var"),
    both.wrong("batchnorm-momentum-swapped", "The momentum multiplies the batch's statistics, and 1 - momentum the running ones.", "With a momentum near 1, should one batch change the running statistics little or much?", FORWARD, MOMENTUM, f"1 - {MOMENTUM}"),
    both.wrong("batchnorm-momentum-ignored", "The momentum is always 0.9, whatever bn_param says.", "Read the momentum from bn_param.", FORWARD, MOMENTUM, "0.9"),
    both.wrong("batchnorm-running-restart", "The running statistics start again from zero with every batch.", "They continue from those in bn_param.", FORWARD, f"        M = {(ONES := 'total(np.ones_like(x))')}", f"        running_mean, running_var = {ZEROS}, {ZEROS}\n        M = {ONES}"),
    both.wrong("batchnorm-running-unbiased", "The running variance is updated with the unbiased variance, which divides by one less than the number of samples.", "Some libraries do so; here the variance is the biased one throughout.", FORWARD, BATCH_VAR, "(1 - momentum) * var * M / np.maximum(M - 1, 1)"),
    both.wrong("batchnorm-running-var-eps", "The running variance is updated with the variance plus eps.", "eps guards a division; it is no part of the statistics.", FORWARD, BATCH_VAR, "(1 - momentum) * (var + eps)"),
    both.wrong("batchnorm-running-std", "The running variance is updated with the standard deviation.", TAKES_ROOT, FORWARD, BATCH_VAR, "(1 - momentum) * np.sqrt(var)"),
    both.wrong("batchnorm-running-std-eps", "The running variance is updated with the standard deviation, sqrt(var + eps).", TAKES_ROOT, FORWARD, BATCH_VAR, "(1 - momentum) * np.sqrt(var + eps)"),
    both.wrong("batchnorm-unbiased-variance", "The variance is the unbiased one, which divides by one less than the number of samples.", "Batch normalisation divides by the number of samples.", FORWARD, "(x - mean) ** 2) / M", "(x - mean) ** 2) / (M - 1)", also=in_both_passes(BY_VAR, "/ (M - 1) * xhat / root"), about=("variance",)),
    both.wrong("batchnorm-squares-summed", "The squares are summed and not averaged, so that the variance is too large, and the running one with it.", "A variance is a mean.", FORWARD, "(x - mean) ** 2) / M", "(x - mean) ** 2)", about=("variance",)),
    both.wrong("batchnorm-unbiased-variance-forward", "The variance of the forward pass is the unbiased one, divided by one sample less.", "Batch normalisation divides by the number of samples.", FORWARD, "(x - mean) ** 2) / M", "(x - mean) ** 2) / (M - 1)", about=("variance",)),
    both.wrong("batchnorm-test-uses-batch", "Test mode normalises with the batch's own statistics instead of the running ones.", "In test mode a sample's result must not depend on the others in its batch.", FORWARD, "testing(x, gamma, beta, running_mean, running_var, eps)", "testing(x, gamma, beta, np.mean(x, axis=0), np.var(x, axis=0), eps)"),
)  # fmt: skip

# Axes: which numbers are a feature's, and in which order pixels become rows
ONE_MEAN = "A channel has one mean, over all images and all their pixels."
IN_MEMORY = "reshape keeps the order in memory: which numbers end up in one row?"
ANOTHER_ORDER = "The backward pass puts the pixels in another order than the forward pass, whose cache it uses."
COMPARE = "Compare how x and dout are made into rows: axis by axis."
ROWS, BACK_ROWS, BACK_IMAGES = "rows_of(x)", "rows_of(dout)", "images_of(dx, dout.shape)"
N_C_H_W = "    N, C, H, W = dout.shape\n    dx, "


def normalised_as(code: str, sentence: str, hint: str, rows: str, back: str, spread: str, gather: str) -> Mistake:
    """Images as rows of features that are not the channels: gamma is ``spread`` over them, its gradient gathered."""
    scales = ", ".join(spread.format(name) for name in ("gamma", "beta"))
    return images.wrong(
        code,
        sentence,
        hint,
        IMAGES_OUT,
        *(
            "rows_of(x), gamma, beta",
            f"{rows.format('x')}, {scales}",
            "images_of(out, x.shape)",
            back.format("out", "x"),
        ),
        also=(
            (IMAGES_BACK, BACK_ROWS, rows.format("dout")),
            (IMAGES_BACK, BACK_IMAGES, back.format("dx", "dout")),
            (IMAGES_BACK, ", dgamma, dbeta\n", f", {gather.format('dgamma')}, {gather.format('dbeta')}\n"),
        ),
    )


AXES = (
    normalised_as("spatial-batchnorm-per-pixel", "The statistics are taken for each pixel over the images, not for each channel.", ONE_MEAN, "{0}.reshape(len({0}), -1)", "{}.reshape({}.shape)", "np.repeat({}, x[0, 0].size)", "{}.reshape(dout.shape[1], -1).sum(axis=1)"),
    normalised_as("spatial-batchnorm-per-image", "The statistics are taken for each image by itself, not over all images.", ONE_MEAN, "{0}.reshape(len({0}) * {0}.shape[1], -1).T", "{}.T.reshape({}.shape)", "np.tile({}, len(x))", "{}.reshape(dout.shape[:2]).sum(axis=0)"),
    normalised_as("spatial-batchnorm-axes-unmoved", "The images are reshaped to rows of C numbers without moving the channels to the last axis first.", IN_MEMORY, "{0}.reshape(-1, {0}.shape[1])", "{}.reshape({}.shape)", "{}", "{}"),
    features.wrong("batchnorm-per-sample", "Mean and variance are taken of each sample over its features, not of each feature over the samples.", "A feature has one mean, over the batch: along which axis do the samples lie?", "total", "axis=0", "axis=1, keepdims=True"),
    images.wrong("spatial-batchnorm-backward-order", ANOTHER_ORDER, COMPARE, IMAGES_BACK, BACK_ROWS, "rows_of(dout.swapaxes(2, 3))", BACK_IMAGES, "images_of(dx, dout.swapaxes(2, 3).shape).swapaxes(2, 3)"),
    images.wrong("spatial-batchnorm-forward-order", ANOTHER_ORDER, COMPARE, IMAGES_OUT, ROWS, "rows_of(x.swapaxes(2, 3))", "images_of(out, x.shape)", "images_of(out, x.swapaxes(2, 3).shape).swapaxes(2, 3)"),
    images.wrong("spatial-batchnorm-backward-pixels-first", ANOTHER_ORDER, COMPARE, IMAGES_BACK, "    dx, ", N_C_H_W, BACK_ROWS, "dout.transpose(2, 3, 0, 1).reshape(-1, C)", BACK_IMAGES, "dx.reshape(H, W, N, C).transpose(2, 3, 0, 1)"),
    images.wrong("spatial-batchnorm-backward-channels-in-memory", "The backward pass reshapes dout to rows of C numbers while the channels are still the first axis.", IN_MEMORY, IMAGES_BACK, "    dx, ", N_C_H_W, BACK_ROWS, "dout.swapaxes(0, 1).reshape(-1, C)", BACK_IMAGES, "dx.reshape(C, N, H, W).swapaxes(0, 1)"),
    images.wrong("spatial-batchnorm-backward-order-there", ANOTHER_ORDER, COMPARE, IMAGES_BACK, BACK_ROWS, "rows_of(dout.swapaxes(2, 3))"),
    images.wrong("spatial-batchnorm-backward-unmoved", "The backward pass reshapes dout to rows of C numbers without moving the channels to the last axis first.", IN_MEMORY, IMAGES_BACK, BACK_ROWS, "dout.reshape(-1, dout.shape[1])", BACK_IMAGES, "dx.reshape(dout.shape)"),
)  # fmt: skip

WAY_BACK = "The way back takes the same steps in the opposite order."
NOT_MOVED = "{} rows are reshaped to images without moving the channels back to the second axis."
OTHERWISE = "{} rows are put back into images in another order than they were taken from x."
MOVED_BACK = tuple(
    images.wrong(f"spatial-batchnorm-{code}{where}", sentence.format(begin), WAY_BACK, edits[0][0], *edits[0][1:], also=edits[1:])
    for code, sentence, back in (
        ("not-moved-back", NOT_MOVED, "{0}.reshape({1}.shape)"),
        ("moved-back-by-columns", OTHERWISE, "images_of({0}, {1}.swapaxes(2, 3).shape).swapaxes(2, 3)"),
        ("moved-back-by-channels", OTHERWISE, "{0}.T.reshape({1}.shape)"),
    )
    for out, dx in [((IMAGES_OUT, "images_of(out, x.shape)", back.format("out", "x")), (IMAGES_BACK, BACK_IMAGES, back.format("dx", "dout")))]
    for where, begin, edits in (("", "The", (out, dx)), ("-forward", "In the forward pass the", (out,)), ("-backward", "In the backward pass the", (dx,)))
)  # fmt: skip

# The backward passes: each has its own mistakes, the shorter one too
PASSES = (("batchnorm", both, BACKWARD), ("batchnorm-alt", features, ALT))


# What the backward pass of images gives back, where that of their rows has not summed it; then {} may
DGAMMA = ("dout.shape), dgamma", "dout.shape), images_of(dgamma, dout.shape){}")
DBETA = ("dbeta\n", "images_of(dbeta, dout.shape){}\n")
EACH = ("dgamma, dbeta\n", "*(one.reshape(-1, *dout.shape[2:]) for one in (dgamma, dbeta))\n")
GIVEN = {
    "dgamma-not-summed": (DGAMMA,),
    "dbeta-not-summed": (DBETA,),
    "gradients-not-summed": (DGAMMA, DBETA),
    "gradients-per-sample": (EACH,),
}


def backwards(slips: tuple[Slip, ...], place: str) -> tuple[Mistake, ...]:
    """Mistakes in dx, or in the gradients of the parameters, of which one is enough."""
    return tuple(
        naive.wrong(f"{start}-{code}", sentence, hint, function, *edits, about=(place,), also=in_images(code, function))
        for code, sentence, hint, *edits in slips
        for start, naive, function in PASSES
    )


def in_images(code: str, function: str) -> tuple[Edit, ...]:
    """What goes with it in the backward pass of images."""
    return tuple((IMAGES_BACK, old, new.format("")) for old, new in GIVEN.get(code, ()) if function == BACKWARD)


GAMMA_ABSENT: Slip = (
    "gamma-absent",
    "dx leaves gamma out.",
    "What does out depend on the normalised values by?",
    "g = dout * gamma",
    "g = dout",
)
PER_SAMPLE: Slip = (
    "gradients-per-sample",
    "dgamma and dbeta are summed over the features, one number per sample.",
    "gamma has one number per feature, shared by all samples.",
    "shared(dout * xhat)",
    "np.sum(dout * xhat, axis=1)",
    "shared(dout)",
    "np.sum(dout, axis=1)",
)
OF_DX = backwards((*TERMS, GAMMA_ABSENT, *ROOTS), "dx")
OF_PARAMETERS = backwards((*PARAMETERS, PER_SAMPLE), "parameters")

HOW_MANY = "Over how many values did each mean go?"
COUNT, TAKES_CACHE = "total(np.ones_like(x))", "(dout, cache)"
COUNTS = (
    *(features.wrong(f"{start}-count-features", "dx divides by the number of features D; each mean is one over the N samples.", HOW_MANY, function, COUNT, "x.shape[1]", about=("dx",)) for start, _, function in PASSES),
    *(features.wrong(f"{start}-count-all", "dx divides by all numbers of x; each mean is one over the N samples of a feature.", HOW_MANY, function, COUNT, "x.size", about=("dx",)) for start, _, function in PASSES),
    *(
        features.wrong(f"{start}-sums-over-features{code}", "The sums in dx go over the features of a sample; the statistics are those of a feature, over the samples.", "The sums of the backward pass go over what the means of the forward pass went over.", function, "total(g)", "np.sum(g, axis=1, keepdims=True)", "total(g * xhat)", "np.sum(g * xhat, axis=1, keepdims=True)", *edits, about=("dx",))
        for start, _, function in PASSES
        for code, edits in (("", ()), ("-by-features", (COUNT, "x.shape[1]")))
    ),
    *(
        images.wrong(f"spatial-batchnorm-count-{code}", f"dx divides by {words}; each mean is one over all images and pixels.", HOW_MANY, BACKWARD, TAKES_CACHE, "(dout, cache, count)", COUNT, "count", also=((IMAGES_BACK, "rows_of(dout), cache", f"rows_of(dout), cache, {count}"),), about=("dx",))
        for code, words, count in (
            ("images", "the number of images N", "len(dout)"),
            ("pixels", "the number of pixels of an image", "dout[0, 0].size"),
            ("channels", "the number of channels", "dout.shape[1]"),
            ("all", "all numbers of x", "dout.size"),
            ("images-less-one", "one less than there are values", "dout.size / dout.shape[1] - 1"),
        )
    ),
)  # fmt: skip

PER_IMAGE = "np.repeat(({}).reshape(N, -1, g.shape[1]).sum(axis=1), len(g) // N, axis=0)"
SUMS_PER_IMAGE = images.wrong("spatial-batchnorm-backward-sums-per-image", "The sums in dx go over the pixels of each image by itself, though the statistics are those of all images.", "The sums of the backward pass go over what the means of the forward pass went over.", BACKWARD, TAKES_CACHE, "(dout, cache, N)", "total(g)", PER_IMAGE.format("g"), "total(g * xhat)", PER_IMAGE.format("g * xhat"), also=((IMAGES_BACK, "rows_of(dout), cache", "rows_of(dout), cache, len(dout)"),))  # fmt: skip
SUMMED_OVER = tuple(
    images.wrong(f"spatial-batchnorm-{name}-over-{axis}", f"{words} summed over the {axis} only; the sum goes over images and pixels.", "gamma and beta have one number per channel.", BACKWARD, *edits, also=[(IMAGES_BACK, old, new.format(f".sum(axis={axes})")) for old, new in of], about=("parameters",))
    for name, words, of, edits in (
        ("dgamma", "dgamma is", (DGAMMA,), ("shared(dout * xhat)", "dout * xhat")),
        ("dbeta", "dbeta is", (DBETA,), ("shared(dout)", "dout")),
        ("gradients", "dgamma and dbeta are", (DGAMMA, DBETA), ("shared(dout * xhat)", "dout * xhat", "shared(dout)", "dout")),
    )
    for axis, axes in (("images", "0"), ("pixels", "(2, 3)"))
)  # fmt: skip

# eps: left out, fixed or misplaced, in training, in test mode or backward
READ_IT, PLACE = "Read eps from bn_param.", "Compare where eps stands in the formula."
NEVER_VARIES = "What happens to a feature that never varies?"
EPS, TO_TRAINING, TO_TEST, CACHED = (
    'bn_param.get("eps", 1e-5)',
    "beta, mean, var, eps)",
    "running_var, eps)",
    "mean, var, eps)\n    xhat",
)
BESIDE = (ROOT, "(np.sqrt(var) + eps)")
EXACT = in_both_passes(*BESIDE, BY_VAR, "/ M * xhat / np.sqrt(var)")
TINY_EXACT = in_both_passes(ROOT, TINY_BESIDE, BY_VAR, "/ M * xhat / np.sqrt(var)")
OF_EPS = (
    both.wrong("batchnorm-eps-hard-coded-backward", "The backward pass uses an eps of 1e-5, whatever the forward pass was given.", "What the backward pass needs to know belongs in the cache.", "training", CACHED, "mean, var, 1e-5)\n    xhat"),
    both.wrong("batchnorm-eps-hard-coded-training", "In training eps is always 1e-5, whatever bn_param says.", READ_IT, FORWARD, TO_TRAINING, "beta, mean, var, 1e-5)"),
    both.wrong("batchnorm-eps-hard-coded-test", "In test mode eps is always 1e-5, whatever bn_param says.", READ_IT, FORWARD, TO_TEST, "running_var, 1e-5)"),
    both.wrong("batchnorm-eps-hard-coded", "eps is always 1e-5, whatever bn_param says.", READ_IT, FORWARD, EPS, "1e-5"),
    both.wrong("batchnorm-eps-absent-backward", "The backward pass leaves eps out: it divides by the standard deviation alone.", AS_FORWARD, "training", CACHED, "mean, var, 0.0)\n    xhat"),
    both.wrong("batchnorm-eps-absent-training", "In training eps is not used: the normalisation divides by the standard deviation alone.", NEVER_VARIES, FORWARD, TO_TRAINING, "beta, mean, var, 0.0)"),
    both.wrong("batchnorm-eps-absent-test", "In test mode eps is not used: the normalisation divides by the root of the running variance alone.", "Test mode uses the training's formula, with other statistics.", FORWARD, TO_TEST, "running_var, 0.0)"),
    both.wrong("batchnorm-eps-absent", "eps is not used: the normalisation divides by the standard deviation alone.", NEVER_VARIES, FORWARD, EPS, "0.0"),
    both.wrong("batchnorm-eps-outside-root-training", "In training eps is added to the standard deviation, outside the square root; it belongs to the variance.", PLACE, "training", *BESIDE, also=EXACT),
    both.wrong("batchnorm-eps-outside-root-test", "In test mode eps is added to the root of the running variance; it belongs under the root.", PLACE, "testing", *BESIDE),
    both.wrong("batchnorm-eps-outside-root", "eps is added to the standard deviation, outside the square root; it belongs to the variance.", PLACE, "training", *BESIDE, also=(("testing", *BESIDE), *EXACT)),
    both.wrong("batchnorm-backward-std-plus-eps-staged", "The backward pass goes through std + eps, but takes the derivative of the root at var + eps.", "eps belongs under the root, in both passes.", BACKWARD, *BESIDE, BY_VAR, f"/ M * xhat / {ROOT}", also=((ALT, *BESIDE), (ALT, BY_VAR, f"/ M * xhat / {ROOT}"))),
    both.wrong("batchnorm-backward-std-plus-eps", "The backward pass uses std + eps where sqrt(var + eps) belongs.", AS_FORWARD, BACKWARD, *BESIDE, also=((ALT, *BESIDE),)),
    both.wrong("batchnorm-backward-std-and-std-plus-eps", "The backward pass normalises x with std + eps, and divides dx by the standard deviation without eps.", "Both should be the square root of var + eps.", BACKWARD, *BESIDE, "direct - by_mean - by_var", "(direct - by_mean - by_var) * root / np.sqrt(var)", also=((ALT, *BESIDE), (ALT, "direct - by_mean - by_var", "(direct - by_mean - by_var) * root / np.sqrt(var)"))),
    both.wrong("batchnorm-eps-default", "Where bn_param holds no eps, almost none is used; the default is 1e-5.", "Which eps is taken when bn_param holds the mode only?", FORWARD, EPS, 'bn_param.get("eps", 1e-12)'),
    both.wrong("batchnorm-eps-default-1e-8", "Where bn_param holds no eps, 1e-8 is taken; the default is 1e-5.", "Which eps is taken when bn_param holds the mode only?", FORWARD, EPS, 'bn_param.get("eps", 1e-8)'),
    both.wrong("batchnorm-eps-hard-coded-tiny", INSTEAD_OF_EPS, READ_IT, FORWARD, EPS, "1e-8", about=("out",)),
    both.wrong("batchnorm-std-plus-tiny-training", f"In training {INSTEAD_OF_EPS}", TINY, "training", ROOT, TINY_BESIDE, also=TINY_EXACT, about=("out",)),
    both.wrong("batchnorm-std-plus-tiny-test", f"In test mode {INSTEAD_OF_EPS}", TINY, "testing", ROOT, TINY_BESIDE, about=("out",)),
    both.wrong("batchnorm-backward-std-plus-tiny", f"In the backward pass {INSTEAD_OF_EPS}", AS_FORWARD, BACKWARD, ROOT, TINY_BESIDE, also=((ALT, ROOT, TINY_BESIDE),)),
    both.wrong("batchnorm-std-plus-tiny", INSTEAD_OF_EPS, TINY, "training", ROOT, TINY_BESIDE, also=(("testing", ROOT, TINY_BESIDE), *TINY_EXACT), about=("out",)),
)  # fmt: skip

# The result, in training and in test mode, and with which weights the running statistics follow
OF_SAMPLES = {"variance-not-averaged", "variance-not-centred", "squares-about-mean-of-all"}  # of a batch of its own


OF_OUT = tuple(
    both.wrong(f"batchnorm-{mode}-{code}", f"{words}, {sentence[0].lower()}{sentence[1:]}", hint, function, *edits, about=("out",))
    for mode, words, function in (("train", "In training", "training"), ("test", "In test mode", "testing"))
    for code, sentence, hint, *edits in OUT
    if mode == "train" or code not in OF_SAMPLES
)  # fmt: skip

WEIGHTS = "The new running statistic is a weighted mean of the old one and the batch's; the weights add up to 1."
AVERAGES = tuple(
    both.wrong(f"batchnorm-{code}-{name}", sentence.format(words), WEIGHTS, FORWARD, *(piece for one in of for piece in (f"momentum * running_{one} + (1 - momentum) * {one}", new.format(one))))
    for code, sentence, new in (
        ("batch-by-momentum", "The batch's {} multiplied by the momentum, where 1 - momentum belongs.", "momentum * (running_{0} + {0})"),
        ("not-decayed", "The old running {} not multiplied by the momentum before the batch's statistics are added.", "running_{0} + (1 - momentum) * {0}"),
        ("batch-not-weighted", "The batch's {} added without the factor 1 - momentum.", "momentum * running_{0} + {0}"),
        ("running-replaced", "The running {} replaced by the batch's; one batch should count for a part only.", "{0}"),
    )
    for name, words, of in (("mean", "mean is", ("mean",)), ("var", "variance is", ("var",)), ("both", "mean and variance are", ("mean", "var")))
)  # fmt: skip
OF_ONE = (
    both.wrong("batchnorm-momentum-swapped-mean", "The momentum multiplies the batch's mean, and 1 - momentum the running mean.", WEIGHTS, FORWARD, NEW_MEAN, "(1 - momentum) * running_mean + momentum * mean"),
    both.wrong("batchnorm-momentum-swapped-var", "The momentum multiplies the batch's variance, and 1 - momentum the running variance.", WEIGHTS, FORWARD, NEW_VAR, "(1 - momentum) * running_var + momentum * var"),
    both.wrong("batchnorm-running-mean-forgotten", "The running mean is not updated in training; the running variance is.", WEIGHTS, FORWARD, NEW_MEAN, "running_mean"),
    both.wrong("batchnorm-running-var-forgotten", "The running variance is not updated in training; the running mean is.", WEIGHTS, FORWARD, NEW_VAR, "running_var"),
    both.wrong("batchnorm-running-inverse-std", "The running variance is updated with 1 / std.", WEIGHTS, FORWARD, BATCH_VAR, "(1 - momentum) / np.sqrt(var)"),
    *(
        both.wrong(f"batchnorm-running-{name}-of-{of}", f"The running {words} is updated with {what}.", WEIGHTS, FORWARD, f"(1 - momentum) * {piece}", f"(1 - momentum) * {new}")
        for name, words, piece, of, what, new in (
            ("mean", "mean", "mean", "out", "the mean of out; it should be that of x", "np.mean(out, axis=0)"),
            ("var", "variance", "var", "out", "the variance of out; it should be that of x", "np.var(out, axis=0)"),
            ("mean", "mean", "mean", "all", "one mean of all numbers; there should be one for each feature", "np.mean(x)"),
            ("var", "variance", "var", "all", "one variance of all numbers; there should be one for each feature", "np.var(x)"),
            ("var", "variance", "var", "means", "the mean of all variances; there should be one for each feature", "np.mean(var)"),
            ("mean", "mean", "mean", "sum", "the sum over the samples; it should be their mean", "mean * len(x)"),
        )
    ),
    images.wrong("spatial-batchnorm-gamma-and-beta-twice", "gamma and beta are applied twice: by the normalisation of the rows, and to the images again.", "What has been done to the rows already?", IMAGES_OUT, "return images_of(out, x.shape), cache", "return images_of(gamma * out + beta, x.shape), cache"),
    both.wrong("batchnorm-running-var-squared", "The running variance is updated with the square of the variance.", WEIGHTS, FORWARD, BATCH_VAR, "(1 - momentum) * var**2"),
    both.wrong("batchnorm-running-inverse-std-eps", "The running variance is updated with 1 / sqrt(var + eps).", "Which number does test mode take the root of?", FORWARD, BATCH_VAR, "(1 - momentum) / np.sqrt(var + eps)"),
)  # fmt: skip

LINES = "Compare the lines of the running mean with those of the running variance."
STORE_MEAN, STORE_VAR = 'bn_param["running_mean"] = running_mean', 'bn_param["running_var"] = running_var'
UPDATE_MEAN, UPDATE_VAR = f"        running_mean = {NEW_MEAN}\n", f"        running_var = {NEW_VAR}\n"
TEST = "        out, cache = testing(x, gamma, beta, running_mean, running_var, eps), None"
BY_RUNNING = "        out = testing(x, gamma, beta, running_mean, running_var, eps)\n"
OWN_STATISTICS = "In training a batch is normalised with its own mean and variance."
NOT_ON_BATCHES = "In test mode a sample's result must not depend on the others in its batch, nor on batches before."
OF_BATCH = (UPDATE_MEAN + UPDATE_VAR).replace("* mean", "* np.mean(x, axis=0)").replace("* var", "* np.var(x, axis=0)")
CROSSED = (
    both.wrong("batchnorm-running-var-is-mean", "bn_param gets the running mean where the running variance belongs.", LINES, FORWARD, STORE_VAR, 'bn_param["running_var"] = running_mean'),
    both.wrong("batchnorm-running-mean-is-var", "bn_param gets the running variance where the running mean belongs.", LINES, FORWARD, STORE_MEAN, 'bn_param["running_mean"] = running_var'),
    both.wrong("batchnorm-running-swapped", "The running mean and the running variance are swapped.", LINES, FORWARD, STORE_MEAN, 'bn_param["running_mean"] = running_var', STORE_VAR, 'bn_param["running_var"] = running_mean'),
    both.wrong("batchnorm-running-var-from-mean", "The running variance continues from the running mean.", LINES, FORWARD, UPDATE_MEAN + UPDATE_VAR, UPDATE_VAR.replace("momentum * running_var", "momentum * running_mean") + UPDATE_MEAN),
    both.wrong("batchnorm-running-var-from-new-mean", "The running variance continues from the running mean.", LINES, FORWARD, "momentum * running_var", "momentum * running_mean"),
    both.wrong("batchnorm-running-var-starts-at-1", "The running variance starts at 1 where bn_param holds none; in this assignment it starts at 0.", "What is the default of running_var in the starter code?", FORWARD, OLD_VAR, OLD_VAR.replace("zeros", "ones")),
    both.wrong("batchnorm-running-starts-with-batch", "Where bn_param holds no running statistics they start with the batch's own; in this assignment they start at 0.", "What are the defaults of running_mean and running_var in the starter code?", FORWARD, OLD_MEAN, OLD_MEAN.replace(ZEROS, "np.mean(x, axis=0)"), OLD_VAR, OLD_VAR.replace(ZEROS, "np.var(x, axis=0)")),
    both.wrong("batchnorm-momentum-always-0.99", "The momentum is always 0.99, whatever bn_param says.", "Read the momentum from bn_param; its default is 0.9.", FORWARD, MOMENTUM, "0.99"),
    both.wrong("batchnorm-training-by-running", "Training normalises with the running statistics, as they were before the batch.", OWN_STATISTICS, FORWARD, UPDATE_MEAN, BY_RUNNING + UPDATE_MEAN),
    both.wrong("batchnorm-training-by-updated-running", "Training normalises with the running statistics, just updated.", OWN_STATISTICS, FORWARD, UPDATE_VAR, UPDATE_VAR + BY_RUNNING),
    both.wrong("batchnorm-test-updates-running-first", "Test mode updates the running statistics, and normalises with the new ones.", NOT_ON_BATCHES, FORWARD, TEST, OF_BATCH + TEST),
    both.wrong("batchnorm-test-updates-running", "Test mode updates the running statistics, so that the next call normalises otherwise.", NOT_ON_BATCHES, FORWARD, f"{TEST}\n", f"{TEST}\n{OF_BATCH}"),
)  # fmt: skip
