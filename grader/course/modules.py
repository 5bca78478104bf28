"""The Python files of a course, imported from where its folder lies.

The public half is the package ``student_template``, the secret one ``solutions``, whatever else of these names Python
could find: never a folder that a student handed in.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PUBLIC, SECRET = "student_template", "solutions"


def bind(name: str, folder: Path) -> ModuleType:
    """The package of that name in that folder; one of another course that has the name is forgotten."""
    known = sys.modules.get(name)
    if known is not None and {Path(place).resolve() for place in getattr(known, "__path__", ())} == {folder.resolve()}:
        return known
    for other in [other for other in sys.modules if other == name or other.startswith(f"{name}.")]:
        del sys.modules[other]
    init = folder / "__init__.py"
    if init.is_file():
        spec = importlib.util.spec_from_file_location(name, init, submodule_search_locations=[str(folder)])
    else:
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    assert spec is not None, "a file of that ending has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if spec.loader:
        try:
            spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(name, None)
            raise
    return module


def load(name: str, folder: Path, module: str) -> ModuleType:
    """Import ``module`` of the package ``name`` in that folder; whatever it raises."""
    bind(name, folder)
    return importlib.import_module(f"{name}.{module}")


def names_in(folder: Path) -> list[str]:
    """The modules in a folder, sorted; none is imported."""
    return sorted(file.stem for file in folder.glob("*.py") if not file.name.startswith("_"))
