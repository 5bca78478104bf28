"""The records that a grading run produces, frozen; ``Result`` is the JSON of docs/result.md.

This module imports nothing else of the project but how records are made and written: everything may import it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from grader.jsontext import built, indented
from grader.records import as_dict, dataclass, field

SCHEMA = "grader/result/v1"
UNLOCKED = "process"  # the isolation level that locks nothing in


class Status(StrEnum):
    """How a check ended. Only ``grader_error`` is the grader's own fault."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    MISSING = "missing"
    SKIPPED = "skipped"
    VIOLATED = "violated"
    GRADER_ERROR = "grader_error"


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What one returned array did in one case of a check (``case`` is "" for the course's own case)."""

    case: str
    ok: bool
    measured: float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an array goes wrong: filled for failed findings only.

    ``index`` is the position of the largest error, ``got`` the values of the last axis around it.
    ``want`` holds the expected ones in public runs and is None in hidden ones.
    ``heat`` is |error| as rows of levels 0 (fine) to 9 (worst), at most 32 x 32, for the heatmap.
    """

    got_shape: tuple[int, ...]
    want_shape: tuple[int, ...]
    got_dtype: str
    want_dtype: str
    index: tuple[int, ...] | None = None
    first: int = 0  # position on the last axis of the first value in ``got`` and ``want``
    got: tuple[float, ...] = ()
    want: tuple[float, ...] | None = None
    heat: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged quantity of a check, over all its cases.

    ``measured`` and ``limit`` are in the unit that ``message`` names (a relative error if it names none);
    ``measured`` is None where nothing could be measured (a wrong shape, a missing array).
    """

    name: str
    measured: float | None
    limit: float
    ok: bool
    message: str
    cases: tuple[CaseOutcome, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What explains a failed check; ``certain`` if it accounts for all that failed.

    ``specific`` if a mistake is named; else the sentence only says what the numbers show.
    """

    code: str
    sentence: str
    certain: bool
    hint: str = ""
    specific: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that carries no marks."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An exception of the student's code; ``cell`` counts as In [n] does after "Restart and run all".

    ``file`` is the notebook or module, relative to the submission. ``traceback`` holds the student's frames only.
    ``source`` is the student's line there; it went wrong at its characters from ``column`` to before ``end``, counted
    from 1, where that is known.
    """

    type: str
    message: str
    cell: int | None = None
    line: int | None = None
    traceback: str = ""
    file: str | None = None
    source: str = ""
    column: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function or class of the student's stands; ``cell`` is None in a module.

    ``code`` is what stands there, in hidden runs: it is shown to staff.
    """

    name: str
    file: str
    cell: int | None = None
    line: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A training history beside the reference's, for the report; no marks."""

    name: str
    got: tuple[float, ...]
    want: tuple[float, ...]
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedArray:
    """How one array of one case was judged: it is ``ok`` by a rule.

    ``rule`` is limit (``measured`` was compared with ``limit``), float32 (it is over the limit and as precise as that
    type is), own (it is right for what the student's other functions give) or gate (nothing was measured).
    ``convention`` is that of the regularisation by which it was judged, where there are two. ``reshaped`` is the shape
    in which it came back if needless axes were forgiven.
    """

    name: str
    ok: bool
    measured: float | None
    limit: float
    rule: str
    convention: str = ""
    reshaped: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Where some of a check's points came from: one case, or error carried forward.

    ``case`` is "" for the course's own case. ``outcome`` is how the case ended in the student process (returned,
    raised, ...), "not played", "repeated" (``case`` says where the cause was charged first), or "carried": then
    ``case`` lists the wrong cases, and ``points`` are the ``share`` of theirs that was given for all that.
    """

    case: str
    outcome: str
    points: float
    max_points: float
    arrays: tuple[JudgedArray, ...] = ()
    share: float | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one check.

    Of its points, ``usual_points`` are for the course's own case, of ``usual_max_points``; ``carried_points`` are for
    error carried forward, ``repeated_points`` for a cause that was charged before; the rest is for the general
    contract. The points of ``audit`` sum to them. ``place`` is that of the code which it calls, if it did not pass.
    """

    slug: str
    title: str
    status: Status
    points: float
    max_points: float
    seconds: float
    findings: tuple[Finding, ...] = ()
    diagnosis: tuple[Diagnosis, ...] = ()
    notes: tuple[Note, ...] = ()
    error: ErrorInfo | None = None
    curves: tuple[Curve, ...] = ()
    usual_points: float = 0.0
    usual_max_points: float = 0.0
    carried_points: float = 0.0
    repeated_points: float = 0.0
    audit: tuple[Audit, ...] = ()
    place: Place | None = None

    @property
    def edge_points(self) -> float:
        """What was earned for the general contract."""
        return round(self.points - self.usual_points - self.carried_points - self.repeated_points, 2)

    @property
    def edge_max_points(self) -> float:
        """What the general contract is worth."""
        return round(self.max_points - self.usual_max_points, 2)


@dataclass(frozen=True, slots=True)
class PartResult:
    """The outcomes of one part's checks."""

    slug: str
    title: str
    score: float
    max_score: float
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that raised, or did not end, in the headless run."""

    cell: int
    line: int | None
    type: str
    message: str


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """The headless run of the notebook from top to bottom; ``trouble`` is the harness's, never the student's."""

    cells: int
    executed: int
    seconds: float
    errors: tuple[CellError, ...] = ()
    file: str = ""
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionInfo:
    """What was handed in: its path, the hash of its content, and the files in it that the code was taken from."""

    path: str
    sha256: str
    files: tuple[str, ...] = ()


def locks(level: str) -> bool:
    """Whether an isolation level locks code in."""
    return level != UNLOCKED


@dataclass(frozen=True, slots=True)
class Isolation:
    """The isolation level that was achieved; ``probes`` maps a probe to denied, allowed or untested."""

    level: str
    probes: dict[str, str] = field(default_factory=dict)

    @property
    def locked(self) -> bool:
        """Whether code was locked in, and not only kept apart."""
        return locks(self.level)


@dataclass(frozen=True, slots=True)
class Question:
    """A free-text or multiple-choice answer, kept for a person; ``answer`` is "" where there is none.

    ``note`` is the grader's remark, such as whether a choice is right. It carries no marks.
    """

    slug: str
    prompt: str
    answer: str
    needs_review: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A part of the assignment, or a check (part/check), that the submission does not ask for.

    It is in no score and no maximum.
    """

    slug: str
    title: str
    points: float


@dataclass(frozen=True, slots=True)
class Result:
    """Everything known about one graded (or not graded) submission.

    The assignment has ``all_checks`` (0: unknown); there may be fewer here, where some were picked. Those of the parts
    ``not_asked`` are not among them.
    """

    assignment: str | None
    student: str
    submission: SubmissionInfo
    status: str  # graded | not_graded
    score: float | None
    max_score: float | None
    seed: int | None
    public: bool
    versions: dict[str, str | None]
    isolation: Isolation
    reason: str | None = None
    notebook: NotebookRun | None = None
    parts: tuple[PartResult, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()
    all_checks: int = 0
    not_asked: tuple[NotAsked, ...] = ()
    schema: str = SCHEMA

    @property
    def checks(self) -> list[CheckResult]:
        """All checks of all parts, in order."""
        return [check for part in self.parts for check in part.checks]

    @property
    def left_out(self) -> int:
        """How many checks of the assignment were not asked for."""
        return max(self.all_checks - len(self.checks), 0)

    @property
    def was_run(self) -> bool:
        """Whether anything of it was run: if not, an isolation level and a seed say nothing."""
        return bool(self.parts or self.notebook)

    @property
    def flags(self) -> list[str]:
        """What staff should look at: broken rules, what the sandbox denied, and what looks like no own work."""
        broken = [
            f"{check.slug}: {check.error.message}"
            for check in self.checks
            if check.status is Status.VIOLATED and check.error
        ]
        tried = [note.sentence for check in self.checks for note in check.notes if note.code == "sandbox"]
        looks = [note.sentence for note in self.notes if note.code == "another-assignment"]
        differences = [check.slug for check in self.checks for note in check.notes if note.code == "differences"]
        if differences:
            looks.append(f"Derivatives by differences: {', '.join(dict.fromkeys(differences))}.")
        return list(dict.fromkeys(looks + tried + broken))

    def as_dict(self) -> dict[str, Any]:
        """The contract's JSON object: stable order, ``schema`` first, ``reason`` only where there is one."""
        return {name: as_dict(value) for name, value in self._ordered().items()}

    def to_json(self) -> str:
        """The Result as JSON text; infinities and NaN, which JSON lacks, become strings, half characters escapes."""
        return indented(self._ordered())

    def _ordered(self) -> dict[str, Any]:
        ordered = ["schema", "assignment", "student", "submission", "status", "reason"]
        names = [*ordered, *(name for name in self.__match_args__ if name not in ordered)]
        return {name: getattr(self, name) for name in names if name != "reason" or self.reason is not None}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Result:
        """The Result that ``to_json`` wrote, given as the parsed JSON object."""
        result = built(cls, fields)
        assert isinstance(result, Result)
        return result
