"""Hand-made Results for the report tests; ``python -m tests.exporters.samples`` rewrites the checked-in samples."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import math
from pathlib import Path

from grader.exporters import html
from grader.gradebook import Row, plain
from grader.model import (
    CaseOutcome,
    CellError,
    CheckResult,
    Curve,
    Diagnosis,
    ErrorInfo,
    Evidence,
    Finding,
    Isolation,
    Note,
    NotebookRun,
    PartResult,
    Question,
    Result,
    Status,
    SubmissionInfo,
)
from grader.people import Attempt, Person
from grader.policy import parse_policy

POLICY = """
deadline = 2026-03-05T23:59:00+01:00
late_days = 1
attempts = "latest"
excused = ["40017"]

[deduction]
per_day = "10% of max"
cap = "30% of max"

[extensions.people]
40004 = "3 days"
"""
REPORTS = Path(__file__).parents[2] / "reports"

FLOAT64 = ("float64", "float64")
VERSIONS: dict[str, str | None] = {"grader": "0.1.0", "python": "3.11.9", "numpy": "2.4.6", "numba": "0.68.1"}
PROBES = {"network": "denied", "read the answers": "denied", "write outside": "denied", "start a program": "denied"}

W1 = Finding(
    "W1",
    8.0e-01,
    1e-4,
    False,
    "W1 has relative error 8.0e-01 at [2, 6]; limit 1e-04.",
    cases=(CaseOutcome("", False, 8.0e-01), CaseOutcome("reg 0", True, 2.1e-9), CaseOutcome("N=1", False, 5.2e-01)),
    evidence=Evidence(
        (4, 10),
        (4, 10),
        *FLOAT64,
        index=(2, 6),
        first=2,
        got=(0.0417022, -0.0813, 0.11934, 0.00251, -0.24104, 0.087713, 0.0301, -0.00482),
        heat=("0043527431", "3451265342", "4235436952", "2341354523"),
    ),
)
W2 = Finding(
    "W2",
    3.3e-01,
    1e-4,
    False,
    "W2 has relative error 3.3e-01 at [7, 1]; limit 1e-04.",
    cases=(CaseOutcome("", False, 3.3e-01), CaseOutcome("reg 0", True, 7.8e-10), CaseOutcome("N=1", False, 3.1e-01)),
    evidence=Evidence(
        (10, 3),
        (10, 3),
        *FLOAT64,
        index=(7, 1),
        first=0,
        got=(-0.161, 0.3108, -0.0444),
        heat=("345", "264", "453", "321", "544", "346", "254", "395", "432", "145"),
    ),
)


def right(name: str, measured: float, limit: float = 1e-8) -> Finding:
    """A finding that passed."""
    return Finding(name, measured, limit, True, f"relative error {measured:.1e}")


def passed(slug: str, title: str, points: float, *findings: Finding, seconds: float = 0.02) -> CheckResult:
    """A check with full points."""
    return CheckResult(slug, title, Status.PASSED, points, points, seconds, findings)


def two_layer_net() -> PartResult:
    """A net whose gradients lack the factor of the regularisation, so that training stalls above the limit."""
    factor = Diagnosis(
        "reg-gradient-factor",
        "The gradient of the L2 term lacks its factor: the loss adds reg * W², whose gradient is 2 * reg * W.",
        certain=True,
        hint="Compare the regularisation in your loss with the one in grads['W1'] and grads['W2'].",
    )
    history = tuple(round(1.25 * math.exp(-i / 14) + 0.031, 6) for i in range(100))
    reference = tuple(round(1.25 * math.exp(-i / 13) + 0.0165, 6) for i in range(100))
    toy = Finding("final_loss", 0.0321, 0.02, False, "The final training loss is 0.0321; it must be below 0.02.")
    checks = (
        passed("forward", "Forward pass: scores of the toy data.", 5, right("scores", 3.7e-15)),
        passed("loss", "Loss with regularisation.", 5, right("loss", 1.8e-13)),
        CheckResult(
            "gradients",
            "Backward pass: gradients of the loss with respect to all four parameters.",
            Status.FAILED,
            3,
            10,
            0.04,
            findings=(W1, W2, right("b1", 2.7e-9, 1e-4), right("b2", 4.4e-11, 1e-4)),
            diagnosis=(factor,),
            notes=(Note("changes-input", "The function changes its argument X in place; callers may not expect it."),),
        ),
        CheckResult(
            "train",
            "Training on toy data reaches a loss below 0.02.",
            Status.FAILED,
            0,
            5,
            0.61,
            findings=(toy,),
            diagnosis=(factor,),
            curves=(Curve("Training loss", history, reference, 0.02),),
        ),
    )
    return PartResult("two_layer_net", "Two-layer network", 13, 25, checks)


def convolution() -> PartResult:
    """A convolution that crashes in the notebook, and one that is wrong for other strides only."""
    crash = ErrorInfo(
        "IndexError",
        "index 6 is out of bounds for axis 3 with size 6",
        cell=14,
        line=7,
        file="ConvolutionalNetworks.ipynb",
        traceback="cell 14, line 7, in conv_backward_naive\n    dx_pad[n, :, i:i+HH, j:j+WW] += w[f] * dout[n, f, "
        "i, j]\nIndexError: index 6 is out of bounds for axis 3 with size 6",
    )
    rows = ["".join(str((3 * i * j + i + 2 * j) % 5 + (4 if j > 3 else 0)) for j in range(6)) for i in range(32)]
    out = Finding(
        "out",
        4.6e-2,
        1e-8,
        False,
        "out has relative error 4.6e-02 at [1, 0, 2, 5]; limit 1e-08.",
        evidence=Evidence(
            (4, 3, 4, 6),
            (4, 3, 4, 6),
            *FLOAT64,
            (1, 0, 2, 5),
            0,
            (0.31, -0.12, 0.9, 1.1, -0.7, 0.05),
            None,
            tuple(rows),
        ),
    )
    shape = Finding(
        "db",
        None,
        1e-8,
        False,
        "db has shape (2, 5); expected (2,). Sum dout over N, H and W.",
        evidence=Evidence((2, 5), (2,), "float32", "float64"),
    )
    swapped = Diagnosis(
        "conv-height-width", "Height and width are mixed up in the output's size; the two differ here.", certain=False,
        hint="Use H and HH for rows, W and WW for columns, and test on an input that is not square.",
    )  # fmt: skip
    checks = (
        passed("conv_square", "Forward pass on square images.", 4, right("out", 2.2e-15)),
        CheckResult("conv_wide", "Forward pass on wide images.", Status.FAILED, 0, 6, 0.11, (out,), (swapped,)),
        CheckResult("conv_db", "Gradient with respect to the bias.", Status.FAILED, 0, 2, 0.09, (shape,)),
        CheckResult("conv_dx", "Gradient with respect to x.", Status.CRASHED, 0, 4, 0.1, error=crash),
        CheckResult("conv_dw", "Gradient with respect to w.", Status.CRASHED, 0, 4, 0.1, error=crash),
    )
    return PartResult("convolution", "Convolution", 4, 20, checks)


def pooling() -> PartResult:
    """Every way to end that is neither passed nor failed."""
    loop = ErrorInfo("Timeout", "no result after 20 s; line 42 was running", file="cs231n/layers.py", line=42)
    checks = (
        CheckResult(
            "pool_forward", "Forward pass: the largest value in each window.", Status.TIMED_OUT, 0, 4, 20.0, error=loop
        ),
        CheckResult("pool_backward", "Backward pass: the gradient goes to the maximum.", Status.MISSING, 0, 6, 0.0),
        CheckResult("pool_fast", "Inside the convolutional net.", Status.SKIPPED, 0, 3, 0.0),
        CheckResult(
            "pool_own",
            "Written in NumPy, without a framework.",
            Status.VIOLATED,
            0,
            2,
            0.01,
            error=ErrorInfo("ForbiddenImport", "torch is not allowed here", file="cs231n/layers.py", line=3),
        ),
    )
    return PartResult("pooling", "Max pooling", 0, 15, checks)


def speed(status: Status) -> PartResult:
    """A part of one check, passed or with trouble in the grader."""
    title = "Convolution of a large batch."
    if status is Status.PASSED:
        check = passed("conv_speed", title, 5, right("out", 4.1e-15), seconds=1.4)
    else:
        error = ErrorInfo("HarnessError", "the reference did not answer within 60 s")
        check = CheckResult("conv_speed", title, status, 0, 5, 0.0, error=error)
    return PartResult("speed", "Speed", check.points, 5, (check,))


def softmax() -> PartResult:
    """A part without a fault."""
    checks = (
        passed("softmax_loss", "Softmax loss, vectorised.", 5, right("loss", 9.1e-12), right("dW", 5.5e-10)),
        passed("softmax_stable", "Scores of 1000 do not overflow.", 5, right("loss", 1.3e-12), seconds=0.01),
    )
    return PartResult("softmax", "Softmax classifier", 10, 10, checks)


def mixed() -> Result:
    """The sample report: a hidden run with every status that a graded submission can have."""
    notebook = NotebookRun(
        31,
        29,
        48.2,
        (
            CellError(14, 7, "IndexError", "index 6 is out of bounds for axis 3 with size 6"),
            CellError(22, None, "CellTimeout", "the cell did not end within 60 s"),
        ),
        "ConvolutionalNetworks.ipynb",
    )
    questions = (
        Question(
            "init",
            "Why can a network not learn if all its weights start at zero?",
            "All hidden units compute the same value & get the same gradient,\nso they stay copies of each other.",
            True,
        ),
        Question("relu", "Where is the gradient of ReLU zero?", "", True),
        Question(
            "dropout",
            "Which layers behave differently in testing?\n1. Dropout\n2. Convolution\n3. Batch normalisation",
            "1 and 3",
            False,
            "The choice is right.",
        ),
    )
    return Result(
        "assignment2",
        "Zoë Müller-Okafor",
        SubmissionInfo(
            "zoe_mueller_okafor/assignment2",
            hashlib.sha256(b"sample").hexdigest(),
            ("ConvolutionalNetworks.ipynb", "cs231n/layers.py"),
        ),
        "graded",
        32,
        75,
        4711,
        False,
        VERSIONS,
        Isolation("namespaces", PROBES),
        notebook=notebook,
        parts=(two_layer_net(), convolution(), pooling(), speed(Status.PASSED), softmax()),
        questions=questions,
    )


def not_graded(student: str = "Tomás Ferreira") -> Result:
    """A submission that could not be read."""
    return dataclasses.replace(
        mixed(),
        student=student,
        status="not_graded",
        reason="The zip holds no notebook and no Python file.",
        assignment=None,
        submission=SubmissionInfo("tomas_ferreira.zip", ""),
        seed=None,
        versions=VERSIONS | {"numba": None},
        isolation=Isolation("namespaces"),
        score=None,
        max_score=None,
        notebook=None,
        parts=(),
        questions=(),
    )


def trouble(student: str = "Zoë Müller-Okafor") -> Result:
    """A submission in which the grader failed for one check: the others keep their points, the whole has none."""
    parts = (two_layer_net(), speed(Status.GRADER_ERROR), softmax())
    return dataclasses.replace(
        mixed(),
        student=student,
        status="not_graded",
        reason="The grader had trouble with 1 check: conv_speed.",
        score=None,
        max_score=40,
        parts=parts,
    )


def public() -> Result:
    """A student's own run with recorded answers: expected values may be shown."""
    assert W1.evidence is not None
    want = tuple(round(0.62 * value + 0.01, 5) for value in W1.evidence.got)
    shown = dataclasses.replace(W1, evidence=dataclasses.replace(W1.evidence, want=want))
    part = two_layer_net()
    wrong = dataclasses.replace(part.checks[2], findings=(shown, W2))
    part = dataclasses.replace(part, checks=(*part.checks[:2], wrong, part.checks[3]))
    return dataclasses.replace(mixed(), public=True, score=13, max_score=25, parts=(part,), seed=1)


