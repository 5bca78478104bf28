"""The student's own code beside a failed check, for staff: highlighted by Pygments, each function once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.exporters._causes import FAILING, name_of
from grader.model import Place, Result

MOST = 60_000  # characters of code in a report


@dataclass(frozen=True, slots=True)
class Source:
    """A function of the student's: its name, where it stands, and its lines as HTML, or the check that shows them."""

    name: str
    place: Place
    html: str
    shown_at: str = ""


def sources(result: Result, visible: Callable[[str], str]) -> dict[str, Source]:
    """The code that each failed check calls, by the check's name; ``visible`` makes a text safe to show.

    There is none in a public run, nor in what students get.
    """
    found: dict[str, Source] = {}
    shown: dict[Place, str] = {}
    left = MOST
    for part in result.parts:
        for check in part.checks:
            place, name = check.place, name_of(part, check)
            if check.status not in FAILING or place is None or not place.code:
                continue
            before = shown.setdefault(place, name)
            left -= len(place.code) if before == name else 0
            if before != name:
                found[name] = Source(place.name, place, "", before)
            elif left >= 0:
                found[name] = Source(place.name, place, _highlighted(visible(place.code)))
    return found


def _highlighted(code: str) -> str:
    """Python as HTML with Pygments' short classes; all of the text is escaped."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return str(highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))
