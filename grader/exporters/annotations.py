"""A Result as remarks beside lines of code, as GitHub shows them: ``::error file=…,line=…::message``.

A job's step shows ten remarks of each kind at most: one a cause, the costliest first. Students choose file names and
messages; escaped, a remark is one line whatever they hold, and the runner looks for one command in a line only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from grader.exporters._causes import Cause, root_causes
from grader.model import CheckResult, Result, Status
from grader.words import inert, listing, number, plain_text

MOST = 10  # of a kind, in a step
LONGEST = 1500  # characters of a remark
# A file of the submission, a cell and a line: the file's path in the repository and the line there, where known.
Locate = Callable[[str, int | None, int | None], tuple[str | None, int | None]]
LOOK_AT = {"does-not-parse", "defined-twice", "glued", "untouched", "not-checked", "another-assignment", "unreadable"}


def in_repository(result: Result, locate: Locate, *, lines: bool) -> Result:
    """The Result with its files as the repository has them; with ``lines``, cells become lines of the JSON."""
    parts = tuple(
        replace(part, checks=tuple(_in_repository(check, locate, lines) for check in part.checks))
        for part in result.parts
    )
    files = tuple(locate(file, None, None)[0] or file for file in result.submission.files)
    return replace(result, parts=parts, submission=replace(result.submission, files=files))


def _in_repository(check: CheckResult, locate: Locate, lines: bool) -> CheckResult:
    error, place = check.error, check.place
    if error and error.file:
        file, line = locate(error.file, error.cell, error.line)
        error = replace(error, file=file or error.file)
        if lines and line and error.cell:
            within = f"cell {error.cell}{f', line {error.line}' if error.line else ''}"
            error = replace(error, cell=None, line=line, message=f"{error.message} ({within})")
    if place:
        file, line = locate(place.file, place.cell, place.line)
        place = replace(place, file=file or place.file)
        place = replace(place, cell=None, line=line) if lines and line else place
    return replace(check, error=error, place=place)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark of one ``kind`` (error, warning, notice)."""

    kind: str
    title: str
    message: str
    file: str | None = None
    line: int | None = None

    @property
    def command(self) -> str:
        """The line that has GitHub's runner show it."""
        fields = {"file": self.file, "line": self.line if self.file else None, "title": self.title}
        shown = ",".join(f"{name}={_field(str(value))}" for name, value in fields.items() if value)
        return f"::{self.kind} {shown}::{_data(self.message)}"


def remarks(result: Result, locate: Locate) -> list[Annotation]:
    """At most MOST remarks of each kind, the worst first."""
    found = [*_errors(result, locate), *_warnings(result, locate)]
    return [one for kind in ("error", "warning", "notice") for one in [x for x in found if x.kind == kind][:MOST]]


def _errors(result: Result, locate: Locate) -> Iterator[Annotation]:
    if result.score is None:
        yield Annotation("error", "Not graded", plain_text(result.reason or "", LONGEST))
    for cause in root_causes(result):
        check = cause.checks[0]
        error, place = check.error, check.place
        file, cell, line = (error.file, error.cell, error.line) if error and error.file else (None, None, None)
        if file is None and place:
            file, cell, line = place.file, place.cell, place.line
        where = f" (cell {cell}{f', line {line}' if line else ''})" if cell else ""
        message = f"{cause.sentence}{f' {cause.hint}' if cause.hint else ''}{where}"
        shown = _located(locate, file, cell, line)
        yield Annotation("error", _costs(cause), plain_text(message, LONGEST), *shown)


def _costs(cause: Cause) -> str:
    return f"{listing(cause.names, 4)}: {number(cause.lost)} {'point' if cause.lost == 1 else 'points'} lost"


def _located(locate: Locate, file: str | None, cell: int | None, line: int | None) -> tuple[str | None, int | None]:
    return locate(file, cell, line) if file else (None, None)


def _warnings(result: Result, locate: Locate) -> Iterator[Annotation]:
    for check in result.checks:
        if check.status is Status.GRADER_ERROR:
            yield Annotation("warning", f"{check.slug} could not be judged", "Trouble in the grader, not in your code.")
    for note in result.notes:
        kind = "warning" if note.code in LOOK_AT else "notice"
        yield Annotation(kind, "No marks depend on this", plain_text(note.sentence, LONGEST))
    for error in result.notebook.errors if result.notebook else ():
        message = f"{error.type}: {error.message} (cell {error.cell}, run from top to bottom)"
        where = _located(locate, result.notebook.file if result.notebook else None, error.cell, error.line)
        yield Annotation("warning", "A cell raised; no marks depend on this", plain_text(message, LONGEST), *where)


def _data(text: str) -> str:
    """A message in one line, without the runner's older commands (``##[error]``)."""
    text = text.replace("##[", "## [")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _field(text: str) -> str:
    return _data(inert(text)).replace(":", "%3A").replace(",", "%2C")
