"""Who of a gradebook's file is who of the class: by ids; by the name only where it is unique, and said."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import Refused
from grader.gradebook import Row
from grader.words import inert, listing

# The fields in which an id of the file may be ours. The key is of the kind that no other field is already.
FIELDS = {
    "id": ("lms_id",),
    "participant": ("lms_id",),
    "sis_id": ("sis_id",),
    "login": ("login", "email"),
    "email": ("email", "login"),
}
STRONG = ("id", "participant", "sis_id")  # a login or an address may be another elsewhere
KINDS = {"id": "platform's id", "participant": "participant", "sis_id": "registrar's id (SIS, student id)"}
PROTECTED = re.compile(r'="(.*)"')  # how a spreadsheet is told that 00123 is text


@dataclass(frozen=True, slots=True)
class Sought:
    """Someone of a file: their ids by kind, and their name."""

    ids: Mapping[str, str]
    name: str = ""

    @property
    def label(self) -> str:
        """How they are named to people."""
        ids = next((value for value in self.ids.values() if value), "")
        return inert(f"{self.name} ({ids})" if self.name and ids else self.name or ids)


@dataclass(frozen=True, slots=True)
class Match:
    """Whom someone is: a row, by their ``name`` alone or not; or None, and ``why`` if there is doubt."""

    row: Row | None
    by_name: bool = False
    why: str = ""


def match(people: Sequence[Sought], rows: Sequence[Row]) -> list[Match]:
    """A match each. Nobody is two people, and no two are one: where that would be, nobody is."""
    by_id, by_name = _index(rows)
    found = [_by_ids(sought, by_id) for sought in people]
    taken = {id(match.row) for match in found if match.row}
    names = Counter(name_of(sought.name) for sought in people)
    for index, sought in enumerate(people):
        if found[index].row or found[index].why or not sought.name or names[name_of(sought.name)] > 1:
            continue
        same = by_name[name_of(sought.name)]
        if len(same) == 1 and id(same[0]) not in taken and not _contradicts(sought, same[0], FIELDS):
            found[index] = Match(same[0], by_name=True)
    claims = Counter(id(match.row) for match in found if match.row)
    return [_alone(match, claims) for match in found]


def label(row: Row) -> str:
    """How someone of the class is named to people."""
    person = row.person
    return inert(f"{person.name} ({person.key})" if person.name and person.name != person.key else person.key)


def somebody(rows: Sequence[Row], word: str) -> Row:
    """Whoever has this key, else whoever alone has this login, address, id or name; Refused if there is nobody."""
    known: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        one = row.person
        for own in dict.fromkeys(filter(None, (one.key, one.login, one.email, one.lms_id, one.sis_id, one.name))):
            known[own].append(row)
    found = [row for row in rows if row.person.key == word] or known.get(word, [])
    if not found:
        raise Refused(
            f"Nobody here has the key {inert(word)!r}{perhaps(word, known, lambda own: known[own][0].person.key)}."
        )
    if len(found) > 1:
        raise Refused(f"{inert(word)} may be {listing([label(row) for row in found], 5)}; give the key.")
    return found[0]


def perhaps(word: str, known: Iterable[str], shown: Callable[[str], str] = str) -> str:
    """The end of a sentence that refuses a word: what is near it, as it is to be ``shown``; "" if nothing is."""
    near = dict.fromkeys(inert(shown(one)) for one in difflib.get_close_matches(word, [*known], n=3, cutoff=0.4))
    return f"; perhaps {' or '.join(near)}" if near else ""


def name_of(name: str) -> str:
    """A name as it is compared: "Lovelace, Ada" is "ada lovelace"."""
    last, _, first = name.partition(",")
    return " ".join(f"{first} {last}".split()).casefold()


def _ident(text: str) -> str:
    text = text.strip()
    if protected := PROTECTED.fullmatch(text):
        text = protected[1]
    return text.casefold()


def _index(rows: Iterable[Row]) -> tuple[dict[tuple[str, str], list[Row]], dict[str, list[Row]]]:
    by_id: dict[tuple[str, str], list[Row]] = defaultdict(list)
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for kind in FIELDS:
            for value in _ids(row, kind):
                by_id[kind, value].append(row)
        if row.person.name:
            by_name[name_of(row.person.name)].append(row)
    return by_id, by_name


def _ids(row: Row, kind: str) -> set[str]:
    """What someone may be called in a column of this kind."""
    person = row.person
    others = {field for fields in FIELDS.values() for field in fields} - {*FIELDS[kind]}
    key = "" if person.key in {getattr(person, field) for field in others} else person.key
    return {_ident(value) for value in (*(getattr(person, field) for field in FIELDS[kind]), key)} - {""}


def _by_ids(sought: Sought, by_id: Mapping[tuple[str, str], list[Row]]) -> Match:
    rows = {id(row): row for kind, value in sought.ids.items() for row in by_id.get((kind, _ident(value)), [])}
    if len(rows) > 1:
        return Match(None, why=f"{sought.label} may be {listing([label(row) for row in rows.values()])}")
    row = next(iter(rows.values()), None)
    if row and (kind := _contradicts(sought, row, STRONG)):
        ids = f"{KINDS[kind]} is {_ident(sought.ids[kind])} there and {listing(sorted(_own(row, kind)))} here"
        return Match(None, why=inert(f"{sought.label} has another id than {label(row)}: the {ids}"))
    return Match(row)


def _contradicts(sought: Sought, row: Row, kinds: Iterable[str]) -> str:
    """The first kind of which they have another id; "" if there is none."""
    for kind in kinds:
        theirs, ours = _ident(sought.ids.get(kind, "")), _own(row, kind)
        if theirs and ours and theirs not in ours:
            return kind
    return ""


def _own(row: Row, kind: str) -> set[str]:
    return {_ident(getattr(row.person, field)) for field in FIELDS[kind]} - {""}


def _alone(match: Match, claims: Counter[int]) -> Match:
    if match.row and claims[id(match.row)] > 1:
        return Match(None, why=f"{claims[id(match.row)]} lines of the file are {label(match.row)}")
    return match
