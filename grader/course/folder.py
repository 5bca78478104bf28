"""``course.toml``, and which course a process grades: one at a time.

course.toml
student_template/   the public half: checks/, and a folder an assignment (template, recorded answers)
solutions/          the secret half: reference, mistakes, solution notebooks; not where students are
specimens/          submissions with known verdicts, if there are any
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import resources
from grader.course.keys import checked, read
from grader.course.modules import PUBLIC, SECRET
from grader.errors import Refused
from grader.records import dataclass, field

DESCRIPTION = "course.toml"
HIDDEN = ".grader"  # where a released assignment has its course
VARIABLE = "GRADER_COURSE"  # the environment variable that names the folder; children of this process read it
KINDS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "assignment": str,
    "language": str,
    "private": bool,
    "packages": list,
    "folders": list,
    "without": list,
    "points": dict,
    "weights": dict,
    "seconds": dict,
    "tolerance": dict,
    "rename": dict,
    "data": dict,
}
DATA: dict[str, type | tuple[type, ...]] = {"title": str, "reader": str}


@dataclass(frozen=True, slots=True)
class DataOf:
    """The data set that some checks need: ``reader`` is the module of the public half that opens it."""

    title: str
    reader: str


@dataclass(frozen=True, eq=False)
class Course:
    """A course: where it lies, and what ``course.toml`` says for all of its assignments.

    ``assignment`` is what classes are graded by where nobody names another; "" where it is recognised. ``packages``
    are those in which its students write, ``folders`` the names that folders of assignments have, perhaps
    with a number. ``found`` if nobody named it: it lies above the working folder.
    """

    folder: Path
    title: str = ""
    assignment: str = ""
    language: str = "en"
    private: bool = False
    packages: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    data: DataOf | None = None
    found: bool = False
    adjusted: Mapping[str, Any] = field(default_factory=dict)  # without, points, weights, seconds, tolerance, rename

    @property
    def public(self) -> Path:
        """The half that students get."""
        return self.folder / PUBLIC

    @property
    def secret(self) -> Path:
        """The half that they do not get; it need not be here."""
        return self.folder / SECRET


def read_course(folder: Path, *, found: bool = False) -> Course:
    """The course in a folder; Refused if there is none, MalformedCheck names what is wrong with its description."""
    if not (folder / DESCRIPTION).is_file() and (folder / HIDDEN / DESCRIPTION).is_file():
        folder = folder / HIDDEN  # what students got
    file = folder / DESCRIPTION
    if not file.is_file():
        raise Refused(f"{folder} is no course: it has no {DESCRIPTION}; give the folder of a course with --course.")
    if not (folder / PUBLIC).is_dir():
        raise Refused(f"{folder} is no course: it has no folder {PUBLIC}, where its checks and assignments are.")
    where = str(file)
    text = checked(read(file, where), KINDS, where)
    data = None
    if "data" in text:
        given = checked(text["data"], DATA, f"{where}, [data]")
        lacking = [name for name in ("title", "reader") if name not in given]
        if lacking:
            raise Refused(f"{where}: [data] lacks {', '.join(lacking)}.")
        data = DataOf(given["title"], given["reader"])
    return Course(
        folder,
        title=text.get("title", folder.name),
        assignment=text.get("assignment", ""),
        language=text.get("language", "en"),
        private=text.get("private", False),
        packages=tuple(text.get("packages", ())),
        folders=tuple(text.get("folders", ())),
        data=data,
        found=found,
        adjusted={name: text[name] for name in ADJUSTING if name in text},
    )


ADJUSTING = ("without", "points", "weights", "seconds", "tolerance", "rename")
_current: Course | None = None


def current() -> Course:
    """The course that this process grades: the one that was chosen, or else is found."""
    global _current
    if _current is None:
        choose(None)
    assert _current is not None, "it has just been chosen"
    return _current


def choose(folder: Path | None) -> Course:
    """Grade the course in a folder from now on, in this process and those that it starts; None: the one to be found."""
    global _current
    _current = read_course(folder.resolve()) if folder else _found()
    os.environ[VARIABLE] = str(_current.folder)
    return _current


def built_in() -> Path:
    """The folder of the course that comes with the grader."""
    return resources.folder("course")


def _found() -> Course:
    named = os.environ.get(VARIABLE)
    if named:
        return read_course(Path(named).resolve())
    try:
        here = Path.cwd()
    except OSError:  # the working folder is gone
        return read_course(built_in())
    places = (place for folder in (here, *here.parents) for place in (folder, folder / HIDDEN))
    above = next((place for place in places if (place / DESCRIPTION).is_file()), None)
    own = built_in()
    return read_course(above, found=True) if above and above.resolve() != own.resolve() else read_course(own)
