"""What a course, or one of its assignments, changes of checks: points, limits, names, and what is left out.

    without = ["conv/backward"]                      neither run nor counted
    [points]    "conv/forward" = {usual = 2, edges = 6}
    [weights]   usual = 1, edges = 2                 of all checks that have no points of their own here
    [seconds]   "conv/forward" = 60                  for each case
    [tolerance] "conv/forward" = 1e-6, or {dx = 1e-6, dw = 1e-7} by array
    [rename]    linear_forward = "fc_forward"        the function that is called so here

The assignment's own word counts before the course's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.conventions import AROUND, with_limit
from grader.course.folder import DESCRIPTION, Course
from grader.course.keys import refuse_unknown
from grader.course.modules import names_in
from grader.errors import MalformedCheck
from grader.expectations import Expectation, Matches, Within
from grader.records import replace
from grader.spec import Check, Part

ADJUSTING: dict[str, type | tuple[type, ...]] = {
    "without": list,
    **dict.fromkeys(("points", "weights", "seconds", "tolerance", "rename"), dict),
}


def adjusted(parts: Sequence[Part], course: Course, text: Mapping[str, Any], where: str) -> tuple[Part, ...]:
    """The parts as the course and the assignment's own ``text`` want them; MalformedCheck names what is not there."""
    named = {check.name: check for part in parts for check in part.checks.values()}
    words = {"points": {"usual", "edges"}, "weights": {"usual", "edges"}}
    _look_at_course(course, parts)
    for name in ADJUSTING.keys() - {"weights", "rename"}:
        refuse_unknown(text.get(name, ()), named, f"{where}, {name}", "check")
    refuse_unknown(text.get("weights", ()), words["weights"], f"{where}, [weights]")
    refuse_unknown(
        text.get("rename", ()), {name for part in parts for name in part.needs}, f"{where}, [rename]", "name"
    )
    of = {name: {**course.adjusted.get(name, {}), **text.get(name, {})} for name in ADJUSTING if name != "without"}
    for table in of["points"].values():
        _numbers(table, f"{where}, [points]", words["points"])
    _numbers(of["weights"], f"{where}, [weights]")
    _numbers(of["seconds"], f"{where}, [seconds]")
    _names(text.get("rename", {}), f"{where}, [rename]")
    left_out = {*course.adjusted.get("without", ()), *text.get("without", ())}
    found = []
    for part in parts:
        checks = {slug: check for slug, check in part.checks.items() if check.name not in left_out}
        if not checks:
            raise MalformedCheck(f"{where}: of {part.slug} nothing is left; take it out of the parts.")
        changed = {slug: _changed(check, of, where) for slug, check in checks.items()}
        needs = tuple(of["rename"].get(name, name) for name in part.needs)
        same = needs == part.needs and changed == part.checks
        found.append(part if same else replace(part, checks=changed, needs=needs))
    return tuple(found)


def _look_at_course(course: Course, parts: Sequence[Part]) -> None:
    """Refuse names in course.toml that are nothing of these parts, and could be nothing of others."""
    where = str(course.folder / DESCRIPTION)
    there = set(names_in(course.public / "checks"))
    _names(course.adjusted.get("rename", {}), f"{where}, [rename]")
    for name in ("without", "points", "seconds", "tolerance"):
        for check in course.adjusted.get(name, ()):
            slug = check.partition("/")[0]
            refuse_unknown([slug], there, f"{where}, {name}", "part")
            for part in parts:
                if part.slug == slug:
                    refuse_unknown([check], {one.name for one in part.checks.values()}, f"{where}, {name}", "check")


def renamed(name: str, course: Course, text: Mapping[str, Any]) -> str:
    """What a function is called here."""
    return str(text.get("rename", {}).get(name) or course.adjusted.get("rename", {}).get(name) or name)


def _changed(check: Check, of: Mapping[str, Mapping[str, Any]], where: str) -> Check:
    check = _weighed(check, of["points"].get(check.name, {}), of["weights"])
    if check.name in of["seconds"]:
        check = replace(check, seconds=float(of["seconds"][check.name]))
    if check.name in of["tolerance"]:
        check = replace(check, expect=_loosened(check, of["tolerance"][check.name], f"{where}, [tolerance]"))
    if of["rename"]:
        check = replace(check, rename=dict(of["rename"]))
    return check


def _weighed(check: Check, own: Mapping[str, float], weights: Mapping[str, float]) -> Check:
    """The check with its points: ``usual`` for the course's own case, ``edges`` for the general contract in all."""
    if not (own or weights):
        return check
    usual = own.get("usual", sum(case.points for case in check.cases[:1]) * weights.get("usual", 1.0))
    general = check.points - sum(case.points for case in check.cases[:1])
    edges = own.get("edges", general * weights.get("edges", 1.0))
    first, *rest = check.cases
    each = edges / (len(rest) + bool(check.own)) if rest else 0.0
    cases = [replace(first, points=usual), *(replace(case, points=each) for case in rest)]
    return replace(check, cases=tuple(cases), precise=each if check.own else 0.0)


def _loosened(check: Check, limits: Any, where: str) -> tuple[Expectation, ...]:
    """What is expected, with other limits: one for all arrays that are compared, or one by array."""
    names = {expectation.name for expectation in check.expect if _is_limited(expectation)}
    if not isinstance(limits, Mapping):
        limits = dict.fromkeys(names, limits)
    refuse_unknown(limits, names, f"{where}, {check.name!r}", "array that is compared")
    _numbers(limits, where)
    return tuple(
        with_limit(expectation, float(limits[expectation.name])) if expectation.name in limits else expectation
        for expectation in check.expect
    )


def _is_limited(expectation: Expectation) -> bool:
    inner = expectation.expectation if isinstance(expectation, AROUND) else expectation
    return isinstance(inner, (Matches, Within))


def _names(table: Mapping[str, Any], where: str) -> None:
    for name, other in table.items():
        if not isinstance(other, str) or not other.isidentifier():
            raise MalformedCheck(f"{where}: {name} is {other!r}; it takes the name of a function or class.")


def _numbers(table: Any, where: str, known: Iterable[str] | None = None) -> None:
    if not isinstance(table, Mapping):
        raise MalformedCheck(f"{where}: {table!r} is no table.")
    if known is not None:
        refuse_unknown(table, list(known), where)
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
            raise MalformedCheck(f"{where}: {name} is {value!r}; it takes a number that is not negative.")
