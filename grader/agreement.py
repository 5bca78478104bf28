"""How far the grader agrees with known verdicts: a collection of submissions against a file of truth.

The file maps repositories to units (a package in a folder), and those to functions with a verdict: right, wrong,
raises or unimplemented. Each unit is graded with the checks that belong to the functions that were asked for.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.course.assignments import Assignment
from grader.course.folder import Course, current
from grader.course.keys import read, refuse_unknown
from grader.course.parts import all_parts, load_part, part_names
from grader.errors import GraderError, Interrupted, MalformedCheck, Refused
from grader.grading import grade_submission
from grader.intake.reading import open_submission
from grader.limits import SEARCHED
from grader.model import CheckResult, Result, Status
from grader.named_causes import KINDS, UNNAMED, NamedCause, best, causes_of, code_of
from grader.oracle import Oracle
from grader.sandbox import Box
from grader.spec import Part

VERDICTS = ("right", "wrong", "raises", "unimplemented")
NAMES = "agreement.toml"  # in the secret half: the names that verdict files use, and the checks that judge them


@dataclass(frozen=True, slots=True)
class Unit:
    """A package of a repository, and what is known of its functions: the verdict and, for people, the reason."""

    repository: str
    name: str
    root: str
    verdicts: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One function: the known verdict, ours (None: we failed), and what we say of it."""

    repository: str
    unit: str
    function: str
    expected: str
    reason: str
    got: str | None
    specific: bool = False
    said: tuple[str, ...] = ()
    causes: tuple[NamedCause, ...] = ()
    code: str = ""  # the student's, of what was called

    @property
    def kind(self) -> str:
        """How sure the surest cause is that is named."""
        return best(item.kind for item in self.causes)

    @property
    def agrees(self) -> bool:
        """Whether both verdicts are the same."""
        return self.got == self.expected


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that was compared."""

    functions: tuple[Compared, ...]

    def lines(self) -> list[str]:
        """Every disagreement and every failure of ours, then the three figures."""
        wrong = [item for item in self.functions if item.expected == "wrong"]
        named = sum(item.specific and item.got == "wrong" for item in wrong)
        failed = sum(item.got is None for item in self.functions)
        same = sum(item.agrees for item in self.functions)
        return [
            *(_line(item) for item in self.functions if not item.agrees),
            f"diagnosed {_percent(named, len(wrong))} % ({named} of {len(wrong)} wrong functions)",
            f"harness errors {failed}",
            f"agreement {_percent(same, len(self.functions))} % ({same} of {len(self.functions)} functions)",
        ]

    def causes(self) -> list[str]:
        """Every function that we call wrong: its verdict, what it was told and its code; then the counts."""
        wrong = [item for item in self.functions if item.got == "wrong"]
        lines = [line for item in wrong for line in _told(item)]
        kinds = [item.kind for item in wrong]
        counts = ", ".join(f"{kind} {kinds.count(kind)}" for kind in KINDS)
        shares = [_percent(kinds.count(KINDS[0]), len(kinds)), _percent(len(kinds) - kinds.count(UNNAMED), len(kinds))]
        return [
            *lines,
            f"wrong functions: {counts}",
            f"certain {shares[0]} %, named {shares[1]} % of {len(kinds)} wrong functions",
        ]

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "schema": "grader/agreement/v1",
            "functions": [_as_dict(item) for item in self.functions],
            "summary": self.lines()[-3:],
        }


def _as_dict(item: Compared) -> dict[str, Any]:
    """A function for JSON; what --causes writes stays there."""
    fields = {name: value for name, value in asdict(item).items() if name not in ("causes", "code")}
    return {**fields, "agrees": item.agrees}


def _told(item: Compared) -> Iterable[str]:
    yield f"## {item.kind}: {item.repository} {item.unit} {item.function}"
    yield f"known: {item.expected}" + (f" ({item.reason})" if item.reason else "")
    yield from dict.fromkeys(cause.line for cause in item.causes)
    yield from ("", *(f"    {line}" for line in item.code.split("\n")), "")


def read_truth(path: Path, *, compat: bool) -> list[Unit]:
    """The units of a file of verdicts, of the functions with the role ``asked``.

    Without ``compat`` a function that needs an old Python or NumPy has the verdict ``by_env.py3``, else its best.
    """
    try:
        repositories = json.loads(path.read_text("utf-8"))["repos"]
        return [
            Unit(name, unit, str(known["root"]), dict(_asked(known["functions"], compat=compat)))
            for name, repository in repositories.items()
            for unit, known in repository["units"].items()
        ]
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(
            f"{path} is no file of verdicts (repos -> units -> functions -> role, verdict): {error!r}."
        ) from None


def _asked(functions: Mapping[str, Any], *, compat: bool) -> Iterable[tuple[str, tuple[str, str]]]:
    for name, known in functions.items():
        if known.get("role", "asked") != "asked":
            continue
        today = None if compat else known.get("by_env", {}).get("py3")
        verdict, _, why = str(today or known["verdict"]).partition(": ")
        if verdict not in VERDICTS:
            raise ValueError(f"{name} has the verdict {verdict!r}")
        yield name, (verdict, str(known.get("bug") or why or known.get("reason", "")))


def compare(unit: Unit, folder: Path, oracle: Oracle, box: Box, *, compat: bool) -> list[Compared]:
    """Grade one unit of a collection and compare; whatever fails on our side is told, and is no verdict."""
    functions = _functions(current())
    asked = {name: functions.get(name, (name,)) for name in unit.verdicts}
    found: dict[str, CheckResult] = {}
    code: dict[str, str] = {}
    trouble = ""
    for names in _runs(asked):
        try:
            wanted = {check for name in names for check in asked[name]}
            result, texts = _grade(unit, folder, wanted, oracle, box, compat)
            found |= {f"{part.slug}/{check.slug}": check for part in result.parts for check in part.checks}
            code |= texts
        except Interrupted:
            raise
        except (GraderError, OSError) as error:
            trouble = str(error)
        except Exception as error:  # a bug of ours must not cost the other units
            trouble = f"{type(error).__name__}: {error}"
    compared = []
    for name, (expected, reason) in unit.verdicts.items():
        checks = [found.get(check) for check in asked[name]]
        one = Compared(unit.repository, unit.name, name, expected, reason, None)
        if None in checks:
            why = trouble or f"{name} is no function that this grader knows"
            compared.append(replace(one, said=(why,)))
        else:
            judged = [check for check in checks if check]
            specific = any(item.specific for check in judged for item in check.diagnosis)
            said = tuple(_said(judged))
            told = tuple(
                cause
                for place, check in zip(asked[name], judged, strict=True)
                if check.status is not Status.PASSED
                for cause in causes_of(place, check, oracle.catalogue.patterns)
            )
            own = dict.fromkeys(code[place] for place in asked[name] if place in code)
            compared.append(
                replace(
                    one,
                    got=verdict_of(judged),
                    specific=specific,
                    said=said,
                    causes=told,
                    code="\n\n".join(own),
                )
            )
    return compared


@functools.cache
def _functions(course: Course) -> dict[str, tuple[str, ...]]:
    """The checks by the names that verdict files use; a check's own name, part/check, may stand there too."""
    file = course.secret / NAMES
    table = read(file, str(file)) if file.is_file() else {}
    known = [check.name for part in all_parts() for check in part.checks.values()]
    for name, checks in table.items():
        if not isinstance(checks, list):
            raise MalformedCheck(f"{file}: {name} takes a list of checks.")
        refuse_unknown(checks, known, f"{file}, {name}", "check")
    return {name: tuple(checks) for name, checks in table.items()}


