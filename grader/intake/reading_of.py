"""How a folder is read: by a platform's reader, as plain submissions, as sections of classes, or as one submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.course.folder import current
from grader.errors import Refused
from grader.intake import readers
from grader.intake.evidence import (
    OWN,
    SAMPLE,
    Holds,
    are_of_course,
    defined,
    held,
    holds_source,
    is_called,
    is_claimed,
    is_course_folder,
    is_of_course,
    is_work,
    own_parts,
    repeated,
)
from grader.intake.naming import safe_name, source_name, stem_of
from grader.intake.readers import plain
from grader.intake.trees import Node
from grader.intake.uploads import Upload
from grader.words import listing, plain_text, readable

DEEPEST = 6  # folders around a class


def reading_of(folder: Node, layout: str, *, packed: bool = False, depth: int = 0) -> list[Upload] | None:
    """The uploads in a folder, None if it is one submission; Refused where it could be read in two ways.

    ``packed``: it is the content of an archive, which is mostly one student's if it holds one student's work.
    """
    if layout in readers.names():
        return readers.reader(layout).uploads(_claimed_below(folder, layout))
    if packed:
        folder, is_own = _unwrapped(folder)
        if is_own and layout == "auto" and held(folder) is not Holds.MANY:
            return None
    claimed = [name for name, reader in readers.platforms().items() if reader.claims(folder)]
    if len(claimed) > 1:
        ways = listing(claimed)
        raise Refused(f"{folder.shown} looks like the download of {ways}; say which with --layout {claimed[0]}.")
    if claimed:
        return readers.reader(claimed[0]).uploads(folder)
    if layout == "class":
        return plain.uploads(folder)
    holders = [child for child in plain.candidates(folder.children) if is_work(child) and _holds_more(child)]
    how = _how(folder, holders)
    if how is Holds.MANY and depth < DEEPEST:
        if len(holders) == 1:
            return _and_loose(folder, holders, reading_of(_content(holders[0]), layout, packed=True, depth=depth + 1))
        return sections(folder, depth=depth)
    if how is Holds.UNCLEAR:
        raise Refused(_two_readings(folder, holders))
    return plain.uploads(folder) if _is_class(folder, packed=packed) else None


def sections(folder: Node, *, depth: int = 0) -> list[Upload]:
    """The uploads of classes beside each other, each person with the section that the folder's name says."""
    found: list[Upload] = []
    holders = [child for child in plain.candidates(folder.children) if is_work(child) and _holds_more(child)]
    for child in holders:
        uploads = reading_of(_content(child), "auto", packed=True, depth=depth + 1) or plain.uploads(_content(child))
        name = safe_name(stem_of(child.name) if child.is_archive else child.name)
        found += [_in_section(upload, name) for upload in uploads]
    return _and_loose(folder, holders, found)


def _in_section(upload: Upload, name: str) -> Upload:
    people = [one if one.section else replace(one, section=name) for one in (upload.person, *upload.members)]
    return replace(upload, person=people[0], members=tuple(people[1:]))


def _and_loose(folder: Node, holders: Sequence[Node], found: list[Upload] | None) -> list[Upload]:
    """With an upload for each file that lies beside the folders: nobody's upload goes without a row."""
    rest = [child for child in folder.children if not child.is_folder and child not in holders]
    if found is None:
        return plain.uploads(folder)
    return found + plain.uploads_of(rest)


def _how(folder: Node, holders: Sequence[Node]) -> Holds:
    """What the folders and archives in a folder hold: one student's work each, or classes."""
    if not holders:
        return Holds.ONE
    if len(holders) == 1:
        how = held(holders[0])
        if how is not Holds.UNKNOWN:
            return how
        content = _content(holders[0])
        return Holds.MANY if not is_course_folder(holders[0]) and _is_class(content, packed=True) else Holds.ONE
    if not any(map(is_claimed, holders[:SAMPLE])) and repeated(holders[:SAMPLE]):
        return Holds.ONE
    found = [held(holder) for holder in holders[:SAMPLE]]
    if len(holders) > SAMPLE and any(how in (Holds.MANY, Holds.UNCLEAR) for how in found):
        found = [held(holder) for holder in holders]
    many, unclear = found.count(Holds.MANY), found.count(Holds.UNCLEAR)
    if many == len(found):
        return Holds.MANY
    if not many and unclear < len(found):
        return Holds.ONE
    return Holds.ONE if 2 * (many + unclear) < len(found) else Holds.UNCLEAR


