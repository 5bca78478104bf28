"""Error carried forward: a backward pass that is the exact gradient of the student's own wrong forward pass.

Three Gaussian directions a gradient, central differences, by calls of the student's forward pass with inputs that
the grader makes; what is compared are plain arrays, in the grading process. Every direction has to agree; where one
does not, three fresh ones are tried once, since a direction may cross a kink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.errors import HarnessError
from grader.expectations import Array
from grader.judging import Graded, Played
from grader.model import Diagnosis, Status
from grader.shapes import fitted
from grader.spec import Check, GradientOf
from grader.worker.client import StudentProcess

STEP = 1e-6
DIRECTIONS = 3
TOLERANCE = 1e-7  # of the norm of the gradient
ROUNDING = 1e-9  # of the loss: what central differences with that step lose
CODE = "follows-own-forward"
SENTENCE = "Your backward pass is consistent with your own forward pass; fix the forward pass."
HINT = "It is the exact gradient of what your forward pass computes; once that is right, it has to follow again."


def carried_forward(graded: Sequence[Graded], process: StudentProcess, share: float) -> list[Graded]:
    """The same, with a ``share`` of the points where a failed backward pass follows a failed forward pass."""
    failed = {one.check.name: one for one in graded if one.result.status in (Status.FAILED, Status.CRASHED)}
    return [_carry(one, failed, process, share) if one.check.name in failed else one for one in graded]


def _carry(one: Graded, failed: dict[str, Graded], process: StudentProcess, share: float) -> Graded:
    link = one.check.gradient_of
    forward = failed.get(f"{one.check.part}/{link.forward}") if link else None
    if link is None or forward is None:
        return one
    wrong = [item for item in one.played if item.case.name not in one.passed]
    try:
        follows = all(_follows(item, link, forward.check, process) for item in wrong)
    except HarnessError:  # nothing that was judged gets lost by a courtesy
        return one
    if not follows:
        return one
    carried = round(share * sum(item.case.points for item in wrong), 2)
    points = round(one.result.points + carried, 2)
    said = Diagnosis(CODE, SENTENCE, certain=True, hint=HINT)
    return replace(one, result=replace(one.result, points=points, carried_points=carried, diagnosis=(said,)))


def _follows(item: Played, link: GradientOf, forward: Check, process: StudentProcess) -> bool:
    """Whether all gradients of one case are those of the student's forward pass."""
    got = item.values
    gradients = {name: got.get(name) for name in link.wrt}
    shaped = [
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.size == item.inputs[link.wrt[name]].size
        and bool(np.isfinite(value).all())
        for name, value in gradients.items()
    ]
    if item.transcript.outcome != "returned" or not all(shaped):
        return False
    rng = np.random.default_rng(np.random.SeedSequence())  # directions that nobody can foresee
    return all(
        any(
            all(_agrees(item, link, forward, process, name, np.asarray(value), rng) for _ in range(DIRECTIONS))
            for _ in range(2)
        )
        for name, value in gradients.items()
    )


def _agrees(
    item: Played,
    link: GradientOf,
    forward: Check,
    process: StudentProcess,
    name: str,
    gradient: Array,
    rng: np.random.Generator,
) -> bool:
    """Whether the gradient agrees with a central difference along one random direction."""
    target = link.wrt[name]
    gradient = gradient.reshape(item.inputs[target].shape)
    direction = rng.standard_normal(gradient.shape)
    losses = []
    for sign in (1, -1):
        inputs = {other: value for other, value in item.inputs.items() if other != link.upstream}
        transcript = process.play(forward, inputs | {target: item.inputs[target] + sign * STEP * direction})
        upstream = item.inputs[link.upstream] if link.upstream else np.ones(())
        out = fitted(transcript.values, {link.output: upstream}).get(link.output)
        if transcript.outcome != "returned" or not isinstance(out, np.ndarray) or out.shape != upstream.shape:
            return False
        losses.append(float(np.sum(out * upstream)))
    numeric = (losses[0] - losses[1]) / (2 * STEP)
    analytic = float(np.sum(gradient * direction))
    return abs(numeric - analytic) <= TOLERANCE * float(np.linalg.norm(gradient)) + ROUNDING * max(map(abs, losses))
