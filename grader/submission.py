"""What a student handed in, as text: files, cells, and a hash of it all. Nothing here executes anything."""

from __future__ import annotations

from pathlib import Path

from grader.records import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of source text; ``number`` counts the notebook's non-empty code cells from 1, None in a .py file.

    ``image`` is how many characters the largest image has that the cell shows, as it was handed in; 0 for none.
    """

    number: int | None
    text: str
    image: int = 0


@dataclass(frozen=True, slots=True)
class Prose:
    """A text cell of a notebook; ``after`` is how many of the notebook's numbered code cells stand above it."""

    after: int
    text: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A notebook or module of the submission; ``path`` is relative to its root, with forward slashes.

    ``prose`` holds a notebook's text cells, as far as they can matter for inline questions. ``on_disk`` is the path
    as the system has it, where that is no text.
    """

    path: str
    cells: tuple[Cell, ...]
    prose: tuple[Prose, ...] = ()
    on_disk: str = ""

    @property
    def place(self) -> str:
        """The path to open the file by."""
        return self.on_disk or self.path

    @property
    def is_notebook(self) -> bool:
        """Whether the file is a notebook."""
        return self.path.endswith(".ipynb")


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files.

    ``path`` is what was handed to the grader, for people to read. Its content is in the folder ``root``, which the
    files' paths are relative to, or is the lone file ``file``: of a zip's, both are there only while it is open.
    ``unreadable`` holds a sentence for each file of a folder that could not be read, ``notes`` one for each that an
    own newer one replaces.
    """

    student: str
    path: Path
    root: Path | None
    files: tuple[SourceFile, ...]
    sha256: str
    unreadable: tuple[str, ...] = ()
    file: Path | None = None
    notes: tuple[str, ...] = ()
