"""What goes wrong in dropout. Each mistake is declared for both meanings of p, to keep and to drop.

Masks are random, so nobody's numbers are reproduced but figures measured on them: the share that is kept, and scales.
"""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.mistakes import Mistake, pattern
from grader.patches import Naive

dropout = Naive(Path(__file__).parents[1] / "naive" / "dropout.py", parts=("dropout",), together=True)
FORWARD, BACKWARD = "dropout_forward", "dropout_backward"
# Not two of one function; and of both functions only two with the same meaning of p
ABOUT = (FORWARD, BACKWARD)
KEEPS, DROPS = (
    {FORWARD: (FORWARD, one), BACKWARD: (BACKWARD, other)}
    for one, other in (("keeps, forward", "keeps, backward"), ("keeps, backward", "keeps, forward"))
)
P_DROPS = (FORWARD, "keep = p", "keep = 1 - p")


def in_both(code: str, sentence: str, hint: str, function: str, *edits: str) -> tuple[Mistake, Mistake]:
    """The mistake where p keeps and where p drops; {keep} in the sentence is the probability of keeping."""
    keeps, drops = (sentence.format(keep=f"{p} (here the probability of keeping)") for p in ("p", "1 - p"))
    return (
        dropout.wrong(code, keeps, hint, function, *edits, about=KEEPS[function]),
        dropout.wrong(f"{code}-p-drops", drops, hint, function, *edits, also=(P_DROPS,), about=DROPS[function]),
    )


DRAWN, MASK = "np.random.rand(*x.shape)", "(np.random.rand(*x.shape) < keep) / keep"
KEPT = f"({DRAWN} < keep)"
TEST, DX = "out = x\n", "dout * mask"
MEAN = "What is the mean of out over many masks, and what should it be?"
WHICH_MODE = "Which of the two modes should return x as it is?"
IN_MASK = "Is the scale in the mask already?"
ZEROS = "Print the mask: does it hold zeros?"
ITS_SHAPE = "Which shape should the mask have?"
OF_DROPPED = "What is the gradient of an entry that was dropped?"
SCALED_THERE = "An entry that was kept was also scaled: how does out change with x there?"
SAYS_KEPT = "A mask says of each entry whether it is kept."

