"""Uploads put together: each person once, with the attempts that are known of them, whatever was read first."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import Refused
from grader.intake.naming import on_disk, safe_name, told_apart
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload
from grader.people import Attempt, Person
from grader.words import listing, plain_text, readable

MOST_NAMED = 30  # files of an attempt
TWICE = "{} and {} hold different work of the same student; give only the one that counts."


@dataclass(frozen=True, slots=True)
class Handed:
    """What counts of somebody's uploads, for the ``members`` of a group too, and all of them, oldest first."""

    person: Person
    upload: Upload
    uploads: tuple[Upload, ...]
    members: tuple[Person, ...] = ()
    reason: str = ""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All that are known, numbered."""
        return tuple(
            Attempt(upload.attempt, number, upload.submitted_at, upload.late, _names(upload))
            for number, upload in enumerate(self.uploads, start=1)
        )


def put_together(uploads: Iterable[Upload]) -> list[Handed]:
    """Each person with their uploads, sorted by section, name and key; Refused if two cannot be told apart."""
    found = _with_own_keys(_once(uploads))
    by_key: dict[str, list[Upload]] = defaultdict(list)
    people: dict[str, Person] = {}
    for upload in found:
        for person in (upload.person, *upload.members):
            by_key[person.key].append(upload)
            people[person.key] = _completed(people.get(person.key), person)
    handed: dict[int, list[str]] = defaultdict(list)
    reasons: dict[str, str] = {}
    known: dict[str, tuple[Upload, ...]] = {}
    for key, own in by_key.items():
        known[key], reasons[key] = _attempts(own)
        handed[id(known[key][-1])].append(key)
    made = []
    for keys in handed.values():
        upload = known[keys[0]][-1]
        first = upload.person.key if upload.person.key in keys else min(keys)
        members = tuple(people[key] for key in sorted(keys) if key != first)
        made.append(Handed(people[first], upload, known[first], members, reasons[first]))
    return sorted(made, key=lambda one: order(one.person))


def order(person: Person) -> tuple[str, str, str]:
    """What people are sorted by."""
    return person.section, on_disk(person.name or person.key), person.key


def _once(uploads: Iterable[Upload]) -> list[Upload]:
    """Without what was given twice, as by a folder and a path in it; sorted, so that no order matters."""
    found: dict[object, Upload] = {}
    for upload in uploads:
        places = tuple(os.path.realpath(piece.node.shown) for piece in upload.pieces)
        key = (
            (upload.person.key, upload.attempt, places)
            if places
            else (upload.person.key, upload.attempt, upload.reason)
        )
        known = found.get(key)
        if known is None or (upload.person.section and not known.person.section):
            found[key] = upload
    return sorted(
        found.values(), key=lambda upload: ([str(piece.node.shown) for piece in upload.pieces], upload.person.key)
    )


def _with_own_keys(uploads: Sequence[Upload]) -> list[Upload]:
    """The same, each person with a key that is nobody else's on any system.

    Where some would share one, a platform's own keeps it unless there are several, and the others get some letters.
    """
    renamed = _plain_apart(uploads)
    raw: dict[str, set[tuple[bool, str]]] = defaultdict(set)
    for upload in renamed:
        for person in (upload.person, *upload.members):
            raw[on_disk(person.key)].add((upload.is_plain, _raw(person, upload)))

    def own(person: Person, upload: Upload) -> Person:
        several = raw[on_disk(person.key)]
        same = several if upload.is_plain else {one for one in several if not one[0]}
        return person if len(same) < 2 else replace(person, key=told_apart(_raw(person, upload)))

    return [
        replace(
            upload,
            person=own(upload.person, upload),
            members=tuple(own(person, upload) for person in upload.members),
        )
        for upload in renamed
    ]


def _raw(person: Person, upload: Upload) -> str:
    """What the key was made of."""
    if upload.is_plain:
        return upload.plain_name
    return person.lms_id or person.sis_id or person.login or person.email or person.key


def _plain_apart(uploads: Sequence[Upload]) -> list[Upload]:
    """Folders of one name in several places are several students: each gets the name of the folder around it too."""
    around: dict[str, set[Path]] = defaultdict(set)
    for upload in uploads:
        if upload.is_plain:
            around[on_disk(upload.person.key)].add(_around(upload))
    made: dict[str, Path] = {}
    renamed = []
    for upload in uploads:
        place = _around(upload)
        if upload.is_plain and len(around[on_disk(upload.person.key)]) > 1:
            key = safe_name(f"{readable(place.name)}-{upload.person.key}")
            other = made.setdefault(on_disk(key), place)
            if other != place:
                both = f"{readable(str(other))} and {readable(str(place))}"
                raise Refused(f"{both} both hold {upload.person.key}; give one of them, or rename the folder.")
            upload = replace(
                upload, person=replace(upload.person, key=key), plain_name=f"{place.name}-{upload.plain_name}"
            )
        renamed.append(upload)
    return renamed


def _around(upload: Upload) -> Path:
    return Path(os.path.abspath(upload.pieces[0].node.shown)).parent if upload.pieces else Path()


def _completed(known: Person | None, person: Person) -> Person:
    """What is known of a person, from all that says something."""
    if known is None:
        return person
    names = ("name", "login", "email", "section", "group", "lms_id", "sis_id")
    return replace(known, **{name: getattr(known, name) or getattr(person, name) for name in names})


def _attempts(own: Sequence[Upload]) -> tuple[tuple[Upload, ...], str]:
    """A person's uploads, oldest first, each attempt once; and why it cannot be told which counts."""
    by_attempt: dict[str, Upload] = {}
    reason = ""
    for upload in own:
        other = by_attempt.setdefault(upload.attempt, upload)
        if other is not upload and not reason and _digest(other) != _digest(upload):
            reason = TWICE.format(
                *sorted(str(one.pieces[0].node.shown if one.pieces else one.reason) for one in (other, upload))
            )
    return tuple(sorted(by_attempt.values(), key=lambda upload: tuple(map(_sortable, upload.order)))), reason


