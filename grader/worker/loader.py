"""In the student process: extracted text becomes modules, statement by statement.

A statement that raises costs only itself; it is recorded. Modules of the submission are imported from the
text that was sent, never from disk; they come before installed ones of the same name, as beside a notebook.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import importlib.machinery
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from grader.worker.finders import Finder
from grader.worker.packages import Packages
from grader.worker.stand_ins import FLAT, ROOT, StandIns
from grader.worker.student_errors import Labels, describe

MOST = 200  # names that one failed statement is blamed for


class Loader(Finder):
    """Finds and executes the units of one submission (see grader.extract.Program)."""

    def __init__(self, program: dict[str, Any], allowed: Iterable[str], tell: Callable[[str], None]) -> None:
        self.units: dict[str, list[dict[str, Any]]] = program["units"]
        self.roots: list[str] = program["roots"]
        self.entries: dict[str, str] = program["entries"]
        self.stand_ins = StandIns(self.roots, set(program["packages"]))
        self.labels: Labels = {}
        self.packages = Packages(allowed, self.labels, tell)
        self.problems: list[dict[str, Any]] = []
        for cells in self.units.values():
            self._remember(cells)

    def load(self) -> Code:
        """Execute every unit that defines a wanted name, and return those names."""
        installed = sys.meta_path.index(importlib.machinery.PathFinder)
        sys.meta_path[installed:installed] = [self, self.packages]
        sys.meta_path.append(self.stand_ins)
        modules = {path: self._entry(path) for path in dict.fromkeys(self.entries.values())}
        return Code({n: vars(modules[path])[n] for n, path in self.entries.items() if n in vars(modules[path])})

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module of the submission: beside its package, or in one of the roots."""
        tail = fullname.rpartition(".")[2]
        folders = self.roots if path is None else [p[len(ROOT) :] for p in path if p.startswith(ROOT)]
        for folder in folders:
            base = f"{folder}/{tail}".lstrip("/")
            if f"{base}/__init__.py" in self.units:
                return self._spec(fullname, f"{base}/__init__.py", base)
            if f"{base}.py" in self.units:
                return self._spec(fullname, f"{base}.py", None)
        for folder in folders:
            base = f"{folder}/{tail}".lstrip("/")
            if any(unit.startswith(f"{base}/") for unit in self.units):
                # A folder without __init__.py gives way to an installed package.
                return importlib.machinery.PathFinder.find_spec(fullname, path) or self._spec(fullname, None, base)
        return self._anywhere(fullname, tail) if path is None else None

    def _anywhere(self, fullname: str, tail: str) -> importlib.machinery.ModuleSpec | None:
        """A module that students reach through sys.path: the only file of that name, if nothing is installed."""
        found = [unit for unit in self.units if f"/{unit}".endswith((f"/{tail}.py", f"/{tail}/__init__.py"))]
        if len(found) != 1 or importlib.machinery.PathFinder.find_spec(fullname):
            return None
        package = found[0].removesuffix("/__init__.py") if found[0].endswith("/__init__.py") else None
        return self._spec(fullname, found[0], package)

    def exec_module(self, module: ModuleType) -> None:
        """Execute a unit's statements one by one."""
        spec = module.__spec__
        cells = self.units.get(spec.origin or "", []) if spec else []
        trees = [ast.parse(cell["text"]) for cell in cells]
        flags = _future_flags(trees)
        lost = []
        for cell, tree in zip(cells, trees, strict=True):
            for statement in cell["statements"]:
                single = ast.Module([tree.body[statement["index"]]], type_ignores=[])
                problem = self._execute(single, flags, cell, statement["binds"], module)
                if problem and "*" in problem["binds"]:
                    lost.append(problem)
        if lost:  # what a star import did not give is what is now undefined
            undefined = sorted(_names(trees) - set(vars(module)) - set(dir(builtins)))[:MOST]
            for problem in lost:
                problem["binds"] = undefined

    def _spec(self, name: str, unit: str | None, package: str | None) -> importlib.machinery.ModuleSpec:
        spec = importlib.machinery.ModuleSpec(name, self, origin=unit, is_package=package is not None)
        spec.has_location = unit is not None and unit.endswith(".py")  # a module has a __file__, a notebook has none
        if package is not None:
            spec.submodule_search_locations = [ROOT + package]
        return spec

    def _entry(self, path: str) -> ModuleType:
        """The module of a unit that defines wanted names; a file in a package gets its dotted name."""
        for name in self._module_names(path):
            with contextlib.suppress(ImportError):
                module = importlib.import_module(name)  # perhaps its package imported it already
                if module.__spec__ and (module.__spec__.loader, module.__spec__.origin) == (self, path):
                    return module
        module = ModuleType("__main__")
        module.__spec__ = self._spec("__main__", path, None)
        sys.modules["__main__"] = module  # as in a notebook; dataclasses look their module up
        self.exec_module(module)
        return module

    def _module_names(self, path: str) -> Iterator[str]:
        """The dotted names of a module's file: in its package, then in full, where other files have the first one."""
        if not path.endswith(".py"):
            return
        parts = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
        nodes = [node for cell in self.units[path] for node in ast.walk(ast.parse(cell["text"]))]
        levels = max((node.level for node in nodes if isinstance(node, ast.ImportFrom)), default=0)
        # Relative imports need the folders above, whether they have an __init__.py or not.
        start = max(len(parts) - 1 - levels, 0)
        while start and f"{'/'.join(parts[:start])}/__init__.py" in self.units:
            start -= 1
        above = [FLAT] * max(levels - len(parts) + 1, 0)  # or that there are no folders
        for names in ([*above, *parts[start:]], [*(above or [FLAT]), *parts]):
            if not any("." in name for name in names):
                yield ".".join(names)

    def _execute(
        self, tree: ast.Module, flags: int, cell: dict[str, Any], binds: list[str], module: ModuleType
    ) -> dict[str, Any] | None:
        """Execute one statement; what it raised is remembered and returned."""
        outer, self.packages.is_prepared = self.packages.is_prepared, isinstance(tree.body[0], ast.Try)
        try:
            # dont_inherit: this file's own `from __future__` must not leak into student code.
            exec(compile(tree, cell["label"], "exec", flags=flags, dont_inherit=True), vars(module))
        except BaseException as error:  # also SystemExit: a statement costs only itself
            problem = describe(error, self.labels)
            self.problems.append({**problem, "file": cell["file"], "cell": cell["cell"], "binds": binds})
            return self.problems[-1]
        finally:
            self.packages.is_prepared = outer
        return None

    def _remember(self, cells: list[dict[str, Any]]) -> None:
        """Make source lines available to tracebacks."""
        for cell in cells:
            self.labels[cell["label"]] = (cell["file"], cell["cell"])
            lines = [f"{line}\n" for line in cell["text"].split("\n")]
            linecache.cache[cell["label"]] = (len(cell["text"]), None, lines, cell["label"])


def _names(trees: list[ast.Module]) -> set[str]:
    """The names that are read somewhere, and bound nowhere."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    return {node.id for node in names} - bound


def _future_flags(trees: list[ast.Module]) -> int:
    """The compiler flags of a file's `from __future__` imports, which hold for all of it."""
    nodes = [node for tree in trees for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in nodes if node.module == "__future__" for alias in node.names}
    return sum(getattr(__future__, name).compiler_flag for name in names if hasattr(__future__, name))


class Missing(Exception):
    """A scenario asked for a name that the submission does not define."""


class Code:
    """The namespace that scenarios see: attributes are the submission's functions and classes."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        raise Missing(name)

    def __iter__(self) -> Iterator[str]:
        return iter(vars(self))

    def renamed(self, names: Mapping[str, str]) -> Code:
        """The same for a scenario that knows functions by other names: ``names`` gives what they are called here."""

        class Renamed(Code):
            def __getattr__(self, name: str) -> Any:
                raise Missing(names.get(name, name))

        return Renamed({**vars(self), **{name: vars(self)[own] for name, own in names.items() if own in vars(self)}})
