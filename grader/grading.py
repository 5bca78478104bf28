"""The pipeline, top to bottom: a submission goes in, a Result comes out.

submission -> extracted text -> per check: inputs -> student process -> transcript -> judgement -> Result.
"""

from __future__ import annotations

import functools
import math
import platform
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader import __version__
from grader.afterwards import carried_forward, charged_once, explained, flagged, searched, with_what_is_called
from grader.course.assignments import Assignment
from grader.course.folder import current
from grader.errors import GraderError, HarnessError, Interrupted
from grader.expectations import Arrays, NotAnArray, Values
from grader.extract import extract, main_notebook
from grader.forms import as_asked
from grader.judging import Graded, Played, harness_failure, judge, skipped
from grader.limits import SEARCH_SECONDS, NotebookLimits
from grader.model import (
    CheckResult,
    Isolation,
    Note,
    NotebookRun,
    PartResult,
    Question,
    Result,
    Status,
    SubmissionInfo,
    locks,
)
from grader.oracle import Oracle
from grader.outcome import Outcome
from grader.patience import Patience
from grader.places import placed
from grader.precision import is_forgiven, strictly
from grader.program import Program
from grader.records import replace
from grader.remarks import note_on_stand_ins, notes_on_age, notes_on_cells, notes_on_lent_caches
from grader.sandbox import Box
from grader.spec import Check
from grader.submission import Submission
from grader.unkept import notes_on_unkept
from grader.unwritten import or_unwritten
from grader.words import plain_text
from grader.worker.client import StudentProcess
from grader.worker.processes import Host, host_of

# After one of these, playing the other cases of the check would only cost time.
FINAL = {Outcome.MISSING, Outcome.UNWRITTEN, Outcome.TIMED_OUT, Outcome.DIED, Outcome.VIOLATED}
LARGE = 1 << 16  # bytes
NOT_GIVEN = "It needs the {}, which was not given (--data DIR)."
NO_WHOLE_NUMBER = (  # what Python 3 and NumPy say of a float in its place
    "object cannot be interpreted as an integer",
    "slice indices must be integers",
    "are valid indices",
    "must be of integral type",
    "expected a sequence of integers",
)
PYTHON_2_DIVISION = (
    "As it is, / gives a float where a whole number is needed; a converted copy was graded, in which / divides whole "
    "numbers as in Python 2."
)
Told = Callable[[str, int, int], None]


def grade_submission(
    submission: Submission,
    assignment: Assignment,
    checks: Sequence[Check],
    oracle: Oracle,
    box: Box | Host,
    *,
    notebook: NotebookLimits | None = None,
    time_factor: float = 1.0,
    compat: bool = False,
    seconds: float = math.inf,
    told: Told | None = None,
    search: int = 0,
) -> Result:
    """Grade the given checks of one submission; ``notebook`` also runs its notebook from top to bottom.

    ``time_factor`` stretches the time limits of the checks: more than 1 on a slow machine. ``seconds`` is what the
    student processes may take in all, besides what they need for a data set; what is late then is timed out.
    Checks that need a data set are skipped if the oracle has none: they count for no score and no maximum.
    ``search`` is how many variants of its functions are tried for the line that makes wrong what no mistake explains;
    none are where nothing locks them in.
    ``told`` hears of each check before it is run: its name, how many came before it, and of how many.
    With ``compat`` code that needs whole numbers where / gives floats is graded once more, with Python 2's division.
    Interrupted if the box is closed meanwhile. Any other trouble of ours ends up in the Result.
    """
    options: dict[str, Any] = {"notebook": notebook, "time_factor": time_factor, "seconds": seconds, "told": told}
    options["search"] = search
    result = _graded(submission, assignment, checks, oracle, box, compat=compat, **options)
    if not (compat and any(_is_of_division(check) for check in result.checks)):
        return result
    again = _graded(submission, assignment, checks, oracle, box, compat=True, python2=True, **options)
    if again.score is None or result.score is None or again.score <= result.score:
        return result
    notes = [note for note in again.notes if note.code != "compat"]
    return replace(again, notes=(*notes, Note("compat", PYTHON_2_DIVISION)))


def _is_of_division(check: CheckResult) -> bool:
    """Whether a check raised where a float stands for a whole number, as it does where Python 2's / was meant."""
    return check.error is not None and any(words in check.error.message for words in NO_WHOLE_NUMBER)


