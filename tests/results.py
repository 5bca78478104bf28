"""Results made by hand, for what is done with Results."""

from __future__ import annotations

from grader.model import (
    CaseOutcome,
    CheckResult,
    Diagnosis,
    ErrorInfo,
    Evidence,
    Finding,
    Isolation,
    NotebookRun,
    PartResult,
    Result,
    Status,
    SubmissionInfo,
)


def failed_check() -> CheckResult:
    """A check with everything that a failed one can carry."""
    evidence = Evidence((2,), (2,), "float64", "float64", (1,), 0, (1.0, float("inf")), None, ("09",))
    cases = (CaseOutcome("", True, 0.0), CaseOutcome("pad 0", False, float("inf")))
    finding = Finding("dx", float("inf"), 1e-8, False, "dx is off.", cases, evidence)
    diagnosis = Diagnosis("empty-slice", "The slice is empty.", True, "Look at pad 0.")
    error = ErrorInfo("ValueError", "no", 3, 7, "cell 3, line 7", "work.ipynb")
    return CheckResult("backward", "Backward pass.", Status.FAILED, 1.5, 3, 0.1, (finding,), (diagnosis,), error=error)


def result(student: str = "ada", score: float | None = 1.5, **changes) -> Result:
    """A graded Result with one part of one check; without a score it is not graded."""
    graded = score is not None
    fields = {
        "assignment": "layers",
        "student": student,
        "submission": SubmissionInfo(f"{student}.ipynb", "0" * 64),
        "status": "graded" if graded else "not_graded",
        "reason": None if graded else "The file is broken.",
        "score": score,
        "max_score": 3.0 if graded else None,
        "seed": 5,
        "public": False,
        "versions": {"grader": "0", "numba": None},
        "isolation": Isolation("process"),
        "notebook": NotebookRun(3, 3, 1.0) if graded else None,
        "parts": (PartResult("conv", "Convolution", score or 0.0, 3.0, (failed_check(),)),) if graded else (),
    }
    return Result(**(fields | changes))
