"""The reference with other functions in the place of some, called by all that is built of them.

A network of the reference calls layers that its module imports. With layers that have a mistake, as a student's have,
it gives what a right network of that student's gives.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from grader.course.modules import SECRET

Names = dict[str, Any]


def rebuilt(reference: Any, changed: Any) -> SimpleNamespace:
    """All of ``changed``, and what the reference builds of the functions that differ between the two, built anew.

    Only what is written in Python is: kernels that are compiled stay as they are.
    """
    before, now = vars(reference), vars(changed)
    instead = {id(value): now[name] for name, value in before.items() if name in now and now[name] is not value}
    modules: dict[str, Names | None] = {}
    found = {name: _instead_of(value, instead, modules) for name, value in now.items() if before.get(name) is value}
    return SimpleNamespace(**{**now, **{name: value for name, value in found.items() if value is not None}})


def _instead_of(value: object, instead: Mapping[int, Any], modules: dict[str, Names | None]) -> Any:
    """What stands for a function or class: given, or from its module built anew; None if it stays."""
    if id(value) in instead:
        return instead[id(value)]
    home = getattr(value, "__module__", None) or ""
    if not isinstance(value, (FunctionType, type)) or not home.startswith(f"{SECRET}."):
        return None
    names = _built_anew(home, instead, modules)
    return names.get(value.__name__) if names else None


def _built_anew(home: str, instead: Mapping[int, Any], modules: dict[str, Names | None]) -> Names | None:
    """The names of a module that imports something which is to be replaced, executed once more; else None."""
    if home in modules:
        return modules[home]
    modules[home] = None  # of two that import each other, one stays
    module = sys.modules[home]
    values = {name: value for name, value in vars(module).items() if getattr(value, "__module__", home) != home}
    imported = {name: _instead_of(value, instead, modules) for name, value in values.items()}
    imported = {name: value for name, value in imported.items() if value is not None}
    if imported:
        modules[home] = _executed(module, imported)
    return modules[home]


def _executed(module: ModuleType, imported: Names) -> Names:
    """What a module defines, with other functions than those that it imports."""
    names: Names = {"__name__": module.__name__, "__file__": module.__file__, "__package__": module.__package__}
    loader = module.__spec__.loader if module.__spec__ else None
    code = loader.get_code(module.__name__) if isinstance(loader, SourceFileLoader) else None
    if code is None:
        return {}
    exec(code, names)
    names.update(imported)  # its functions look them up here when they are called
    return names
