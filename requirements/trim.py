"""Take out of the image's environment what no grading needs: ``python trim.py VENV``. Standard library only.

Packages go as a whole, with their ``dist-info``, so that the bill of materials names what is there.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# ipykernel and IPython do without them: one asks for a debugger when it is attached, the other to complete names.
NOT_NEEDED = ("debugpy", "jedi", "parso")
# What installed the project's own package.
BUILDERS = ("hatchling", "editables", "trove_classifiers", "pluggy", "pathspec", "pip", "setuptools")
TESTS = ("tests", "test")
PARTS = (
    *("numpy/f2py", "numpy/_core/include", "numba/cuda", "share/doc", "share/man"),
    # Fonts of PDF and PostScript: plots in notebooks are PNG.
    *("matplotlib/mpl-data/" + part for part in ("sample_data", "fonts/afm", "fonts/pdfcorefonts")),
)
# Of these the same stands in Python beside them, and plots in notebooks need neither.
QUICKER = "fontTools/**/*.so"
SUFFIXES = (".pyi", ".a", ".h", ".hpp", ".pxd", ".c", ".cpp")


def main(folder: str) -> None:
    """Trim the environment in ``folder``."""
    (packages,) = Path(folder).glob("lib/python*/site-packages")
    for place in [*_named(packages), *_tests(packages), *(packages / part for part in PARTS)]:
        if place.is_dir():
            shutil.rmtree(place)
        elif place.exists():
            place.unlink()
    for file in packages.glob(QUICKER):
        file.unlink()
    for file in packages.rglob("*"):
        if file.suffix in SUFFIXES and file.is_file():
            file.unlink()


def _named(packages: Path) -> Iterator[Path]:
    for name in (*NOT_NEEDED, *BUILDERS):
        yield packages / name
        yield packages / f"{name}.py"
        yield from packages.glob(f"{name}-*.dist-info")


def _tests(packages: Path) -> list[Path]:
    return [place for name in TESTS for place in packages.rglob(name) if place.is_dir()]


if __name__ == "__main__":
    main(sys.argv[1])