def _sortable(value: str | int) -> tuple[bool, int, str]:
    return (True, 0, value) if isinstance(value, str) else (False, value, "")


def _names(upload: Upload) -> tuple[str, ...]:
    """The files of an upload, the first of many."""
    found: list[str] = []
    for piece in upload.pieces:
        if not piece.node.is_folder:
            found.append(_name(piece))
            continue
        files = (node for node in piece.node.walk() if not node.is_folder)
        found += [_below(node, piece.node) for node in itertools.islice(files, MOST_NAMED)]
    return tuple(sorted(found[:MOST_NAMED]))


def _below(node: Node, folder: Node) -> str:
    return plain_text(node.shown.relative_to(folder.shown).as_posix(), 200)


def _name(piece: Piece) -> str:
    return plain_text(readable(piece.name or piece.node.name), 200)


def _digest(upload: Upload) -> str:
    hasher = hashlib.sha256()
    for piece in sorted(upload.pieces, key=_name):
        hasher.update(f"{_name(piece)}\0".encode())
        for node in _files(piece.node):
            hasher.update(f"{node.name}\0".encode("utf-8", "surrogateescape") + node.beginning(1 << 30) + b"\0")
    return hasher.hexdigest()


def _files(node: Node) -> Iterable[Node]:
    return node.walk() if node.is_folder else (node,)


def newest_of(handed: Handed) -> tuple[str, ...]:
    """That there are earlier attempts, as a sentence."""
    attempts = handed.attempts
    if len(attempts) < 2:
        return ()
    earlier = listing([listing(list(attempt.files), 3) if attempt.files else "text" for attempt in attempts[:-1]], 4)
    return (f"Graded the newest of {len(attempts)} uploads; earlier: {earlier}.",)