def _is_class(folder: Node, *, packed: bool = False) -> bool:
    """Whether a folder, none of whose own holds a class, holds several students' submissions."""
    found = plain.candidates(folder.children)
    children = [child for child in found if not child.is_link]
    if found and not children:  # nothing but links is no submission; each is told so
        return True
    folders = [child for child in children if child.is_folder]
    with_source = list(filter(is_work, folders))
    if with_source and all(map(is_course_folder, with_source)):
        return False
    parts = [child for child in own_parts(folder) if not child.is_folder]
    if parts and folder.has(".git"):
        return False
    if _define_the_same([child for child in parts if source_name(child.name).endswith(".py")]):
        return True
    archives = [child for child in parts if child.is_archive]
    if len(archives) > len(parts) - len(archives):
        return True
    notebooks = [child for child in parts if source_name(child.name).endswith(".ipynb")]
    if parts:
        return len(notebooks) + sum(holds_source(child, notebooks=True) for child in with_source) > 1
    if len(with_source) > 1 and all(is_called(child.name, OWN) or is_course_folder(child) for child in with_source):
        return held(folder) not in (Holds.ONE, Holds.UNCLEAR)
    if len(own_parts(folder)) == 1 and len(with_source) > 1:  # submission1, submission2
        return False
    if folders:
        return not (packed and len(with_source) == 1)
    unread = [child for child in children if not child.is_folder]
    return len(unread) > 1 or any(child.fault for child in unread)


def _define_the_same(files: Sequence[Node]) -> bool:
    """Whether two modules define the same graded class or function: one student has each once.

    Modules that are all called as the course calls its own are one student's.
    """
    if are_of_course(files):
        return False
    seen: set[str] = set()
    for file in files:
        names = defined(file)
        if names & seen:
            return True
        seen |= names
    return False


def _unwrapped(folder: Node) -> tuple[Node, bool]:
    """The folder in an archive that holds everything, and whether it is called as the course calls a student's own."""
    whole = folder
    while len(folder.children) == 1 and folder.children[0].is_folder:
        if folder.children[0].name in current().packages or folder.children[0].has("__init__.py"):
            break
        folder = folder.children[0]
    is_own = is_of_course(folder.name) and folder.name.casefold() != stem_of(whole.name).casefold()
    return folder, folder is not whole and bool(is_own)


def _claimed_below(folder: Node, layout: str) -> Node:
    """The folder itself, or the one in it that the reader knows, where there is nothing else."""
    reader = readers.reader(layout)
    here = folder
    for _ in range(DEEPEST):
        if reader.claims(here):
            return here
        inside = [child for child in here.children if child.is_folder or child.is_archive]
        if len(inside) != 1 or (content := inside[0].content) is None:
            break
        here = content
    return folder


def _holds_more(child: Node) -> bool:
    return child.is_folder or child.content is not None


def _content(child: Node) -> Node:
    content = child.content
    assert content is not None, "only what has a content is looked into"
    return content


def _two_readings(folder: Node, holders: Sequence[Node]) -> str:
    names = listing([plain_text(readable(child.name), 40) for child in holders], 4)
    if len(holders) == 1:
        inside = listing([plain_text(readable(child.name), 40) for child in own_parts(_content(holders[0]))], 4)
        return (
            f"{folder.shown} can be read as one student ({names}) or as several ({inside}); say --layout class for the "
            f"one, or give {holders[0].shown} with --layout class for the others."
        )
    inside_count = sum(len(own_parts(_content(child))) for child in holders)
    return (
        f"{folder.shown} can be read as {len(holders)} students ({names}), or as {len(holders)} sections with "
        f"{inside_count} students in all; say --layout class for the first, --layout sections for the second."
    )
