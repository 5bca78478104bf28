"""The causes that wrong functions of a collection got, each beside the student's code, for people to read.

Whether a sentence is true nobody can tell without the code: ``grader agree --causes`` writes both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.model import CheckResult, Diagnosis, Place
from grader.submission import Submission

CERTAIN, PATTERN, LIKELY, UNNAMED = KINDS = ("certain", "pattern", "likely", "unnamed")
LONGEST = 150  # lines of a function that are shown
INDENT = re.compile(r"\A[ \t]*+")


@dataclass(frozen=True, slots=True)
class NamedCause:
    """What one failed check was told: how sure it is (one of KINDS), its sentence and hint, and how the check ended."""

    check: str
    kind: str
    code: str
    sentence: str
    hint: str = ""

    @property
    def line(self) -> str:
        """It in a line."""
        said = f"{self.code}: {self.sentence} {self.hint}".rstrip() if self.code else self.sentence
        return f"{self.check}: {self.kind}: {said}"


def kind_of(item: Diagnosis, patterns: Iterable[str]) -> str:
    """How sure a diagnosis is, given the codes of the patterns."""
    if not item.specific:
        return UNNAMED
    if item.code in patterns:
        return PATTERN
    return CERTAIN if item.certain else LIKELY


def causes_of(check: str, result: CheckResult, patterns: Iterable[str]) -> list[NamedCause]:
    """Every cause of a failed check; what the numbers show, or how it ended, where it has none."""
    found = [
        NamedCause(check, kind_of(item, patterns), item.code, item.sentence, item.hint) for item in result.diagnosis
    ]
    if any(item.kind != UNNAMED for item in found):
        return found
    wrong = [finding.message for finding in result.findings if not finding.ok][:1]
    error = [f"{result.error.type}: {result.error.message}"] if result.error else []
    return [*found, *(NamedCause(check, UNNAMED, "", said) for said in (*error, *wrong))]


def best(kinds: Iterable[str]) -> str:
    """The surest of these kinds; unnamed if there are none."""
    found = set(kinds)
    return next((kind for kind in KINDS if kind in found), UNNAMED)


def code_of(place: Place | None, submission: Submission) -> str:
    """The definition at a place of a submission, told by its indentation, since it need not parse; "" if it is lost."""
    file = next((item for item in submission.files if place and item.path == place.file), None)
    cell = next((item for item in file.cells if place and item.number == place.cell), None) if file else None
    if place is None or cell is None or not place.line:
        return ""
    lines = cell.text.expandtabs(8).splitlines()
    begin = place.line - 1
    return "\n".join(_block(lines[begin:])) if begin < len(lines) else ""


def _block(lines: Sequence[str]) -> Iterator[str]:
    """The first line and those below it that are indented deeper, blank ones between them, or end a signature."""
    own = _indent(lines[0])
    blank: list[str] = []
    for number, line in enumerate(lines[:LONGEST]):
        if not line.strip():
            blank.append("")
            continue
        if number and _indent(line) <= own and not line.lstrip().startswith((")", "#")):
            return
        yield from blank
        blank = []
        yield line


def _indent(line: str) -> int:
    found = INDENT.match(line)
    return found.end() if found else 0
