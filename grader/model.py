"""The records that a grading run produces, frozen; ``Result`` is the JSON of docs/result.md.

This module imports nothing else of the project: everything may import it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

SCHEMA = "grader/result/v1"


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
    """

    type: str
    message: str
    cell: int | None = None
    line: int | None = None
    traceback: str = ""
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """A training history beside the reference's, for the report; no marks."""

    name: str
    got: tuple[float, ...]
    want: tuple[float, ...]
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one check.

    Of its points, ``usual_points`` are for the course's own case, of ``usual_max_points``; ``carried_points`` are for
    error carried forward; the rest is for the general contract.
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

    @property
    def edge_points(self) -> float:
        """What was earned for the general contract."""
        return round(self.points - self.usual_points - self.carried_points, 2)

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


@dataclass(frozen=True, slots=True)
class Isolation:
    """The isolation level that was achieved; ``probes`` maps a probe to denied, allowed or untested."""

    level: str
    probes: dict[str, str] = field(default_factory=dict)


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
class Result:
    """Everything known about one graded (or not graded) submission."""

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
    schema: str = SCHEMA

    @property
    def checks(self) -> list[CheckResult]:
        """All checks of all parts, in order."""
        return [check for part in self.parts for check in part.checks]

    @property
    def flags(self) -> list[str]:
        """What staff should look at: rules that were broken, what the sandbox denied, what looks like no own work."""
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
        fields = dataclasses.asdict(self)
        ordered = ["schema", "assignment", "student", "submission", "status", "reason"]
        out = {name: fields[name] for name in ordered if name != "reason" or self.reason is not None}
        out |= {name: value for name, value in fields.items() if name not in ordered}
        return out

    def to_json(self) -> str:
        """The Result as JSON text; infinities and NaN, which JSON lacks, become strings."""
        return json.dumps(_finite(self.as_dict()), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Result:
        """The Result that ``to_json`` wrote, given as the parsed JSON object."""
        result = _build(cls, fields)
        assert isinstance(result, Result)
        return result


def _build(kind: Any, value: Any) -> Any:
    """A value of the annotated type from its JSON form."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{name: _build(hints[name], item) for name, item in value.items() if name in hints})
    if get_origin(kind) is UnionType:
        return None if value is None else _build(next(t for t in get_args(kind) if t is not NoneType), value)
    if get_origin(kind) is tuple:
        return tuple(_build(get_args(kind)[0], item) for item in value)
    if kind is Status or kind is float:  # infinities and NaN were written as strings
        return kind(value)
    return value


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not abs(value) < float("inf"):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
