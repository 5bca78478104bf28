"""What is kept of a class's results in memory: less, and nothing that its files show."""

from __future__ import annotations

import json
import pickle

from grader.exporters import csv, html
from grader.exporters.brief import Briefs
from grader.model import Result
from tests.exporters import samples


def test_the_files_of_a_class_are_the_same_of_brief_rows():
    results = [*samples.classroom(), samples.mixed(), samples.not_graded(), samples.trouble()]
    results += [samples.another("a"), samples.by_differences("b"), samples.unwritten("c")]
    rows = samples.gradebook(results)
    briefs = list(map(Briefs().of, rows))
    assert csv.grades(briefs) == csv.grades(rows)
    assert html.index(briefs, title="Grades") == html.index(rows, title="Grades")


def test_brief_rows_of_a_class_take_a_fraction_of_the_memory():
    rows = samples.gradebook([read_anew(samples.mixed()) for _ in range(20)])
    # A pickle is as long as what it holds is large, and holds once what is shared.
    assert len(pickle.dumps(list(map(Briefs().of, rows)))) < len(pickle.dumps(rows)) / 3


def test_equal_sentences_are_kept_once():
    briefs = Briefs()
    one, other = (briefs.of(row) for row in samples.gradebook([read_anew(samples.mixed()), read_anew(samples.mixed())]))
    pairs = zip(one.result.checks, other.result.checks, strict=True)
    assert all(first is second for a, b in pairs for first, second in zip(a.diagnosis, b.diagnosis, strict=True))


def read_anew(result: Result) -> Result:
    """As from the store: nothing of it is shared with another."""
    return Result.from_dict(json.loads(result.to_json()))
