"""Every mistake that is a patch of a naive version is told to whoever hands that version in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import solutions
from grader.course.catalogue import live
from grader.course.parts import all_parts, load_part
from grader.patches import Patch
from tests.diagnosing import asks, diagnoses

PATCHES = [item for item in live().mistakes if isinstance(item.variant, Patch)]
FILES = sorted({item.variant.file for item in PATCHES})
ASSIGNMENT = {part.slug: part.assignment for part in all_parts()}

# What is told instead, for sure, where a mistake is not told by its own sentence.
TOLD_OTHERWISE = {
    # They only raise, which the pattern of the cases that fail says; they are there for pairs.
    "conv-raises-at-pad-0": "conv-forward-only-padded",
    "conv-raises-unless-pad-1": "conv-forward-only-pad-1",
    "conv-backward-raises-at-pad-0": "conv-only-padded",
    "conv-backward-raises-unless-pad-1": "conv-only-pad-1",
}

# Told in all checks that fail with it but one, and what is told there.
BESIDE = {
    # They give one number per feature that is no channel: with running statistics of the channels that only raises.
    "spatial-batchnorm-per-pixel": ("shapes-do-not-combine", True),
    "spatial-batchnorm-per-image": ("shapes-do-not-combine", True),
    # A backward pass that does nothing either is consistent with it.
    "dropout-does-nothing": None,
    # Where training leads with it, last bits decide: it is not looked for there.
    "softmax-without-exponential": None,
    **dict.fromkeys(f"dropout-modes-exchanged{passes}{p}" for passes in ("", "-forward") for p in ("", "-p-drops")),
}


def parts_of(file):
    """The parts in which a naive version plays, in order."""
    return list(dict.fromkeys(part for item in PATCHES if item.variant.file == file for part in item.parts))


def twins(part, others):
    """The checks of a part that play and expect what those of one of the others do, where the same is told."""
    asked = [(check.scenario, check.expect) for other in others for check in load_part(other).checks.values()]
    return {slug for slug, check in load_part(part).checks.items() if (check.scenario, check.expect) in asked}


def by_assignment(items, file_of):
    """Items as parameters, those of a naive version with whatever else asks about its assignment."""
    marks = {file: asks(ASSIGNMENT[parts_of(file)[0]]) for file in FILES}
    return [pytest.param(item, id=name, marks=marks[file_of(item)]) for item, name in items]


@pytest.mark.slow
@pytest.mark.parametrize("item", by_assignment([(item, item.code) for item in PATCHES], lambda item: item.variant.file))
def test_a_patch_is_told_what_is_wrong(item, oracle):
    """Where it fails a check, it comes first, and is certain."""
    wrong = SimpleNamespace(**{**vars(solutions), **item.variant.module()})
    asked_before = {part: twins(part, item.parts[:n]) for n, part in enumerate(item.parts)}
    told = {
        (found[0].code, found[0].certain) if found else None
        for part in item.parts
        for status, found in diagnoses(ASSIGNMENT[part], part, wrong, oracle, asked_before[part]).values()
        if status != "passed"
    }
    beside = {BESIDE[item.code]} if item.code in BESIDE else set()
    assert told == beside | {(TOLD_OTHERWISE.get(item.code, item.code), True)}


@pytest.mark.parametrize("file", by_assignment([(file, file.stem) for file in FILES], lambda file: file))
def test_a_naive_version_is_right(file, oracle):
    """It passes all checks of its parts as it is."""
    right = SimpleNamespace(**{**vars(solutions), **Patch(file, ()).module()})
    for part in parts_of(file):
        assert {status for status, _ in diagnoses(ASSIGNMENT[part], part, right, oracle).values()} == {"passed"}
