"""Of files that are downloads or attempts of one another the newest counts, and it is said.

``layers (1).ipynb`` is newer than ``layers.ipynb`` beside it, ``submission2/`` than ``submission1/``. Where nothing in
the newest is filled in, as in a starter that was downloaded once more, the one before it counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.cells import readable
from grader.intake.naming import numbered, numbered_folder
from grader.names import Definition, is_unfilled
from grader.records import dataclass, replace
from grader.submission import SourceFile
from grader.words import listing

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Version:
    """Files that are one attempt: its number, and the name of the file or folder."""

    number: int
    name: str
    files: tuple[SourceFile, ...]

    def is_filled(self) -> bool:
        """Whether any function or class in it is more than a starter gives."""
        return any(map(is_filled, self.files))


def without_older(files: Sequence[SourceFile]) -> tuple[list[SourceFile], tuple[str, ...]]:
    """The files that count, and a sentence for each of which there is a newer one."""
    notes: list[str] = []
    kept = list(files)
    for split in (_by_folder, _by_file):
        groups: dict[str, dict[int, list[SourceFile]]] = {}
        names: dict[tuple[str, int], str] = {}
        for file in kept:
            if file.cells and (found := split(file.path)):
                base, number, name = found
                groups.setdefault(base, {}).setdefault(number, []).append(file)
                names[base, number] = name
        for base, by_number in groups.items():
            if len(by_number) < 2:
                continue
            versions = [_Version(number, names[base, number], tuple(by_number[number])) for number in sorted(by_number)]
            counts = next((version for version in reversed(versions) if version.is_filled()), versions[-1])
            older = [version for version in versions if version is not counts]
            kept = [file for file in kept if not any(file in version.files for version in older)]
            if split is _by_file:
                kept = [_in_place(file, base) if file in counts.files else file for file in kept]
            notes.append(_sentence(counts, versions[-1], older))
            if split is _by_file and counts is versions[-1]:
                notes[-1] += f" What is called {base} here is the newest one."
    return kept, tuple(notes)


def _by_file(path: str) -> tuple[str, int, str] | None:
    """What a file is a version of, which, and its name."""
    folder, _, name = path.rpartition("/")
    if not name.endswith(".ipynb"):  # modules are imported by name: layers.py is used, whatever lies beside it
        return None
    base, number = numbered(name)
    return f"{folder}/{base}".lstrip("/"), number, path


def _by_folder(path: str) -> tuple[str, int, str] | None:
    """The same of the outermost folder that has a number."""
    parts = path.split("/")[:-1]
    for depth, part in enumerate(parts):
        base, number = numbered_folder(part)
        if number:
            above = parts[:depth]
            return "/".join([*above, base.casefold(), ""]), number, "/".join([*above, part]) + "/"
    return None


def _in_place(file: SourceFile, base: str) -> SourceFile:
    """The file under the name that it would have without its number, by which others import it."""
    return file if file.path == base else replace(file, path=base, on_disk=file.place)


def _sentence(counts: _Version, newest: _Version, older: Sequence[_Version]) -> str:
    names = listing([version.name for version in older if version is not newest] or [older[0].name], MOST_NAMED)
    if counts is newest:
        do = "does" if len(older) == 1 else "do"
        return f"{counts.name} is the newest of {len(older) + 1}; it counts, and {names} {do} not."
    return f"{newest.name} is newer than {counts.name}, but nothing in it is filled in: {counts.name} counts."


def is_filled(file: SourceFile) -> bool:
    """Whether any function or class in it is more than a starter gives."""
    for cell in file.cells:
        try:
            body = readable(cell, notebook=file.is_notebook).tree.body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return True  # somebody worked on it
        if any(isinstance(node, Definition) and not is_unfilled(node) for node in body):
            return True
    return False