def _graded(
    submission: Submission,
    assignment: Assignment,
    checks: Sequence[Check],
    oracle: Oracle,
    box: Box | Host,
    *,
    notebook: NotebookLimits | None,
    time_factor: float,
    compat: bool,
    seconds: float,
    told: Told | None,
    search: int,
    python2: bool | None = None,
) -> Result:
    """Grade it once; ``python2`` says which Python it was written for, None that it is looked up."""
    host = host_of(box)
    checks = [replace(check, seconds=check.seconds * time_factor) for check in checks]
    seconds = time_factor * seconds + sum(check.seconds for check in checks if check.needs_data)
    as_handed_in = submission
    if compat:
        from grader.compat import converted

        submission = converted(submission, python2=python2)
    made, notes_on_forms = as_asked(submission, assignment.parts)
    program = extract(
        made,
        assignment.needs,
        assignment.notebook,
        starters={name: part.starter for part in assignment.parts for name in part.needs},
        modules_first=not assignment.template,  # the course's own notebooks import what its package defines
    )
    if submission is not as_handed_in:
        program = replace(program, as_written=as_handed_in.files)
    run = _run_notebook(submission, as_handed_in, assignment, host, notebook) if notebook else None
    needs = {part.slug: part.needs for part in assignment.parts}
    places = oracle.data.places if oracle.data and any(check.needs_data for check in checks) else ()
    played = [check.part for check in checks]
    with StudentProcess(host, program, played, read=places, allow=assignment.allow, seconds=seconds) as process:
        patience = Patience(program) if oracle.public else None  # who checks their own work waits for it
        graded = []
        for position, check in enumerate(checks):
            if told:
                told(check.name, position, len(checks))
            shortened = patience.shortened(check) if patience else check
            graded.append(_grade_check(shortened, process, program, oracle, needs))
            if patience:
                graded[-1] = patience.after(graded[-1], check)
        graded = notes_on_lent_caches(graded)
        graded = carried_forward(graded, process, assignment.carried)
        if not oracle.public or assignment.differences == "zero":  # else only staff are told
            graded = flagged(graded, process, zero=assignment.differences == "zero")
    asked = [part for part in assignment.parts if any(check.part == part.slug for check in checks)]
    found = charged_once(asked, explained(asked, graded, oracle), graded, assignment.repeat)
    if oracle.public:
        found = with_what_is_called(found, graded, program)
    if search and locks(host.level):  # changed code may do what nobody wrote: kill(pid, 0) becomes kill(pid, 1)

        def process_of(changed: Program, part: str) -> StudentProcess:
            return StudentProcess(host, changed, [part], allow=assignment.allow, seconds=SEARCH_SECONDS)

        found = searched(asked, found, graded, program, process_of, oracle, search)
    parts = tuple(_part_result(part.slug, part.title, of) for part, of in zip(asked, found, strict=True))
    trouble = [check for part in parts for check in part.checks if check.status is Status.GRADER_ERROR]
    score = None if trouble else round(sum(part.score for part in parts), 4)
    return Result(
        assignment=assignment.slug,
        student=submission.student,
        submission=SubmissionInfo(
            plain_text(str(submission.path), 4000), submission.sha256, tuple(dict.fromkeys(program.entries.values()))
        ),
        status="not_graded" if trouble else "graded",
        reason=_trouble(trouble) if trouble else None,
        score=score,
        max_score=round(sum(part.max_score for part in parts), 4),
        seed=oracle.seed,
        public=oracle.public,
        versions=versions(oracle.public),
        isolation=Isolation(host.level, dict(host.probes)),
        notebook=run,
        parts=parts,
        questions=_questions(submission, assignment, public=oracle.public),
        notes=(
            *(Note("newest", plain_text(sentence)) for sentence in submission.notes),
            *notes_on_forms,
            *notes_on_cells(program, assignment, parts),
            *_notes_on_what_is_shown(as_handed_in, assignment),
            *notes_on_age(as_handed_in, program, compat=compat),
            *note_on_stand_ins(process.stand_ins),
        ),
        all_checks=len(assignment.checks),
        not_asked=assignment.not_asked,
    )


def not_graded(student: str, path: str, reason: str, assignment: str | None, level: str) -> Result:
    """The Result of a submission that could not be graded: no score, which is not 0."""
    return Result(
        assignment=assignment,
        student=student,
        submission=SubmissionInfo(plain_text(path, 4000), ""),
        status="not_graded",
        reason=reason,
        score=None,
        max_score=None,
        seed=None,
        public=False,
        versions=versions(public=True),
        isolation=Isolation(level),
    )


