"""What goes wrong in dropout. Each mistake is declared for both meanings of p, to keep and to drop.

Masks are random, so nobody's numbers are reproduced but figures measured on them: the share that is kept, and scales.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake, pattern

Change = Callable[[float], float]  # from the probability of keeping to a factor
Build = Callable[[Any, Callable[[Any], float]], Mapping[str, Any]]  # from the reference and what p means
KEEPS, DROPS = "p, the probability of keeping here", "1 - p, the probability of keeping here"


def both_meanings(code: str, sentence: str, hint: str, build: Build) -> tuple[Mistake, Mistake]:
    """The mistake where p keeps and where p drops; {keep} in the sentence is the probability of keeping."""

    def declared(suffix: str, keep: str, keeping: Callable[[Any], float]) -> Mistake:
        text = sentence.format(keep=keep)
        declare = mistake(code + suffix, parts=("dropout",), sentence=text, hint=hint, place="dropout")
        return declare(lambda ref: build(ref, keeping))

    return (
        declared("", KEEPS, lambda param: float(param["p"])),
        declared("-p-drops", DROPS, lambda param: 1.0 - float(param["p"])),
    )


def scaled(train: Change, test: Change = lambda keep: 1.0) -> Build:
    """The layer with its result, and in training its gradient, times a factor of the probability of keeping."""

    def build(ref: Any, keeping: Callable[[Any], float]) -> Mapping[str, Any]:
        def dropout_forward(x: Any, param: Any) -> Any:
            keep = keeping(param)
            out, cache = ref.dropout_forward(x, {**param, "p": keep})
            training = param["mode"] == "train"
            return out * (train if training else test)(keep), (cache, train(keep) if training else 1.0)

        def dropout_backward(dout: Any, cache: Any) -> Any:
            return ref.dropout_backward(dout, cache[0]) * cache[1]

        return {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}

    return build


not_scaled, not_scaled_p_drops = both_meanings(
    "dropout-not-scaled",
    "The entries that are kept are not scaled up: they should be divided by {keep}.",
    "What is the mean of out over many masks, and what should it be?",
    scaled(lambda keep: keep),
)
scaled_at_test, scaled_at_test_p_drops = both_meanings(
    "dropout-scaled-at-test",
    "Test mode multiplies by {keep}, and training does not scale: inverted dropout scales in training alone.",
    "Which of the two modes should return x as it is?",
    scaled(lambda keep: keep, lambda keep: keep),
)
divided_at_test, divided_at_test_p_drops = both_meanings(
    "dropout-divided-at-test",
    "Test mode divides by {keep}, and training does not scale: inverted dropout scales in training alone.",
    "Which of the two modes should return x as it is?",
    scaled(lambda keep: keep, lambda keep: 1 / keep),
)
scaled_in_both_modes, scaled_in_both_modes_p_drops = both_meanings(
    "dropout-scaled-in-both-modes",
    "Test mode multiplies by {keep}, though training has scaled already.",
    "Which of the two modes should return x as it is?",
    scaled(lambda keep: 1.0, lambda keep: keep),
)
wrong_probability, wrong_probability_p_drops = both_meanings(
    "dropout-wrong-probability",
    "The mask keeps with one probability, and the scale belongs to the other: it is not divided by {keep}.",
    "With which probability is an entry kept, and by what is it divided?",
    scaled(lambda keep: keep / (1 - keep)),
)
scaled_twice, scaled_twice_p_drops = both_meanings(
    "dropout-scaled-twice",
    "The entries that are kept are divided by {keep}, twice.",
    "Is the scale in the mask already?",
    scaled(lambda keep: 1 / keep),
)
multiplied, multiplied_p_drops = both_meanings(
    "dropout-multiplied",
    "The entries that are kept are multiplied by {keep}: that makes the mean of out smaller still.",
    "What is the mean of out over many masks, and what should it be?",
    scaled(lambda keep: keep * keep),
)


def masked_by(draw: Callable[[Any, Any, float, Any], Any]) -> Build:
    """A layer whose mask, divided by the probability of keeping, is drawn otherwise."""

    def build(ref: Any, keeping: Callable[[Any], float]) -> Mapping[str, Any]:
        def dropout_forward(x: Any, param: Any) -> Any:
            if param["mode"] == "test":
                return ref.dropout_forward(x, param)
            seed = param.get("seed")
            rng = np.random if seed is None else np.random.RandomState(seed)
            mask = draw(rng, param, keeping(param), x.shape)
            return x * mask, mask

        return {"dropout_forward": dropout_forward}

    return build


def normal_mask(rng: Any, param: Any, keep: float, shape: Any) -> Any:
    """Standard normal numbers compared with p: below it are kept, or above it are."""
    numbers = rng.standard_normal(shape)
    return (numbers < keep if keep == param["p"] else numbers > param["p"]) / keep


from_randn, from_randn_p_drops = both_meanings(
    "dropout-mask-from-randn",
    "The mask is drawn from normal numbers (randn), so an entry is not kept with {keep}.",
    "How often is a standard normal number below 0.3, and how often a uniform one?",
    masked_by(normal_mask),
)
never_drops, never_drops_p_drops = both_meanings(
    "dropout-never-drops",
    "No entry is ever dropped; all of them are divided by {keep}.",
    "Print the mask: does it hold zeros?",
    masked_by(lambda rng, param, keep, shape: np.ones(shape) / keep),
)


@mistake(
    "dropout-does-nothing",
    parts=("dropout",),
    sentence="Training returns x as it is: no entry is ever dropped.",
    hint="Print the mask: does it hold zeros?",
)
def does_nothing(ref: Any) -> Mapping[str, Any]:
    """The test mode always."""
    return {"dropout_forward": lambda x, param: ref.dropout_forward(x, {**param, "mode": "test"})}


def seed_ignored_by(ref: Any, keeping: Callable[[Any], float]) -> Mapping[str, Any]:
    """A layer that draws on."""

    def dropout_forward(x: Any, param: Any) -> Any:
        return ref.dropout_forward(x, {"mode": param["mode"], "p": keeping(param)})

    return {"dropout_forward": dropout_forward}


seed_ignored, seed_ignored_p_drops = both_meanings(
    "dropout-seed-ignored",
    "The seed is ignored: two calls with the same seed drop other entries.",
    "The seed in dropout_param is there to make the mask repeatable.",
    seed_ignored_by,
)

shared_by_samples, shared_by_samples_p_drops = both_meanings(
    "dropout-mask-shared-by-samples",
    "All samples of the batch share one mask: it is not drawn for each of them.",
    "Which shape should the mask have?",
    masked_by(lambda rng, param, keep, shape: (rng.random_sample((1, *shape[1:])) < keep) / keep + np.zeros(shape)),
)
shared_by_features, shared_by_features_p_drops = both_meanings(
    "dropout-mask-shared-by-features",
    "A sample is kept or dropped as a whole: the mask has one entry a sample.",
    "Which shape should the mask have?",
    masked_by(lambda rng, param, keep, shape: (rng.random_sample((shape[0], 1)) < keep) / keep + np.zeros(shape)),
)


def back(change: Callable[[Any, Any, float, Any], Any]) -> Build:
    """A right forward pass, and in training the gradient ``change(dout, dx, keep, ref)``."""

    def build(ref: Any, keeping: Callable[[Any], float]) -> Mapping[str, Any]:
        def dropout_forward(x: Any, param: Any) -> Any:
            keep = keeping(param)
            out, cache = ref.dropout_forward(x, {**param, "p": keep})
            return out, (cache, keep, param["mode"])

        def dropout_backward(dout: Any, cache: Any) -> Any:
            inner, keep, mode = cache
            dx = ref.dropout_backward(dout, inner)
            return dx if mode == "test" else change(dout, dx, keep, ref)

        return {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}

    return build


def redrawn(dout: Any, dx: Any, keep: float, ref: Any) -> Any:
    """dout through a mask of its own."""
    return ref.dropout_forward(dout, {"mode": "train", "p": keep})[0]


gradient_not_masked, gradient_not_masked_p_drops = both_meanings(
    "dropout-gradient-not-masked",
    "The backward pass returns dout as it is: neither is the mask applied, nor is it divided by {keep}.",
    "Through which entries does the loss depend on x, and how strongly?",
    back(lambda dout, dx, keep, ref: dout),
)
gradient_only_scaled, gradient_only_scaled_p_drops = both_meanings(
    "dropout-gradient-only-scaled",
    "The backward pass divides by {keep}, but does not apply the mask.",
    "Which gradient has an entry that was dropped?",
    back(lambda dout, dx, keep, ref: dout / keep),
)
gradient_not_scaled, gradient_not_scaled_p_drops = both_meanings(
    "dropout-gradient-not-scaled",
    "The backward pass applies the mask, but does not divide by {keep}.",
    "An entry that was kept was also scaled: how does out change with x there?",
    back(lambda dout, dx, keep, ref: dx * keep),
)
gradient_scaled_twice, gradient_scaled_twice_p_drops = both_meanings(
    "dropout-gradient-scaled-twice",
    "The backward pass divides by {keep}, twice.",
    "Is the scale in the mask already?",
    back(lambda dout, dx, keep, ref: dx / keep),
)
gradient_other_mask, gradient_other_mask_p_drops = both_meanings(
    "dropout-gradient-other-mask",
    "The backward pass draws a mask of its own, so the gradient goes through other entries than the forward pass used.",
    "The cache should hold what was dropped.",
    back(redrawn),
)

test_mode_changes_x = pattern(
    "dropout-test-mode-changes-x",
    parts=("dropout",),
    checks=("dropout/forward",),
    fails={"test mode"},
    sentence="Training is right, but test mode does not return x as it is.",
    hint="Training has scaled already; what is left to do?",
)
test_mode_changes_gradient = pattern(
    "dropout-test-mode-changes-gradient",
    parts=("dropout",),
    checks=("dropout/backward",),
    fails={"test mode"},
    sentence="Training is right, but in test mode the backward pass does not return dout as it is.",
    hint="How does out change with x in test mode?",
)

mask_of_numbers, mask_of_numbers_p_drops = both_meanings(
    "dropout-mask-of-numbers",
    "The mask holds the random numbers themselves, divided by {keep}; none of them is compared with p.",
    "A mask says of each entry whether it is kept.",
    masked_by(lambda rng, param, keep, shape: rng.random_sample(shape) / keep),
)
gradient_multiplied, gradient_multiplied_p_drops = both_meanings(
    "dropout-gradient-multiplied",
    "The backward pass multiplies the entries that were kept by {keep}.",
    "An entry that was kept was also scaled: how does out change with x there?",
    back(lambda dout, dx, keep, ref: dx * keep * keep),
)
gradient_by_other, gradient_by_other_p_drops = both_meanings(
    "dropout-gradient-by-the-other-probability",
    "The backward pass does not divide by {keep}, but by the other probability.",
    "An entry that was kept was also scaled: how does out change with x there?",
    back(lambda dout, dx, keep, ref: dx * keep / (1 - keep)),
)
scaled_at_test_by_other, scaled_at_test_by_other_p_drops = both_meanings(
    "dropout-scaled-at-test-by-the-other-probability",
    "Training does not scale, and test mode multiplies; and not even by {keep}, but by the other probability.",
    "Which of the two modes should return x as it is?",
    scaled(lambda keep: keep, lambda keep: 1 - keep),
)


def of_either(code: str, sentence: str, hint: str, build: Build) -> Mistake:
    """A mistake that shows the same whether p keeps or drops."""
    declare = mistake(code, parts=("dropout",), sentence=sentence, hint=hint, place="dropout")
    return declare(lambda ref: build(ref, lambda param: float(param["p"])))


always_half = of_either(
    "dropout-always-half",
    "Half of the entries are kept, whatever p says.",
    "Where does p enter the mask?",
    masked_by(lambda rng, param, keep, shape: (rng.random_sample(shape) < 0.5) / 0.5),
)
gradient_of_dropped = of_either(
    "dropout-gradient-of-dropped",
    "The gradient goes to the entries that were dropped, not to those that were kept.",
    "Which gradient has an entry that was dropped?",
    back(lambda dout, dx, keep, ref: dout * (dx == 0)),
)
gradient_zero = of_either(
    "dropout-gradient-zero",
    "The gradient is zero everywhere.",
    "How does out change with x where an entry is kept?",
    back(lambda dout, dx, keep, ref: 0 * dout),
)
gradient_is_mask = of_either(
    "dropout-gradient-is-mask",
    "The backward pass returns the mask; dout does not enter it.",
    "The gradient of x is what arrives, dout, times something.",
    back(lambda dout, dx, keep, ref: dx / dout),
)
mask_of_plain_numbers = of_either(
    "dropout-mask-of-plain-numbers",
    "x is multiplied by the random numbers themselves; none of them is compared with p.",
    "A mask says of each entry whether it is kept.",
    masked_by(lambda rng, param, keep, shape: rng.random_sample(shape)),
)
