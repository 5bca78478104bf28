"""The solutions of a course: the secret half, a TA's machine only. Never imported where student code is."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import ModuleType

from grader.course import modules
from grader.course.folder import Course, current
from grader.errors import HarnessError, Refused

SAY = Callable[[str], object]


def load_solutions() -> ModuleType:
    """Import the reference solutions; Refused if this machine has none.

    It is the package ``solutions`` of the course. One without an ``__init__.py`` gives the functions and classes that
    its modules define.
    """
    return _load(current())


def warm_up(say: SAY) -> None:
    """Have what is compiled ready; ``say`` hears of what takes long. The package's own ``warm_up`` does it."""
    own = getattr(load_solutions(), "warm_up", None)
    if own:
        own(say)


def places() -> list[str]:
    """The folders that the reference is read from, with those of its compiled code."""
    more = getattr(load_solutions(), "cache_places", None)
    return [str(current().secret), *(map(str, more()) if more else ())]


def measure_of(name: str) -> Callable[..., float] | None:
    """A function of ``solutions/measures.py``; None where the reference is not in this process."""
    if modules.SECRET not in sys.modules:  # a self-check does without it even where it is installed
        return None
    course = current()
    load_solutions()
    found: Callable[..., float] = getattr(modules.load(modules.SECRET, course.secret, "measures"), name)
    return found


@functools.cache
def _load(course: Course) -> ModuleType:
    if not course.secret.is_dir():
        raise Refused(
            f"Grading needs the reference solutions, and {course.folder} has no folder {modules.SECRET}; grade in a "
            "checkout of the course, or use `grader check`."
        )
    try:
        modules.bind(modules.PUBLIC, course.public)  # solutions may import from it, wherever the course lies
        package = modules.bind(modules.SECRET, course.secret)
        if not (course.secret / "__init__.py").is_file():
            _collect(package, course)
    except ModuleNotFoundError as error:
        if not (course.secret / "__init__.py").is_file():  # a teacher's own
            raise Refused(f"{course.secret} imports {error.name}, which is not installed here.") from None
        raise Refused(
            f"Grading needs the reference solutions and Numba, but {error.name} is not installed here; "
            "install the project from its checkout with `pip install -e .[grade]`, or use `grader check`."
        ) from None
    return package


def _collect(package: ModuleType, course: Course) -> None:
    """Give a package without an ``__init__.py`` what its modules define; HarnessError if two define one name."""
    homes: dict[str, str] = {}
    for name in modules.names_in(course.secret):
        module = modules.load(modules.SECRET, course.secret, name)
        for key, value in vars(module).items():
            if key.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if key in homes:
                raise HarnessError(f"{course.secret}: {homes[key]}.py and {name}.py both define {key}.")
            homes[key] = name
            setattr(package, key, value)
