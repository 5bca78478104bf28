"""The files of an upload as one path: what is graded is under the names that the student gave, in one folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Refused
from grader.intake.archives import unpacked
from grader.intake.documents import why_unread
from grader.intake.members import leads_out
from grader.intake.naming import is_source_name, safe_name, source_name, stem_of
from grader.intake.snapshot import copied, free_place
from grader.intake.trees import Node, OnDisk, Shelf
from grader.intake.uploads import Piece, Upload
from grader.limits import MAX_FILE_NAME


@dataclass(frozen=True, slots=True)
class Assembled:
    """Where an upload lies, its path for people, and whether the user named it; ``reason`` if nothing can be read."""

    path: Path
    shown: Path
    named: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()


def assembled(upload: Upload, shelf: Shelf) -> Assembled:
    """Put an upload together; HarnessError if the disk fails."""
    pieces = list(upload.pieces) if any(_can_be_read(piece.node) for piece in upload.pieces) else []
    shown = _first(pieces) or _first(upload.pieces) or Path()
    where = Path(os.path.abspath(shown))
    if upload.reason or not pieces:
        names = [piece.name or piece.node.name for piece in upload.pieces]
        return Assembled(where, shown, reason=upload.reason or why_unread(names))
    try:
        if len(pieces) == 1:
            path, named = _single(pieces[0], shelf)
            return Assembled(path, shown, named)
        path, notes = _joined(pieces, upload.person.key, shelf)
        return Assembled(path, shown, notes=notes)
    except Refused as error:
        return Assembled(where, shown, reason=str(error))


def _first(pieces: Sequence[Piece]) -> Path | None:
    shown = [piece.node.shown for piece in pieces]
    return next((path for path in shown if is_source_name(path.name)), shown[0] if shown else None)


def _can_be_read(node: Node) -> bool:
    return node.is_folder or node.is_link or node.is_archive or bool(node.fault) or is_source_name(node.name)


def _single(piece: Piece, shelf: Shelf) -> tuple[Path, bool]:
    """A file or folder: as it lies there, unless it has another name than it was uploaded by."""
    node = piece.node
    path = node.taken()
    name = _own_name(piece)
    if node.is_folder or node.is_link or name == node.name:
        return path, isinstance(node, OnDisk) and node.named
    folder = shelf.new_folder()
    content = copied(path, folder, node.shown, follow=False).content
    place = folder / name
    if content != place:
        os.rename(content, place)
    return place, False


def _joined(pieces: list[Piece], key: str, shelf: Shelf) -> tuple[Path, tuple[str, ...]]:
    """Several files in one folder, archives unpacked beside the others; and a sentence for each that was refused."""
    folder = shelf.new_folder() / safe_name(key)
    folder.mkdir(0o700)
    told: list[str] = []
    for piece in pieces:
        room = shelf.new_folder()
        name = _own_name(piece)
        try:
            copy = copied(piece.node.taken(), room, piece.node.shown, follow=False, data=True)
            if piece.node.is_archive:
                with unpacked(copy.content, piece.node.shown) as content:
                    os.rename(content, free_place(folder / stem_of(name)))
            else:
                os.rename(copy.content, free_place(folder / name))
        except Refused as error:
            told.append(str(error))
    if len(told) == len(pieces):
        raise Refused(told[0])
    return folder, tuple(told)


def _own_name(piece: Piece) -> str:
    """The name that a file was uploaded by, if it can be a file's, as notebooks and modules are called."""
    name = source_name(piece.name)
    if not name or leads_out(name) or "/" in name or "\0" in name or len(os.fsencode(name)) > MAX_FILE_NAME:
        return piece.node.name
    return name
