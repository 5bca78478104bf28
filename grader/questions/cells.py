"""From the text cells of a notebook to its inline questions and what stands as their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.limits import MAX_QUESTIONS
from grader.questions import markers
from grader.submission import Prose


@dataclass(slots=True)
class Segment:
    """What follows one marker; ``label`` is the marker's word."""

    label: str
    explanation: bool
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The answer in it, "" if it is a placeholder."""
        return markers.answered("\n".join(self.lines))


@dataclass(slots=True)
class Written:
    """A question as it stands in a notebook: its title (if any), what it asks, and the marked answers."""

    title: markers.Title | None
    asks: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    level: int = 0

    @property
    def prompt(self) -> str:
        """What stands before the answer."""
        return markers.answered("\n".join([*([self.title.text] if self.title else []), *self.asks]))

    @property
    def answer(self) -> str:
        """All that was answered; from the second marker on with the markers' words."""
        texts = [(segment, segment.text) for segment in self.segments]
        return "\n\n".join(
            text if segment is self.segments[0] else f"{segment.label}: {text}" for segment, text in texts if text
        )

    @property
    def choice(self) -> str:
        """The first marked answer that is no explanation."""
        return next((segment.text for segment in self.segments if not segment.explanation and segment.text), "")


def written(prose: Sequence[Prose]) -> list[Written]:
    """The inline questions of a notebook in order, at most MAX_QUESTIONS.

    A question begins with its title, or where a marker says that an answer follows. The answer ends at the next
    question, code cell or heading; a heading of the student's own within the marker's cell stays.
    """
    reader = _Reader()
    for cell in prose:
        reader.read(cell)
        if len(reader.found) > MAX_QUESTIONS:
            break
    reader.close()
    return reader.found[:MAX_QUESTIONS]


class Lines:
    """Lines, and whether any of them says something: asked before each marker, so each line is read once."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self.lines = list(lines)
        self._read = 0
        self._said = False

    def append(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)

    def say(self) -> bool:
        """Whether more than placeholders and rules stands there."""
        while not self._said and self._read < len(self.lines):
            self._said = bool(markers.answered(self.lines[self._read]))
            self._read += 1
        return self._said


class _Reader:
    """Goes through the lines; ``current`` is the question that the next line may belong to."""

    def __init__(self) -> None:
        self.found: list[Written] = []
        self.current: Written | None = None
        self.loose = Lines()  # lines of this cell that belong to no question
        self.before = Lines()  # those of the cell right above
        self.after = 0  # code cells above
        self.own_cell = False  # whether the current question, or its last marker, began in this cell
        self.kept = 0  # lines that the current answer had when this cell began

    def read(self, cell: Prose) -> None:
        """Take the lines of the next text cell."""
        apart = cell.after != self.after  # code stands between
        if apart and self.current and self.current.segments:
            self.close()
        self.before, self.loose, self.after = Lines() if apart else self.loose, Lines(), cell.after
        self.own_cell = False
        self.kept = len(self.current.segments[-1].lines) if self.current and self.current.segments else 0
        code = False
        pieces = [piece for line in cell.text.split("\n") for piece in markers.split_inside(line)]
        for line in pieces:
            code ^= markers.is_fence(line)
            self._take(line, apart=apart, plain=code or markers.is_fence(line))

    def close(self) -> None:
        """End the current question; a title such as "Question 1" alone may be any exercise's."""
        if self.current and (self.current.segments or (self.current.title and self.current.title.inline)):
            self.found.append(self.current)
        self.current = None

    def _take(self, line: str, *, apart: bool, plain: bool) -> None:
        plain = plain or not line.strip()
        if not plain and (mark := markers.marker(line)):
            self._mark(mark, line)
        elif not plain and (title := markers.title(line)):
            self.close()
            self.current, self.own_cell = Written(title, level=title.level), True
        elif not plain and self._ends(line):
            self.close()
            self.loose = Lines([line])
        elif not plain and not self.current and markers.heading(line):
            self.loose = Lines([line])
        elif not self.current:
            self.loose.append(line)
        elif self.current.segments:
            self.current.segments[-1].lines.append(line)
        elif self.own_cell or not apart:
            self.current.asks.append(line)
        else:
            self.loose.append(line)  # a title's question ended with the code below it, its answer may still come

    def _mark(self, mark: markers.Marker, line: str) -> None:
        """A marker: the current question's answer, or that of a question without a title."""
        if self.current and not self.own_cell:
            self._leave(mark)
        if not self.current:
            said = self.loose.say()
            if mark.explanation and not said:
                self.loose.append(line)
                return
            self.current = Written(None, asks=(self.loose if said else self.before).lines)
            self.loose = Lines()
        self.current.segments.append(Segment(mark.label, mark.explanation, [mark.rest]))
        self.current.level = mark.level or self.current.level
        self.own_cell = True

    def _leave(self, mark: markers.Marker) -> None:
        """End a question of an earlier cell if this cell asks one of its own before the marker."""
        assert self.current is not None
        if self.current.segments and not mark.explanation:
            lines = self.current.segments[-1].lines
            if _says(lines[self.kept :]) and not all(segment.explanation for segment in self.current.segments):
                self.loose = Lines(lines[self.kept :])
                del lines[self.kept :]
        if self.loose.say():
            self.close()

    def _ends(self, line: str) -> bool:
        """Whether a heading ends the current question: in a later cell any, in its own one of no lower rank."""
        level = markers.heading(line)
        if not (level and self.current):
            return False
        return not self.own_cell or bool(self.current.segments and level <= self.current.level)


def _says(lines: Sequence[str]) -> bool:
    return any(markers.answered(line) for line in lines)
