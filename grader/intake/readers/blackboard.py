"""Blackboard, "Assignment file download": flat files ``assignment_login_attempt_2026-03-01-12-00-00_upload.ipynb``.

A text without a name behind the time, one for each attempt, has the student's name in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from grader.intake.naming import safe_name
from grader.intake.readers import plain
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload, mostly
from grader.people import Person

FILE = re.compile(
    r"\A(?P<assignment>.+)_(?P<login>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
NAME = re.compile(r"^Name:([^\n]*)\(([^()\n]*)\) *$", re.MULTILINE)
NO_FILE = "{} was handed in without a file; ask for the notebook itself (.ipynb)."
SAID = 4000  # bytes of the text that are looked at


def claims(folder: Node) -> bool:
    """Whether most files are named as Blackboard names them."""
    files = [child for child in folder.children if not child.is_folder]
    return mostly((FILE.fullmatch(child.name) for child in files), len(folder.children))


def uploads(folder: Node) -> list[Upload]:
    """One for each attempt of each login."""
    attempts: dict[tuple[str, str], list[tuple[Node, re.Match[str]]]] = {}
    found = [
        (child, match) for child in folder.children if not child.is_folder and (match := FILE.fullmatch(child.name))
    ]
    assignment = _assignment(found)
    for child, match in found:
        attempts.setdefault((_login(match, assignment), match["time"]), []).append((child, match))
    known = {id(child) for child, _ in found}
    made = [_upload(login, time, files) for (login, time), files in attempts.items()]
    return made + plain.uploads_of(child for child in folder.children if id(child) not in known)


def _assignment(found: Sequence[tuple[Node, re.Match[str]]]) -> str:
    """What all names begin with: by the texts, which name the login, else what they have in common.

    Logins may hold underscores, as assignments may.
    """
    for child, match in found:
        start = match.string[: match.start("time")].removesuffix("_attempt_")
        if not match["file"] and (said := _said(child)) and start.endswith(f"_{said[2]}"):
            return start.removesuffix(said[2])
    starts = {f"{match['assignment']}_{match['login']}" for _, match in found}
    common = os.path.commonprefix(list(starts))  # noqa: RUF071 - these are no paths
    return common[: common.rfind("_") + 1] if len(starts) > 1 else ""


def _login(match: re.Match[str], assignment: str) -> str:
    start = f"{match['assignment']}_{match['login']}"
    return start.removeprefix(assignment) if assignment and len(start) > len(assignment) else match["login"]


def _said(text: Node) -> re.Match[str] | None:
    """The name and the login that a text says."""
    return NAME.search(text.beginning(SAID).decode("utf-8", "replace").replace("\r", ""))


def beside(folder: Node, child: Node) -> list[Node]:
    """All files of the same attempt."""
    found = FILE.fullmatch(child.name)
    if not found:
        return [child]
    start = child.name[: found.end("time")]
    return [one for one in folder.children if one.name.startswith((f"{start}_", f"{start}."))]


def _upload(login: str, time: str, files: Sequence[tuple[Node, re.Match[str]]]) -> Upload:
    pieces = tuple(Piece(child, found["file"]) for child, found in files if found["file"])
    name = ""
    for child, found in files:
        if not found["file"]:
            said = _said(child)
            name = said[1].strip() if said and said[2] == login else name
    reason = "" if pieces else NO_FILE.format(files[0][0].shown)
    return Upload(Person(safe_name(login), name=name, login=login), pieces, time, (time,), reason=reason)
