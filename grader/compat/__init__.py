"""Code for Python 2 or an older NumPy: a fact to say, and with ``--compat`` a converted copy that is graded.

``facts`` says what shows it, ``convert`` gives the same program for Python 3 and NumPy 2, with the same lines, and
``runtime.install`` makes the functions that converted code calls known in the process that runs it.
What is imported from here is looked up when it is asked for: most submissions need none of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.compat.conversion import convert
    from grader.compat.signs import Fact, facts, is_python2
    from grader.compat.submissions import converted, facts_of, files_to_run, written_for_python2

__all__ = ["Fact", "convert", "converted", "facts", "facts_of", "files_to_run", "is_python2", "written_for_python2"]

HOMES = {
    **dict.fromkeys(("Fact", "facts", "is_python2"), "signs"),
    **dict.fromkeys(("converted", "facts_of", "files_to_run", "written_for_python2"), "submissions"),
    "convert": "conversion",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
