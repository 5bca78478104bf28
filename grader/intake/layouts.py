"""What a path holds: one submission, or a class of them.

A folder is a class if its entries are students' work: several notebooks or folders with notebooks, or files that
define the same functions. It is one submission if it looks like a student's repository: package or assignment
folders only, or a clone with notebooks in it. ``--layout one`` and ``--layout class`` override the guess.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Refused
from grader.intake.reading import SKIPPED_FOLDERS, source_files, student_name

SUBMITTED = (".ipynb", ".py", ".zip")
COURSE_FOLDER = re.compile(r"(assignment|homework|hw|cs231n)[\W_]*\d*", re.IGNORECASE)
RESERVED = {"grades.db", "grades.csv", "index.html"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A path to grade and the student it belongs to; the name is also that of a folder of reports."""

    student: str
    path: Path


def find_entries(paths: list[Path], layout: str = "auto", leave_out: Path | None = None) -> list[Entry]:
    """The submissions in the given paths, with unique student names, in a stable order.

    ``leave_out`` is the folder of the results, which may stand among the submissions.
    """
    entries: list[Entry] = []
    for path in paths:
        if not os.path.exists(path):
            raise Refused(f"{path} does not exist; give a submission or a folder of submissions.")
        as_class = layout == "class" or (layout == "auto" and path.is_dir() and is_class(path, leave_out))
        if as_class and not path.is_dir():
            raise Refused(f"{path} is a file; --layout class takes a folder of submissions.")
        entries += [Entry(student_name(p), p) for p in (_children(path, leave_out) if as_class else [path])]
    if not entries:
        raise Refused("There is nothing to grade: the folder holds no submission.")
    return _unique(entries)


def is_class(folder: Path, leave_out: Path | None = None) -> bool:
    """Guess whether a folder holds several students' submissions."""
    children = _children(folder, leave_out)
    folders = [child for child in children if child.is_dir()]
    with_source = [child for child in folders if source_files(child)]
    if with_source and all(map(_is_course_folder, with_source)):
        return False
    files = [child for child in children if not child.is_dir()]
    if files and os.path.exists(folder / ".git"):
        return False
    if _define_the_same(files):
        return True
    notebooks = [child for child in files if child.suffix == ".ipynb"]
    if files:
        return len(notebooks) + sum(map(_holds_notebook, folders)) > 1
    return bool(folders)


def _is_course_folder(folder: Path) -> bool:
    return os.path.exists(folder / "__init__.py") or bool(COURSE_FOLDER.fullmatch(folder.name))


def _holds_notebook(folder: Path) -> bool:
    return any(path.suffix == ".ipynb" for path in source_files(folder))


def _define_the_same(files: Iterable[Path]) -> bool:
    """Whether two modules define the same graded class or function: one student has each once."""
    seen: Counter[str] = Counter()
    for file in files:
        if file.suffix == ".py" and file.is_file() and os.access(file, os.R_OK):
            seen.update(set(re.findall(r"^(?:class|def) (\w+)", file.read_text("utf-8", "replace"), re.MULTILINE)))
    return any(count > 1 and name in _gradable() for name, count in seen.items())


def _gradable() -> set[str]:
    from grader.checks import all_parts

    return {name for part in all_parts() for name in part.needs}


def _children(folder: Path, leave_out: Path | None = None) -> list[Path]:
    """The entries of a class folder that could be submissions; an empty folder is one too, and is not graded."""
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        raise Refused(f"{folder} cannot be read: {error.strerror or error}.") from None
    return [
        child
        for child in children
        if not child.name.startswith(".")
        and child.name not in SKIPPED_FOLDERS - {"build", "env", "datasets"}  # these could be students' names
        and (child.is_dir() or child.suffix in SUBMITTED)
        and not (leave_out and os.path.abspath(child) == os.path.abspath(leave_out))
    ]


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
