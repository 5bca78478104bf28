"""What goes wrong in layer and group normalisation.

With eps, another default stands after the others, so that it is tried on top of each of them.
"""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.mistakes import pattern
from grader.patches import Naive
from solutions.mistakes.normalised import (
    AS_FORWARD,
    BY_VAR,
    DX,
    G_LINE,
    INSTEAD_OF_EPS,
    OUT,
    PARAMETERS,
    ROOT,
    ROOTS,
    TERMS,
    TINY,
    TINY_BESIDE,
)

FILE = Path(__file__).parents[1] / "naive" / "layer_norm.py"
LAYER, GROUP = ("layer_norm",), ("group_norm",)
both, features, groups = (Naive(FILE, parts=parts, together=True) for parts in (LAYER + GROUP, LAYER, GROUP))

# Which numbers are normalised together
SPLIT, AXES = "(N, G, C // G, H, W)", "(2, 3, 4)"
RUN = "A group is a run of C / G neighbouring channels of one image, with all their pixels."
PER_PIXEL = "Each pixel is normalised by itself, over the channels of its group only"
COUNT = "M = total(np.ones_like(x))"
TOGETHER = (
    both.wrong("layernorm-unbiased-variance", "The variance is the unbiased one, which divides by one less than the number of values.", "The layer divides by the number of values that it averages over.", "forward", "** 2, G) / M", "** 2, G) / (M - 1)", also=(("backward", BY_VAR, "/ (M - 1) * xhat / root"),), about=("variance",)),
    both.wrong("layernorm-unbiased-variance-forward", "The variance of the forward pass is the unbiased one, divided by one value less.", "The layer divides by the number of values that it averages over.", "forward", "** 2, G) / M", "** 2, G) / (M - 1)", about=("variance",)),
    both.wrong("layernorm-squares-summed", "The squares are summed and not averaged, so that the variance is too large.", "A variance is a mean.", "forward", "** 2, G) / M", "** 2, G)", about=("variance",)),
    features.wrong("layernorm-is-batchnorm", "This is batch normalisation: mean and variance are taken of each feature over the samples.", "Here a sample must not depend on the others: along which axis do its own features lie?", "over", "axis=1", "axis=0"),
    groups.wrong("groupnorm-per-pixel", f"{PER_PIXEL}.", RUN, "over", AXES, "2"),
    groups.wrong("groupnorm-per-pixel-overwritten", f"{PER_PIXEL}; and the forward pass writes its result over the values of x that its cache keeps.", f"{RUN} Is what the cache keeps a copy?", "backward", "return over(values, G)", "return np.repeat(values.reshape(len(x), G, -1, *x.shape[2:]).sum(axis=2), x.shape[1] // G, axis=1)", COUNT, f"{COUNT}\n    mean = total(x) / M\n    var = total((x - mean) ** 2) / M", BY_VAR, "/ M * (gamma * xhat + beta - mean) / root**2"),
    groups.wrong("groupnorm-per-channel", "Each channel is normalised by itself, whatever G says.", RUN, "over", AXES, "(3, 4)"),
    *(
        groups.wrong(f"groupnorm-per-{each}", f"Each {each} of the pixels is normalised by itself, over the channels of its group: the statistics leave out the {along}.", RUN, "over", AXES, axes)
        for each, along, axes in (("column", "width", "(2, 3)"), ("row", "height", "(2, 4)"))
    ),
    groups.wrong("groupnorm-all-channels", "Each image is normalised over all of its channels, whatever G says.", RUN, "over", AXES, "(1, 2, 3, 4)"),
    groups.wrong("groupnorm-interleaved", "The groups take every G-th channel; a group should be a run of neighbouring channels.", "In which order are the two axes into which the channels are split?", "over", SPLIT, "(N, C // G, G, H, W)", AXES, "(1, 3, 4)"),
    groups.wrong("groupnorm-across-groups", "The statistics go across the groups: they take one channel of each group, not all channels of one group.", "Which axis is that of the groups, and which that of the channels in a group?", "over", AXES, "(1, 3, 4)"),
    groups.wrong("groupnorm-groups-of-g", "G is taken as the number of channels in a group; it is the number of groups.", "How many groups are there, and how many channels does each of them have?", "over", SPLIT, "(N, C // G, G, H, W)"),
    *(
        groups.wrong(f"groupnorm-{name}-{code}", f"The {words} is that of {each}; it should be that of the group, as the {other} is.", RUN, "forward", old, new.format(axes))
        for name, words, other, old, new in (
            ("mean", "mean", "variance", "mean = over(x, G) / M", "mean = np.mean(x, axis={}, keepdims=True)"),
            ("variance", "variance", "mean", "over((x - mean) ** 2, G) / M", "np.mean((x - mean) ** 2, axis={}, keepdims=True)"),
            ("variance-about-own-mean", "variance", "mean", "over((x - mean) ** 2, G) / M", "np.var(x, axis={}, keepdims=True)"),
        )
        for code, each, axes in (
            ("of-channel", "a channel alone", "(2, 3)"),
            ("of-image", "all channels of an image", "(1, 2, 3)"),
            ("of-batch", "a channel in all images", "(0, 2, 3)"),
        )
        if (name, code) != ("variance-about-own-mean", "of-image")
    ),
    groups.wrong("groupnorm-over-images", "Mean and variance of a group are taken over all images, not for each image by itself.", "Here an image must not depend on the others.", "over", AXES, "(0, 2, 3, 4)"),
    groups.wrong("groupnorm-is-batchnorm", "This is batch normalisation: mean and variance are taken of each channel over all images.", RUN, "over", AXES, "(0, 3, 4)"),
)  # fmt: skip

