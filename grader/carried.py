"""Error carried forward: a backward pass that is the exact gradient of the student's own wrong forward pass.

The gradients of a case, and those that come back at a point near it, are compared with central differences along
Gaussian directions in all inputs at once. What they are compared with is asked of new processes, which have seen no
gradient: each answers for all points of all cases in an order of its own, and they have to agree. So a forward pass
that remembers what it was asked, or guesses what it is asked for, is found out.

That is no courtesy to what took no work: nothing is carried from a forward pass that is constant or like the right one
in no case, nor in cases whose gradients are zero, constant, or of another order than the right ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.errors import HarnessError
from grader.expectations import Array, Arrays, Values, plain
from grader.judging import USUAL, Graded, Played
from grader.model import Audit, Diagnosis, Status
from grader.outcome import Outcome
from grader.shapes import fitted
from grader.spec import Check, GradientOf, Inputs
from grader.words import listing
from grader.worker.client import StudentProcess

STEP = 1e-6
OFFSET = 0.1  # how far off the point nearby is, in each entry
DIRECTIONS = 3  # from each point
TOLERANCE = 1e-7  # of the norm of the smallest gradient
ROUNDING = 1e-9  # of the loss: what central differences with that step lose
REPEATED = 1e-12  # relative difference of two answers that are one
LIKE = 0.3  # the least correlation with what is right
ENOUGH, SURE = 8, 5.0  # and of how many numbers, and in standard errors
ORDER = 1e3  # between the norms of gradients
CODE = "follows-own-forward"
SENTENCE = "Your backward pass is consistent with your own forward pass; fix the forward pass."
HINT = "It is the exact gradient of what your forward pass computes; once that is right, this has to change too."


@dataclass(frozen=True, slots=True)
class Point:
    """Inputs of the forward pass, the gradient of what it returns, and the gradients to its inputs, by their names."""

    inputs: Inputs
    upstream: Array
    gradients: Arrays


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the forward pass: its loss a small step along a direction from a point, and a step back."""

    point: Point
    direction: Arrays

    @property
    def slope(self) -> float:
        """What the gradients say."""
        return float(sum(np.sum(self.point.gradients[name] * step) for name, step in self.direction.items()))

    def at(self, sign: int) -> Inputs:
        """The inputs on one side."""
        moved = {name: self.point.inputs[name] + sign * STEP * step for name, step in self.direction.items()}
        return {**self.point.inputs, **moved}

    def agrees(self, losses: Mapping[int, float]) -> bool:
        """Whether the slope of the losses of both sides is that of the gradients."""
        least = min(float(np.linalg.norm(gradient)) for gradient in self.point.gradients.values())
        limit = TOLERANCE * least + ROUNDING * max(map(abs, losses.values()))
        return abs((losses[1] - losses[-1]) / (2 * STEP) - self.slope) <= limit


@np.errstate(all="ignore")
def carried_forward(graded: Sequence[Graded], process: StudentProcess, share: float) -> list[Graded]:
    """The same, with a ``share`` of the points of cases where a failed backward pass follows a failed forward pass."""
    failed = {one.check.name: one for one in graded if one.result.status in (Status.FAILED, Status.CRASHED)}
    return [_carry(one, failed, process, share) if one.check.name in failed else one for one in graded]


def _carry(one: Graded, failed: dict[str, Graded], process: StudentProcess, share: float) -> Graded:
    link = one.check.gradient_of
    forward = failed.get(f"{one.check.part}/{link.forward}") if link else None
    if link is None or forward is None:
        return one
    wrong = [item for item in one.played if item.case.name not in one.passed]
    rng = np.random.default_rng(np.random.SeedSequence())  # what nobody can foresee
    if not all(item.transcript.outcome == Outcome.RETURNED and _fit(item.values, item.inputs, link) for item in wrong):
        return one
    if not any(is_like(item.values.get(link.output), item.want[link.output]) for item in forward.played):
        return one
    work = [item for item in wrong if _is_work(item, link)]
    try:
        follows = work and any(_follows(work, link, one.check, forward.check, process, rng) for _ in range(2))
    except HarnessError:  # nothing that was judged gets lost by a courtesy
        return one
    if not follows:
        return one
    had = {entry.case: entry.points for entry in one.result.audit}
    carried = round(share * sum(item.case.points - had.get(item.case.name, 0.0) for item in work), 2)
    points = round(one.result.points + carried, 2)
    said = Diagnosis(CODE, SENTENCE, certain=True, hint=HINT)
    audit = Audit(listing([item.case.name or USUAL for item in wrong]), "carried", carried, 0.0, share=share)
    result = replace(one.result, points=points, carried_points=carried, diagnosis=(said,))
    return replace(one, result=replace(result, audit=(*result.audit, audit)))


def _is_work(item: Played, link: GradientOf) -> bool:
    """Whether there is something to carry in a case: see the head of this file."""
    got, want = ({name: np.asarray(of[name], dtype=float) for name in link.wrt} for of in (item.values, item.want))
    if any(_is_trivial(got[name], want[name]) for name in got):
        return False
    # A loss is a single number, which says too little of the forward pass.
    return bool(link.upstream) or abs(_correlation(*(_all(of) for of in (got, want)))) > LIKE


