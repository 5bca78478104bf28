"""In the student process: what its finders of modules have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType
else:
    Loader = object  # the library's own brings in resources and temporary files, a hundredth of a self-check


class Finder(Loader):
    """Finds modules and makes them, of the usual kind."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The usual kind."""
        return None