# The backward pass
HOW_MANY = "Over how many values did each mean go?"
GOES_OVER = "The sums of the backward pass go over what the means of the forward pass went over."
OF_DX = tuple(
    both.wrong(f"layernorm-{code}", sentence, hint, "backward", *edits, about=("dx",))
    for code, sentence, hint, *edits in (*TERMS, *ROOTS)
)
BACK = (
    features.wrong("layernorm-count-samples", "dx divides by the number of samples N; each mean is one over the D features.", HOW_MANY, "backward", COUNT, "M = len(x)"),
    groups.wrong("groupnorm-count-pixels", "dx divides by the pixels of one channel; a group has those of all its channels.", HOW_MANY, "backward", COUNT, "M = x[0, 0].size"),
    groups.wrong("groupnorm-count-channels", "dx divides by the number of channels; a group has the pixels of all its channels.", HOW_MANY, "backward", COUNT, "M = x.shape[1]"),
    groups.wrong("groupnorm-count-all", "dx divides by all values of an image; a group has only the pixels of its own channels.", HOW_MANY, "backward", COUNT, "M = x[0].size"),
    groups.wrong("groupnorm-count-batch", "dx divides by the pixels of all images, N H W, as in batch normalisation.", HOW_MANY, "backward", COUNT, "M = len(x) * x[0, 0].size"),
    both.wrong("layernorm-gamma-last", "dx is multiplied by gamma at the end; gamma differs within a group, so it belongs inside the sums.", "In batch normalisation gamma can be moved out of the sums. Why not here?", "backward", G_LINE, "g = dout", DX, f"gamma * ({DX})"),
    both.wrong("layernorm-gamma-absent", "dx leaves gamma out.", "What does out depend on the normalised values by?", "backward", G_LINE, "g = dout"),
    features.wrong("layernorm-gradients-per-sample", "dgamma and dbeta are summed over the features, one number per sample.", "gamma has one number per feature, shared by all samples.", "shared", "np.sum(values, axis=0)", "np.sum(values, axis=1)"),
    pattern(
        "groupnorm-backward-one-group",
        parts=GROUP,
        checks=("group_norm/backward",),
        fails={"all channels in one group"},
        sentence="The backward pass is right for several groups, but not where all channels are in one group (G = 1).",
        hint="squeeze() drops every axis of length 1, also that of the groups when there is only one.",
    ),
)  # fmt: skip
OF_PARAMETERS = tuple(
    both.wrong(f"layernorm-{code}", sentence, hint, "backward", *edits) for code, sentence, hint, *edits in PARAMETERS
)
OVER_SAMPLES = ("return over(values, G)", "return np.sum(values, axis=0)")
INSIDE = (
    "total(g) / M / root",
    "total(g / root) / M",
    "total(g * xhat)",
    "total(g * xhat * root)",
    BY_VAR,
    "/ M * xhat / root**2",
)
BY_FEATURES = (COUNT, "M = x.shape[1]")
ALONG_SAMPLES = tuple(
    features.wrong(f"layernorm-sums-over-samples{code}", "The sums in dx go over the samples, as in batch normalisation; the statistics are those of a sample.", GOES_OVER, "backward", *OVER_SAMPLES, *edits)
    for code, edits in (("", ()), ("-inside", INSIDE), ("-by-features", BY_FEATURES), ("-by-features-inside", (*BY_FEATURES, *INSIDE)))
)  # fmt: skip

