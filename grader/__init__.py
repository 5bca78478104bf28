"""An automated grader for deep-learning assignments written in NumPy."""

from __future__ import annotations

__version__ = "0.1.0"

_IN_NOTEBOOKS = ("check", "load_ipython_extension")  # from grader import check; %load_ext grader


def __getattr__(name: str) -> object:
    """What notebooks use is imported when it is asked for: every process of the grader imports this module."""
    if name in _IN_NOTEBOOKS:
        import importlib

        return getattr(importlib.import_module("grader.inline"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
