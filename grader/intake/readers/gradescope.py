"""Gradescope, "Export submissions": folders ``submission_123``; ``submission_metadata.yml`` says whose they are.

Every submitter of a group is in it. Everything is read as text: a student id of 0123 is no number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.errors import Refused
from grader.intake.naming import safe_name
from grader.intake.readers import plain
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload, iso, mostly
from grader.limits import MAX_METADATA
from grader.people import Person

METADATA = "submission_metadata.yml"
FOLDER = re.compile(r"submission_\d{3,}")
ABSENT = "Its folder {} is not in the export; export the submissions again."
NO_NAMES = "{} lies beside no submission_metadata.yml, which says whose it is."


def claims(folder: Node) -> bool:
    """Whether the metadata are there, or all that is there are such folders."""
    folders = [child for child in folder.children if child.is_folder and FOLDER.fullmatch(child.name)]
    return bool(folders) and (folder.has(METADATA) or mostly(folders, len(folder.children)))


def uploads(folder: Node) -> list[Upload]:
    """One for each submission; Refused if the metadata cannot be read."""
    children = {child.name: child for child in folder.children}
    metadata = _read(children[METADATA]) if METADATA in children else {}
    alone = len([name for name in children if name != METADATA]) == 1  # one that is graded by itself
    made, known = [], {id(children[METADATA])} if METADATA in children else set()
    for name, fields in metadata.items():
        child = children.get(name)
        if child is not None:
            known.add(id(child))
        if child is not None or not alone:
            made.append(_upload(name, fields, child, folder))
    rest = [child for child in folder.children if id(child) not in known]
    for child in rest:
        if child.is_folder and FOLDER.fullmatch(child.name):
            known.add(id(child))
            note = NO_NAMES.format(child.shown) if not metadata else f"{METADATA} does not say whose {child.name} is."
            made.append(Upload(Person(safe_name(child.name)), (Piece(child, ""),), child.name, notes=(note,)))
    return made + plain.uploads_of(child for child in folder.children if id(child) not in known)


def beside(folder: Node, child: Node) -> list[Node]:
    """The metadata."""
    return [one for one in folder.children if one is child or one.name == METADATA]


def _upload(name: str, fields: Mapping[str, Any], child: Node | None, folder: Node) -> Upload:
    people = sorted((_person(one) for one in _listed(fields, "submitters")), key=lambda person: person.key)
    people = people or [Person(safe_name(name))]
    made = str(fields.get(":created_at", "") or "")
    return Upload(
        people[0],
        (Piece(child, ""),) if child else (),
        attempt=name,
        order=(iso(made), int(name.rpartition("_")[2]) if FOLDER.fullmatch(name) else 0),
        submitted_at=iso(made),
        members=tuple(people[1:]),
        reason="" if child else ABSENT.format(folder.shown / name),
    )


def _person(fields: Mapping[str, Any]) -> Person:
    said = {name: str(fields.get(f":{name}", "") or "").strip() for name in ("name", "sid", "email")}
    said = {name: "" if value in ("null", "~") else value for name, value in said.items()}
    key = safe_name(said["sid"] or said["email"] or said["name"])
    return Person(key, name=said["name"], email=said["email"], sis_id=said["sid"])


def _listed(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = fields.get(f":{name}")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _read(file: Node) -> dict[str, Mapping[str, Any]]:
    import yaml

    text = file.beginning(MAX_METADATA + 1)
    if len(text) > MAX_METADATA:
        raise Refused(f"{file.shown} is larger than {MAX_METADATA >> 20} MB, which no export of Gradescope is.")
    try:
        found = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # all of it as text
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" (line {where.line + 1})" if where else ""
        raise Refused(f"{file.shown} is no YAML{line}; export the submissions of Gradescope again.") from None
    if not isinstance(found, dict):
        raise Refused(f"{file.shown} names no submissions; export the submissions of Gradescope again.")
    return {str(name): fields for name, fields in found.items() if isinstance(fields, dict)}
