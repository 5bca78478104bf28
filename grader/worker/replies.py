"""What a student process may say: each field of its replies has one type and a size, or the protocol is broken.

From the moment when the submission is loaded, a reply may be written by student code that holds the channel. Nothing
in it is believed for marks; what is not of the right type ends the process, as any other broken rule does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.outcome import Outcome
from grader.words import plain_text
from grader.worker.frames import ProtocolError

OUTCOMES = (Outcome.RETURNED, Outcome.RAISED, Outcome.MISSING, Outcome.UNWRITTEN)
# Of an exception.
TEXTS = ("type", "message", "traceback")
MAYBE_TEXTS = ("file", "function", "scenario")
NUMBERS = ("cell", "line", "column", "end")
TEXT_LENGTH = 8000  # characters of each that are kept
LARGEST = 1 << 31  # no cell has more lines
MOST_PROBLEMS = 50
MOST_NAMES = 20
MOST_TRIED = 5
MOST_COUNTS = 100


def checked(asked: str, head: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a reply to a request, as its reader needs them; ProtocolError if one has another type.

    What answers "hello" comes before all student code, and is the grader's own.
    """
    if asked == "hello":
        return dict(head)
    return _loaded(head) if asked == "load" else _played(head)


def _loaded(head: Mapping[str, Any]) -> dict[str, Any]:
    problems = []
    for item in _list(head, "problems")[:MOST_PROBLEMS]:
        if not isinstance(item, dict):
            raise ProtocolError("A reply's problem is no object.")
        problems.append(_exception(item) | {"binds": _texts(item, "binds")})
    _texts(head, "names")
    return {"problems": problems, "stand_ins": [plain_text(n, 100) for n in _texts(head, "stand_ins")[:MOST_NAMES]]}


def _played(head: Mapping[str, Any]) -> dict[str, Any]:
    outcome, error = head.get("outcome"), head.get("error", {})
    if outcome not in OUTCOMES or not isinstance(error, dict):
        raise ProtocolError("A reply does not say how the check ended.")
    return {
        "outcome": outcome,
        "error": _exception(error) if error else {},
        "name": plain_text(_text(head.get("name", ""), "name"), 100),
        "moved": _counts(head, "moved"),
        "called": _counts(head, "called"),
        "tried": tuple(plain_text(item, 200) for item in _texts(head, "tried")[:MOST_TRIED]),
    }


def _counts(fields: Mapping[str, Any], field: str) -> dict[str, int]:
    """How often something was called, by name."""
    counts = fields.get(field, {})
    if not isinstance(counts, dict) or len(counts) > MOST_COUNTS:
        raise _wrong(field)
    return {_text(name, field): _number(count, field) for name, count in counts.items()}


def _exception(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a reply says of an exception; it holds the fields that are there."""
    said: dict[str, Any] = {name: _text(fields[name], name) for name in TEXTS if name in fields}
    for names, read in ((MAYBE_TEXTS, _text), (NUMBERS, _number)):
        for name in names:
            if name in fields:
                said[name] = None if fields[name] is None else read(fields[name], name)
    said["denied"] = fields.get("denied", False)
    if type(said["denied"]) is not bool:
        raise _wrong("denied")
    return said


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name)
    return value[:TEXT_LENGTH]


def _number(value: Any, name: str) -> int:
    if type(value) is not int or not 0 <= value < LARGEST:
        raise _wrong(name)
    return value


def _texts(fields: Mapping[str, Any], name: str) -> list[str]:
    values = _list(fields, name)
    if not all(isinstance(value, str) for value in values):
        raise _wrong(name)
    return values


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    values = fields.get(name, [])
    if not isinstance(values, list):
        raise _wrong(name)
    return values


def _wrong(name: str) -> ProtocolError:
    return ProtocolError(f"A reply's field {name!r} is not of its type.")
