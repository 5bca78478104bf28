"""The teacher's own export of a gradebook with our marks in it: one column of those who are matched, and nothing else.

Each platform says where things stand in its file (``Columns``); what is written, and what is left, is decided here.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from grader.errors import Refused
from grader.exporters import matching, numbers
from grader.exporters.matching import Match, Sought
from grader.exporters.rows import deductions, is_excused, verdict
from grader.exporters.sheet import Line, Sheet
from grader.gradebook import Row
from grader.words import inert, listing, number


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a platform's file.

    ``ids`` maps a kind of id (matching.FIELDS) to what a line says of it. ``people`` are the lines of students.
    ``highest`` is the maximum of a line, None if unknown. ``excused`` is the word for that there, "" if there is none.
    ``locked`` says why a line must be left as it is, "" if it need not. ``strict``: more than the maximum is not taken.
    """

    grade: int
    ids: Mapping[str, Callable[[Line], str]]
    names: tuple[int, ...]
    people: Sequence[Line]
    highest: Callable[[Line], float | None]
    neighbours: Sequence[int] = ()
    comment: int | None = None
    excused: str = ""
    locked: Callable[[Line], str] = lambda line: ""
    strict: bool = False
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is written anew."""

    who: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the platform has of someone now, and what it takes."""

    who: str
    old: str
    highest: float | None = None
    locked: str = ""
    excused: bool = False
    can_excuse: bool = False
    strict: bool = False


@dataclass(slots=True)
class Plan:
    """What is written, and what is to be said of the rest, each a sentence.

    ``unknown`` are of the file and have no result, ``missing`` have a result and are not in the file.
    """

    title: str
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    said: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def fill(sheet: Sheet, columns: Columns, rows: Sequence[Row], *, comments: bool = False) -> Plan:
    """Write the marks of the rows into the sheet."""
    if comments and columns.comment is None:
        raise Refused(f"{sheet.name} has no column for comments; leave out --comments.")
    plan = Plan(sheet.titles[columns.grade], said=list(columns.said))
    whole = [line for line in columns.people if _is_whole(line, sheet, plan)]
    people = [_sought(line, columns) for line in whole]
    matches = matching.match(people, rows)
    manner = _manner(sheet, columns, whole)
    for line, sought, match in zip(whole, people, matches, strict=True):
        if match.row is None:
            unmatched(sought, match, plan)
            continue
        if match.by_name:
            plan.said.append(f"{sought.label} was found by the name only, which nobody else has.")
        standing = _standing(line, sought, columns)
        new = decide(standing, match.row, plan)
        if new is not None:
            written = columns.excused if new == "excused" else manner.write(new)
            plan.changes.append(Change(standing.who, standing.old, written))
            sheet.set(line, columns.grade, written)
            if comments and columns.comment is not None and not line.value(columns.comment):
                sheet.set(line, columns.comment, comment(match.row))  # what somebody wrote there stays
    found = {id(match.row) for match in matches}
    plan.missing = [matching.label(row) for row in rows if id(row) not in found]
    say_maxima(plan, ((columns.highest(line), match) for line, match in zip(whole, matches, strict=True)))
    return plan


def comment(row: Row) -> str:
    """The mark and what was changed of it, in a line without markup."""
    text = " ".join([verdict(row), *deductions(row)])
    return " ".join(text.split()).replace("<", "‹").replace(">", "›").replace("&", "+")


def column_named(titles: Mapping[int, tuple[str, ...]], wanted: Sequence[str], what: str) -> int:
    """The column that is called as one of ``wanted`` says, in one of its ways; Refused if none or several are.

    The ways of a title go from the whole to a part of it: where one names several columns, a fuller one may not.
    """
    names = {same(name) for name in wanted}
    for way in range(max(map(len, titles.values()), default=0)):
        found = [column for column, ways in titles.items() if way < len(ways) and same(ways[way]) in names]
        if len(found) > 1:
            every = listing([f"“{inert(titles[column][0])}”" for column in found])
            raise Refused(f"“{inert(wanted[0])}” may be {every}; say which with --column and its whole title.")
        if found:
            return found[0]
    everything = {inert(names[0]): column for column, names in titles.items()}
    near = difflib.get_close_matches(wanted[0] if wanted else "", everything, n=3, cutoff=0.3) or list(everything)[:3]
    nearest = f" The nearest: {listing([f'“{title}”' for title in near])}." if near else ""
    said = f"No {what} is called “{inert(wanted[0])}”" if wanted else f"Which {what} is meant is not said"
    raise Refused(f"{said}; name one with --column.{nearest}")


