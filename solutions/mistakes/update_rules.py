"""What goes wrong in all update rules alike, and where they come right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake, pattern

PARTS = ("update_rules",)
STATES = {"sgd_momentum": ("velocity",), "rmsprop": ("cache",), "adam": ("m", "v", "t")}


@mistake(
    "update-state-not-kept",
    parts=PARTS,
    sentence="The new state is not stored in config, so that every step starts from the old one.",
    hint="The next call knows only what config holds.",
)
def update_state_not_kept(ref: Any) -> Mapping[str, Any]:
    """Velocity, cache and moments stay what they were; Adam's t advances."""

    def forgetful(name: str) -> Any:
        def rule(w: Any, dw: Any, config: Any = None) -> Any:
            given = dict(config or {})
            next_w, new = getattr(ref, name)(w, dw, given)
            kept = {state: given.get(state, np.zeros_like(w)) for state in STATES[name] if state != "t"}
            return next_w, {**new, **kept}

        return rule

    return {name: forgetful(name) for name in STATES}


EPSILON = pattern(
    "epsilon-not-as-given",
    parts=PARTS,
    checks=("update_rules/rmsprop", "update_rules/adam"),
    fails={"a large epsilon"},
    sentence="It is right for a tiny epsilon only: a large one shows that epsilon stands neither beside the root nor "
    "under it.",
    hint="Is epsilon read from config, and where is it added?",
)
