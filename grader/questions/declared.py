"""The questions that an assignment names in its assignment.toml, and the right choices, kept where none ship."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from grader.course.folder import current
from grader.errors import MalformedCheck
from grader.records import dataclass

KINDS = ("text", "choice")
KNOWN = {"slug", "prompt", "find", "kind", "options", "wordings", "explain", "public"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an assignment.

    It is the notebook's question that holds one of the phrases ``find``, in any case, or else ``prompt``, or all of the
    options. To a ``choice`` belong ``options``, counted from 1, and perhaps an explanation (``explain``); ``wordings``
    are the same options in other words, as other notebooks have them. ``public``: right or wrong is said in
    self-checking too, where the right choices are at hand.
    """

    slug: str
    prompt: str
    find: tuple[str, ...] = ()
    kind: str = "text"
    options: tuple[str, ...] = ()
    explain: bool = False
    public: bool = False
    wordings: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        """The prompt with its options."""
        return "\n".join([self.prompt, *(f"{n}. {option}" for n, option in enumerate(self.options, start=1))])


def asked(tables: Any, where: str) -> tuple[Asked, ...]:
    """The questions of an assignment.toml's ``[[questions]]``; MalformedCheck says what is wrong with them."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise MalformedCheck(f"{where}: questions are tables, [[questions]].")
    found = tuple(_asked(table, where) for table in tables)
    if len({question.slug for question in found}) < len(found):
        raise MalformedCheck(f"{where}: two questions have one slug.")
    return found


def _asked(table: Mapping[str, Any], where: str) -> Asked:
    slug = table.get("slug")
    named = f"{where}: question {slug}"
    if "right" in table:
        raise MalformedCheck(f"{named}: the file ships, so the right choices belong to solutions/questions/.")
    if unknown := set(table) - KNOWN:
        raise MalformedCheck(f"{named}: unknown {', '.join(sorted(unknown))}.")
    if not all(isinstance(table.get(name), str) and table[name].strip() for name in ("slug", "prompt")):
        raise MalformedCheck(f"{named}: slug and prompt are texts.")
    find, options = table.get("find", []), table.get("options", [])
    find = [find] if isinstance(find, str) else find
    if not all(isinstance(words, list) and all(isinstance(word, str) for word in words) for words in (find, options)):
        raise MalformedCheck(f"{named}: find and options are lists of texts.")
    kind = table.get("kind", "text")
    if kind not in KINDS or (kind == "choice") != bool(options):
        raise MalformedCheck(f'{named}: kind is "text", or "choice" with options.')
    wordings = table.get("wordings", [])
    if not (isinstance(wordings, list) and all(_are_options(words, len(options)) for words in wordings)):
        raise MalformedCheck(f"{named}: wordings are lists of texts, each with as many as options has.")
    flags = {name: table.get(name, False) for name in ("explain", "public")}
    if not all(isinstance(flag, bool) for flag in flags.values()):
        raise MalformedCheck(f"{named}: explain and public are true or false.")
    others = tuple(tuple(words) for words in wordings)
    return Asked(str(slug), table["prompt"].strip(), tuple(find), kind, tuple(options), **flags, wordings=others)


def _are_options(words: Any, count: int) -> bool:
    return isinstance(words, list) and len(words) == count and all(isinstance(word, str) and word for word in words)


def right_choices(assignment: str, questions: tuple[Asked, ...]) -> dict[str, frozenset[int]]:
    """The right choices by question's slug, from solutions/questions/; none where that is not installed."""
    file = current().secret / "questions" / f"{assignment}.toml"
    if not file.is_file():
        return {}
    where = f"solutions/questions/{file.name}"
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise MalformedCheck(f"{where}: {error}.") from None
    options = {question.slug: range(1, len(question.options) + 1) for question in questions}
    found = {}
    for slug, table in tables.items():
        right = table.get("right") if isinstance(table, dict) else None
        if slug not in options or not isinstance(right, list) or not all(number in options[slug] for number in right):
            raise MalformedCheck(f"{where}: {slug} must be a question with options, and right a list of their numbers.")
        found[slug] = frozenset(right)
    return found
