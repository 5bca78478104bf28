"""A cause is charged once, and in later checks to the share that the assignment sets."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import pytest

from grader.course.assignments import find_assignment
from grader.diagnosis import explained
from grader.model import CheckResult
from grader.oracle.live import LiveOracle
from grader.patches import combined
from grader.repeats import charged_once
from tests.diagnosing import play

PART = "batch_norm"


@functools.cache
def results(share: float, code: str = "batchnorm-eps-outside-root") -> dict[str, CheckResult]:
    """Batch normalisation with a mistake."""
    oracle = LiveOracle(5)
    checks = [check for check in find_assignment("batch_norm").checks if check.part == PART]
    mistake = next(item for item in oracle.catalogue.mistakes_of(PART) if item.code == code)
    reference = combined(oracle._reference(checks[0]), [mistake])
    graded = [play(check, reference, oracle) for check in checks]
    (found,) = charged_once([(PART, explained(graded, oracle))], graded, share)
    return {result.slug: result for result in found}


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_cause_costs_all_once_and_then_its_share(share):
    """Each later check loses the share of what it would; the verdict stays, and the entries of the audit sum up."""
    found, all_of_it = results(share), results(1.0)
    failed = [slug for slug, result in found.items() if result.status == "failed"]
    assert failed[0] == "train_mode" and len(failed) > 2
    assert found["train_mode"].points == all_of_it["train_mode"].points
    for slug in failed[1:]:
        result, lost = found[slug], all_of_it[slug].max_points - all_of_it[slug].points
        assert result.max_points - result.points == pytest.approx(share * lost, abs=0.011)
        assert sum(entry.points for entry in result.audit) == pytest.approx(result.points, abs=0.011)


def test_what_only_holds_of_the_numbers_is_charged_each_time():
    """dx is doubled in two functions, and each of them has a line for it."""
    oracle = LiveOracle(5)
    checks = [check for check in find_assignment("layers").checks if check.name in ("relu/backward", "affine/backward")]
    graded = []
    for check in checks:
        reference = oracle._reference(check)
        right = getattr(reference, check.name.replace("/", "_"))

        def doubled(*given, right=right):
            found = right(*given)
            return (2 * found[0], *found[1:]) if isinstance(found, tuple) else 2 * found

        graded.append(play(check, SimpleNamespace(**{right.__name__: doubled}), oracle))
    results = [explained([one], oracle) for one in graded]
    assert all(result.diagnosis[0].certain for (result,) in results)
    parts = [(one.check.part, found) for one, found in zip(graded, results, strict=True)]
    assert charged_once(parts, graded, 0.5) == [list(found) for found in results]


def test_the_report_says_where_it_was_charged_first():
    """As above."""
    (note,) = [note for note in results(0.5)["backward"].notes if note.code == "as-above"]
    assert note.sentence == "The cause was charged in batch_norm/train_mode; it costs only 50% of the points here."
    assert not [note for note in results(0.5)["train_mode"].notes if note.code == "as-above"]
