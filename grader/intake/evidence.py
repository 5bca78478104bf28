"""Whether a folder holds one student's work or several students': told by what is in it, not by its name alone."""

from __future__ import annotations

import enum
import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.course.folder import current
from grader.intake.naming import is_archive_name, is_source_name, numbered, numbered_folder, source_name, stem_of
from grader.intake.snapshot import SKIPPED_FOLDERS
from grader.intake.trees import Node

NUMBER = re.compile(r"[\W_]*+\d*")  # behind the name
# What one student's own folders and versions are called.
OWN = (
    *("code", "src", "source", "lib", "util", "utils", "notebook", "notebooks", "data", "misc", "report"),
    *("work", "old", "new", "final", "draft", "backup", "copy", "part", "q", "question", "task", "ex", "exercise"),
    *("layer", "layers", "net", "nets", "model", "models", "classifier", "classifiers", "script", "scripts"),
    *("solution", "solutions", "answer", "answers", "test", "tests"),
)
DEFINED = re.compile(rb"^(?:class|def) (\w+)", re.MULTILINE)
DEFINED_IN_NOTEBOOK = re.compile(rb'(?:"|\\n)(?:class|def) (\w+)')
LOOKED_AT = 1 << 20  # bytes of a file
MOST_FILES = 30  # of a folder
SAMPLE = 12  # of the folders beside each other
VERSION = re.compile(r"[\W_]+.*|old|new|final|copy|v?\d{1,2}[a-z]?", re.IGNORECASE)  # what stands behind its name


class Holds(enum.Enum):
    """What a folder holds."""

    ONE = "one student's work"
    MANY = "the work of several students"
    UNCLEAR = "either"
    UNKNOWN = "nothing that tells"


def is_of_course(name: str) -> bool:
    """Whether a folder is called as the course calls those of its assignments, perhaps with a number."""
    return is_called(name, current().folders or ("assignment", "homework", "hw"))


def is_called(name: str, known: Iterable[str]) -> bool:
    """Whether it is one of these names, perhaps with a number."""
    name = name.casefold()
    return any(name.startswith(one) and NUMBER.fullmatch(name, len(one)) for one in map(str.casefold, known))


def held(folder: Node) -> Holds:
    """What a folder, or the one in an archive, holds."""
    content = stepped_in(folder.content)
    if content is None:
        return Holds.ONE
    if is_claimed(folder):
        return Holds.MANY
    parts = own_parts(content)
    if len(parts) < 2 or content.has(".git"):
        return Holds.ONE
    if sum(part.is_archive for part in parts) * 2 > len(parts):
        return Holds.UNCLEAR if any(map(_is_own, parts)) else Holds.MANY
    kinds = [by_kind for by_kind in _by_kind(parts) if len(by_kind) > 1]
    found = list(map(_names, kinds))
    if not any(itertools.chain.from_iterable(found)):
        return Holds.UNKNOWN if found else Holds.ONE
    again = [by_kind for by_kind, names in zip(kinds, found, strict=True) if _is_again(names)]
    if all(map(are_of_course, again)):
        return Holds.ONE
    if all(part.is_folder and is_course_folder(part) for part in parts if part.is_folder) and any(
        part.is_folder for part in parts
    ):
        return Holds.ONE
    alike = any(map(_is_own, parts)) or _are_versions([stem_of(part.name) for part in parts])
    return Holds.UNCLEAR if alike else Holds.MANY


def is_claimed(folder: Node) -> bool:
    """Whether a folder, or the one in an archive, is a platform's download of a class."""
    from grader.intake.readers import platforms

    content = stepped_in(folder.content)
    return content is not None and any(reader.claims(content) for reader in platforms().values())


def own_parts(folder: Node) -> list[Node]:
    """The notebooks, modules, archives and folders with any of them, without older versions of one another."""
    found = [child for child in folder.children if is_work(child)]
    versions: dict[str, Node] = {}
    for child in found:
        base, number = numbered_folder(child.name) if child.is_folder else numbered(source_name(child.name))
        key = f"{base.casefold() if number else base}{'/' if child.is_folder else ''}"
        if number or key not in versions:
            versions[key] = child
    return sorted(versions.values(), key=lambda child: child.name)


def is_work(node: Node) -> bool:
    """Whether something is a notebook, a module or an archive, or a folder with any below."""
    if node.is_link:
        return False
    if not node.is_folder:
        return is_source_name(node.name) or is_archive_name(node.name)
    return node.name not in SKIPPED_FOLDERS and holds_source(node)


