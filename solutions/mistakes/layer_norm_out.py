"""What goes wrong with the result of layer and group normalisation; the backward pass has a right cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.layer_norm import FORWARDS, LAYER, PARTS, eps_given
from solutions.mistakes.normalised_outs import OUT_SLIPS, Normalised, OutSlip


def normalised(x: Any, gamma: Any, beta: Any, *rest: Any) -> Normalised:
    """The parts of the formula; rest is ln_param, or G and gn_param."""
    rows = x.reshape(len(x) * (rest[0] if len(rest) == 2 else 1), -1)
    column = (len(x), 1)

    def spread(values: Any) -> Any:
        return np.repeat(values, rows.shape[1]).reshape(x.shape) if x.ndim == 4 else values.reshape(column)

    return Normalised(x, gamma, beta, spread(rows.mean(axis=1)), spread(rows.var(axis=1)), eps_given(rest[-1]))


def of_out(slip: OutSlip) -> Mistake:
    """A wrong result of both layers."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def forward_of(name: str) -> Any:
            def forward(*arguments: Any) -> Any:
                return slip.out(normalised(*arguments)), getattr(ref, name)(*arguments)[1]

            return forward

        return {name: forward_of(name) for name in FORWARDS}

    return mistake(f"layernorm-{slip.code}", parts=PARTS, sentence=slip.sentence, hint=slip.hint, place="out")(variant)


OF_OUT = tuple(of_out(slip) for slip in OUT_SLIPS if slip.code != "variance-not-averaged")


@mistake(
    "layernorm-variance-per-feature",
    parts=LAYER,
    sentence="The mean is taken of each sample, but the variance of each feature over the samples.",
    hint="Both statistics are those of one sample.",
)
def variance_per_feature(ref: Any) -> Mapping[str, Any]:
    """Batch normalisation's variance."""

    def layernorm_forward(x: Any, gamma: Any, beta: Any, ln_param: Mapping[str, Any]) -> Any:
        at = normalised(x, gamma, beta, ln_param)
        return at.divided(np.sqrt(x.var(axis=0) + at.eps)), ref.layernorm_forward(x, gamma, beta, ln_param)[1]

    return {"layernorm_forward": layernorm_forward}


@mistake(
    "layernorm-mean-per-feature",
    parts=LAYER,
    sentence="The variance is taken of each sample, but the mean of each feature over the samples.",
    hint="Both statistics are those of one sample.",
)
def mean_per_feature(ref: Any) -> Mapping[str, Any]:
    """Batch normalisation's mean."""

    def layernorm_forward(x: Any, gamma: Any, beta: Any, ln_param: Mapping[str, Any]) -> Any:
        at = normalised(x, gamma, beta, ln_param)._replace(mean=x.mean(axis=0))
        return at.divided(np.sqrt(at.var + at.eps)), ref.layernorm_forward(x, gamma, beta, ln_param)[1]

    return {"layernorm_forward": layernorm_forward}
