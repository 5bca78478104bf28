"""The checks of a course: one file a part in ``student_template/checks/``, discovered; see docs/writing-checks.md.

Each file defines ``part = Part(...)`` and declares scenarios with ``@part.check(...)``. Of these files only the
scenarios reach the student process, as text: see grader.scenarios.
"""

from __future__ import annotations

import functools

from grader.course import modules
from grader.course.folder import Course, current
from grader.course.keys import nearest
from grader.errors import MalformedCheck
from grader.spec import Part

PLACE = f"{modules.PUBLIC}/checks"


def load_part(name: str) -> Part:
    """Import the file of a part and return it; MalformedCheck names the file."""
    return _load(current(), name)


def part_names() -> set[str]:
    """The names of all parts; none is imported."""
    return set(modules.names_in(current().public / "checks"))


def all_parts() -> list[Part]:
    """Every part, by assignment and order."""
    found = [load_part(name) for name in sorted(part_names())]
    return sorted(found, key=lambda part: (part.assignment, part.order, part.slug))


@functools.cache
def _load(course: Course, name: str) -> Part:
    file = f"{PLACE}/{name}.py"
    if not (course.public / "checks" / f"{name}.py").is_file():
        known = modules.names_in(course.public / "checks")
        raise MalformedCheck(f"There is no part {name!r} in {course.public / 'checks'}{nearest(name, known)}.")
    try:
        part = getattr(modules.load(modules.PUBLIC, course.public, f"checks.{name}"), "part", None)
    except MalformedCheck as error:
        raise MalformedCheck(f"{file}: {error}") from None
    except Exception as error:
        raise MalformedCheck(f"{file}: {type(error).__name__}: {error}") from error
    if not isinstance(part, Part):
        raise MalformedCheck(f"{file}: it defines no `part = Part(...)`.")
    if part.slug != name:
        raise MalformedCheck(f"{file}: its part is called {part.slug!r}; the file and the part share one name.")
    if not (course.public / part.assignment).is_dir():
        known = [path.parent.name for path in course.public.glob("*/assignment.toml")]
        raise MalformedCheck(f"{file}: there is no assignment {part.assignment!r}{nearest(part.assignment, known)}.")
    if not part.checks:
        raise MalformedCheck(f"{file}: its part has no check; declare one with @part.check(...).")
    return part