DGAMMA, DBETA, PER_CHANNEL = (
    "shared(dout * xhat)",
    "shared(dout)",
    ("return over(values, G)", "return np.sum(values, axis=(2, 3), keepdims=True)"),
)
OF_GROUPS = (
    groups.wrong("groupnorm-sums-per-channel", "The sums in dx go over the pixels of one channel; a group has those of all its channels.", GOES_OVER, "backward", *PER_CHANNEL, COUNT, "M = over(np.ones_like(x), G)"),
    groups.wrong("groupnorm-means-per-channel", "The means in dx are those of one channel; a group has the pixels of all its channels.", "The means of the backward pass go over what the means of the forward pass went over.", "backward", *PER_CHANNEL),
    *(
        groups.wrong(f"groupnorm-{name}-over-{axis}", f"{words} summed over the {axis} only; the sum goes over images and pixels.", "gamma and beta have one number per channel.", "backward", *(text for old, new in of for text in (old, f"np.sum({new}, axis={axes})")))
        for name, words, of in (
            ("dgamma", "dgamma is", ((DGAMMA, "dout * xhat"),)),
            ("dbeta", "dbeta is", ((DBETA, "dout"),)),
            ("gradients", "dgamma and dbeta are", ((DGAMMA, "dout * xhat"), (DBETA, "dout"))),
        )
        for axis, axes in (("images", "0"), ("pixels", "(2, 3), keepdims=True"))
    ),
    groups.wrong("groupnorm-count-channels-of-group", "dx divides by the number of channels of a group; a group has all their pixels.", HOW_MANY, "backward", COUNT, "M = x.shape[1] // G"),
    groups.wrong("groupnorm-count-g-pixels", "dx divides by G times the pixels of a channel; a group has C / G channels.", HOW_MANY, "backward", COUNT, "M = G * x[0, 0].size"),
    groups.wrong("groupnorm-count-images", "dx divides by the number of images N; each mean is one over the group's pixels of one image.", HOW_MANY, "backward", COUNT, "M = len(x)"),
    pattern(
        "groupnorm-one-size-of-group",
        parts=GROUP,
        checks=("group_norm/forward", "group_norm/backward"),
        fails={"all channels in one group", "each channel a group of its own"},
        sentence="Right for two groups of three channels each, as in the course's notebook; other groups fail.",
        hint="Is there a number in a reshape that should be computed from C and G?",
    ),
    pattern(
        "groupnorm-axes-of-length-1",
        parts=GROUP,
        checks=("group_norm/forward", "group_norm/backward"),
        fails={"all channels in one group", "each channel a group of its own", "a single image"},
        sentence="Right where there are several images, groups and channels in a group; wrong where one of these is 1.",
        hint="squeeze() drops every axis of length 1, whichever it is.",
    ),
)  # fmt: skip

