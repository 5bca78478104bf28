"""Why a result is another than the one before: what it is made of is kept by name, and compared by name."""

from __future__ import annotations

import json
from collections.abc import Mapping

from grader.words import listing, plain_text

# The names of what a result is made of, as grader/batch/ingredients.py and work.py give them, in words.
SAID = {
    "submission": "what was handed in",
    "handed_in": "how it was handed in",
    "assignment": "the assignment",
    "chosen": "which checks were chosen",
    "description": "the assignment's description (points, weights, limits)",
    "checks": "the checks",
    "mistakes": "the known mistakes",
    "reference": "the reference",
    "engine": "the grader's own code",
    "seed": "the seed",
    "isolation": "the isolation level",
    "python": "Python",
    "numpy": "NumPy",
    "numba": "Numba",
    "data": "the data set",
    "notebook": "how notebooks are run",
    "time_factor": "the factor of time limits",
    "seconds": "the time for one submission",
    "compat": "whether old code is converted",
    "recognised": "how the assignment was found",
}
SHOWN = {"assignment", "isolation", "python", "numpy", "numba", "time_factor"}  # with their values
UNKNOWN = "it is not known what the result before was made of"


def differing(before: str, after: str) -> list[str] | None:
    """The names of what two results' keys differ in; None where a key says nothing."""
    old, new = _ingredients(before), _ingredients(after)
    if old is None or new is None:
        return None
    return [
        name for name in (*SAID, *sorted((old.keys() | new.keys()) - SAID.keys())) if old.get(name) != new.get(name)
    ]


def why(before: str, after: str) -> str:
    """What differs between two results' keys, as the end of a sentence: "the checks and NumPy (1.26 → 2.0) changed"."""
    names = differing(before, after)
    if names is None:
        return UNKNOWN
    if not names:
        return "nothing that is known of changed"
    old, new = _ingredients(before) or {}, _ingredients(after) or {}
    return f"{listing([_said(name, old, new) for name in names])} changed"


def _said(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> str:
    words = SAID.get(name) or plain_text(str(name), 40)
    if name not in SHOWN:
        return words
    before, after = (plain_text(str(one.get(name) or "none"), 40) for one in (old, new))
    return f"{words} ({before} → {after})"


def _ingredients(key: str) -> dict[str, object] | None:
    try:
        fields = json.loads(key)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None
