"""The files of a class: a report and a result for each person, grades.csv, and the page of all. All from the store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.course.assignments import find_assignment
from grader.errors import Refused
from grader.exporters import csv, html
from grader.exporters.brief import Briefs
from grader.gradebook import Row
from grader.store.rows import in_order
from grader.store.store import Store, gradebook_rows

ROWS_A_WRITE = 20  # grades.csv is written for each new row of a class of up to twice as many


class Gradebook:
    """The rows of a class as they change, read from the store once, and the files that show all of them.

    ``rows`` are by key, and brief: what a report says of a check is in the store, and is read when it is written.
    """

    def __init__(self, store: Store, out: Path) -> None:
        self._out = out
        self._table = csv.Table()
        self._briefs = Briefs()
        self._unwritten = 0
        self.rows = {row.person.key: self._briefs.of(row) for row in gradebook_rows(store, store.policy)}

    def put(self, row: Row) -> bool:
        """Keep a person's row by now; whether it is another than before."""
        before, brief = self.rows.get(row.person.key), self._briefs.of(row)
        self.rows[row.person.key] = brief
        return brief != before

    @property
    def ordered(self) -> list[Row]:
        """Everyone's row, in the order of keys."""
        return [self.rows[key] for key in sorted(self.rows, key=in_order)]

    def write_report(self, row: Row, text: str, page: str = "") -> None:
        """Write DIR/<key>/report.html, and the result's JSON text as result.json.

        ``page`` is the report if it is there already.
        """
        folder = self._out / row.person.key
        folder.mkdir(exist_ok=True)
        replace(folder / "result.json", text + "\n")
        replace(folder / "report.html", page or page_of(row))

    def row_is_new(self) -> None:
        """Write DIR/grades.csv; of a class of thousands only once for many rows, as each time takes all of them."""
        self._unwritten += 1
        if self._unwritten >= len(self.rows) // ROWS_A_WRITE:
            self.write_table()

    def write_table(self) -> None:
        """Write DIR/grades.csv; a row that has not changed is not made again."""
        self._unwritten = 0
        replace(self._out / "grades.csv", self._table.text(self.ordered))

    def write(self, changes: Mapping[str, float]) -> None:
        """Write DIR/grades.csv and DIR/index.html; ``changes`` are those of the last run, by person."""
        rows = self.ordered
        slugs = dict.fromkeys(row.result.assignment for row in rows if row.result.assignment)
        title = " and ".join(map(_title, slugs)) or "Grades"
        self.write_table()
        replace(self._out / "index.html", html.index(rows, changes=changes, title=title))


def _title(slug: str) -> str:
    """An assignment's title; of another course's it is not known."""
    try:
        return find_assignment(slug).title
    except Refused:
        return slug


def page_of(row: Row) -> str:
    """The page of a person's report, made of what is stored."""
    return html.report(row, index_href="../index.html")


def says_more(row: Row) -> bool:
    """Whether there is more to say than the result alone does, whose page judges make."""
    known = (row.person.name, row.late is not None, row.attempt and row.attempt.submitted_at, row.mark.adjustments)
    return any(known) or len(row.attempts) > 1 or row.person.key != row.result.student


def replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, "utf-8")
    draft.replace(path)
