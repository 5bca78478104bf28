"""Convert a module or cell for Python 3 and NumPy 2 in three steps: syntax, Python 2's meaning, NumPy's.

Lines stay. The first step changes tokens within their lines (what fissix adds or takes is joined again), the others
insert text around nodes and replace pieces without their newlines.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.compat import old_numpy, python2
from grader.compat.masking import expand_tabs, without_magics
from grader.compat.syntax import to_python3
from grader.parsing import parse

MAX_TEXT = 400_000  # characters; more is not written by hand, and the old parser is slow


def convert(
    text: str, *, python2: bool, notebook: bool = False, true_division: bool = False, bound: Iterable[str] = ()
) -> str:
    """The same program for Python >= 3.11 and NumPy 2, with the same lines.

    ``python2`` says that it was written for Python 2: its division rounds down, unless the text says `from
    __future__ import division` or ``true_division`` says that another cell does. ``notebook`` takes magics out, as
    a cell may have them; ``bound`` are names that other cells bind. What it needs at run time is called ``_compat``
    (see grader.compat.runtime).
    SyntaxError if it is neither Python 3 nor what is converted; Refused if fissix is needed and not installed.
    """
    if len(text) > MAX_TEXT:
        raise SyntaxError(f"longer than {MAX_TEXT} characters, too long to convert")
    if notebook:
        text = without_magics(text)
    try:
        return _converted(text, python2, true_division, frozenset(bound))
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"it cannot be converted ({error})") from None


def _converted(text: str, is_python2: bool, true_division: bool, bound: frozenset[str]) -> str:
    try:
        tree = parse(text)
    except (TabError, IndentationError):
        text = expand_tabs(text)
        tree = None
    except SyntaxError:
        tree = None
    if is_python2:
        text = to_python3(text)
        text = python2.converted(text, parse(text), true_division=true_division, others=bound)
        tree = None
    elif tree:
        text, tree = python2.bridged(text, tree), None
    return old_numpy.converted(text, tree or parse(text))
