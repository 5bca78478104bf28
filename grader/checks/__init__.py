"""The checks: one file a part, discovered; see docs/writing-checks.md.

Each file defines ``part = Part(...)`` and declares scenarios with ``@part.check(...)``. Of these files only the
scenarios reach the student process, as text: see grader.scenarios.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from grader.errors import MalformedCheck
from grader.spec import Part


@functools.cache
def load_part(module: str) -> Part:
    """Import ``grader/checks/<module>.py`` and return its part; MalformedCheck names the file."""
    file = f"grader/checks/{module}.py"
    try:
        part = getattr(importlib.import_module(f"{__name__}.{module}"), "part", None)
    except MalformedCheck as error:
        raise MalformedCheck(f"{file}: {error}") from None
    except Exception as error:
        raise MalformedCheck(f"{file}: {type(error).__name__}: {error}") from error
    if not isinstance(part, Part):
        raise MalformedCheck(f"{file}: it defines no `part = Part(...)`.")
    if part.slug != module:
        raise MalformedCheck(f"{file}: its part is called {part.slug!r}; the file and the part share one name.")
    if not part.checks:
        raise MalformedCheck(f"{file}: its part has no check; declare one with @part.check(...).")
    return part


def part_names() -> set[str]:
    """The names of all parts; none is imported."""
    return {info.name for info in pkgutil.iter_modules(__path__)}


def all_parts() -> list[Part]:
    """Every part, by assignment and order."""
    found = [load_part(name) for name in sorted(part_names())]
    return sorted(found, key=lambda part: (part.assignment, part.order, part.slug))