def public_passed() -> Result:
    """A student's own run in which nothing failed."""
    return dataclasses.replace(mixed(), public=True, score=10, max_score=10, parts=(softmax(),), notebook=None)


NAMES = """Amara Adeyemi|Anna-Lena Schäfer|Bùi Thị Hương|Chidi Anagonye|Daniela Rossi|Elif Yılmaz|Erik Lindqvist
Fatima Zahra|Grace Kim|Hiroshi Tanaka|Ingrid Dahl|José Martínez|Katarzyna Wójcik|Liam O’Brien|Mei Chen|Nadia Haddad
Oluwaseun Bello|Priya Raghunathan|Quentin Dubois|Rūta Kazlauskaitė|Sofía Herrera|Tomás Ferreira|Ulugbek Karimov|محمد علي
<script>alert(1)</script>|\u202egnp.eveal"""


def classroom(size: int | None = None) -> list[Result]:
    """A class: each student passes another subset of the checks, by a fixed rule; ``size`` numbers the names."""
    names = NAMES.replace("\n", "|").split("|")
    if size:
        names = [f"{names[k % 24]} {k + 1}" for k in range(size)]
    other = {5: not_graded, 8: another, 10: by_differences, 12: unwritten, 13: trouble}
    return [other[k % 17](name) if k % 17 in other else _student(name, k) for k, name in enumerate(names)]


