"""In the student process: modules that a submission imports and that are nowhere, supplied where its import would fail.

They are files that the course hands out and students did not commit, which arrive as text (grader.course.stand_ins),
and packages of the change from Python 2 to 3.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.machinery
import io
import pickle
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from grader.worker.finders import Finder

ROOT = "submission:"  # begins the search locations of the submission's packages
FLAT = "submission_root"  # a package above all files, for those that expect to be in one and are not

COURSE_FILES: dict[str, Callable[[str], Mapping[str, Any]]] = {}  # that stand in here: what each defines in a package
OLD_NAMES = {"xrange": range, "basestring": str, "unicode": str, "long": int, "unichr": chr, "raw_input": input}
BY_ITEM = {f"iter{kind}": lambda of, kind=kind: iter(getattr(of, kind)()) for kind in ("items", "keys", "values")}
PACKAGES: dict[str, Mapping[str, Any]] = {
    "past": {},
    "past.builtins": OLD_NAMES | {"reduce": functools.reduce, "range": range, "map": map, "filter": filter, "str": str},
    "past.utils": {"old_div": lambda x, y: x // y if isinstance(x, int) and isinstance(y, int) else x / y},
    "future": {},
    "future.builtins": {name: vars(builtins)[name] for name in dir(builtins) if not name.startswith("_")},
    "future.standard_library": {"install_aliases": lambda: None},
    "future.utils": {**BY_ITEM, "PY2": False, "PY3": True},
    "six": {**BY_ITEM, "PY2": False, "PY3": True, "string_types": (str,), "integer_types": (int,)},
    "six.moves": {
        **{name: vars(builtins)[name] for name in ("range", "zip", "map", "filter", "input")},
        "xrange": range,
        "reduce": functools.reduce,
        "cPickle": pickle,
        "StringIO": io.StringIO,
    },
    "six.moves.cPickle": {"load": pickle.load, "loads": pickle.loads, "dump": pickle.dump, "dumps": pickle.dumps},
}
IN_PACKAGES = {name.rpartition(".")[0] for name in PACKAGES}


def prepare(files: Iterable[Mapping[str, str]]) -> None:
    """Execute the files that the course offers, before any student code is there."""
    for file in files:
        label = f"<stand-in {file['name']}>"
        module: dict[str, Any] = {"__name__": label}
        exec(compile(file["text"], label, "exec", dont_inherit=True), module)
        COURSE_FILES[file["name"]] = module["names"]


class StandIns(Finder):
    """Finds what nothing before it found; ``used`` names what was supplied.

    ``folders`` are those that a file may mean by the package that it is not in, ``packages`` the names of such.
    """

    def __init__(self, folders: Sequence[str], packages: set[str]) -> None:
        self._offered = set(COURSE_FILES)
        self._places = [ROOT + folder for folder in dict.fromkeys(["", *folders])]
        self._packages = {FLAT, *packages}
        self.used: dict[str, None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The stand-in's spec, or None; a file that a package of the submission lacks is named in the error."""
        package, _, tail = fullname.rpartition(".")
        places = [place for place in path or () if place.startswith(ROOT)]
        if fullname in PACKAGES or (tail in self._offered and (path is None or places)):
            self.used[fullname if fullname in PACKAGES else tail] = None
            spec = importlib.machinery.ModuleSpec(fullname, self, is_package=fullname in IN_PACKAGES)
            return spec
        if tail in self._packages and set(package.split(".")) <= {"", *self._packages}:
            spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = list(self._places)
            return spec
        if places and package in self._packages and package != FLAT and not any(place != ROOT for place in places):
            return importlib.machinery.ModuleSpec(fullname, self)  # a notebook alone: what it defines is its package
        if places:
            file = f"{places[0].removeprefix(ROOT)}/{tail}.py".lstrip("/")
            raise ModuleNotFoundError(f"No module named {fullname!r}: the submission has no file {file}", name=fullname)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names."""
        package, _, tail = module.__name__.rpartition(".")
        if module.__name__ in PACKAGES:
            vars(module).update(PACKAGES[module.__name__])
        elif tail not in COURSE_FILES:
            vars(module)["__getattr__"] = functools.partial(_of_notebook, module.__name__)
        else:
            vars(module).update(COURSE_FILES[tail](package))


def _of_notebook(module: str, name: str) -> Any:
    """What the notebook itself defines, for code that imports it from the course's package, which is not there."""
    own = vars(sys.modules["__main__"])
    if name.startswith("__") or name not in own:
        raise AttributeError(f"{module} is not in the submission, and no cell above defines {name}")
    return own[name]
