"""Several folders of reports made one: the store, the reports, and the files of the class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch.reports import Gradebook
from grader.grading import versions
from grader.store.merge import check, merge
from grader.store.records import Run
from grader.store.store import Store


def merged(target: Store, others: Sequence[tuple[Path, Store]], command: str, out: Path) -> dict[str, Path]:
    """Take over the stores of folders into that of ``out``; who was taken over, with the folder they come from.

    Refused, before anything is written, where they are not of one class.
    """
    check([(out, target), *others])
    seed = next((store.seed for _, store in others if store.seed is not None), None)
    target.begin(Run(command, seed, versions(public=True)))
    taken = merge(target, others)
    book = Gradebook(target, out)
    for row in filter(None, map(target.row, taken)):
        book.write_report(row, row.result.to_json())
    target.end("done")
    book.write(target.changes())
    return taken
