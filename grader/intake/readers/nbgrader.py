"""nbgrader: ``submitted/student/assignment/`` with notebooks and ``timestamp.txt``, or the exchange's ``inbound/`` with
folders ``student+assignment+time+random``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.errors import Refused
from grader.intake.naming import is_source_name, safe_name
from grader.intake.readers import plain
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload, iso, mostly
from grader.people import Person
from grader.words import listing, plain_text

SUBMITTED = "submitted"
INBOUND = re.compile(
    r"\A(?P<student>.+?)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d .+?)(?:\+(?P<random>[^+]+))?"
)
TIMESTAMP = "timestamp.txt"
AROUND = {"source", "release", "autograded", "feedback", "nbgrader_config.py", "gradebook.db"}
MOST_LOOKED_AT = 50  # students


def claims(folder: Node) -> bool:
    """Whether it is the course's folder, the one of what was submitted, or an exchange's."""
    if _course(folder) is not None:
        return True
    if mostly((INBOUND.fullmatch(child.name) for child in folder.children), len(folder.children)):
        return True
    students = [child for child in folder.children[:MOST_LOOKED_AT] if child.is_folder]
    is_course = folder.name == SUBMITTED and mostly(map(_is_students, students), len(students))
    return is_course or mostly(map(_is_stamped, students), len(students))


def uploads(folder: Node) -> list[Upload]:
    """One for each student, or for each time that a student handed in; Refused where there are several assignments."""
    folder = _course(folder) or folder
    pairs = list(_submitted(folder))
    several = sorted({assignment for _, assignment, _, _ in pairs})
    if len(several) > 1:
        named = listing([plain_text(name, 40) for name in several], 5)
        example = f"{folder.shown}/*/{plain_text(several[0], 40)}"
        raise Refused(f"{folder.shown} holds several assignments ({named}); give one of them, as {example}.")
    made = []
    for student, _, node, stamp in pairs:
        time = iso(stamp)
        made.append(Upload(Person(safe_name(student)), (Piece(node, ""),), stamp, (time or stamp,), time))
    students = {student for student, _, _, _ in pairs} | {node.name for _, _, node, _ in pairs}
    known = {id(child) for child in folder.children if child.name in students}
    return made + plain.uploads_of(child for child in folder.children if id(child) not in known)


def _submitted(folder: Node) -> Iterator[tuple[str, str, Node, str]]:
    """Student, assignment, folder and time of everything in it."""
    for child in folder.children:
        if found := INBOUND.fullmatch(child.name):
            yield found["student"], found["assignment"], child, found["time"]
        elif child.is_folder:
            is_students = _is_students(child)
            for assignment in child.children:
                if assignment.is_folder and (is_students or assignment.has(TIMESTAMP)):
                    yield child.name, assignment.name, assignment, _time(assignment)


def _course(folder: Node) -> Node | None:
    """The folder ``submitted`` in a course's, where what lies beside it is nbgrader's too."""
    inside = next((child for child in folder.children if child.name == SUBMITTED and child.is_folder), None)
    if inside is None or folder.name == SUBMITTED:
        return None
    beside = {child.name for child in folder.children} - {SUBMITTED}
    students = [child for child in inside.children[:MOST_LOOKED_AT] if child.is_folder]
    is_ours = mostly((_is_stamped(one) or _is_students(one) for one in students), len(students))
    return inside if is_ours and (beside <= AROUND or beside & AROUND) else None


def _is_students(student: Node) -> bool:
    """Whether a folder holds folders of assignments and nothing else."""
    return bool(student.children) and all(child.is_folder and _holds_notebook(child) for child in student.children)


def _holds_notebook(assignment: Node) -> bool:
    return any(
        is_source_name(child.name) or child.is_archive or child.name == TIMESTAMP for child in assignment.children
    )


def _is_stamped(student: Node) -> bool:
    return any(assignment.is_folder and assignment.has(TIMESTAMP) for assignment in student.children)


def _time(assignment: Node) -> str:
    stamp = next((child for child in assignment.children if child.name == TIMESTAMP), None)
    return stamp.beginning(100).decode("utf-8", "replace").strip() if stamp else ""