# eps: left out, fixed or misplaced, in both passes or backward
EPS, CACHED = 'settings.get("eps", 1e-5)', "mean, var, eps, G)"
BESIDE = (ROOT, "(np.sqrt(var) + eps)")
OF_EPS = (
    both.wrong("layernorm-eps-hard-coded", "eps is always 1e-5, whatever ln_param or gn_param says.", "Read eps from the dictionary.", "forward", EPS, "1e-5"),
    both.wrong("layernorm-eps-hard-coded-backward", "The backward pass uses an eps of 1e-5, whatever the forward pass was given.", "What the backward pass needs to know belongs in the cache.", "forward", CACHED, "mean, var, 1e-5, G)"),
    both.wrong("layernorm-eps-absent", "eps is not used: the normalisation divides by the standard deviation alone.", "What happens to a sample whose features are all the same?", "forward", EPS, "0.0"),
    both.wrong("layernorm-eps-absent-backward", "The backward pass leaves eps out: it divides by the standard deviation alone.", AS_FORWARD, "forward", CACHED, "mean, var, 0.0, G)"),
    both.wrong("layernorm-eps-outside-root", "eps is added to the standard deviation, outside the square root; it belongs to the variance.", "Compare where eps stands in the formula.", "forward", *BESIDE, also=(("backward", *BESIDE), ("backward", BY_VAR, "/ M * xhat / np.sqrt(var)"))),
    both.wrong("layernorm-backward-std-plus-eps-staged", "The backward pass goes through std + eps, but takes the derivative of the root at var + eps.", "eps belongs under the root, in both passes.", "backward", *BESIDE, BY_VAR, f"/ M * xhat / {ROOT}"),
    both.wrong("layernorm-backward-std-plus-eps", "The backward pass uses std + eps where sqrt(var + eps) belongs.", "It has to divide by what the forward pass should divide by.", "backward", *BESIDE),
    both.wrong("layernorm-backward-std-and-std-plus-eps", "The backward pass normalises x with std + eps, and divides dx by the standard deviation without eps.", "Both should be the square root of var + eps.", "backward", *BESIDE, DX, f"({DX}) * root / np.sqrt(var)"),
    both.wrong("layernorm-eps-default", "Where ln_param or gn_param holds no eps, almost none is used; the default is 1e-5.", "Which eps is taken when the dictionary is empty?", "forward", EPS, 'settings.get("eps", 1e-12)'),
    both.wrong("layernorm-eps-default-1e-8", "Where ln_param or gn_param holds no eps, 1e-8 is taken; the default is 1e-5.", "Which eps is taken when the dictionary is empty?", "forward", EPS, 'settings.get("eps", 1e-8)'),
    both.wrong("layernorm-eps-hard-coded-tiny", INSTEAD_OF_EPS, "Read eps from the dictionary.", "forward", EPS, "1e-8", about=("out",)),
    both.wrong("layernorm-backward-std-plus-tiny", f"In the backward pass {INSTEAD_OF_EPS}", AS_FORWARD, "backward", ROOT, TINY_BESIDE),
    both.wrong("layernorm-std-plus-tiny", INSTEAD_OF_EPS, TINY, "forward", ROOT, TINY_BESIDE, also=(("backward", ROOT, TINY_BESIDE), ("backward", BY_VAR, "/ M * xhat / np.sqrt(var)")), about=("out",)),
)  # fmt: skip

# The result; the backward pass has a right cache
ONE_SAMPLE = "Both statistics are those of one sample."
OF_OUT = (
    *(
        both.wrong(f"layernorm-{code}", sentence, hint, "forward", *edits, about=("out",))
        for code, sentence, hint, *edits in OUT
        if code != "variance-not-averaged"
    ),
    features.wrong("layernorm-variance-per-feature", "The mean is taken of each sample, but the variance of each feature over the samples.", ONE_SAMPLE, "forward", ROOT, "np.sqrt(np.var(x, axis=0) + eps)"),
    features.wrong("layernorm-mean-per-feature", "The variance is taken of each sample, but the mean of each feature over the samples.", ONE_SAMPLE, "forward", "xhat = (x - mean)", "xhat = (x - np.mean(x, axis=0))"),
)  # fmt: skip
