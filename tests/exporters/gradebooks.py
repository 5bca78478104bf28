"""A gradebook as a teacher's machine writes it, with the file that must come of it.

It is made of fields as they are written, so that what is expected is made without reading anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.gradebook import Row

Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Export:
    """A file; ``changed`` maps (line, column) to the field that must stand there, and ``said`` must be heard.

    ``unknown`` and ``missing`` are how many are only in the file, or only in the class.
    """

    name: str
    format: str
    cells: Cells
    changed: Mapping[tuple[int, int], str]
    rows: Sequence[Row]
    column: str | None = None
    delimiter: str = ","
    end: str = "\n"
    encoding: str = "utf-8"
    bom: bytes = b""
    head: str = ""
    tail: str = ""
    last_end: bool = True
    said: tuple[str, ...] = ()
    unknown: int = 0
    missing: int = 0
    comments: bool = field(default=False)

    @property
    def before(self) -> bytes:
        """The file as the teacher has it."""
        return self._file(self.cells)

    @property
    def after(self) -> bytes:
        """The file as it must be written."""
        rows = [[self.changed.get((y, x), cell) for x, cell in enumerate(line)] for y, line in enumerate(self.cells)]
        return self._file(rows)

    def _file(self, cells: Sequence[Sequence[str]]) -> bytes:
        text = self.end.join(self.delimiter.join(line) for line in cells) + (self.end if self.last_end else "")
        return self.bom + (self.head + text + self.tail).encode(self.encoding)


def changed_cells(cells: Cells, values: Mapping[tuple[int, int], str]) -> Cells:
    return tuple(tuple(values.get((y, x), cell) for x, cell in enumerate(line)) for y, line in enumerate(cells))


def with_column(cells: Cells, place: int, fields: Sequence[str]) -> Cells:
    """The table with one more column."""
    return tuple((*line[:place], new, *line[place:]) for line, new in zip(cells, fields, strict=True))


def quoted(cells: Cells) -> Cells:
    return tuple(tuple(cell if cell.startswith('"') else f'"{cell}"' for cell in line) for line in cells)
