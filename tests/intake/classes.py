"""A class as each platform delivers it: ``build(folder, students, assignment_files)`` writes one, a function a layout.

What a layout cannot know of a student (Moodle no login, Canvas no spaces) is not in it. ``zipped`` packs a class as a
browser would download it. ``students`` makes a class of any size with names that are hard to handle.
"""

from __future__ import annotations

import itertools
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Student:
    """Someone of a class, with all that platforms know of them; ``files`` instead of the assignment's, if any."""

    number: int
    name: str
    login: str
    email: str
    files: Files | None = None

    @property
    def lms_id(self) -> str:
        """What Canvas and Moodle call them."""
        return str(4000 + self.number)

    @property
    def sis_id(self) -> str:
        """What the registrar calls them: with a zero in front, which no spreadsheet may take away."""
        return f"0{9000 + self.number}"


HARD_NAMES = [
    "Wei Zhang", "Wei Zhang", "José María Núñez", "王小明", "أحمد محمد", "דוד כהן", "O'Brien, Anna", "under_score_d",
    "anon_ymous Ada", "LATE_Ada", "Łukasz Żółw", "Ngô Thị Ánh", "Zoë 🦊 Fox", "CON", "Ana 12 Diaz", "de la Cruz, María",
]  # fmt: skip


def students(count: int) -> list[Student]:
    """A class of that size; the first have names that are hard to handle, two of them the same one."""
    names = itertools.chain(HARD_NAMES, (f"Student Number{n}" for n in itertools.count(1)))
    return [
        Student(n, name, f"login{n}", f"login{n}@example.edu") for n, name in zip(range(count), names, strict=False)
    ]


def canvas(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """Flat files with the sortable name, the user's id and a file's."""
    for student in class_:
        words = student.name.split()
        sortable = student.name if "," in student.name else " ".join([*words[1:], words[0]])
        name = re.sub(r"_(\d+)_", r"\1", re.sub(r"[^\w]", "", sortable.lower()))
        for at, (file, content) in enumerate(_of(student, assignment_files).items()):
            shown = re.sub(r"[\x00/\\:*?\"<>|]+", "_", file.rpartition("/")[2])
            _write(folder / f"{name}_{student.lms_id}_{70000 + 10 * student.number + at}_{shown}", content)
    return folder


def canvas_anonymous(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """The same of an anonymous assignment."""
    for student in class_:
        for at, (file, content) in enumerate(_of(student, assignment_files).items()):
            number = 70000 + 10 * student.number + at
            _write(folder / f"anon_aB{student.number}_{number}_{file.rpartition('/')[2]}", content)
    return folder


def moodle(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """A folder a participant."""
    for student in class_:
        for file, content in _of(student, assignment_files).items():
            _write(folder / f"{student.name}_{student.lms_id}_assignsubmission_file_" / file, content)
    return folder


def blackboard(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """Flat files with the login and the time, and a text for each attempt."""
    for student in class_:
        start = f"Assignment 1_{student.login}_attempt_2026-03-01-12-00-{student.number % 60:02}"
        _write(folder / f"{start}.txt", f"Name: {student.name} ({student.login})\nAssignment: 1\n".encode())
        for file, content in _of(student, assignment_files).items():
            _write(folder / f"{start}_{file.rpartition('/')[2]}", content)
    return folder


def gradescope(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """A folder a submission, and the metadata."""
    entries = []
    for student in class_:
        name = f"submission_{300000 + student.number}"
        for file, content in _of(student, assignment_files).items():
            _write(folder / name / file, content)
        quoted = json.dumps(student.name, ensure_ascii=False)
        entries.append(
            f"{name}:\n  :submitters:\n  - :name: {quoted}\n    :sid: '{student.sis_id}'\n    :email: {student.email}\n"
            f"  :created_at: 2026-03-01 12:00:{student.number % 60:02}.123456000 Z\n  :score: 0.0\n"
        )
    _write(folder / "submission_metadata.yml", b"---\n" + "".join(entries).encode())
    return folder


def nbgrader(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """``submitted/login/hw1/`` in the course's folder."""
    for student in class_:
        place = folder / "submitted" / student.login / "hw1"
        _write(place / "timestamp.txt", f"2026-03-01 12:00:{student.number % 60:02}.000000 UTC".encode())
        for file, content in _of(student, assignment_files).items():
            _write(place / file, content)
    (folder / "source" / "hw1").mkdir(parents=True, exist_ok=True)
    return folder


def plain(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """A folder a student, called by the login."""
    for student in class_:
        for file, content in _of(student, assignment_files).items():
            _write(folder / student.login / file, content)
    return folder


def clones(folder: Path, class_: Sequence[Student], assignment_files: Files) -> Path:
    """The same as clones of repositories."""
    for student in class_:
        _write(folder / student.login / ".git" / "HEAD", b"ref: refs/heads/main\n")
    return plain(folder, class_, assignment_files)


LAYOUTS: dict[str, Callable[[Path, Sequence[Student], Files], Path]] = {
    "canvas": canvas,
    "canvas_anonymous": canvas_anonymous,
    "moodle": moodle,
    "blackboard": blackboard,
    "gradescope": gradescope,
    "nbgrader": nbgrader,
    "plain": plain,
    "clones": clones,
}


def roster(path: Path, class_: Sequence[Student]) -> Path:
    """A roster with our own columns."""
    lines = ["id,sis_id,login,email,name,section"]
    for student in class_:
        name = '"' + student.name.replace('"', '""') + '"'
        section = "A" if student.number % 2 else "B"
        lines.append(f"{student.lms_id},{student.sis_id},{student.login},{student.email},{name},{section}")
    _write(path, ("\n".join(lines) + "\n").encode())
    return path


def zipped(folder: Path) -> Path:
    """The folder's content as a zip beside it."""
    path = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def _of(student: Student, assignment_files: Files) -> Files:
    return assignment_files if student.files is None else student.files


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
