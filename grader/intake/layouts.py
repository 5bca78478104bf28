"""What a path holds: one submission, or a class of them; a zip is what the folder in it is.

A folder is a class if its entries are students' work: several notebooks or folders with notebooks, files that
define the same functions, or mostly zips. It is one submission if it looks like a student's repository: package or
assignment folders only, or a clone with notebooks in it. ``--layout one`` and ``--layout class`` override the guess.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import Refused
from grader.intake.archives import is_zip, unpacked
from grader.intake.reading import holds_source, student_name
from grader.intake.snapshot import SKIPPED_FOLDERS, beginning

SUBMITTED = (".ipynb", ".py", ".zip")
COURSE_FOLDER = re.compile(r"(assignment|homework|hw|cs231n)[\W_]*\d*", re.IGNORECASE)
DEFINED = re.compile(r"^(?:class|def) (\w+)", re.MULTILINE)
LOOKED_AT = 1 << 20  # bytes of a module
RESERVED = {"grades.db", "grades.db-journal", "grades.db-wal", "grades.db-shm", "grades.csv", "index.html"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A path to grade and the student it belongs to; the name is also that of a folder of reports.

    ``shown`` is the path for people, where the path itself is in a temporary folder. ``named`` says whether the user
    named the path itself, which may then be a link.
    """

    student: str
    path: Path
    shown: Path | None = None
    named: bool = False


@contextlib.contextmanager
def open_entries(paths: list[Path], layout: str = "auto", leave_out: Path | None = None) -> Iterator[list[Entry]]:
    """Give the submissions in the given paths, with unique student names, in a stable order.

    Zips of a class stay unpacked until the block ends. ``leave_out`` is the folder of the results, which may stand
    among the submissions.
    """
    entries: list[Entry] = []
    with contextlib.ExitStack() as stack:
        for path in paths:
            if not os.path.exists(path):
                raise Refused(f"{path} does not exist; give a submission, or a folder or zip of submissions.")
            folder = _class_folder(path, layout, leave_out, stack)
            if folder is None:
                entries.append(Entry(student_name(path), path, named=True))
                continue
            for child in _children(folder, leave_out):
                shown = None if folder == path else path / child.relative_to(folder)
                entries.append(Entry(student_name(child), child, shown))
        if not entries:
            raise Refused("There is nothing to grade: the folder holds no submission.")
        yield _unique(entries)


def _class_folder(path: Path, layout: str, leave_out: Path | None, stack: contextlib.ExitStack) -> Path | None:
    """The folder of a class that a path is, or holds zipped; None if it is one submission."""
    if path.is_dir():
        return path if layout == "class" or (layout == "auto" and is_class(path, leave_out)) else None
    if layout == "class" and not is_zip(path):
        raise Refused(f"{path} is a file; --layout class takes a folder or zip of submissions.")
    if layout == "one" or not is_zip(path):
        return None
    with contextlib.suppress(Refused), contextlib.ExitStack() as trial:  # what is refused becomes a row of its own
        content = trial.enter_context(unpacked(path))
        # dana.zip with assignment1/ in it is dana's, hw1.zip with hw1/ in it is a folder as it was.
        own = COURSE_FOLDER.fullmatch(content.name) and content.name.casefold() != path.stem.casefold()
        if layout == "class" or (not own and is_class(content)):
            stack.enter_context(trial.pop_all())
            return content
    return None


def is_class(folder: Path, leave_out: Path | None = None) -> bool:
    """Guess whether a folder holds several students' submissions."""
    found = _children(folder, leave_out)
    children = [child for child in found if not child.is_symlink()]
    if found and not children:  # nothing but links is no submission; each is told so
        return True
    folders = [child for child in children if child.is_dir()]
    with_source = list(filter(holds_source, folders))
    if with_source and all(map(_is_course_folder, with_source)):
        return False
    files = [child for child in children if not child.is_dir()]
    if files and os.path.exists(folder / ".git"):
        return False
    if _define_the_same(files):
        return True
    archives = list(filter(is_zip, files))
    if len(archives) > len(files) - len(archives):
        return True
    notebooks = [child for child in files if child.suffix == ".ipynb"]
    if files:
        return len(notebooks) + sum(map(_holds_notebook, folders)) > 1
    return bool(folders)


def _is_course_folder(folder: Path) -> bool:
    return os.path.exists(folder / "__init__.py") or bool(COURSE_FOLDER.fullmatch(folder.name))


def _holds_notebook(folder: Path) -> bool:
    return holds_source(folder, (".ipynb",))


def _define_the_same(files: Iterable[Path]) -> bool:
    """Whether two modules define the same graded class or function: one student has each once."""
    seen: Counter[str] = Counter()
    for file in files:
        if file.suffix == ".py":
            text = beginning(file, LOOKED_AT).decode("utf-8", "replace")
            seen.update(set(DEFINED.findall(text)))
    return any(count > 1 and name in _gradable() for name, count in seen.items())


def _gradable() -> set[str]:
    from grader.course.parts import all_parts

    return {name for part in all_parts() for name in part.needs}


def _children(folder: Path, leave_out: Path | None = None) -> list[Path]:
    """The entries of a class folder that could be submissions; an empty folder is one too, and is not graded.

    So are links, also those that lead nowhere: each gets its refusal.
    """
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        raise Refused(f"{folder} cannot be read: {error.strerror or error}.") from None
    return [
        child
        for child in children
        if not child.name.startswith(".")
        and child.name not in SKIPPED_FOLDERS - {"build", "env", "datasets"}  # these could be students' names
        and (child.suffix.lower() in SUBMITTED or child.is_dir() or (child.is_symlink() and not child.suffix))
        and not (leave_out and os.path.abspath(child) == os.path.abspath(leave_out))
    ]


def _unique(entries: list[Entry]) -> list[Entry]:
    """Number the names that are the same on some system, as where only case differs: each is a folder of reports."""
    seen, last = set(RESERVED), Counter[str]()
    unique = []
    for entry in entries:
        name, own = entry.student, _on_disk(entry.student)
        while _on_disk(name) in seen:
            last[own] = max(2, last[own] + 1)  # numbers that were taken stay so
            name = f"{entry.student}-{last[own]}"
        seen.add(_on_disk(name))
        unique.append(replace(entry, student=name))
    return unique


def _on_disk(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
