"""Times, spans and points as the sentences of a policy say them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from grader.words import listing

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment(when: datetime) -> str:
    """A time with its offset, if it has one: "5 March 2026, 23:59 UTC+1"; seconds only where there are some."""
    clock = when.strftime("%H:%M:%S" if when.second else "%H:%M")
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {clock} {_offset(when)}".rstrip()


def _offset(when: datetime) -> str:
    offset = when.utcoffset()
    if offset is None:
        return ""
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"


def span(length: timedelta) -> str:
    """A length of time by its two largest units: "1 day and 3 hours", "40 seconds"."""
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    said = [count(many, unit) for many, unit in parts if many]
    return listing(said[:2]) if said else count(max(1, seconds), "second")


def count(many: int, unit: str) -> str:
    """ "1 day", "2 days"."""
    return f"{many} {unit}" if many == 1 else f"{many} {unit}s"


def points(value: Decimal | float) -> str:
    """ "1 point", "3.4 points"."""
    text = figure(value)
    return f"{text} point" if text == "1" else f"{text} points"


def figure(value: Decimal | float) -> str:
    """A number with at most two decimals, and none that is not needed."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest of what is known, or a full stop if nothing is near."""
    by_sign = {one.casefold(): one for one in known if one}
    near = difflib.get_close_matches(name.casefold(), by_sign, 1)
    return f'; did you mean "{by_sign[near[0]]}"?' if near else "."
