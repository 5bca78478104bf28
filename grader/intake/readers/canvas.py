"""Canvas, "Download submissions": flat files ``name_[LATE_]user_file_upload.ipynb``, ``anon_x`` for the user where it
is anonymous, and ``name_user_text.html`` for what was typed in.

Canvas keeps all files of the last attempt; earlier ones are there where a class was downloaded twice into one folder.
A later upload of the same name has another file id, and mostly ``-1`` in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.intake.evidence import defined
from grader.intake.naming import ending_of, safe_name, stem_of
from grader.intake.readers import plain
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload, mostly
from grader.people import Person

NAMED = re.compile(
    r"\A(?:(?P<name>.+?)_)??(?:(?P<late>LATE)_)?(?P<user>\d+)_(?:(?P<id>\d+)_(?P<file>.+)|(?P<typed>text|link)\.html)"
)
ANONYMOUS = re.compile(
    r"\A(?P<name>)(?:(?P<late>LATE)_)?(?P<user>anon_[^_]+)_(?:(?P<id>\d+)_(?P<file>.+)|(?P<typed>text|link)\.html)"
)
AGAIN = re.compile(r"\A(.+)-(\d{1,2})")
SURE = 4  # digits of a file id, at least, that make a lone file Canvas's
TYPED = "{} is what was typed into Canvas, not a file; ask for the notebook itself (.ipynb)."


@dataclass(frozen=True, slots=True)
class _File:
    node: Node
    user: str
    name: str
    late: bool
    id: int | None
    file: str


def claims(folder: Node) -> bool:
    """Whether most files are named as Canvas names them, and no folder holds more."""
    files = [child for child in folder.children if not child.is_folder]
    found = _files(folder)
    if not found or not mostly(found, len(files)) or len(folder.children) > 2 * len(found):
        return False
    ids = [one.id for one in found if one.id is not None]
    return len({one.user for one in found}) > 1 or all(len(str(number)) >= SURE for number in ids)


def uploads(folder: Node) -> list[Upload]:
    """An upload for each attempt of each user, and one for each file that is not named as Canvas names them."""
    by_user: dict[str, list[_File]] = {}
    for one in _files(folder):
        by_user.setdefault(one.user, []).append(one)
    found = [upload for files in by_user.values() for upload in _attempts(files)]
    known = {id(one.node) for files in by_user.values() for one in files}
    return found + plain.uploads_of(child for child in folder.children if id(child) not in known)


def beside(folder: Node, child: Node) -> list[Node]:
    """All files of the same user."""
    found = _files(folder)
    users = {one.user for one in found if one.node is child}
    return [one.node for one in found if one.user in users] or [child]


def _files(folder: Node) -> list[_File]:
    files = [child for child in folder.children if not child.is_folder]
    anonymous = [(child, found) for child in files if (found := ANONYMOUS.fullmatch(child.name))]
    named = [(child, found) for child in files if (found := NAMED.fullmatch(child.name))]
    # Whoever is called anon_... is known by the others, who are not anonymous.
    chosen = named if 2 * len(anonymous) <= len(files) and len(named) >= len(anonymous) else anonymous
    taken = {id(child) for child, _ in chosen}
    chosen += [(child, found) for child, found in [*anonymous, *named] if id(child) not in taken]
    seen: set[int] = set()
    made = []
    for child, found in chosen:
        if id(child) not in seen:
            seen.add(id(child))
            number = int(found["id"]) if found["id"] else None
            file = found["file"] or f"{found['typed']}.html"
            made.append(_File(child, found["user"], found["name"] or "", bool(found["late"]), number, file))
    return made


def _attempts(files: Sequence[_File]) -> Iterator[Upload]:
    """The attempts of one user, oldest first: a name that comes again, or another word on lateness, begins one."""
    files = sorted(files, key=lambda one: (one.id is None, one.id or 0, one.node.name))
    bases = _bases(files)
    attempts: list[list[_File]] = []
    seen: set[str] = set()
    for one, base in zip(files, bases, strict=True):
        if not attempts or base in seen or one.late != attempts[-1][0].late:
            attempts.append([])
            seen = set()
        attempts[-1].append(one)
        seen.add(base)
    for attempt in attempts:
        yield _upload(attempt, dict(zip(map(id, files), bases, strict=True)))


def _bases(files: Sequence[_File]) -> list[str]:
    """The names without the -1 of a later upload: where the name without it is there, or it is the same work again."""
    names = {one.file for one in files}
    found: list[str] = []
    for one in files:
        again = AGAIN.fullmatch(stem_of(one.file))
        base = again[1] + ending_of(one.file) if again else one.file
        alike = [other for other in files if other is not one and _base(other.file) == base]
        is_again = again and (base in names or any(defined(one.node) & defined(other.node) for other in alike))
        found.append(base if is_again else one.file)
    return found


def _base(name: str) -> str:
    again = AGAIN.fullmatch(stem_of(name))
    return again[1] + ending_of(name) if again else name


def _upload(attempt: Sequence[_File], bases: dict[int, str]) -> Upload:
    first = attempt[0]
    user = first.user
    person = Person(safe_name(user), name=first.name, lms_id="" if user.startswith("anon_") else user)
    ids = [one.id for one in attempt if one.id is not None]
    sent = [one for one in attempt if one.id is not None]
    return Upload(
        person,
        tuple(Piece(one.node, bases[id(one)]) for one in sent),
        attempt=str(min(ids)) if ids else "typed",
        order=(max(ids),) if ids else (0,),
        late=first.late,
        reason="" if sent else TYPED.format(first.node.shown),
    )
