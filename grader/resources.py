"""Where the files are that ship beside the code: in the wheel, or in the checkout that it is built from."""

from __future__ import annotations

from pathlib import Path

from grader.errors import HarnessError

_PACKAGE = Path(__file__).resolve().parent
_IN_CHECKOUT = {"reports": Path("reports", "templates"), "course": Path()}


def folder(name: str) -> Path:
    """Find the folder ``name``, "reports" or "course"; HarnessError if this installation lacks it."""
    packaged = _PACKAGE / "data" / name
    checkout = _PACKAGE.parent / _IN_CHECKOUT[name]
    for candidate in (packaged, checkout):
        if candidate.is_dir():
            return candidate
    raise HarnessError(f"The folder {name} is neither at {packaged} nor at {checkout}; reinstall the grader.")
