"""What judges answer is read by the class's process, which believes none of it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from grader.batch.results import read_answer
from grader.exporters import csv, html
from tests.exporters import samples

ODD = (math.nan, "inf", -1.0, 5e-324, 1e308, "<b>\x00", None, True, [], {"x": 1})


def changed_anywhere(value, place=""):
    """Copies of a JSON value in which one value inside is an odd one; of each list the first item stands for all."""
    yield from ((place, odd) for odd in ODD)
    inside = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, item in inside:
        for where, changed in changed_anywhere(item, f"{place}/{name}"):
            yield where, {**value, name: changed} if isinstance(value, dict) else [changed, *value[1:]]


def test_whatever_is_taken_of_a_judge_can_be_shown_with_the_class():
    """One value of a result is any other: it is refused, or table and page of all can show it."""
    parts = [replace(part, checks=part.checks[-1:]) for part in samples.mixed().parts]
    taken, refused = [samples.mixed()], 0
    for number, part in enumerate(parts):
        whole = replace(samples.mixed(), assignment="layers", student="ada", parts=(part,))
        for where, changed in changed_anywhere(json.loads(whole.to_json())):
            if number and not where.startswith("/parts"):
                continue
            try:
                taken.append(replace(read_answer(json.dumps(changed), "ada"), student=f"ada{len(taken)}"))
            except Exception:  # whatever the kind: it costs one row
                refused += 1
    assert len(taken) > 150
    assert refused > 150
    csv.grades(taken).encode()
    html.index(taken, title="").encode()
