"""Times and lengths of time as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

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
