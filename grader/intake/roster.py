"""``--roster FILE.csv``: who is in the class. It completes people, says who is missing, and who is not on it.

Columns are known by their names, ours and those of the rosters of Canvas, Moodle, Gradescope, Blackboard and nbgrader.
Whom a line is about is never guessed: where it could be two people, or a person's could be two lines, it is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from grader.errors import Refused
from grader.intake.naming import on_disk, safe_name
from grader.intake.people import Handed
from grader.limits import MAX_ROSTER, MAX_ROSTER_LINES
from grader.people import Person
from grader.words import listing, plain_text

COLUMNS = {
    "id": "id|canvas id|user id|identifier|participant",
    "sis_id": "sis id|sis user id|sid|student id|id number|idnumber|student number|matrikelnummer|学号",
    "login": "login|sis login id|login id|username|user name|benutzername|anmeldename|nom d utilisateur|用户名",
    "email": "email|e mail|mail|email address|e mail address|e mail adresse|adresse de courriel|dirección de correo",
    "name": "name|full name|student|student name|vollständiger name|nom complet|nombre completo|姓名",
    "first": "first name|firstname|vorname|prénom|nombre",
    "last": "last name|surname|lastname|family name|nachname|nom|apellido s|apellidos",
    "section": "section|sections|section s",
    "group": "group|groups|gruppe|team|group name",
    "role": "role",
}
COLUMN_OF = {name: column for column, names in COLUMNS.items() for name in names.split("|")}
STAFF = re.compile(r"instructor|teacher|\bta\b|assistant|reader|observer|designer|manager", re.IGNORECASE)
NOBODY = ("points possible", "student, test", "test student", "manual posting")  # lines of Canvas
PARTICIPANT = re.compile(r"\A\D+ (\d+)")  # "Participant 123", in any language
NOTHING = "Nothing was handed in."


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a roster, by its number in the file."""

    number: int
    id: str = ""
    sis_id: str = ""
    login: str = ""
    email: str = ""
    name: str = ""
    section: str = ""
    group: str = ""

    def __str__(self) -> str:
        said = [self.name, self.id or self.login or self.sis_id or self.email]
        return f"line {self.number} ({', '.join(plain_text(text, 60) for text in said if text)})"


@dataclass(frozen=True, slots=True)
class Called:
    """A class with its roster: the people completed, the keys of those on it, and who has nothing, with the reason."""

    handed: list[Handed]
    known: set[str]
    missing: list[tuple[Person, str]]


def read(path: Path) -> list[Line]:
    """The lines of a roster about students; Refused if it cannot be read or has no column that says who."""
    rows = _rows(path)
    header = next((row for row in rows if any(cell.strip() for cell in row)), [])
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        column = COLUMN_OF.get(_plain(title))
        if column and column not in columns:
            columns[column] = index
    if not columns.keys() & {"id", "sis_id", "login", "email", "name", "last"}:
        raise Refused(f"{path} has no column that says who somebody is; call one id, sis_id, login, email or name.")
    lines, seen = [], set[tuple[str, ...]]()
    start = rows.index(header) + 1
    for number, row in enumerate(rows[start:], start=start + 1):
        line = _line(number, {name: row[at].strip() for name, at in columns.items() if at < len(row)})
        if line and (same := tuple(getattr(line, field.name) for field in fields(Line)[1:])) not in seen:
            seen.add(same)
            lines.append(line)
    if not lines:
        raise Refused(f"{path} lists nobody; give a CSV with a line for each student.")
    return lines


def called(lines: Sequence[Line], handed: Sequence[Handed]) -> Called:
    """Find each person's line; Refused where there are two for one, or one for two, with both named."""
    people = [person for one in handed for person in (one.person, *one.members)]
    line_of = _lines_of(lines, people)
    completed = {person.key: _completed(person, line_of.get(person.key)) for person in people}
    _refuse_equal_keys(completed)
    made = [
        replace(one, person=completed[one.person.key], members=tuple(completed[member.key] for member in one.members))
        for one in handed
    ]
    taken = {line.number for line in line_of.values()}
    absent = [line for line in lines if line.number not in taken]
    by_group = _by_group(made)
    known = {completed[key].key for key in line_of}
    missing: list[tuple[Person, str]] = []
    for line in absent:
        person = _of_line(line)
        if on_disk(person.key) in {on_disk(other.key) for other in completed.values()}:
            person = replace(person, key=safe_name(f"{person.key} (line {line.number})"))
        own = by_group.get(line.group, []) if line.group else []
        if len(own) == 1:
            at = made.index(own[0])
            made[at] = replace(own[0], members=(*own[0].members, person))
            by_group[line.group] = [made[at]]
            known.add(person.key)
        else:
            missing.append((person, _why_missing(line, own)))
    return Called(made, known, missing)


def _rows(path: Path) -> list[list[str]]:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_ROSTER + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > MAX_ROSTER:
        raise Refused(f"{path} is larger than {MAX_ROSTER >> 20} MB; give the roster of one class as CSV.")
    text = _text(data)
    if "\0" in text or data[:2] == b"PK":
        raise Refused(f"{path} is no CSV; save the roster as CSV.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):  # as Excel is told
        text = text.split("\n", 1)[-1]
        first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=lambda sign: (_unquoted(first).count(sign), sign == ","))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Refused(f"{path} is no CSV ({error}); save the roster as CSV.") from None
    if len(rows) > MAX_ROSTER_LINES:
        raise Refused(f"{path} has more than {MAX_ROSTER_LINES:,} lines; give the roster of one class.")
    return rows


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").removeprefix("\ufeff")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _unquoted(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[^\w]+|_", " ", title).split()).casefold()


