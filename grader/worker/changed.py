"""In the student process: a scenario played with one function or method of the submission changed.

The changed one is there beside its own, which it stands in for meanwhile: a method in its class, a function wherever
the submission knows it by its name.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

KINDS = (staticmethod, classmethod, property)  # what a decorator may have made of a method


@contextlib.contextmanager
def changed(code: Any, instead: Mapping[str, str] | None) -> Iterator[None]:
    """Put what is called ``by`` in the place of a ``name``, of the class ``owner`` unless that is ""."""
    if not instead:
        yield
        return
    name, new = instead["name"], getattr(code, instead["by"])
    old, places = _places(code, name, instead["owner"])
    if type(old) in KINDS:
        new = type(old)(new)
    try:
        for place in places:
            setattr(place, name, new)
        yield
    finally:
        for place in places:
            setattr(place, name, old)


def _places(code: Any, name: str, owner: str) -> tuple[Any, list[Any]]:
    """What is called so, and the class, or the modules and the scenario's own namespace, that hold it."""
    if owner:
        of = getattr(code, owner)
        return vars(of)[name], [of]
    old = getattr(code, name)
    modules = [one for one in list(sys.modules.values()) if isinstance(one, ModuleType) and vars(one).get(name) is old]
    return old, [code, *modules]
