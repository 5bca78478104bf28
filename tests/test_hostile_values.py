"""Whatever comes back from a student process: it is judged, explained, kept and shown, and never an exception.

Hostile arrays, curves, names, words and replies are drawn through everything from the reply's bytes to the pages.
"""

from __future__ import annotations

import contextlib
import csv as csv_files
import io
import json
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from grader.batch.work import rendered
from grader.carried import carried_forward
from grader.course.parts import load_part
from grader.diagnosis import explained
from grader.expectations import NotAnArray
from grader.exporters import csv, html, lines, terminal
from grader.grading import not_graded
from grader.judging import Graded, Played, judge
from grader.model import Curve, PartResult, Result
from grader.oracle.live import LiveOracle
from grader.people import Person
from grader.spec import Case, Check
from grader.store.records import Handed
from grader.store.store import Store
from grader.words import plain_text, readable
from grader.worker import frames, replies
from grader.worker.client import Transcript
from tests.exporters.test_html import without_own_script
from tests.results import failed_check, result

many = settings(max_examples=50, derandomize=True, deadline=None, database=None)

# Parts with every kind of expectation; where two mistakes at once are looked for in a network it takes seconds.
EXPLAINED = ("relu", "affine", "dropout", "max_pool")
PARTS = (*EXPLAINED, "two_layer_classifier")
DTYPES = ["<f8", "<f4", "<f2", ">f8", "<f16", ">f4", "<c16", "<c8", "<i8", ">i2", "<u8", "<u1", "|b1"]
FLOATS = [0.0, -0.0, 1.0, 5e-324, 2.2e-308, 1e-8, 1e16, 1.7e308, -1.7e308, float("nan"), float("inf"), float("-inf")]
SHAPES = [(), (0,), (1,), (3,), (1, 1, 3), (0, 5), (1,) * 32, (1,) * 40]
NAMES = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "m\udcff",
        "\ud800",
        "<script>alert(1)</script>",
        "=1+1",
        "\x1b[2J",
        "\u202e",
        "a" * 300,
        "\x00",
        "..",
        "con",
        "{{ 7 * 7 }}",
    ]
)


@cache
def oracle() -> LiveOracle:
    return LiveOracle(7)


@cache
def cases() -> list[tuple[Check, Case]]:
    checks = [check for name in PARTS for check in load_part(name).checks.values()]
    return [(replace(check, cases=(case,)), case) for check in checks for case in check.cases[:2]]


@st.composite
def hostile(draw, right: np.ndarray):
    """An array in the place of the right one: any numbers, dtype and shape, or what is no array."""
    kind = draw(st.sampled_from(["numbers", "numbers", "numbers", "one", "scaled", "shape", "odd"]))
    if kind == "odd":
        return NotAnArray(draw(NAMES))
    shape = draw(st.sampled_from([*SHAPES, right.shape[::-1], (1, *right.shape)])) if kind == "shape" else right.shape
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    rng = np.random.default_rng(draw(st.integers(0, 5)))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if kind == "scaled":
            value = right.astype(float) * draw(st.sampled_from([1.0, -1.0, 1e300, 1e-300, 1.7e308]))
        elif kind == "one":
            value = np.array(right, dtype=float)
            value.reshape(-1)[:1] = draw(st.sampled_from(FLOATS))
        else:
            some = draw(st.lists(st.sampled_from(FLOATS), min_size=1, max_size=4))
            value = rng.choice(np.array(some), size=shape)
        value = np.asarray(value).astype(dtype)
        if dtype.kind == "f" and dtype.itemsize == 16:
            value = np.asarray(value * draw(st.sampled_from([np.longdouble(1), np.longdouble("1e4000")])))
    return value


def crossed(values: dict[str, object], head: dict[str, object]) -> Transcript:
    """The values and the head after the way from one process to the other."""
    stream = io.BytesIO()
    plain = {name: value for name, value in values.items() if not isinstance(value, NotAnArray)}
    odd = {name: value.kind for name, value in values.items() if isinstance(value, NotAnArray)}
    frames.write(stream, 1, head, plain)
    stream.seek(0)
    _, answer, arrived = frames.read(stream, max_json=frames.MAX_REPLY_JSON)
    said = replies.checked("play", answer)
    arrived |= {name: NotAnArray(kind[:200]) for name, kind in odd.items()}
    return Transcript(said["outcome"], 0.1, arrived, said["error"], said["name"], said["tried"])


