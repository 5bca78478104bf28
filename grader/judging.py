"""From transcripts to the result of a check. All functions here are pure: nothing is run, read or written."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.errors import HarnessError
from grader.expectations import Arrays, Values, Verdict
from grader.limits import LOAD_SECONDS
from grader.model import Audit, CaseOutcome, CheckResult, Curve, ErrorInfo, Finding, JudgedArray, Note, Status
from grader.outcome import Outcome
from grader.records import dataclass
from grader.shapes import fitted, forgiven_shapes, said_of_shapes
from grader.shares import PRECISE, earned
from grader.spec import Case, Check, Inputs
from grader.words import listing, number, plain_text
from grader.worker.client import IN_ALL, LOADING, Transcript

USUAL = "the usual case"
SIGNATURE = re.compile(r"\(\) (?:got an unexpected keyword argument|got multiple values for|takes |missing )")


@dataclass(frozen=True)
class Played:
    """One case that was played: its inputs, the right answer, and what came back."""

    case: Case
    inputs: Inputs
    want: Arrays
    transcript: Transcript

    @functools.cached_property  # every mistake that is looked for asks anew
    def values(self) -> Values:
        """What came back, vectors and numbers without needless axes of length 1."""
        return fitted(self.transcript.values, self.want)

    @functools.cached_property
    def kept(self) -> dict[tuple[object, ...], Any]:
        """What is the same of it for every mistake that is looked for, once it was asked for (grader.fitting)."""
        return {}


@dataclass(frozen=True)
class Graded:
    """A check, what was played of it, and the result so far."""

    check: Check
    played: Sequence[Played]
    result: CheckResult

    @functools.cached_property  # every mistake that is looked for asks anew
    def passed(self) -> frozenset[str]:
        """The cases that came back right."""
        return frozenset(item.case.name for item in self.played if _passes(self.check, item))

    @functools.cached_property
    def kept(self) -> dict[tuple[object, ...], Any]:
        """The same as of a case that was played."""
        return {}


def _passes(check: Check, item: Played) -> bool:
    if item.transcript.outcome != Outcome.RETURNED:
        return False
    values = item.values
    said = [expectation.judge(values, item.want, item.inputs, False) for expectation in check.expect]
    return not any(isinstance(verdict, Verdict) and not verdict.ok for verdict in said)


Problems = Sequence[Mapping[str, object]]  # statements of the submission that raised when it was loaded


def judge(check: Check, played: Sequence[Played], *, public: bool) -> CheckResult:
    """The result of a check whose scenario was played, without a diagnosis."""
    verdicts: dict[str, list[tuple[str, Verdict]]] = {item.name: [] for item in check.expect}
    notes: dict[str, Note] = {}
    curves: list[Curve] = []
    audit: list[Audit] = []
    for one in played:
        said = _said_of(check, one, public=public)
        right = {name: item for name, item in said.items() if isinstance(item, Verdict)}
        for name, item in said.items():
            if isinstance(item, Verdict):
                verdicts[name].append((one.case.name, item))
            elif isinstance(item, Note):
                notes[item.code] = item
            elif isinstance(item, Curve) and not one.case.name:
                curves.append(item)
        shapes = said_of_shapes(one.transcript.values, one.want, {name: item.ok for name, item in right.items()})
        if shapes:
            notes.setdefault("needless-axes", Note("needless-axes", shapes))
        audit += _audited(check, one, right)
    points = sum((entry.points for entry in audit), 0.0)
    findings = tuple(
        _finding(item.name, item.limit, verdicts[item.name]) for item in check.expect if verdicts[item.name]
    )
    status = _status(findings, played)
    return CheckResult(
        slug=check.slug,
        title=check.title,
        status=status,
        points=check.points if status is Status.PASSED else round(points, 2),
        max_points=check.points,
        seconds=round(sum(one.transcript.seconds for one in played), 4),
        findings=findings,
        notes=(*notes.values(), *_crash_note(played), *_sandbox_note(played)),
        error=_error(check, played),
        curves=tuple(curves),
        usual_points=sum((entry.points for entry in audit if not entry.case), 0.0),
        usual_max_points=sum(case.points for case in check.cases if not case.name),
        audit=(*audit, *(Audit(case.name, "not played", 0.0, case.points) for case in check.cases[len(played) :])),
    )


def _said_of(check: Check, one: Played, *, public: bool) -> dict[str, Verdict | Note | Curve | None]:
    """What the expectations say of a case, by the names of their arrays; nothing if none came back."""
    if one.transcript.outcome != Outcome.RETURNED:
        return {}
    values = one.values
    with np.errstate(all="ignore"):  # wild values overflow: what is measured is then inf or NaN, and fails
        return {item.name: item.judge(values, one.want, one.inputs, public) for item in check.expect}


def _audited(check: Check, one: Played, verdicts: Mapping[str, Verdict]) -> Iterator[Audit]:
    """The points of one case, and what they hang on; for the course's own case also those for full precision."""
    returned = one.transcript.outcome == Outcome.RETURNED
    good = returned and all(item.ok for item in verdicts.values())
    points = earned(check, one.case, verdicts, one.values, one.want) if returned else 0.0
    limits = {item.name: item.limit for item in check.expect}
    forgiven = forgiven_shapes(one.transcript.values, one.want)
    arrays = tuple(
        JudgedArray(name, item.ok, item.measured, limits[name], item.rule, item.convention, forgiven.get(name))
        for name, item in verdicts.items()
    )
    yield Audit(one.case.name, one.transcript.outcome, points, one.case.points, arrays)
    if check.precise and not one.case.name:
        yield Audit(PRECISE, one.transcript.outcome, check.precise if good else 0.0, check.precise)


