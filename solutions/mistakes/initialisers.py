"""What goes wrong in drawing initial weights. A mistake is recognised where the numbers come from the given rng."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

initialisers = Naive(Path(__file__).parents[1] / "naive" / "initialisers.py", parts=("initialisers",))

UNIFORM = "What is the variance of uniform numbers between -1 and 1?"
DEFAULT = "Which of the two is the default?"
FANS, NORM = "count / shape[0], count / shape[1]", "chosen(shape, variance_norm)"
OTHER = 'chosen(shape, {"fan_in": "fan_out", "average": "average", "fan_out": "fan_in"}[variance_norm])'

MISTAKES = (
    initialisers.wrong("fans-swapped", "fan_in and fan_out are swapped.", "How many inputs feed one output, for weights of shape (num, channels, height, width)?", "fans", FANS, "count / shape[1], count / shape[0]"),
    initialisers.wrong("xavier-fans-swapped", "xavier_init uses fan_out where fan_in is asked for, and the other way round.", DEFAULT, "xavier_init", NORM, OTHER),
    initialisers.wrong("msra-fans-swapped", "msra_init uses fan_out where fan_in is asked for, and the other way round.", DEFAULT, "msra_init", NORM, OTHER),
    initialisers.wrong("fans-without-the-window", "The fans count maps only and leave out the height and width of the filters.", "How many numbers are multiplied and added up for one output?", "fans", FANS, "float(shape[1]), float(shape[0])"),
    initialisers.wrong("msra-variance-as-std", "msra_init uses the variance as the standard deviation.", "What does the second argument of NumPy's normal mean?", "msra_init", f"np.sqrt(2 / {NORM})", f"2 / {NORM}"),
    initialisers.wrong("xavier-std-as-limit", "xavier_init uses the standard deviation as the end of the range.", UNIFORM, "xavier_init", "np.sqrt(3", "np.sqrt(1"),
    initialisers.wrong("glorot-std-as-limit", "glorot_uniform_init uses the standard deviation as the end of the range.", UNIFORM, "glorot_uniform_init", "np.sqrt(6", "np.sqrt(2"),
    initialisers.wrong("unitball-as-a-whole", "positive_unitball_init makes all weights together add up to 1, not those of each filter.", "Over which axes does the sum go, and what is left of the shape?", "positive_unitball_init", "weights / sums", "weights / np.sum(weights)"),
)  # fmt: skip
