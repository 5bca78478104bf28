"""Which submissions of a class a person should look at, and why: the first thing on the class's page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from grader.exporters._digest import is_graded
from grader.model import Result, Status
from grader.words import listing

NOTHING_SAID = "No check found what it calls: nothing is written yet, or it is the wrong file or in another language."


@dataclass(frozen=True, slots=True)
class Kind:
    """One reason to look: ``code`` is the filter's word, ``icon`` and ``word`` are what is shown."""

    code: str
    icon: str
    word: str


OTHER = Kind("other", "skipped", "Another assignment")
ABSENT = Kind("absent", "missing", "Nothing handed in")
UNGRADED = Kind("ungraded", "missing", "Not graded")
TROUBLE = Kind("trouble", "grader_error", "Grader trouble")
BROKEN = Kind("broken", "violated", "Rule broken")
DIFFERENCES = Kind("differences", "note", "By differences")
NOTHING = Kind("nothing", "review", "Nothing to check")
KINDS = (OTHER, UNGRADED, ABSENT, TROUBLE, BROKEN, DIFFERENCES, NOTHING)


@dataclass(frozen=True, slots=True)
class Attention:
    """Why one submission needs a person: for each kind, the most urgent first, what is to be said."""

    result: Result
    reasons: dict[Kind, str]

    @property
    def first(self) -> Kind:
        """The most urgent reason."""
        return next(iter(self.reasons))


def attention(results: Sequence[Result], absent: Collection[str] = ()) -> list[Attention]:
    """The submissions that need a person, by their most urgent reason, else in the order given.

    ``absent`` are the students who handed in nothing.
    """
    found = [Attention(result, reasons) for result in results if (reasons := _reasons(result, absent))]
    return sorted(found, key=lambda one: KINDS.index(one.first))


def _reasons(result: Result, absent: Collection[str]) -> dict[Kind, str]:
    other = [note.sentence for note in result.notes if note.code == "another-assignment"]
    looks = [flag for flag in result.flags if flag not in other]
    # ``flags`` tells the two apart by their words only.
    differences = [flag for flag in looks if flag.startswith("Derivatives by differences: ")]
    trouble = [check.title.removesuffix(".") for check in result.checks if check.status is Status.GRADER_ERROR]
    unsaid = "No reason was recorded."
    ungraded = [] if is_graded(result) else [result.reason or unsaid]
    said = {
        OTHER: other,
        UNGRADED: [] if result.student in absent else ungraded,
        ABSENT: ["No upload is theirs."] if ungraded and result.student in absent else [],
        TROUBLE: [f"Could not be judged: {listing(trouble)}."] if trouble else [],
        BROKEN: [flag for flag in looks if flag not in differences],
        DIFFERENCES: differences,
        NOTHING: [NOTHING_SAID, *(note.sentence for note in result.notes)] if _is_empty(result) else [],
    }
    return {kind: " · ".join(said[kind]) for kind in KINDS if said[kind]}


def _is_empty(result: Result) -> bool:
    """Whether every check that was judged found nothing to call."""
    judged = {check.status for check in result.checks} - {Status.SKIPPED}
    return judged == {Status.MISSING}