def _finding(name: str, limit: float, verdicts: Sequence[tuple[str, Verdict]]) -> Finding:
    """One finding over all cases: the first failing one speaks, else the worst of the good ones."""
    cases = tuple(CaseOutcome(case, verdict.ok, verdict.measured) for case, verdict in verdicts)
    wrong = [(case, verdict) for case, verdict in verdicts if not verdict.ok]
    if not wrong:
        worst = max((verdict for _, verdict in verdicts), key=lambda verdict: verdict.measured or 0.0)
        return Finding(name, worst.measured, limit, True, worst.message, cases)
    case, verdict = wrong[0]
    message = f"With {case}: {verdict.message}" if case else verdict.message
    if len(verdicts) > 1:
        where = listing([case or USUAL for case, _ in wrong])
        right = len(verdicts) - len(wrong)
        message += f" Wrong in {len(wrong)} of {len(verdicts)} cases ({where})" + (
            ", right in the rest." if right else "."
        )
    evidence = verdict.evidence() if verdict.evidence else None
    return Finding(name, verdict.measured, limit, False, message, cases, evidence)


def _status(findings: Sequence[Finding], played: Sequence[Played]) -> Status:
    outcomes = {one.transcript.outcome for one in played}
    for outcome, status in (
        (Outcome.VIOLATED, Status.VIOLATED),
        (Outcome.TIMED_OUT, Status.TIMED_OUT),
        (Outcome.DIED, Status.CRASHED),
        (Outcome.RAISED, Status.CRASHED),
        (Outcome.MISSING, Status.MISSING),
        (Outcome.UNWRITTEN, Status.MISSING),
    ):
        if outcome in outcomes:
            return status
    return Status.PASSED if all(finding.ok for finding in findings) else Status.FAILED


def _crash_note(played: Sequence[Played]) -> list[Note]:
    """Where a check raised in some cases only, say in which."""
    raised = [one.case.name or USUAL for one in played if one.transcript.outcome == Outcome.RAISED]
    if not raised or len(played) == 1:
        return []
    if len(raised) == len(played):
        return [Note("raised-in", f"It raised in all {len(played)} cases.")]
    return [Note("raised-in", f"It raised in {len(raised)} of {len(played)} cases: {listing(raised)}.")]


def _sandbox_note(played: Sequence[Played]) -> list[Note]:
    """What the code tried that the sandbox denies, for staff to look at; no marks."""
    tried = list(dict.fromkeys(item for one in played for item in one.transcript.tried))
    return [Note("sandbox", f"The code tried to {listing(tried)}; the sandbox denied it.")] if tried else []


def _error(check: Check, played: Sequence[Played]) -> ErrorInfo | None:
    """The first failure to return anything, as a sentence."""
    for one in played:
        transcript = one.transcript
        if transcript.outcome == Outcome.RETURNED:
            continue
        error = transcript.error
        if transcript.outcome == Outcome.TIMED_OUT:
            return ErrorInfo("TimeLimit", _too_long(check, one))
        if transcript.outcome in (Outcome.DIED, Outcome.VIOLATED) and "type" not in error:
            return ErrorInfo(transcript.outcome.capitalize(), plain_text(str(error.get("message", ""))))
        if transcript.outcome == Outcome.MISSING:
            what = "is missing" if " " in transcript.name else "is not defined in the submission"  # "The body of f"
            return ErrorInfo("Missing", f"{transcript.name} {what}.")
        return described(error, one.case.name, unwritten=transcript.outcome == Outcome.UNWRITTEN)
    return None