def _line(number: int, said: Mapping[str, str]) -> Line | None:
    """A line of the file; None if it is about nobody or about staff."""
    name = said.get("name") or " ".join(filter(None, (said.get("first", ""), said.get("last", ""))))
    if STAFF.search(said.get("role", "")) and "student" not in said.get("role", "").casefold():
        return None
    if name.casefold().startswith(NOBODY):
        return None
    participant = PARTICIPANT.fullmatch(said.get("id", ""))
    made = {column: said.get(column, "") for column in ("id", "sis_id", "login", "email", "section", "group")}
    made["id"] = participant[1] if participant else made["id"]
    made = {column: "" if value.casefold() in ("-", "n/a", "null", "none") else value for column, value in made.items()}
    if not any((name, made["id"], made["sis_id"], made["login"], made["email"])):
        return None
    return Line(number, name=name, **made)


def _of_line(line: Line) -> Person:
    """The person of a line of whom there is no upload."""
    key = safe_name(line.id or line.login or line.sis_id or line.email or line.name)
    return Person(key, line.name, line.login, line.email, line.section, line.group, line.id, line.sis_id)


def _lines_of(lines: Sequence[Line], people: Iterable[Person]) -> dict[str, Line]:
    """The line of each person's key."""
    index: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        for column in ("id", "sis_id", "login", "email"):
            if value := getattr(line, column):
                index[column, value.casefold()].append(line)
        for name in _names(line.name):
            index["name", name].append(line)
    has = {column for column, _ in index}
    found: dict[str, Line] = {}
    owner: dict[int, Person] = {}
    for person in people:
        lines_of = _found(person, index, has)
        if len(lines_of) > 1:
            both = listing([str(line) for line in lines_of])
            raise Refused(f"The roster has {both} for {_said(person)}; take out the one that is not theirs.")
        for line in lines_of:
            if line.number in owner:
                both = f"{_said(owner[line.number])} and {_said(person)}"
                raise Refused(f"The roster's {line} is {both}; give it the id, login or email of the right one.")
            owner[line.number] = person
            found[person.key] = line
    return found


def _found(person: Person, index: Mapping[tuple[str, str], list[Line]], has: set[str]) -> list[Line]:
    """The lines that could be a person's: by what identifies them, else by their name."""
    keys = [
        ("id", person.lms_id),
        ("sis_id" if "sis_id" in has else "id", person.sis_id),
        ("login" if "login" in has else "id", person.login),
        ("email", person.email),
    ]
    if not any(value for _, value in keys):
        keys = [(column, person.key) for column in ("id", "sis_id", "login", "email")]
    found = {line.number: line for column, value in keys if value for line in index.get((column, value.casefold()), [])}
    if not found:
        for name in _names(person.name or person.key):
            found |= {line.number: line for line in index.get(("name", name), []) if not _differ(person, line)}
    return list(found.values())


def _differ(person: Person, line: Line) -> bool:
    """Whether both say who somebody is, and not the same."""
    pairs = (
        (person.lms_id, line.id),
        (person.sis_id, line.sis_id),
        (person.login, line.login),
        (person.email, line.email),
    )
    return any(one and other and one.casefold() != other.casefold() for one, other in pairs)


def _names(name: str) -> set[str]:
    """A name without signs and spaces, in the orders in which platforms write it: "Ng, Ada" is adang and ngada."""
    words = re.sub(r"[^\w]+|_", " ", on_disk(name)).split()
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}


def _completed(person: Person, line: Line | None) -> Person:
    if line is None:
        return person
    return replace(
        person,
        key=safe_name(line.id) if line.id else person.key,
        name=line.name or person.name,
        login=person.login or line.login,
        email=person.email or line.email,
        section=person.section or line.section,
        group=person.group or line.group,
        lms_id=person.lms_id or line.id,
        sis_id=person.sis_id or line.sis_id,
    )


def _refuse_equal_keys(completed: Mapping[str, Person]) -> None:
    owner: dict[str, str] = {}
    for key, person in completed.items():
        other = owner.setdefault(on_disk(person.key), key)
        if other != key:
            raise Refused(f"The roster gives {other} and {key} one id ({person.key}); correct it.")


def _by_group(handed: Sequence[Handed]) -> dict[str, list[Handed]]:
    found: dict[str, list[Handed]] = defaultdict(list)
    for one in handed:
        for group in {person.group for person in (one.person, *one.members) if person.group}:
            found[group].append(one)
    return found


def _why_missing(line: Line, own: Sequence[Handed]) -> str:
    if not own:
        return NOTHING
    who = listing([_said(one.person) for one in own], 4)
    return f"Group {plain_text(line.group, 60)} handed in more than once ({who}), and it is not said which is theirs."


def _said(person: Person) -> str:
    return f"{plain_text(person.name, 60)} ({person.key})" if person.name else person.key
