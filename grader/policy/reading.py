"""Read ``policy.toml``: whatever is not understood is refused, with the file, the key and what was meant perhaps."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from grader.errors import Refused
from grader.policy.lateness import DAY, Amount, Deduction
from grader.policy.rules import ATTEMPTS, ROUNDINGS, Extensions, Policy, Rounding
from grader.policy.words import did_you_mean
from grader.times import moment

NAME = "policy.toml"

AMOUNT = re.compile(r"\A(\d+(?:\.\d+)?) ?(?:%|percent) of (?:the )?(max(?:imum)?|score)\Z")
SPAN = re.compile(r"\b(\d+) ?(days?|d|hours?|h|minutes?|min)\b")
UNITS = {"d": DAY, "h": timedelta(hours=1), "m": timedelta(minutes=1)}
AMOUNTS = 'points such as 2, "10% of max" or "10% of score"'
SPANS = 'a time such as "15 minutes", "36 hours" or "1 day 12 hours"'
MOMENTS = "a time such as 2026-03-05T23:59:00+01:00"


def read_policy(path: Path) -> Policy:
    """The policy in a file; Refused if it cannot be read or holds what no policy has."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8"
        raise Refused(f"The policy {path} cannot be read: {why}.") from None
    return parse_policy(text, str(path))


def find_policy(folders: Iterable[Path]) -> Path | None:
    """The first ``policy.toml`` in these folders, of a file the one beside it; None if there is none."""
    for folder in folders:
        path = (folder if folder.is_dir() else folder.parent) / NAME
        if path.is_file():
            return path
    return None


def parse_policy(text: str, file: str = NAME) -> Policy:
    """The policy that a text says; ``file`` is its name for messages."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise Refused(f"{file} is no TOML: {error}.") from None
    fields = _Table(file, values)
    zone = fields.zone("timezone")
    deadline = fields.moment("deadline", zone)
    policy = Policy(
        deadline=deadline,
        timezone=zone,
        grace=fields.span("grace") or timedelta(),
        late_days=fields.whole("late_days", 0),
        late_days_left=dict(_late_days(fields.table("late_days_left"))),
        late_deduction=fields.amount("late_deduction"),
        deduction=_deduction(fields.table("deduction")),
        extensions=_extensions(fields.table("extensions"), deadline, zone),
        drop=fields.names("drop"),
        drop_lowest=fields.whole("drop_lowest", 0),
        attempts=fields.choice("attempts", ATTEMPTS),
        missing=fields.zero("missing"),
        excused=fields.names("excused"),
        rounding=_rounding(fields.table("rounding")),
        text=text,
    )
    fields.done()
    if deadline is None:
        for key in ("grace", "late_days", "late_days_left", "deduction", "extensions"):
            if key in values:
                raise fields.refused(key, "needs a deadline; add one, such as deadline = 2026-03-05T23:59:00+01:00")
    return policy


class _Table:
    """One table of the file; what nobody asked for in the end is unknown."""

    def __init__(self, file: str, values: Mapping[str, Any], name: str = "") -> None:
        self._file, self._values, self._name = file, values, name
        self._asked: list[str] = []

    def refused(self, key: str, said: str) -> Refused:
        """The refusal of a key's value."""
        where = f"[{self._name}] {key}" if self._name else key
        return Refused(f"{self._file}: {where} {said}{'' if said.endswith(('.', '?')) else '.'}")

    def get(self, key: str) -> Any:
        """Its value, None if it is not there."""
        self._asked.append(key)
        return self._values.get(key)

    def done(self) -> None:
        """Refuse what is unknown."""
        for key in self._values:
            if key not in self._asked:
                near = did_you_mean(key, self._asked)
                known = f"; known here are {', '.join(self._asked)}" if near == "." else near
                raise self.refused(key, f"is no key of a policy{known}")

    def items(self) -> Iterable[tuple[str, Any]]:
        """All that is in it, where keys are names."""
        self._asked += self._values
        return self._values.items()

    def table(self, key: str) -> _Table | None:
        """A table in it."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refused(key, f"is {value!r}; it is a table, [{key}]")
        return _Table(self._file, value, f"{self._name}.{key}" if self._name else key)

    def whole(self, key: str, other: int) -> int:
        """A number of things."""
        value = self.get(key)
        if value is None:
            return other
        return self.checked_whole(key, value)

    def checked_whole(self, key: str, value: Any) -> int:
        """The same of a value that is there."""
        if type(value) is not int or not 0 <= value <= 1000:
            raise self.refused(key, f"is {value!r}; it takes a whole number from 0 to 1000")
        return value

    def choice(self, key: str, known: Iterable[str]) -> str:
        """One of several words, the first if it is not there."""
        words = list(known)
        value = self.get(key)
        if value is None:
            return words[0]
        if value not in words:
            shown = [f'"{word}"' for word in words]
            near = did_you_mean(value, words) if isinstance(value, str) else "."
            raise self.refused(key, f"is {value!r}; it takes {', '.join(shown[:-1])} or {shown[-1]}{near}")
        return str(value)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
            raise self.refused(key, f'is {value!r}; it takes a list of texts, such as ["a", "b"]')
        return tuple(value)

    def zero(self, key: str) -> float | None:
        """0 or nothing."""
        value = self.get(key)
        if value is not None and (isinstance(value, bool) or value != 0):
            raise self.refused(key, f"is {value!r}; it takes 0, or is left out for no mark")
        return None if value is None else 0.0

    def zone(self, key: str) -> tzinfo | None:
        """A named time zone."""
        value = self.get(key)
        if value is None:
            return None
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            near = did_you_mean(str(value), available_timezones())
            raise self.refused(key, f"is {value!r}; it takes a name such as Europe/Berlin{near}") from None

    def moment(self, key: str, zone: tzinfo | None) -> datetime | None:
        """A point in time."""
        value = self.get(key)
        return None if value is None else self.checked_moment(key, value, zone)

    def checked_moment(self, key: str, value: Any, zone: tzinfo | None) -> datetime:
        """The same of a value that is there; in ``zone`` if it says no offset."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
            except ValueError:
                raise self.refused(key, f"is {value!r}; it takes {MOMENTS}") from None
        if isinstance(value, date) and not isinstance(value, datetime):
            raise self.refused(key, f"is {value}, which has no time of day; write {value}T23:59:00 with an offset")
        if not isinstance(value, datetime):
            raise self.refused(key, f"is {value!r}; it takes {MOMENTS}")
        if value.tzinfo is not None:
            return value
        if zone is None:
            shown = value.isoformat()
            raise self.refused(key, f"is {shown}, which has no offset; write {shown}+01:00, say, or add a timezone")
        # Of an hour that comes twice, or never, the later reading.
        return max((value.replace(tzinfo=zone, fold=fold) for fold in (0, 1)), key=datetime.timestamp)

    def span(self, key: str) -> timedelta | None:
        """A length of time."""
        value = self.get(key)
        if value is None:
            return None
        length = _span(value)
        if length is None:
            raise self.refused(key, f"is {value!r}; it takes {SPANS}")
        return length

    def amount(self, key: str) -> Amount | None:
        """Points, or a percentage of something."""
        value = self.get(key)
        if value is None:
            return None
        found = _amount(value)
        if found is None:
            raise self.refused(key, f"is {value!r}; it takes {AMOUNTS}")
        return found