def _runs(asked: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The names in runs: one by one those whose exercises share a name with another that is asked for.

    Such as two classes called Net: what a submission has of that name is one thing in a run.
    """
    parts = {name: _part_of(checks) for name, checks in asked.items()}
    theirs = {(part.slug, name) for part in parts.values() if part for name in part.reference}
    alone: dict[str, list[str]] = {}
    rest = []
    for name, part in parts.items():
        shared = part and not part.reference and any(of in part.needs and slug != part.slug for slug, of in theirs)
        if part and shared:
            alone.setdefault(part.slug, []).append(name)
        else:
            rest.append(name)
    return [run for run in (*alone.values(), rest) if run]


def _part_of(checks: Sequence[str]) -> Part | None:
    slug = checks[0].partition("/")[0]
    return load_part(slug) if slug in part_names() else None


def _grade(
    unit: Unit, folder: Path, wanted: set[str], oracle: Oracle, box: Box, compat: bool
) -> tuple[Result, dict[str, str]]:
    """The result, and the student's code by the check that calls it, of those that did not pass."""
    parts = tuple(part for part in all_parts() if any(check.name in wanted for check in part.checks.values()))
    templates = current().public
    assignment = Assignment(
        "agree", "Functions with a known verdict", "", "", "", "", templates, lambda: parts, (), template=False
    )
    checks = [check for check in assignment.checks if check.name in wanted]
    place = folder / unit.repository.replace("/", "__") / unit.root
    with open_submission(place) as submission:
        result = grade_submission(submission, assignment, checks, oracle, box, compat=compat, search=SEARCHED)
        texts = {
            f"{part.slug}/{check.slug}": code_of(check.place, submission)
            for part in result.parts
            for check in part.checks
            if check.place
        }
    return result, texts


def verdict_of(checks: Sequence[CheckResult]) -> str | None:
    """Our verdict on a function from the checks that judge it; None if we failed at one."""
    statuses = {check.status for check in checks}
    if Status.GRADER_ERROR in statuses:
        return None
    if statuses == {Status.PASSED}:
        return "right"
    if all(_raises(check) for check in checks):
        return "raises"
    return "wrong" if Status.PASSED in statuses or Status.MISSING not in statuses else "unimplemented"


def _raises(check: CheckResult) -> bool:
    """Whether nothing came back in any case of a check, in time, or the definition itself raises or does not parse."""
    if check.status is Status.MISSING:
        return check.error is not None and check.error.type != "Missing"
    return check.status in (Status.CRASHED, Status.TIMED_OUT, Status.VIOLATED) and not check.findings


def _said(checks: Iterable[CheckResult]) -> Iterable[str]:
    for check in checks:
        yield from (f"{item.code}: {item.sentence}" + ("" if item.certain else " (likely)") for item in check.diagnosis)
        if check.status is not Status.PASSED:
            failing = [finding.message for finding in check.findings if not finding.ok]
            yield from failing[:1]
            if check.error:
                yield f"{check.error.type}: {check.error.message}"


def _line(item: Compared) -> str:
    got = item.got or "not graded"
    because = f" ({item.reason})" if item.reason else ""
    said = f" [{item.said[0]}]" if item.said else ""
    return f"{item.repository} {item.unit} {item.function}: expected {item.expected}{because}, got {got}{said}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "100.0"
