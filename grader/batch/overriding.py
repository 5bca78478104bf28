"""Points that a person sets by hand: what can be set is checked, and whatever shows the mark is written anew."""

from __future__ import annotations

import math
from pathlib import Path

from grader.batch.reports import Gradebook
from grader.errors import Refused
from grader.exporters.matching import perhaps, somebody
from grader.gradebook import Row
from grader.model import Status
from grader.store.records import shown
from grader.store.rows import usual_maximum
from grader.store.store import Store
from grader.words import listing, number, plain_text

WITHDRAWN = "none"


def override(store: Store, out: Path, person: str, check: str, points: str, why: str) -> str:
    """Set the points of a person's check, or of the whole; the line that says what it was and is.

    Refused for a person, a check or points that there cannot be, and without a reason.
    """
    row = row_of(store, person)
    person = row.person.key
    place, most = _place(row, check) if check else ("", row.result.max_score or usual_maximum(store.db))
    value = _points(points, most, place or "the whole")
    said = plain_text(why)
    if not said:
        raise Refused("--why is empty; say in a few words why, for who reads the history later.")
    book = Gradebook(store, out)
    now = store.override(person, place, value, said)
    book.put(now)
    book.write_report(now, now.result.to_json())
    book.write(store.changes())
    old, new = (shown(one.mark.score, one.mark.max_score) for one in (row, now))
    return f"{row.person.called}: {old} → {new}. {' '.join(one.sentence for one in now.mark.adjustments)}".strip()


def row_of(store: Store, person: str) -> Row:
    """The row of a person, by the key or what else one alone has; Refused, with the nearest key, if there is none."""
    row = store.row(person)
    if row is not None:
        return row
    return somebody(store.rows(), person)


def _place(row: Row, check: str) -> tuple[str, float]:
    """A check's full name and its maximum; the part may be left out where that is clear."""
    known = {f"{part.slug}/{one.slug}": one for part in row.result.parts for one in part.checks}
    found = [name for name in known if check in (name, name.rpartition("/")[2])]
    if len(found) != 1:
        if len(found) > 1:
            raise Refused(f"{check} is the name of several checks: {listing(found)}; say which.")
        raise Refused(f"{row.person.key} has no check {check!r}{perhaps(check, known)}.")
    if known[found[0]].status in (Status.SKIPPED, Status.GRADER_ERROR):
        raise Refused(f"{found[0]} was not judged, and counts for nothing; set the points of the whole instead.")
    return found[0], known[found[0]].max_points


def _points(text: str, most: float | None, of: str) -> float | None:
    if text.casefold() == WITHDRAWN:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= (math.inf if most is None else most)):
        top = "" if most is None else f" to {number(most)}"
        raise Refused(f"{of} can have 0{top} points, not {text}; {WITHDRAWN} withdraws what was set by hand.")
    return value
