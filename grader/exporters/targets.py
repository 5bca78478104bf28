"""What can be exported, a line each: adding a target is one line here, and one small file beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from grader.exporters import (
    blackboard,
    canvas,
    classroom50,
    csv,
    gradescope,
    json,
    junit,
    moodle,
    nbgrader,
    prairielearn,
    sarif,
)
from grader.exporters.roundtrip import Columns
from grader.exporters.sheet import Sheet
from grader.gradebook import Row


@dataclass(frozen=True, slots=True)
class OfClass:
    """One file for the whole class."""

    text: Callable[[Sequence[Row]], str]


@dataclass(frozen=True, slots=True)
class OfPerson:
    """A file for each person, called ``file``; ``alone`` if it can only be made for one."""

    file: str
    text: Callable[[Row], str]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class IntoTheirs:
    """The teacher's own export, filled in; ``titled`` if its columns are called as assignments are."""

    columns: Callable[[Sheet, Sequence[str]], Columns]
    titled: bool = True


Target: TypeAlias = OfClass | OfPerson | IntoTheirs
TARGETS: dict[str, Target] = {
    "canvas": IntoTheirs(canvas.columns),
    "moodle": IntoTheirs(moodle.columns, titled=False),
    "blackboard": IntoTheirs(blackboard.columns),
    "gradescope": OfPerson("results.json", gradescope.text),
    "prairielearn": OfPerson("results.json", prairielearn.text),
    "classroom50": OfPerson(
        "result.json", lambda row: classroom50.text(row, os.environ, datetime.now(UTC)), alone=True
    ),
    "junit": OfPerson("junit.xml", junit.text),
    "sarif": OfPerson("grader.sarif", sarif.text),
    "nbgrader": OfClass(nbgrader.text),
    "csv": OfClass(csv.grades),
    "json": OfClass(json.text),
}
