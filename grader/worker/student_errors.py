"""In the student process: an exception as plain data, cut to the student's own frames."""

from __future__ import annotations

import errno
import linecache
import traceback
from typing import Any

Labels = dict[str, tuple[str, int | None]]  # code filename -> (file in the submission, cell)


def describe(error: BaseException, labels: Labels, *, playing: bool = False) -> dict[str, Any]:
    """The exception's type, message, innermost place in the student's code, and traceback of student frames.

    ``scenario`` is the line of the check that was running if the exception was raised by the check itself,
    as when it unpacks a None. It is data for the grader, which believes none of it for marks.
    """
    try:
        message = str(error)
    except BaseException:  # a hostile or broken __str__
        message = "(its message cannot be shown)"
    frames = traceback.extract_tb(error.__traceback__, limit=-200)
    own = [frame for frame in frames if frame.filename in labels]
    place: dict[str, Any] = {"file": None, "cell": None, "line": None}
    if own:
        file, cell = labels[own[-1].filename]
        place = {"file": file, "cell": cell, "line": own[-1].lineno, **_columns(own[-1])}
    elif isinstance(error, SyntaxError) and error.filename in labels:
        file, cell = labels[error.filename]
        line = error.lineno if type(error.lineno) is int and error.lineno > 0 else None  # students may raise it too
        place = {"file": file, "cell": cell, "line": line}
    text = [f"{frame.filename}, line {frame.lineno}, in {frame.name}\n    {frame.line}" for frame in own[-12:]]
    last = frames[-1] if frames else None
    return {
        "type": type(error).__name__[:100],
        "message": message[:2000],
        "traceback": "\n".join(text)[:8000],
        "function": own[-1].name if own else None,
        "denied": _is_denied(error) and bool(own),
        "scenario": last.line if playing and last and not own else None,
        **place,
    }


def _columns(frame: traceback.FrameSummary) -> dict[str, int | None]:
    """The characters of its line at which it was, counted from 1, where all of that is in one line."""
    column, end = getattr(frame, "colno", None), getattr(frame, "end_colno", None)
    if column is None or end is None or getattr(frame, "end_lineno", None) != frame.lineno:
        return {"column": None, "end": None}
    line = linecache.getline(frame.filename, frame.lineno or 0).encode()  # Python counts bytes, from 0
    first, last = (len(line[:at].decode("utf-8", "replace")) + 1 for at in (column, end))
    return {"column": first, "end": last}


def _is_denied(error: BaseException) -> bool:
    """Whether the sandbox denied something: also to write where everything is read-only."""
    if type(error) is OSError and type(error.errno) is int:
        return error.errno == errno.EROFS
    return isinstance(error, PermissionError)
