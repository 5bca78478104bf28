"""In the student process: of the installed packages there are NumPy and those that the assignment allows.

Others could do what the exercise asks for. To code that only imports one when it is loaded it is there and inert: its
names can be imported and looked up, and calling one raises ImportError. An import that the code is prepared for, in a
function or under ``try``, fails. Both are told to staff if they happen while a check runs.

A package may import what it needs, but none that computes what exercises ask for.
"""

from __future__ import annotations

import importlib.machinery
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from types import FrameType, ModuleType
from typing import Any

from grader.worker.finders import Finder

# Students' own code, plots, pictures and files need these.
USUAL = ("matplotlib", "mpl_toolkits", "PIL", "imageio", "h5py", "IPython", "tqdm", "numba", "llvmlite", "Cython",
         "pyximport", "six", "past", "future", "setuptools")  # fmt: skip
# They compute what exercises ask for, so that they are absent to other packages too.
SOLVERS = frozenset(
    ("scipy", "torch", "torchvision", "torchaudio", "tensorflow", "keras", "tf_keras", "jax", "jaxlib", "flax",
     "theano", "caffe", "caffe2", "mxnet", "chainer", "cupy", "autograd", "paddle", "mindspore", "tinygrad",
     "onnxruntime",
     "cv2", "skimage", "sklearn", "astropy", "dask", "bottleneck", "numexpr", "sympy", "statsmodels", "pywt", "kornia")
)  # fmt: skip
IMPORTING = ("<frozen importlib", os.path.join(os.path.dirname(os.__file__), "importlib"))
INSTALLED = ("site-packages", "dist-packages")


def without(name: str) -> str:
    """The sentence of an error."""
    return f"{name} is not available here: the exercise asks for code of your own, with NumPy."


class Packages(Finder):
    """Finds what is absent; stands before the finder of installed packages.

    ``labels`` are the file names of student code, ``tell`` hears in words what it tried.
    """

    def __init__(self, allowed: Iterable[str], labels: Mapping[str, Any], tell: Callable[[str], None]) -> None:
        self._allowed = frozenset(("numpy", *allowed))
        self._labels = labels
        self._tell = tell
        self.is_prepared = False  # whether the statement that is executed is a try
        closed = SOLVERS - self._allowed
        sys.addaudithook(lambda event, arguments: _refuse(closed, event, arguments))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """An inert module, or None for what others may find; ModuleNotFoundError for what is absent."""
        name = fullname.partition(".")[0]
        if name in self._allowed or name in sys.stdlib_module_names:
            return None
        asking = _caller()
        theirs = asking is not None and asking.f_code.co_filename in self._labels
        if not (name in SOLVERS or (theirs and _is_installed(name))):
            return None
        in_function = asking is not None and bool(asking.f_code.co_flags & inspect.CO_OPTIMIZED)
        if theirs and not in_function and not self.is_prepared:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        if theirs and in_function:
            self._tell(f"import {fullname}")
        raise ModuleNotFoundError(without(fullname), name=fullname)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """A module any name of which can be looked up."""
        return InertModule(spec.name, self._tell)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


class Inert:
    """What was looked up in a package that is absent: has any attribute, can be a base class, cannot be called."""

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        self._name, self._tell = name, tell

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self._name}.{name}", self._tell)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """ImportError; what a function calls is told."""
        if sys._getframe(1).f_code.co_flags & inspect.CO_OPTIMIZED:
            self._tell(f"call {self._name}")
        raise ImportError(without(self._name))

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """No base class."""
        return ()


class InertModule(ModuleType):
    """A package that is absent."""

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        super().__init__(name)
        self._tell = tell

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}", self._tell)


def _caller() -> FrameType | None:
    """What imports: the first frame that is no part of importing."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(IMPORTING):
        frame = frame.f_back
    return frame


def _is_installed(name: str) -> bool:
    spec = importlib.machinery.PathFinder.find_spec(name)
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    return any(folder in place for place in places for folder in INSTALLED)


def _refuse(closed: frozenset[str], event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse the files of packages that are absent, by whatever way they are asked for; an audit hook stays."""
    place = arguments[{"open": 0, "import": 1, "ctypes.dlopen": 0}[event]] if event in EVENTS else None
    if isinstance(place, (str, bytes)):
        folders = os.fsdecode(place).split(os.sep)
        for above, name in pairwise(folders):
            if above in INSTALLED and name.partition(".")[0] in closed:
                raise ImportError(without(name))


EVENTS = frozenset(("open", "import", "ctypes.dlopen"))
