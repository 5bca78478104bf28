"""What goes wrong in two-layer networks whose regularisation may have the factor 0.5; see its checks."""

from __future__ import annotations

from grader.mistakes import mistake
from solutions.mistakes.regularisation import covering

DOUBLED = mistake(
    "reg-gradient-twice-the-loss",
    parts=("two_layer_classifier",),
    sentence="The gradient of the regularisation is twice as large as the loss asks for.",
    hint="Differentiate the regularisation term of your own loss, with its factor, with respect to W once more.",
)(covering({}, {"W1": 2.0, "W2": 2.0}))