def _grade_check(
    check: Check, process: StudentProcess, program: Program, oracle: Oracle, needs: Mapping[str, Sequence[str]]
) -> Graded:
    if check.needs_data and oracle.data is None:
        of = current().data
        return Graded(check, (), skipped(check, NOT_GIVEN.format(of.title if of else "course's data set")))
    played: list[Played] = []
    try:
        given = [oracle.inputs(check, case) for case in check.cases]
        for case, inputs, came in zip(check.cases, given, process.play_all(check, given), strict=False):
            transcript = or_unwritten(check, came, program, needs[check.part], inputs)
            if transcript.outcome == Outcome.UNWRITTEN and played:
                transcript = replace(transcript, outcome=Outcome.RAISED)  # what other cases find written is not a stub
            want = oracle.answer(check, case)
            if not check.truth:  # else the grader measures, and what comes back need not look like any answer
                transcript = replace(transcript, values=_to_keep(transcript.values, want))
            played.append(Played(case, inputs, want, transcript))
            if played[-1].transcript.outcome in FINAL:
                break
        judged, result = check, judge(check, played, public=oracle.public)
        if is_forgiven(result):
            judged, played = strictly(check, played, oracle)
            result = result if judged is check else judge(judged, played, public=oracle.public)
        if result.error:
            from grader.absence import explain_absence

            result = explain_absence(result, program, process.problems)
        result = replace(result, notes=(*result.notes, *_note_on_speed(check, played, oracle)))
        result = placed(result, check, program, code=not oracle.public)
        result = replace(result, notes=(*result.notes, *notes_on_unkept(result, program)))
    except Interrupted:
        raise
    except HarnessError as error:
        return Graded(check, (), harness_failure(check, error))
    except Exception as error:  # a bug of ours must not cost the other checks, nor look like the student's fault
        return Graded(check, (), harness_failure(check, HarnessError(f"{type(error).__name__}: {error}")))
    return Graded(judged, played, result)


def _note_on_speed(check: Check, played: Sequence[Played], oracle: Oracle) -> list[Note]:
    """Of timed parts: how much faster the reference is on the case that took longest. Times carry no marks."""
    returned = [one for one in played if one.transcript.outcome == Outcome.RETURNED]
    if not (check.timed and check.points and returned):
        return []
    slowest = max(returned, key=lambda one: one.transcript.seconds)
    theirs, ours = slowest.transcript.seconds, oracle.seconds(check, slowest.case)
    if not ours:
        return []
    times = f"{theirs * 1000:.3g} ms against {ours * 1000:.3g} ms, yours with sending the arrays"
    faster = f"The reference is {theirs / ours:.3g} times as fast" if theirs > ours else "The reference is no faster"
    return [Note("speed", f"{faster} ({times}).")]


def _to_keep(values: Values, want: Arrays) -> Values:
    """The values that will be judged; a large array of a wrong shape in words, as all are kept until the end."""
    kept = {name: values[name] for name in want if name in values}
    for name, value in kept.items():
        most = max(LARGE, want[name].nbytes)  # what is no larger than a right one takes no more memory
        if isinstance(value, np.ndarray) and value.shape != want[name].shape and value.nbytes > most:
            kept[name] = NotAnArray(f"an array of shape {value.shape}")
    return kept


def _questions(submission: Submission, assignment: Assignment, *, public: bool) -> tuple[Question, ...]:
    """The inline questions of its notebook; in a public run choices are judged where the assignment says so."""
    file = main_notebook(submission, assignment.needs, assignment.notebook)
    if not (assignment.questions or (file and file.prose)):
        return ()
    from grader.questions.answers import questions_of
    from grader.questions.declared import right_choices

    right = right_choices(assignment.slug, assignment.questions)
    if public:
        right = {
            asked.slug: right[asked.slug] for asked in assignment.questions if asked.public and asked.slug in right
        }
    return questions_of(file, assignment.questions, right)


def _notes_on_what_is_shown(submission: Submission, assignment: Assignment) -> list[Note]:
    if not assignment.shows:
        return []
    from grader.shown import notes_on_what_is_shown

    return list(
        notes_on_what_is_shown(main_notebook(submission, assignment.needs, assignment.notebook), assignment.shows)
    )


def _run_notebook(
    submission: Submission, as_handed_in: Submission, assignment: Assignment, host: Host, limits: NotebookLimits
) -> NotebookRun | None:
    file = main_notebook(submission, assignment.needs, assignment.notebook)
    if file is None:
        return None
    path = submission.root / file.place if submission.root else submission.file or submission.path
    converted: dict[str, bytes] = {}
    if submission is not as_handed_in:
        from grader.compat import files_to_run

        converted = files_to_run(as_handed_in, submission)
    try:
        return host.run_notebook(path, submission.root, limits, converted)
    except Interrupted:
        raise
    except (GraderError, OSError) as error:
        return NotebookRun(len(file.cells), 0, 0.0, file=file.path, trouble=str(error))


def _part_result(slug: str, title: str, checks: list[CheckResult]) -> PartResult:
    score = round(sum(check.points for check in checks), 4)
    most = sum(check.max_points for check in checks if check.status is not Status.SKIPPED)
    return PartResult(slug, title, score, round(most, 4), tuple(checks))


def _trouble(checks: Sequence[CheckResult]) -> str:
    first = checks[0].error.message if checks[0].error else ""
    return f"The grader itself failed, first in the check {checks[0].slug}: {first}"


def versions(public: bool) -> dict[str, str | None]:
    """The versions that a grade depends on; Numba only where the reference ran."""
    return {
        "grader": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": None if public else _version("numba"),
    }


@functools.cache
def _version(package: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
