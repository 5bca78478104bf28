"""Whether a wrong function is right for an argument of another shape, such as (1, n) for (n,): an experiment.

It is played in the student process with its own code and changed inputs; nothing of the answer goes there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import numpy as np

from grader.expectations import Array
from grader.fitting import wrong_names
from grader.judging import Graded, Played
from grader.model import Diagnosis
from grader.outcome import Outcome
from grader.records import replace
from grader.regions import IMAGES
from grader.words import listing
from grader.worker.client import StudentProcess

CODE = "other-shape-of-"  # the codes begin with it
SENTENCE = "It comes right where {names} given with the shape {other}, not {shape} as here."
HINT = "Along which axis of the other arrays should the values go? Give them that shape in your function."
FORMS: Mapping[str, Callable[[Array], Array]] = {
    "(1, n)": lambda array: array.reshape(1, -1),
    "(n, 1)": lambda array: array.reshape(-1, 1),
    "(1, n, 1, 1)": lambda array: array.reshape(1, -1, 1, 1),
}
FLAT = "(n,)"


def of_other_shape(one: Graded, process: StudentProcess) -> tuple[Diagnosis, ...]:
    """The cause that every failed case comes right with some arguments in another shape; nothing if none does."""
    failed = [item for item in one.played if item.case.name not in one.passed]
    failed.sort(key=lambda item: sum(value.size for value in item.inputs.values()))  # most end at the quickest
    for names, shape, other in _worth_trying(failed[0].inputs):
        if all(_right(one, item, names, other, process) for item in failed):
            are = listing(names) + (" is" if len(names) == 1 else " are")
            sentence = SENTENCE.format(names=are, other=other, shape=shape)
            return (Diagnosis(CODE + "-".join(names), sentence, True, HINT),)
    return ()


def _worth_trying(inputs: Mapping[str, Array]) -> Iterator[tuple[list[str], str, str]]:
    """Names of arguments, the shape that they have and another: of one length each by itself, two of them, all."""
    forms = [
        form for form in FORMS if form.count(",") < IMAGES - 1 or any(one.ndim == IMAGES for one in inputs.values())
    ]
    kinds = {name: _kind(array) for name, array in inputs.items()}
    groups: dict[tuple[str, int], list[str]] = {}
    for name, kind in kinds.items():
        if kind:
            groups.setdefault((kind, inputs[name].size), []).append(name)
    several = [[*some] for names in groups.values() for number in (1, 2) for some in combinations(names, number)]
    for names in (*several, *(names for names in groups.values() if len(names) > 2)):
        shape = kinds[names[0]]
        yield from ((names, shape, other) for other in (forms if shape == FLAT else [FLAT]))


def _kind(array: Array) -> str:
    """Which of the shapes an array of several numbers has; "" if none."""
    if array.size < 2 or array.dtype.kind not in "iuf":
        return ""
    return (
        FLAT
        if array.ndim == 1
        else next((form for form, made in FORMS.items() if made(array).shape == array.shape), "")
    )


def _right(one: Graded, item: Played, names: list[str], other: str, process: StudentProcess) -> bool:
    """Whether a case comes right with these arguments in another shape."""
    if not all(name in item.inputs for name in names):
        return False
    form = FORMS.get(other, np.ravel)
    transcript = process.play(one.check, {**item.inputs, **{name: form(item.inputs[name]) for name in names}})
    if transcript.outcome != Outcome.RETURNED:
        return False
    played = replace(item, transcript=transcript)
    with np.errstate(all="ignore"):
        return not wrong_names(one.check, played, played.values)