def another(student: str) -> Result:
    """Graded as what the class handed in, and looking like something else."""
    said = "This looks like layers (Layers); it was graded as assignment2, as the class is."
    return dataclasses.replace(_student(student, 8), notes=(Note("another-assignment", said),))


def by_differences(student: str) -> Result:
    """All right, with a gradient that was not derived."""
    note = Note("differences", "Derivatives by differences: dx.")
    part = softmax()
    part = dataclasses.replace(part, checks=(dataclasses.replace(part.checks[0], notes=(note,)), part.checks[1]))
    return dataclasses.replace(mixed(), student=student, score=10, max_score=10, parts=(part,), questions=())


def unwritten(student: str) -> Result:
    """The template as it was given out."""
    missing = pooling().checks[1]
    checks = [
        dataclasses.replace(missing, slug=check.slug, title=check.title, max_points=check.max_points)
        for check in softmax().checks
    ]
    part = dataclasses.replace(softmax(), score=0, checks=tuple(checks))
    return dataclasses.replace(mixed(), student=student, score=0, max_score=10, parts=(part,), questions=())


def _student(name: str, k: int) -> Result:
    parts = []
    for i, part in enumerate(mixed().parts):
        checks = []
        for j, check in enumerate(part.checks):
            bad = (k * 7 + i * 5 + j * 11) % 10 < (k * 3) % 8 - 1
            right_now = passed(check.slug, check.title, check.max_points, seconds=0.05 * (k % 9 + 1))
            checks.append(check if bad else right_now)
        score = sum(check.points for check in checks)
        parts.append(dataclasses.replace(part, score=score, checks=tuple(checks)))
    total = sum(part.score for part in parts)
    return dataclasses.replace(mixed(), student=name, score=total, parts=tuple(parts), questions=())


