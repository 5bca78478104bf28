"""What the report of each person is called where it goes back to: one function a platform."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from grader.gradebook import Row
from grader.words import inert

REPORT = "report.html"
SURE = 4  # digits of a file id of Canvas, at least: dates in names have fewer
UNFIT = re.compile(r'[\x00-\x1f\\/:*?"<>|]')


@dataclass(slots=True)
class Places:
    """The path of each report by the person's key, what is to be said of the rest, and what to do with it all."""

    paths: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    next: str = ""


def folders(rows: Sequence[Row]) -> Places:
    """A folder for each person, named after the key."""
    return Places({row.person.key: f"{_fit(row.person.key)}/{REPORT}" for row in rows})


def gradescope(rows: Sequence[Row]) -> Places:
    """The same: there is no way to upload feedback."""
    places = folders(rows)
    places.said.append(
        "Gradescope takes no upload of feedback: these are folders, to be handed out in another way. Where the "
        "grader runs on Gradescope itself, students see the same sentences there."
    )
    return places


def moodle(rows: Sequence[Row]) -> Places:
    """``full name_participant_assignsubmission_file``, as submissions are downloaded; older Moodles end it with ``_``.

    An underscore in the full name would break Moodle's matching, which is by the participant's id.
    """
    places = Places(next="In Moodle: the assignment, View all submissions, Upload multiple feedback files in a zip.")
    found = {row.person.key: _moodle_name(row) for row in rows}
    last = "_" if any(name and name[2] for name in found.values()) else ""
    for row in rows:
        name = found[row.person.key]
        number = name[1] if name else _digits(row.person.lms_id)
        if not number:
            places.said.append(f"{row.person.called}: left out, since their Moodle participant id is not known.")
            continue
        full = _fit((name[0] if name else row.person.name) or row.person.key).replace("_", " ").strip(" .~")
        places.paths[row.person.key] = f"{full or number}_{number}_assignsubmission_file{last}/{REPORT}"
    return places


def canvas(rows: Sequence[Row]) -> Places:
    """Files named as the submissions were, by which Canvas finds user and upload; a group's goes to its members."""
    places = Places(
        next="In Canvas: the assignment, Upload submissions. It shows each report under the name of the file that was "
        "handed in; opened in a browser it is the report."
    )
    names = {row.person.key: _canvas_name(row) for row in rows}
    owners = {name: key for key, (name, is_own) in names.items() if is_own}
    for row in rows:
        key, (name, _) = row.person.key, names[row.person.key]
        if owners.get(name) == key:
            places.paths[key] = name
        elif name in owners:
            places.said.append(f"{key}: has the report of {owners[name]}, who handed in for the group.")
        else:
            why = "the names of their files in Canvas are not known" if row.attempt else "they handed in nothing"
            places.said.append(f"{row.person.called}: left out, since {why}.")
    return places


def nbgrader(rows: Sequence[Row]) -> Places:
    """``feedback/<student>/<assignment>/<notebook>.html``, the folder of a course from which nbgrader releases it."""
    places = Places(next="Copy feedback/ into the course's folder, then `nbgrader release_feedback ASSIGNMENT`.")
    for row in rows:
        notebook = next((name for name in row.result.submission.files if name.endswith(".ipynb")), REPORT)
        folder = f"feedback/{_fit(row.person.key)}/{_fit(_assignment(row))}"
        places.paths[row.person.key] = f"{folder}/{_fit(PurePath(notebook).stem)}.html"
    return places


LAYOUTS: dict[str, Callable[[Sequence[Row]], Places]] = {
    "folders": folders,
    "moodle": moodle,
    "canvas": canvas,
    "gradescope": gradescope,
    "nbgrader": nbgrader,
}
ZIPPED = ("moodle", "canvas")  # they take nothing else


def _names(row: Row) -> list[str]:
    """The names that the row's files and folders had when they were downloaded."""
    files = row.attempt.files if row.attempt else ()
    return [name for path in (row.result.submission.path, *files) for name in reversed(PurePath(path).parts)]


def _moodle_name(row: Row) -> tuple[str, str, str] | None:
    """Full name, participant's id, and the underscore at the end of older folders, as they were downloaded."""
    for name in _names(row):
        before, mark, plugin = name.rpartition("_assignsubmission_")
        full, _, number = before.rpartition("_")
        if mark and number.isascii() and number.isdigit() and row.person.lms_id in ("", number):
            return full, number, "_" if plugin.rstrip("_").isalnum() and plugin.endswith("_") else ""
    return None


def _canvas_parts(name: str) -> tuple[str, str, str, str] | None:
    """What stands before the ids in a file's name, the user's, the file's (of some digits at least), and its name."""
    words = name.split("_")
    for i, (user, file) in enumerate(itertools.pairwise(words[:-1])):
        is_anonymous = i > 0 and words[i - 1] == "anon"
        if (is_anonymous or _is_number(user)) and _is_number(file) and len(file) >= SURE:
            start = i - is_anonymous
            return "_".join(words[:start]), "_".join(words[start : i + 1]), file, "_".join(words[i + 2 :])
    return None


def _canvas_name(row: Row) -> tuple[str, bool]:
    """The name of the first file, else one of the ids that Canvas looks for; and whether it is this person's own."""
    person = row.person
    for name in _names(row):
        if parts := _canvas_parts(name):
            before, user, number, rest = parts
            made = "_".join(filter(None, (_fit(before) if before else "", user, number, _fit(PurePath(rest).stem))))
            return f"{made}.html", not person.lms_id or user in (person.lms_id, person.key)
    file = row.attempt.id if row.attempt else ""
    if _is_number(file) and _is_number(person.lms_id):
        return f"{_fit(person.name or 'student').replace('_', ' ')}_{person.lms_id}_{file}_report.html", True
    return "", False


def _assignment(row: Row) -> str:
    """The name that nbgrader has for the assignment: of the folder below the student's, else ours."""
    parts = PurePath(row.result.submission.path).parts
    below = dict(itertools.pairwise(parts)).get(row.person.key, "")
    return below if below and not PurePath(below).suffix else row.result.assignment or "assignment"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digits(text: str) -> str:
    found = re.search(r"[0-9]+", text)
    return found[0] if found else ""


def _fit(name: str) -> str:
    """The name as one part of a path on any system, which nobody takes for a hidden one."""
    return UNFIT.sub("-", inert(name)).strip().lstrip(".~") or "-"