def _span(value: Any) -> timedelta | None:
    """What "1 day 12 hours" says; None if a text does not say that."""
    text = value.strip() if isinstance(value, str) else ""
    found = SPAN.findall(text)
    if not found or SPAN.sub("", text).replace(",", "").replace("and", "").strip():
        return None
    total = timedelta()
    for many, unit in found:
        if len(many) > 4:
            return None
        total += int(many) * UNITS[unit[0]]
    return total


def _amount(value: Any) -> Amount | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    match = AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        number = Decimal(match[1] if match else str(value) if not isinstance(value, str) else "")
    except InvalidOperation:
        return None
    most = 100 if match else 100_000
    if not (number.is_finite() and 0 <= number <= most):
        return None
    return Amount(number, match[2][:3].replace("sco", "score") if match else "points")


def _deduction(table: _Table | None) -> Deduction | None:
    if table is None:
        return None
    by_day, by_hour = table.amount("per_day"), table.amount("per_hour")
    counted = table.get("count")
    started = table.choice("count", ("started", "full")) == "started"
    cap, after = table.amount("cap"), table.span("nothing_after")
    table.done()
    if by_day and by_hour:
        raise table.refused("per_day", "and per_hour are both there; take one")
    if (counted or cap) and not (by_day or by_hour):
        raise table.refused("count" if counted else "cap", "needs per_day or per_hour")
    unit = timedelta(hours=1) if by_hour else DAY
    return Deduction(by_day or by_hour, unit, started, cap, after)


def _rounding(table: _Table | None) -> Rounding | None:
    if table is None:
        return None
    decimals, ties = table.whole("decimals", 2), table.choice("ties", ROUNDINGS)
    table.done()
    if decimals > 2:
        raise table.refused("decimals", f"is {decimals}; it takes 0, 1 or 2")
    return Rounding(decimals, ties)


def _late_days(table: _Table | None) -> Iterable[tuple[str, int]]:
    return [(name, table.checked_whole(name, days)) for name, days in table.items()] if table else []


def _extensions(table: _Table | None, deadline: datetime | None, zone: tzinfo | None) -> Extensions:
    if table is None:
        return Extensions()
    found = {}
    for kind in ("people", "sections", "groups"):
        inner = table.table(kind)
        found[kind] = (
            {name: _extension(inner, name, value, deadline, zone) for name, value in inner.items()} if inner else {}
        )
    table.done()
    return Extensions(**found)


def _extension(
    table: _Table, name: str, value: Any, deadline: datetime | None, zone: tzinfo | None
) -> timedelta | datetime:
    """More time, or another deadline."""
    length = _span(value)
    if length is not None:
        return length
    if isinstance(value, str) and not re.match(r"\d{4}-", value):
        raise table.refused(name, f"is {value!r}; it takes {SPANS}, or {MOMENTS}")
    own = table.checked_moment(name, value, zone)
    if deadline and own < deadline:
        raise table.refused(name, f"is {moment(own)}, before the deadline ({moment(deadline)})")
    return own