@functools.lru_cache(maxsize=1 << 14)
def holds_source(folder: Node, *, notebooks: bool = False) -> bool:
    """Whether there is a notebook, a module or an archive below a folder, or a notebook."""
    for node in _below(folder):
        if not node.is_folder and (
            source_name(node.name).endswith(".ipynb")
            if notebooks
            else is_source_name(node.name) or is_archive_name(node.name)
        ):
            return True
    return False


def stepped_in(folder: Node | None) -> Node | None:
    """The folder itself, or the one that all others of it lie in."""
    while folder is not None and len(folder.children) == 1 and folder.children[0].is_folder:
        if is_course_folder(folder.children[0]):
            break
        folder = folder.children[0]
    return folder


def is_course_folder(folder: Node) -> bool:
    """Whether a folder is a package, or is called as the course calls its own."""
    return is_of_course(folder.name) or folder.has("__init__.py")


def repeated(folders: Sequence[Node]) -> bool:
    """Whether folders beside each other hold mostly the same names, as students' do and sections do not."""
    names = [{part.name.casefold() for part in own_parts(content)} for folder in folders if (content := folder.content)]
    count = Counter(name for of_one in names for name in of_one)
    return 2 * sum(number for number in count.values() if number > 1) > sum(count.values()) > 0


@functools.lru_cache(maxsize=1 << 12)
def defined(node: Node) -> frozenset[str]:
    """The graded functions and classes that a file defines at its top, or the files below a folder or in an archive."""
    if node.is_link:
        return frozenset()
    if node.is_folder or node.is_archive:
        content = node.content
        files = [below for below in _below(content) if is_source_name(below.name)][:MOST_FILES] if content else []
        return frozenset().union(*map(defined, files))
    pattern = DEFINED_IN_NOTEBOOK if source_name(node.name).endswith(".ipynb") else DEFINED
    return (
        frozenset(found.decode("ascii", "replace") for found in pattern.findall(node.beginning(LOOKED_AT))) & graded()
    )


def graded() -> frozenset[str]:
    """The functions and classes that the checks of the course call."""
    from grader.course.folder import current

    return _graded(current().folder)


@functools.cache
def _graded(course: Path) -> frozenset[str]:
    from grader.course.parts import all_parts

    return frozenset(name for part in all_parts() for name in part.needs)


def _below(folder: Node) -> list[Node]:
    """What lies below a folder where code may lie, nearest first, as far as it says anything."""
    found: list[Node] = []
    level = [folder]
    while level and len(found) < 2000:
        children = [child for here in level for child in here.children]
        found += [child for child in children if not child.is_folder]
        level = [child for child in children if child.is_folder and child.name not in SKIPPED_FOLDERS]
    return found


def _by_kind(parts: Sequence[Node]) -> list[list[Node]]:
    """Notebooks, modules, and what is a folder or holds one: a notebook and a package may well define the same."""
    kinds: dict[str, list[Node]] = {}
    for part in parts:
        kind = "" if part.is_folder or part.is_archive else source_name(part.name).rpartition(".")[2]
        kinds.setdefault(kind, []).append(part)
    return list(kinds.values())


def _names(parts: Sequence[Node]) -> list[frozenset[str]]:
    return [defined(part) for part in parts]


def _is_again(names: Sequence[frozenset[str]]) -> bool:
    """Whether any name is defined in two of them."""
    return any(number > 1 for number in Counter(name for of_one in names for name in of_one).values())


def are_of_course(parts: Sequence[Node]) -> bool:
    """Whether all are modules that are called as the course calls those in which its students write."""
    return all(not part.is_folder and part.name.removesuffix(".py") in _modules(current().folder) for part in parts)


@functools.cache
def _modules(course: Path) -> frozenset[str]:
    from grader.course.parts import all_parts

    return frozenset(part.starter for part in all_parts())


def _is_own(part: Node) -> bool:
    return is_called(stem_of(part.name), OWN) or is_of_course(stem_of(part.name))


def _are_versions(names: Sequence[str]) -> bool:
    """Whether all names are one with something behind it: layers, layers_old."""
    first, *others = sorted((name.casefold() for name in names), key=len)
    return all(name.startswith(first) and VERSION.fullmatch(name[len(first) :]) for name in others)