MISTAKES = (
    *in_both("dropout-not-scaled", "The entries that are kept are not scaled up: they should be divided by {keep}.", MEAN, FORWARD, MASK, KEPT),
    *in_both("dropout-scaled-at-test", "Test mode multiplies by {keep}, and training does not scale: inverted dropout scales in training alone.", WHICH_MODE, FORWARD, MASK, KEPT, TEST, "out = x * keep\n"),
    *in_both("dropout-divided-at-test", "Test mode divides by {keep}, and training does not scale: inverted dropout scales in training alone.", WHICH_MODE, FORWARD, MASK, KEPT, TEST, "out = x / keep\n"),
    *in_both("dropout-scaled-in-both-modes", "Test mode multiplies by {keep}, though training has scaled already.", WHICH_MODE, FORWARD, TEST, "out = x * keep\n"),
    *in_both("dropout-wrong-probability", "The mask and the scale use different probabilities: the mask is not divided by {keep}.", "With which probability is an entry kept, and by what is it divided?", FORWARD, MASK, f"{KEPT} / (1 - keep)"),
    *in_both("dropout-scaled-twice", "The entries that are kept are divided by {keep} twice.", IN_MASK, FORWARD, MASK, f"{MASK} / keep"),
    *in_both("dropout-multiplied", "The entries that are kept are multiplied by {keep}: that makes the mean of out smaller still.", MEAN, FORWARD, MASK, f"{KEPT} * keep"),
    *in_both("dropout-mask-from-randn", "The mask is drawn from normal numbers (randn), so an entry is not kept with probability {keep}.", "How often is a standard normal number below 0.3, and how often a uniform one?", FORWARD, f"{DRAWN} < keep", "np.random.randn(*x.shape) < keep if keep == p else np.random.randn(*x.shape) > p"),
    *in_both("dropout-never-drops", "No entry is ever dropped; all of them are divided by {keep}.", ZEROS, FORWARD, KEPT, "np.ones(x.shape)"),
    dropout.wrong("dropout-does-nothing", "Training returns x as it is: no entry is ever dropped.", ZEROS, FORWARD, 'mode = dropout_param["p"], dropout_param["mode"]', 'mode = dropout_param["p"], "test"'),
    *in_both("dropout-modes-exchanged", "The modes are swapped: entries are dropped, and divided by {keep}, in test mode, and training returns x as it is.", WHICH_MODE, FORWARD, 'mode == "train"', 'mode == "test"'),
    *in_both("dropout-modes-exchanged-forward", "The modes are swapped in the forward pass: entries are dropped, and divided by {keep}, in test mode, and training returns x as it is.", WHICH_MODE, FORWARD, 'mode == "train"', 'mode == "test"', "return out, (mask", "return out, (None"),
    *in_both("dropout-seed-ignored", "The seed is ignored: two calls with the same seed drop different entries.", "The seed in dropout_param is there to make the mask repeatable.", FORWARD, 'np.random.seed(dropout_param["seed"])', "pass"),
    *in_both("dropout-mask-shared-by-samples", "All samples of the batch share one mask: it is not drawn for each of them.", ITS_SHAPE, FORWARD, DRAWN, "np.random.rand(1, *x.shape[1:])"),
    *in_both("dropout-mask-shared-by-features", "A sample is kept or dropped as a whole: the mask has one entry per sample.", ITS_SHAPE, FORWARD, DRAWN, "np.random.rand(len(x), 1)"),
    *in_both("dropout-gradient-not-masked", "The backward pass returns dout as it is: it neither applies the mask nor divides by {keep}.", "Through which entries does the loss depend on x, and how strongly?", BACKWARD, DX, "dout"),
    *in_both("dropout-gradient-only-scaled", "The backward pass divides by {keep}, but does not apply the mask.", OF_DROPPED, BACKWARD, DX, "dout / keep"),
    *in_both("dropout-gradient-modes-exchanged", "The modes are swapped in the backward pass: training returns dout as it is, without the mask and its division by {keep}.", "In which mode was something dropped?", BACKWARD, DX, "dout", "return dout\n", "return dout * mask\n"),
    *in_both("dropout-gradient-not-scaled", "The backward pass applies the mask, but does not divide by {keep}.", SCALED_THERE, BACKWARD, DX, f"{DX} * keep"),
    *in_both("dropout-gradient-scaled-twice", "The backward pass divides by {keep} twice.", IN_MASK, BACKWARD, DX, f"{DX} / keep"),
    *in_both("dropout-gradient-other-mask", "The backward pass draws a mask of its own: the gradient goes through other entries than those that were kept.", "The cache should hold what was dropped.", BACKWARD, DX, "dout * (np.random.rand(*dout.shape) < keep) / keep"),
    pattern(
        "dropout-test-mode-changes-x",
        parts=("dropout",),
        checks=("dropout/forward",),
        fails={"test mode"},
        sentence="Training is right, but test mode does not return x as it is.",
        hint="Training has scaled already; what is left to do?",
    ),
    pattern(
        "dropout-rows-only",
        parts=("dropout",),
        checks=("dropout/forward",),
        fails={"images"},
        sentence="It is right for samples that are rows of features, and not for images (N, C, H, W).",
        hint="x may have any shape: what takes it for a matrix?",
    ),
    pattern(
        "dropout-test-mode-changes-gradient",
        parts=("dropout",),
        checks=("dropout/backward",),
        fails={"test mode"},
        sentence="Training is right, but in test mode the backward pass does not return dout as it is.",
        hint="How does out change with x in test mode?",
    ),
    *in_both("dropout-mask-of-numbers", "The mask holds the random numbers themselves, divided by {keep}; none of them is compared with p.", SAYS_KEPT, FORWARD, KEPT, DRAWN),
    *in_both("dropout-gradient-multiplied", "The backward pass multiplies the entries that were kept by {keep}.", SCALED_THERE, BACKWARD, DX, f"{DX} * keep**2"),
    *in_both("dropout-gradient-by-the-other-probability", "The backward pass does not divide by {keep}, but by the other probability.", SCALED_THERE, BACKWARD, DX, f"{DX} * keep / (1 - keep)"),
    *in_both("dropout-scaled-at-test-by-the-other-probability", "Training does not scale, and test mode multiplies, by the other probability instead of {keep}.", WHICH_MODE, FORWARD, MASK, KEPT, TEST, "out = x * (1 - keep)\n"),
    # These show the same whether p keeps or drops
    dropout.wrong("dropout-always-half", "Half of the entries are kept, whatever p says.", "Where does p enter the mask?", FORWARD, "keep = p", "keep = 0.5", about=ABOUT),
    dropout.wrong("dropout-gradient-of-dropped", "The gradient goes to the entries that were dropped, not to those that were kept.", OF_DROPPED, BACKWARD, DX, "dout * (mask == 0)", about=ABOUT),
    dropout.wrong("dropout-gradient-zero", "The gradient is zero everywhere.", "How does out change with x where an entry is kept?", BACKWARD, DX, "0 * dout", about=ABOUT),
    dropout.wrong("dropout-gradient-one-minus-mask", "The gradient is multiplied by 1 - mask, where the mask belongs.", OF_DROPPED, BACKWARD, DX, "dout * (1 - mask)", about=ABOUT),
    dropout.wrong("dropout-gradient-is-mask", "The backward pass returns the mask; dout does not enter it.", "The gradient of x is dout times something.", BACKWARD, DX, "mask", about=ABOUT),
    dropout.wrong("dropout-mask-of-plain-numbers", "x is multiplied by the random numbers themselves; none of them is compared with p.", SAYS_KEPT, FORWARD, MASK, DRAWN, about=ABOUT),
)  # fmt: skip