def person(k: int, name: str) -> Person:
    """Somebody of a class of two sections."""
    return Person(str(40000 + k), name, section="AB"[k % 2])


def attempts(k: int) -> tuple[Attempt, ...]:
    """What somebody handed in: mostly once and in time, some late, a few twice, at one of them nobody knows when."""
    day, hour = 3 + k % 5 * (k % 4 == 0), 9 + k % 11
    times = [f"2026-03-{day - 1:02}T{hour:02}:15:00+01:00", f"2026-03-{day:02}T{hour + 2:02}:40:00+01:00"]
    times = times if k % 8 == 0 else times[1:]
    return tuple(Attempt(str(i), i, "" if k == 9 else when) for i, when in enumerate(times, 1))


def gradebook(results: list[Result]) -> list[Row]:
    """The rows of a class, by the policy above."""
    rows = []
    for k, result in enumerate(results):
        handed_in = attempts(k)
        row = dataclasses.replace(plain(result), person=person(k, result.student), attempts=handed_in)
        rows.append(dataclasses.replace(row, attempt=handed_in[-1]))
    rule = parse_policy(POLICY)
    return [dataclasses.replace(row, mark=rule.mark(row.person, row.attempt, row.result)) for row in rows]


@functools.cache
def sample_pages() -> dict[str, str]:
    """The checked-in samples by file name."""
    rows = gradebook(classroom())
    changes = {row.person.key: float((k * 5) % 7 - 3) * (k % 3 == 0) for k, row in enumerate(rows)}
    own = gradebook([mixed()] * 9)[8]
    return {
        "sample-report.html": html.report(own, index_href="sample-index.html"),
        "sample-index.html": html.index(rows, changes=changes, title="Assignment 2, autumn class"),
    }


if __name__ == "__main__":
    for name, page in sample_pages().items():
        (REPORTS / name).write_text(page, encoding="utf-8", newline="\n")
