"""What a part has from another: a network that is right but for the layers that it calls. All functions are pure.

A mistake that was found for certain in one part is played in the reference of the others, by itself and with the rest
of those: what then gives all that the student's code gave is explained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.carried import CODE
from grader.diagnosis import all_certain, ruled_out, variant_of
from grader.fitting import is_certain
from grader.judging import Graded
from grader.mistakes import Mistake, Together
from grader.model import CheckResult, Diagnosis, Status
from grader.oracle import Oracle
from grader.relations import PREFIX

MOST = 4  # mistakes of other parts that are played together
SENTENCE = "This is what follows here from a mistake in {title}: {sentence}"
HINT = "If this part calls what was found wrong there, nothing else is wrong in it. {hint}"
BESIDE = "Once that is mended, look at what is left here. {hint}"


@dataclass(frozen=True, slots=True)
class Known:
    """A mistake that explains all of a check: the title of the check's part, and whether it was told."""

    title: str
    mistake: Mistake
    told: bool


def inherited(
    parts: Sequence[tuple[str, Sequence[Graded], list[CheckResult]]], oracle: Oracle
) -> list[list[CheckResult]]:
    """The results of the parts (title, what was played, results), with causes that come from others where none is."""
    known: dict[str, Known] = {}
    for item in sorted((item for part in parts for item in _found(*part, oracle)), key=lambda item: not item.told):
        known.setdefault(item.mistake.code, item)
    if not known:
        return [results for _, _, results in parts]
    return [
        [_explained(one, graded, result, known, oracle) for one, result in zip(graded, results, strict=True)]
        for _, graded, results in parts
    ]


def _found(title: str, graded: Sequence[Graded], results: Sequence[CheckResult], oracle: Oracle) -> Iterator[Known]:
    """The mistakes that explain the checks of a part."""
    for one, result in zip(graded, results, strict=True):
        codes = {item.code for item in result.diagnosis if item.certain and item.specific}
        told = [item for item in oracle.catalogue.mistakes_of(one.check.part) if item.code in codes]
        yield from (Known(title, item, told=True) for item in told)
        if told:
            yield from (Known(title, item, told=False) for item in all_certain(one, graded, oracle))


def _explained(
    one: Graded, part: Sequence[Graded], result: CheckResult, known: Mapping[str, Known], oracle: Oracle
) -> CheckResult:
    if result.status not in (Status.FAILED, Status.CRASHED) or _named(result, oracle):
        return result
    for wrong in _worth_trying(one, known, oracle):  # most end after one case
        if is_certain(one, variant_of(oracle, wrong)) and not ruled_out(oracle, wrong, one, part):
            kept = [item for item in result.diagnosis if item.code == CODE]
            return replace(result, diagnosis=(*_told(wrong, known), *kept))
    return result


def _named(result: CheckResult, oracle: Oracle) -> bool:
    """Whether a known mistake is named for certain; a relation may follow from a mistake of another part."""
    patterns = oracle.catalogue.patterns
    return any(
        item.certain and item.specific and item.code not in (CODE, *patterns) and not item.code.startswith(PREFIX)
        for item in result.diagnosis
    )


def _worth_trying(one: Graded, known: Mapping[str, Known], oracle: Oracle) -> Iterator[Together]:
    """Each mistake of another part that shows here, all of them together, and those with one of the part's own."""
    found = [
        item
        for item in known.values()
        if one.check.part not in item.mistake.parts and _shows(one, Together((), (item.mistake,)), oracle)
    ]
    yield from (Together((), (item.mistake,)) for item in found)
    told = [item.mistake for item in found if item.told]
    together = [tuple(told[:MOST])] if len(told) > 1 else []
    yield from (Together((), others) for others in together)
    for others in (*together, *((item,) for item in told)):
        for own in oracle.catalogue.mistakes_of(one.check.part):
            yield Together((own,), others)


def _shows(one: Graded, wrong: Together, oracle: Oracle) -> bool:
    return any(oracle.mistaken(one.check, item.case, wrong) != {} for item in one.played)


def _told(wrong: Together, known: Mapping[str, Known]) -> Iterator[Diagnosis]:
    """The part's own mistake first; of the others where each is from."""
    yield from (Diagnosis(item.code, item.sentence, True, item.hint) for item in wrong.own)
    for item in wrong.inherited:
        hint = (BESIDE if wrong.own else HINT).format(hint=item.hint)
        yield Diagnosis(item.code, SENTENCE.format(title=known[item.code].title, sentence=item.sentence), True, hint)
