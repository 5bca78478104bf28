"""What a path holds: one submission, or a class of them.

A folder is a class if its entries are students' work: either folders that each hold source files, or several
notebooks. It is one submission if it looks like a student's repository: a ``.git`` folder, a package, or
assignment folders. ``--layout one`` or ``--layout class`` overrides the guess.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Refused
from grader.intake.reading import SKIPPED_FOLDERS, source_files

SUBMITTED = (".ipynb", ".py", ".zip")
COURSE_FOLDER = re.compile(r"(assignment|homework|hw|cs231n)[\W_]*\d*", re.IGNORECASE)
RESERVED = {"grades.db", "grades.csv", "index.html"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A path to grade and the student it belongs to; the name is also that of a folder of reports."""

    student: str
    path: Path


def find_entries(paths: list[Path], layout: str = "auto") -> list[Entry]:
    """The submissions in the given paths, with unique student names, in a stable order."""
    entries: list[Entry] = []
    for path in paths:
        if not path.exists():
            raise Refused(f"{path} does not exist; give a submission or a folder of submissions.")
        as_class = layout == "class" or (layout == "auto" and path.is_dir() and is_class(path))
        if as_class and not path.is_dir():
            raise Refused(f"{path} is a file; --layout class takes a folder of submissions.")
        entries += [_entry(child) for child in _children(path)] if as_class else [_entry(path)]
    if not entries:
        raise Refused("There is nothing to grade: the folder holds no submission.")
    return _unique(entries)


def is_class(folder: Path) -> bool:
    """Guess whether a folder holds several students' submissions."""
    if (folder / ".git").exists():
        return False
    children = _children(folder)
    folders = [child for child in children if child.is_dir()]
    if any((child / "__init__.py").exists() or COURSE_FOLDER.fullmatch(child.name) for child in folders):
        return False
    notebooks = [child for child in children if child.suffix == ".ipynb"]
    if notebooks:
        return len(notebooks) + sum(_holds_notebook(child) for child in folders) > 1
    return bool(folders)


def _holds_notebook(folder: Path) -> bool:
    return any(path.suffix == ".ipynb" for path in source_files(folder))


def _children(folder: Path) -> list[Path]:
    """The entries of a class folder that could be submissions; an empty folder is one too, and is not graded."""
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        raise Refused(f"{folder} cannot be read: {error.strerror or error}.") from None
    return [
        child
        for child in children
        if not child.name.startswith(".")
        and child.name not in SKIPPED_FOLDERS
        and (child.is_dir() or child.suffix in SUBMITTED)
    ]


def _entry(path: Path) -> Entry:
    name = path.resolve().name if path.is_dir() else path.stem
    return Entry(re.sub(r"[\x00-\x1f\x7f/\\]", "_", name).strip(". ") or "unnamed", path)


def _unique(entries: list[Entry]) -> list[Entry]:
    """Number the names that occur twice, also if they differ only in case: each is a folder of reports."""
    seen: Counter[str] = Counter(RESERVED)
    unique = []
    for entry in entries:
        name, number = entry.student, 1
        while seen[name.casefold()]:
            number += 1
            name = f"{entry.student}-{number}"
        seen[name.casefold()] += 1
        unique.append(Entry(name, entry.path))
    return unique
