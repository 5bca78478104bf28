"""The layouts in which platforms deliver a class, a module each; a new one is found by lying here.

A reader has ``claims(folder)``, whether a folder's own entries look like that platform's and no other's, which looks
at names only and never at what archives hold, and ``uploads(folder)``, the uploads in such a folder. It may have
``beside(folder, child)``, what else of a folder belongs to one of its entries that is graded alone, itself included.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Protocol, cast

from grader.intake.trees import Node
from grader.intake.uploads import Upload


class Reader(Protocol):
    """A module of this package."""

    def claims(self, folder: Node) -> bool:
        """Whether a folder looks like this platform's."""

    def uploads(self, folder: Node) -> list[Upload]:
        """What is in it; Refused if that cannot be told."""


@functools.cache
def names() -> tuple[str, ...]:
    """The names of all readers."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def reader(name: str) -> Reader:
    """The reader of that name."""
    return cast(Reader, importlib.import_module(f"{__name__}.{name}"))


@functools.cache
def platforms() -> dict[str, Reader]:
    """Those that know a platform by its names, and so claim a folder: all but ``plain``."""
    return {name: reader(name) for name in names() if name != "plain"}