def _too_long(check: Check, one: Played) -> str:
    if one.transcript.name == IN_ALL:
        return "The submission used up the time that it may take in all; this was stopped, or was not begun."
    if one.transcript.name == LOADING:
        return (
            f"Loading the code took longer than {number(LOAD_SECONDS)} s: some statement outside a function never ends."
        )
    case = f" with {one.case.name}" if one.case.name else ""
    return f"It ran longer than {number(check.seconds)} s{case} and was stopped; does a loop never end?"


def described(error: Mapping[str, object], case: str = "", *, unwritten: bool = False) -> ErrorInfo:
    """An exception as the student process described it, made safe and typed; nothing in it is believed for marks."""
    kind, message = (plain_text(str(error.get(name, ""))) for name in ("type", "message"))
    cell, line, column, end = (
        value if type(value := error.get(name)) is int else None for name in ("cell", "line", "column", "end")
    )
    file = error.get("file")
    if kind == "BdbQuit":
        from grader.hints import DEBUGGER

        message, column = DEBUGGER, None
    elif unwritten:
        function = plain_text(str(error.get("function") or "A function"), 80)
        if "NoneType" in message:
            from grader.hints import said_of_none

            message = said_of_none(str(error.get("scenario") or ""), str(error.get("function") or ""))
        elif "type" in error:
            message = f"{function} is not written yet (it raises NotImplementedError)."
    elif str(error.get("scenario") or "raise ").startswith("raise "):
        message = _first_of(error, message)  # a check that raises has said what it means
    else:
        call = plain_text(str(error["scenario"]), 200)
        unfit = f": {_unfit(error, message)}" if error.get("type") in ("TypeError", "ValueError") else ""
        message = f"{message} (in the check's line `{call}`{unfit})"
    message = with_hint(message)
    if case and not unwritten:
        message = f"With {case}: {message}"
    return ErrorInfo(
        type="Missing" if unwritten else kind,
        message=message,
        cell=cell,
        line=line,
        traceback=plain_lines(str(error.get("traceback", ""))),
        file=plain_text(file, 200) if isinstance(file, str) else None,
        column=column,
        end=end,
    )


def _unfit(error: Mapping[str, object], message: str) -> str:
    """What a call of the check's and the student's code disagree about: how it is called, or what came back."""
    if error.get("type") == "TypeError" and SIGNATURE.search(message):
        return "your function takes other arguments than the exercise calls it with"
    return "what your code returned does not fit"


def with_hint(message: str) -> str:
    """The message of an exception, with what it means where that is known."""
    from grader.hints import hint_for  # needed where something was raised only

    hint = hint_for(message)
    return f"{ended(message)} {hint}" if hint else message


def _first_of(error: Mapping[str, object], message: str) -> str:
    """The message, or the statement where an assert has none; of NumPy's long ones on what it has removed a line."""
    if not message and error.get("type") == "AssertionError":
        statement = str(error.get("traceback", "")).strip().rpartition("\n")[2].strip()
        return f"This does not hold: {plain_text(statement, 200)}" if statement.startswith("assert") else message
    removed = re.match(r"module '?numpy'? has no attribute '\w+'", message)
    return removed[0] if removed else message


def ended(sentence: str) -> str:
    """With a full stop, unless it ends in another mark."""
    return sentence if sentence.endswith(("?", "!", ".")) else f"{sentence}."


def plain_lines(text: str) -> str:
    """Several lines made safe to print, their indentation kept."""
    return "\n".join(line[: len(line) - len(line.lstrip())] + plain_text(line, 200) for line in text.split("\n")[:40])


def harness_failure(check: Check, error: HarnessError) -> CheckResult:
    """The result of a check that we could not run: no verdict on the student."""
    return CheckResult(
        check.slug,
        check.title,
        Status.GRADER_ERROR,
        0.0,
        check.points,
        0.0,
        error=ErrorInfo(type(error).__name__, plain_text(str(error))),
    )


def skipped(check: Check, reason: str) -> CheckResult:
    """The result of a check that was not played, since something that it needs is not there."""
    notes = (Note("skipped", reason),)
    return CheckResult(check.slug, check.title, Status.SKIPPED, 0.0, check.points, 0.0, notes=notes)
