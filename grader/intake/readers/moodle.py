"""Moodle, "Download all submissions" in folders: ``full name_participant_assignsubmission_file_`` a person, from 4.1 on
without the last underscore; ``..._onlinetext_`` holds what was typed in.

Full names may hold underscores. Without the option of folders the same is the beginning of each file's name.
"""

from __future__ import annotations

import re

from grader.intake.naming import safe_name
from grader.intake.readers import plain
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload, mostly
from grader.people import Person

FOLDER = re.compile(r"\A(?P<name>.*)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z0-9]+)_?", re.DOTALL)
FILE = re.compile(r"\A(?P<name>.*)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z0-9]+)_(?P<file>.+)", re.DOTALL)
TYPED = "{} is what was typed into Moodle, not a file; ask for the notebook itself (.ipynb)."


def claims(folder: Node) -> bool:
    """Whether most entries are named as Moodle names them."""
    children = folder.children
    return mostly((_found(child) for child in children), len(children))


def uploads(folder: Node) -> list[Upload]:
    """One for each participant; what was typed in counts only where there is no file."""
    pieces: dict[str, list[Piece]] = {}
    typed: dict[str, Node] = {}
    names: dict[str, str] = {}
    known: set[int] = set()
    for child in folder.children:
        if not (found := _found(child)):
            continue
        known.add(id(child))
        names.setdefault(found["id"], found["name"])
        if found["plugin"] == "onlinetext":
            typed[found["id"]] = child
        else:
            pieces.setdefault(found["id"], []).append(Piece(child, "" if child.is_folder else found["file"]))
    made = []
    for number, name in names.items():
        person = Person(safe_name(number), name=name.strip(), lms_id=number)
        sent = tuple(pieces.get(number, ()))
        made.append(Upload(person, sent, reason="" if sent else TYPED.format(typed[number].shown)))
    return made + plain.uploads_of(child for child in folder.children if id(child) not in known)


def _found(child: Node) -> re.Match[str] | None:
    if child.is_folder:
        return FOLDER.fullmatch(child.name)
    return FILE.fullmatch(child.name)