def value_of(column: int) -> Callable[[Line], str]:
    """What a line says in a column."""
    return lambda line: line.value(column)


def same(title: str) -> str:
    """A title as it is compared: case and white space, also that which does not break, do not count."""
    return " ".join(title.split()).casefold()


def _is_whole(line: Line, sheet: Sheet, plan: Plan) -> bool:
    """Whether a line has a field for each of the header: in another one, no column is where it seems to be."""
    have, need = len(line.fields), len(sheet.header.fields)
    if have != need:
        plan.said.append(f"Line {line.number} has {have} fields, the header {need}: it was left as it is.")
    return have == need


def _sought(line: Line, columns: Columns) -> Sought:
    ids = {kind: read(line) for kind, read in columns.ids.items()}
    return Sought(ids, ", ".join(filter(None, (line.value(column) for column in columns.names))))


def _standing(line: Line, sought: Sought, columns: Columns) -> Standing:
    old = line.value(columns.grade)
    excused = bool(columns.excused) and same(old) == same(columns.excused)
    return Standing(
        sought.label, old, columns.highest(line), columns.locked(line), excused, bool(columns.excused), columns.strict
    )


def unmatched(sought: Sought, match: Match, plan: Plan) -> None:
    """Say of someone that they are nobody of ours, or why that is in doubt."""
    if match.why:
        plan.said.append(f"{match.why}: left as it is.")
    elif sought.label:
        plan.unknown.append(sought.label)


def _manner(sheet: Sheet, columns: Columns, lines: Sequence[Line]) -> numbers.Manner:
    own = [line.value(columns.grade) for line in lines]
    beside = [line.value(column) for line in sheet.lines for column in columns.neighbours]
    return numbers.manner_of(own, beside)


def decide(standing: Standing, row: Row, plan: Plan) -> float | Literal["excused"] | None:
    """What is to be written for someone; None if it stays, and then it is said why unless it is the same."""
    who, old = standing.who, standing.old
    excused, score = is_excused(row), row.mark.score
    ours = "excused" if excused else "" if score is None else number(score)
    if standing.locked or (standing.excused and not excused):
        if ours:
            why = standing.locked or "is excused already"
            plan.said.append(f"{who} {why}: left as it is, not {ours}.")
        return None
    if excused:
        if standing.can_excuse:
            return None if standing.excused else "excused"
        plan.said.append(f"{who} is excused, for which there is no word here: left as it is.")
        return None
    if score is None:
        plan.said.append(f"{who}: {verdict(row)}{f' “{inert(old)}” stays.' if old else ''}")
        return None
    if standing.strict and standing.highest is not None and score > standing.highest:
        plan.said.append(f"{who} has {ours}, more than the {number(standing.highest)} that is taken: left as it is.")
        return None
    if numbers.is_ambiguous(old):
        plan.said.append(f"{who} has “{old}”, which can be read as two numbers: it is replaced.")
    elif (known := numbers.read(old)) is not None and round(known, 2) == round(score, 2):
        plan.unchanged += 1
        return None
    return score


def say_maxima(plan: Plan, pairs: Iterable[tuple[float | None, Match]]) -> None:
    """Say it where the platform's maximum is another than ours: no score is scaled."""
    differ: Counter[tuple[str, str]] = Counter()
    for highest, match in pairs:
        ours = match.row.mark.max_score if match.row else None
        if highest is not None and ours is not None and round(highest, 2) != round(ours, 2):
            differ[number(highest), number(ours)] += 1
    for (theirs, own), many in differ.items():
        who = f"{many} people" if many > 1 else "one person"
        plan.said.append(f"The maximum is {theirs} there and {own} here, for {who}: scores are written as they are.")