class Elements(HTMLParser):
    """The names of a page's elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def shown_everywhere(one: Result) -> None:
    """Kept and shown in every way: strict JSON and UTF-8, the same when read again, and no element of a student's."""
    text, page = rendered(one)
    again = Result.from_dict(json.loads(text.encode(), parse_constant=refuse))
    assert json.loads(again.to_json()) == json.loads(text)
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Store(Path(folder, "grades.db"))) as store:
        store.save(Handed(Person(again.student)), again, "key", text)
        saved = store.load(again.student)
    assert saved is not None
    assert json.loads(saved.result.to_json()) == json.loads(text)
    table = csv.grades([one, result("ben")])
    assert [row["student"] for row in csv_files.DictReader(io.StringIO(table.removeprefix(csv.BOM)))][1:] == ["ben"]
    classroom = html.index([one, result("ben")], title="Class")
    for written in (page, classroom, table, lines.plain(one)):
        written.encode()
    assert "script" not in Elements(page).names | Elements(without_own_script(classroom)).names
    screen = Console(file=io.TextIOWrapper(io.BytesIO(), "utf-8"), width=100, force_terminal=True)
    terminal.show(one, screen)
    terminal.show_class([one], screen)


def whole(graded: Graded, student: str = "eve", **changes: object) -> Result:
    part = PartResult("part", "Part", graded.result.points, graded.result.max_points, (graded.result,))
    return result(student, graded.result.points, parts=(part,), **changes)


class Mute:
    """A student process for error carried forward, whose forward pass gives hostile arrays as well."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def play(self, check: Check, inputs: object) -> Transcript:
        return crossed(self._values, {"outcome": "returned", "tried": []})


@pytest.mark.slow
@many
@given(st.data())
def test_arrays_are_judged_explained_and_shown(data):
    """Any numbers of any dtype and shape, by every kind of expectation, in public and in hidden runs."""
    check, case = data.draw(st.sampled_from(cases()))
    inputs, want = oracle().inputs(check, case), oracle().answer(check, case)
    values = {name: data.draw(hostile(right)) for name, right in want.items() if isinstance(right, np.ndarray)}
    transcript = crossed(values, {"outcome": "returned", "tried": []})
    played = [Played(case, inputs, want, transcript)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graded = Graded(check, played, judge(check, played, public=data.draw(st.booleans())))
        (*_, last) = carried_forward([*_forward(graded), graded], Mute(values), 0.5)
        last = explained([last], oracle())[0] if check.part in EXPLAINED else last.result
    assert sum(entry.points for entry in last.audit) == pytest.approx(last.points, abs=0.01)
    shown_everywhere(whole(replace(graded, result=last)))


def _forward(graded: Graded) -> Iterator[Graded]:
    """The forward pass of a backward one, wrong in the same way."""
    link = graded.check.gradient_of
    if link is None:
        return
    check = load_part(graded.check.part).checks[link.forward]
    case = check.cases[0]
    transcript = crossed(dict.fromkeys(oracle().answer(check, case), np.zeros(1)), {"outcome": "returned"})
    played = [Played(case, oracle().inputs(check, case), oracle().answer(check, case), transcript)]
    yield Graded(check, played, judge(check, played, public=False))


NUMBERS = st.lists(st.sampled_from(FLOATS) | st.floats(), max_size=12)


@pytest.mark.slow
@many
@given(NUMBERS, NUMBERS, st.none() | st.sampled_from(FLOATS))
@example([5e-324, 1.7e308], [1.0], None)
@example([5e-324], [5e-324], 1.7e308)
def test_curves_and_measured_values_are_drawn(got, want, limit):
    """Histories of denormals, huge numbers, NaN and infinities, and findings measured in them."""
    check = failed_check()
    measured = got[0] if got else None
    finding = replace(check.findings[0], measured=measured, limit=1.0 if limit is None else limit)
    check = replace(check, curves=(Curve("loss", tuple(got), tuple(want), limit),), findings=(finding,))
    shown_everywhere(result(parts=(PartResult("part", "Part", 1.5, 3.0, (check,)),)))


@pytest.mark.slow
@many
@given(NAMES, NAMES)
def test_names_and_reasons_are_shown(name, reason):
    """As they come from intake: of any characters, and none where there is no text."""
    student = plain_text(readable(name)) or "unnamed"
    shown_everywhere(not_graded(student, readable(name), plain_text(reason), None, "process"))
    info = replace(result().submission, path=name, files=(name,))
    shown_everywhere(result(student, submission=info))


WORDS = NAMES | st.text(max_size=30)
ERROR = st.fixed_dictionaries(
    {"type": WORDS, "message": WORDS, "traceback": WORDS},
    optional={"line": st.integers(0, 2**31 - 1), "file": WORDS, "function": WORDS, "scenario": WORDS},
)


@pytest.mark.slow
@many
@given(st.sampled_from(["raised", "missing", "unwritten"]), ERROR, WORDS, st.lists(WORDS, max_size=3))
def test_words_are_shown(outcome, error, name, tried):
    """Messages, tracebacks, file names and attempts of a reply that keeps to the protocol."""
    check, case = cases()[0]
    inputs, want = oracle().inputs(check, case), oracle().answer(check, case)
    transcript = crossed({}, {"outcome": outcome, "error": error, "name": name, "tried": tried})
    played = [Played(case, inputs, want, transcript)]
    graded = Graded(check, played, judge(check, played, public=False))
    (last,) = explained([graded], oracle())
    shown_everywhere(whole(replace(graded, result=last)))