def is_like(got: object, want: Array) -> bool:
    """Whether what a forward pass returns has to do with what is right, and not by chance."""
    if not isinstance(got, np.ndarray) or got.shape != want.shape or got.dtype.kind != "f":
        return False
    if not np.isfinite(got).all():
        return False
    if got.size == 1:
        return bool(np.all(np.abs(got - want) < np.abs(want)))
    like = abs(_correlation(got - got.mean(), want - want.mean()))
    chance = float(np.sqrt(max(1 - like**2, 1e-16) / max(got.size - 2, 1)))  # the standard error of a correlation
    return bool(got.size >= ENOUGH and like > max(LIKE, SURE * chance))


def _is_trivial(got: Array, want: Array) -> bool:
    """Whether a gradient is zero, or constant, or of another order, where the right one is not."""
    sizes = [float(np.linalg.norm(gradient)) for gradient in (got, want)]
    if not sizes[1]:
        return False
    constant = got.size > 1 and np.ptp(got) <= 1e-9 * np.max(np.abs(got)) and np.ptp(want) > 1e-9 * np.max(np.abs(want))
    return bool(constant or not sizes[1] / ORDER < sizes[0] < sizes[1] * ORDER)


def _correlation(x: Array, y: Array) -> float:
    return float(np.sum(x * y) / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-300))


def _all(arrays: Arrays) -> Array:
    return np.concatenate([value.ravel() for value in arrays.values()])


def _fit(values: Values, inputs: Inputs, link: GradientOf) -> bool:
    """Whether all gradients are arrays of numbers that could be those of the inputs."""
    gradients = [(values.get(name), inputs[target]) for name, target in link.wrt.items()]
    return all(
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.size == target.size
        and bool(np.isfinite(plain(value)).all())
        for value, target in gradients
    )


def _follows(
    wrong: Sequence[Played],
    link: GradientOf,
    backward: Check,
    forward: Check,
    process: StudentProcess,
    rng: np.random.Generator,
) -> bool:
    """Whether all gradients are those of the forward pass; where they are not, a direction may have crossed a kink."""
    points: list[Point] = []
    for item in wrong:
        points.append(_point(item.inputs, item.values, link))
        inputs = _nearby(item.inputs, link, rng)
        transcript = process.play(backward, inputs)
        values = fitted(transcript.values, item.want)
        if transcript.outcome != Outcome.RETURNED or not _fit(values, inputs, link):
            return False
        points.append(_point(inputs, values, link))
    questions = [
        Question(point, {name: rng.standard_normal(gradient.shape) for name, gradient in point.gradients.items()})
        for point in points
        for _ in range(DIRECTIONS)
    ]
    answers = [dict(_answers(questions, link, forward, process, rng)) for _ in range(2)]
    asked = [(number, sign) for number in range(len(questions)) for sign in (1, -1)]
    if any(one.keys() != set(asked) for one in answers):
        return False
    first, second = answers
    if any(abs(first[of] - second[of]) > REPEATED * max(abs(first[of]), 1.0) for of in asked):
        return False
    return all(
        question.agrees({sign: first[number, sign] for sign in (1, -1)}) for number, question in enumerate(questions)
    )


def _point(inputs: Inputs, values: Values, link: GradientOf) -> Point:
    given = {name: value for name, value in inputs.items() if name != link.upstream}
    gradients = {
        target: np.asarray(values[name], dtype=float).reshape(inputs[target].shape) for name, target in link.wrt.items()
    }
    return Point(given, inputs[link.upstream] if link.upstream else np.ones(()), gradients)


def _nearby(inputs: Inputs, link: GradientOf, rng: np.random.Generator) -> Inputs:
    """The inputs, what there is a gradient for and of moved a little."""
    moved = (*link.wrt.values(), *([link.upstream] if link.upstream else []))
    return {**inputs, **{name: inputs[name] + OFFSET * rng.standard_normal(inputs[name].shape) for name in moved}}


def _answers(
    questions: Sequence[Question],
    link: GradientOf,
    forward: Check,
    process: StudentProcess,
    rng: np.random.Generator,
) -> Iterator[tuple[tuple[int, int], float]]:
    """The losses by question and side, asked of a new process in random order; it ends where there is none."""
    process.renew()
    for place in rng.permutation(2 * len(questions)):
        number, sign = int(place) // 2, 1 if place % 2 else -1
        point = questions[number].point
        transcript = process.play(forward, questions[number].at(sign))
        out = fitted(transcript.values, {link.output: point.upstream}).get(link.output)
        if (
            transcript.outcome != Outcome.RETURNED
            or not isinstance(out, np.ndarray)
            or out.shape != point.upstream.shape
        ):
            return
        if out.dtype.kind not in "biuf" or not np.isfinite(plain(out)).all():
            return
        yield (number, sign), float(np.sum(plain(out) * point.upstream))
