"""In the student process: extracted text becomes modules, statement by statement.

A statement that raises costs only itself; it is recorded. Modules of the submission are imported from the
text that was sent, never from disk; they come before installed ones of the same name, as beside a notebook.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import linecache
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from grader.worker.student_errors import Labels, describe

ROOT = "submission:"


class Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and executes the units of one submission (see grader.extract.Program)."""

    def __init__(self, program: dict[str, Any]) -> None:
        self.units: dict[str, list[dict[str, Any]]] = program["units"]
        self.roots: list[str] = program["roots"]
        self.entries: dict[str, str] = program["entries"]
        self.labels: Labels = {}
        self.problems: list[dict[str, Any]] = []
        for chunks in self.units.values():
            self._remember(chunks)

    def load(self) -> Code:
        """Execute every unit that defines a wanted name, and return those names."""
        sys.meta_path.insert(sys.meta_path.index(importlib.machinery.PathFinder), self)
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
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Execute a unit's statements one by one."""
        spec = module.__spec__
        for chunk in self.units.get(spec.origin or "", []) if spec else []:
            self._execute(chunk, module)

    def _spec(self, name: str, unit: str | None, package: str | None) -> importlib.machinery.ModuleSpec:
        spec = importlib.machinery.ModuleSpec(name, self, origin=unit, is_package=package is not None)
        if package is not None:
            spec.submodule_search_locations = [ROOT + package]
        return spec

    def _entry(self, path: str) -> ModuleType:
        """The module of a unit that defines wanted names; inside a package it gets its dotted name."""
        if path.endswith(".py"):
            parts = path[:-3].split("/")
            depth = len(parts) - 1
            while depth and f"{'/'.join(parts[:depth])}/__init__.py" in self.units:
                depth -= 1
            name = ".".join(parts[depth:]).removesuffix(".__init__")
            if name not in sys.modules:
                return importlib.import_module(name)
        module = ModuleType("submission")
        module.__spec__ = self._spec("submission", path, None)
        sys.modules["submission"] = module
        self.exec_module(module)
        return module

    def _execute(self, chunk: dict[str, Any], module: ModuleType) -> None:
        source = "\n" * (chunk["line"] - 1) + chunk["text"]
        try:
            # dont_inherit: this file's own `from __future__` must not leak into student code.
            exec(compile(source, chunk["label"], "exec", dont_inherit=True), vars(module))
        except BaseException as error:  # also SystemExit: a statement costs only itself
            problem = describe(error, self.labels)
            self.problems.append({**problem, "file": chunk["file"], "cell": chunk["cell"], "binds": chunk["binds"]})

    def _remember(self, chunks: list[dict[str, Any]]) -> None:
        """Make source lines available to tracebacks."""
        for chunk in chunks:
            label = chunk["label"]
            self.labels[label] = (chunk["file"], chunk["cell"])
            known = linecache.cache.get(label)
            lines = list(known[2]) if known and len(known) == 4 else []
            text = chunk["text"].splitlines(keepends=True)
            lines += ["\n"] * (chunk["line"] - 1 + len(text) - len(lines))
            lines[chunk["line"] - 1 : chunk["line"] - 1 + len(text)] = text
            linecache.cache[label] = (sum(map(len, lines)), None, lines, label)


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
