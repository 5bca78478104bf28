"""Which failing checks have one cause, so that it is told once. All pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.model import CheckResult, Diagnosis, ErrorInfo, PartResult, Result, Status
from grader.records import dataclass, field

# These cost marks. Skipped checks were not judged, and a grader_error is never the student's.
FAILING = frozenset({Status.FAILED, Status.CRASHED, Status.TIMED_OUT, Status.MISSING, Status.VIOLATED})

# The codes of remarks on old code begin so, and the hints that Python 3 and NumPy 2 need hold these words.
AGED = ("python2-", "old-")
SIGNS_OF_AGE = (
    "written for Python 2",
    "in Python 3,",
    "Python 3 refuses",
    "NumPy no longer has",
    "NumPy 2 no longer has",
    "SciPy no longer",
)
PYTHON_2 = "The code is written for Python 2."
OLD_NUMPY = "The code is written for an older NumPy."
# Types of errors that are the grader's words, not exceptions of Python.
OURS = ("Missing", "NoReturn", "TimeLimit", "Died", "Violated", "HarnessError")
UNKEPT = "value-not-kept"  # the code of a note (grader.unkept)
COMPAT = "--compat grades a copy that is converted to Python 3 and today's NumPy."

EXPLAINED = {
    Status.PASSED: "Everything that this check compares is right.",
    Status.FAILED: "The result is wrong.",
    Status.CRASHED: "Your code raised an exception.",
    Status.TIMED_OUT: "It did not finish in time.",
    Status.MISSING: "There is nothing to check yet.",
    Status.SKIPPED: "It did not run, so it is not failed either.",
    Status.VIOLATED: "It breaks a rule of the assignment.",
    Status.GRADER_ERROR: "Trouble in the grader, not in your code.",
}

# Where the code stands that an absent name was looked for in (grader.judging says so).
BROKEN = re.compile(r"\bstands in ([^:]{1,200}), which does not parse:")

Key = tuple[object, ...]


@dataclass(slots=True)
class Cause:
    """Failing checks that probably one fix would turn; ``places`` are (part, check) positions in the Result.

    ``names`` are theirs, as `grader check` takes them. ``headline`` is set where the cause is more than what the first
    check says.
    """

    checks: list[CheckResult] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    headline: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong."""
        return self.headline or sentence(self.checks[0])

    @property
    def hint(self) -> str:
        """What to do about it, if that is known."""
        if self.headline:
            return COMPAT
        said = leading(self.checks[0])
        return " ".join([*([said.hint] if said and said.hint else []), *self.unkept])

    @property
    def unkept(self) -> list[str]:
        """The lines whose value nothing keeps, which may be all that there is to mend."""
        notes = (note for check in self.checks for note in check.notes if note.code == UNKEPT)
        return list(dict.fromkeys(note.sentence for note in notes))

    @property
    def is_unwritten(self) -> bool:
        """Whether there is nothing to mend, but something to write."""
        error = self.checks[0].error
        return self.checks[0].status is Status.MISSING and (error is None or error.type == "Missing")

    @property
    def lost(self) -> float:
        """The points that these checks cost."""
        return sum(check.max_points - check.points for check in self.checks)

    @property
    def errors(self) -> list[ErrorInfo]:
        """The lines that raised, each once."""
        found = {(error.file, error.cell, error.line): error for check in self.checks if (error := check.error)}
        return [error for error in found.values() if error.line is not None or error.source]


def root_causes(result: Result) -> list[Cause]:
    """Group failing checks by cause; the costliest first."""
    return sorted(_causes(result).values(), key=lambda cause: -cause.lost)


@dataclass(frozen=True, slots=True)
class Told:
    """Where the cause of a failing check is told: its number (0: in no list), and whether this check is its first."""

    number: int
    first: bool
    sentence: str


def numbered(causes: Sequence[Cause]) -> dict[str, Told]:
    """Where each failing check, by name, has its cause told, if the causes are told in this order."""
    return {
        name: Told(number, k == 0, cause.sentence)
        for number, cause in enumerate(causes, 1)
        for k, name in enumerate(cause.names)
    }


def _causes(result: Result) -> dict[Key, Cause]:
    causes: dict[Key, Cause] = {}
    age = _written_for(result)
    for i, part in enumerate(result.parts, 1):
        for j, check in enumerate(part.checks, 1):
            if check.status not in FAILING:
                continue
            aged = bool(age) and is_aged(check.error)
            key = ("age",) if aged else key_of(check) or ("check", i, j)
            cause = causes.setdefault(key, Cause(headline=age if aged else ""))
            cause.names.append(name_of(part, check))
            cause.checks.append(check)
            cause.places.append((i, j))
    return causes


def _written_for(result: Result) -> str:
    """What the remarks on the age of the code say, in a sentence; "" if there are none."""
    codes = [note.code for note in result.notes if note.code.startswith(AGED)]
    return PYTHON_2 if any(code.startswith("python2-") for code in codes) else OLD_NUMPY if codes else ""


def age_that_fails(result: Result) -> str:
    """The same, if a check fails by it."""
    age = _written_for(result)
    return age if age and any(check.status in FAILING and is_aged(check.error) for check in result.checks) else ""


def is_aged_code(code: str) -> bool:
    """Whether a remark is on the age of the code."""
    return code == "compat" or code.startswith(AGED)


def age_of(result: Result) -> str:
    """The remarks on the age of the code in one line: the first sign, and what was done; "" if there are none."""
    signs = [note.sentence for note in result.notes if note.code.startswith(AGED)]
    done = [note.sentence for note in result.notes if note.code == "compat"]
    return " ".join([*signs[:1], *done])


def is_aged(error: ErrorInfo | None) -> bool:
    """Whether an exception is one that old code raises in today's Python or NumPy."""
    return error is not None and any(sign in error.message for sign in SIGNS_OF_AGE)


def key_of(check: CheckResult) -> Key | None:
    """What checks of one cause share: a sure diagnosis, what is missing, or the place of an exception; else None."""
    said = leading(check)
    if said and not _repeats(said, check.error):
        return "diagnosis", said.code, said.sentence
    broken = BROKEN.search(check.error.message) if check.error else None
    if broken:
        return "broken", broken[1]
    if check.error and check.error.type == "Missing":
        return "missing", check.error.message
    if check.error is None or check.error.line is None:
        return None
    return "error", check.error.type, check.error.file, check.error.cell, check.error.line


def _repeats(said: Diagnosis, error: ErrorInfo | None) -> bool:
    """Whether it tells an exception in the exception's own words, which may differ where its line is the same."""
    return error is not None and error.line is not None and f"({error.type}: " in said.sentence


def sentence(check: CheckResult) -> str:
    """What is wrong with a check, in one sentence."""
    said = leading(check)
    if said:
        return said.sentence
    if check.error:
        return in_words(check.error)
    wrong = [finding.message for finding in check.findings if not finding.ok]
    return wrong[0] if wrong else EXPLAINED[check.status]


def in_words(error: ErrorInfo) -> str:
    """What went wrong: what Python calls it, unless the words are ours, and its message."""
    if error.type in OURS and error.message:
        return error.message
    return f"{error.type}: {error.message}" if error.message else error.type


def leading(check: CheckResult) -> Diagnosis | None:
    """The diagnosis that may stand for a check where there is room for one sentence: never one that is only likely."""
    return next((item for item in check.diagnosis[:1] if item.certain or not item.specific), None)


def name_of(part: PartResult, check: CheckResult) -> str:
    """How `grader check` names it."""
    return f"{part.slug}/{check.slug}"
