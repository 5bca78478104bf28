"""The teacher's own gradebook with our marks in it: no cell wrong, and none touched that should not be."""

from __future__ import annotations

import contextlib
import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import Refused
from grader.exporters.roundtrip import fill
from grader.exporters.sheet import read_sheet
from grader.exporters.targets import TARGETS, IntoTheirs
from tests.exporters.classes import row
from tests.exporters.gradebooks import Export
from tests.exporters.hostile import CANVAS_FILES, PLAIN
from tests.exporters.hostile_others import BLACKBOARD_FILES, MOODLE_FILES

EXPORTS = CANVAS_FILES + MOODLE_FILES + BLACKBOARD_FILES


def filled(export: Export, wanted: list[str] | None = None):
    """The plan, and the file that came of it."""
    target = TARGETS[export.format]
    assert isinstance(target, IntoTheirs)
    sheet = read_sheet(export.before, "export.csv")
    columns = target.columns(sheet, wanted or ([export.column] if export.column else []))
    return fill(sheet, columns, export.rows, comments=export.comments), sheet.to_bytes()


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_an_export_is_filled_in_and_nothing_else_of_it_changes(export: Export):
    """Byte for byte what was made by hand; what is left as it is is said."""
    plan, after = filled(export)
    assert after == export.after
    grades = [at for at, to in export.changed.items() if to != export.cells[at[0]][at[1]] and at[1] != 9]
    assert len(plan.changes) == len(grades)
    assert all(any(words in sentence for sentence in plan.said) for words in export.said), plan.said
    assert (len(plan.unknown), len(plan.missing)) == (export.unknown, export.missing)


def test_there_are_fifty_and_they_differ():
    """Each is another file."""
    assert len(EXPORTS) >= 50
    assert len({(export.before, export.column, export.comments, len(export.rows)) for export in EXPORTS}) >= 50


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Layer", "No column of an assignment is called “Layer”; .* nearest: “Layers \\(501\\)”"),
        (None, "is not said; name one with --column"),
        ("Current Score", "No column of an assignment is called “Current Score”"),
        ("Section", "No column of an assignment"),
    ],
)
def test_a_title_that_is_unknown_is_refused_with_the_nearest(title: str | None, sentence: str):
    """Canvas would make a new assignment of it; totals and people are none."""
    with pytest.raises(Refused, match=sentence):
        filled(replace(PLAIN, column=title))


def test_a_title_that_several_have_is_refused_with_all_of_them():
    """The ids tell them apart."""
    cells = ((*PLAIN.cells[0][:6], "Layers (502)", "Current Score"), *PLAIN.cells[1:])
    with pytest.raises(Refused, match=r"may be “Layers \(501\)” and “Layers \(502\)”"):
        filled(replace(PLAIN, cells=cells))
    both = replace(PLAIN, cells=((*PLAIN.cells[0][:6], "the_layers (502)", "Current Score"), *PLAIN.cells[1:]))
    with pytest.raises(Refused, match="“Layers” may be"):
        filled(both, ["Layers", "the_layers"])
    twice = ((*PLAIN.cells[0][:6], "Layers (501)", "Current Score"), *PLAIN.cells[1:])
    with pytest.raises(Refused, match="may be"):
        filled(replace(PLAIN, cells=twice, column="Layers (501)"))


def test_what_canvas_takes_for_a_total_is_no_assignment():
    """Whatever stands in parentheses: here a grading period, as an id does."""
    cells = ((*PLAIN.cells[0][:6], "Override Score (2026)", "Current Score"), *PLAIN.cells[1:])
    with pytest.raises(Refused, match="No column of an assignment is called “Override Score"):
        filled(replace(PLAIN, cells=cells, column="Override Score (2026)"))


def test_a_name_that_is_twice_in_the_file_finds_nobody():
    """Also where one of the two is known by an id."""
    rows = [row("1001", 12.5, lms_id="1001"), row("min", 3.0, "Min Lee")]
    cells = (*PLAIN.cells[:2], ("Min Lee", "1001", *6 * ("",)), ("Min Lee", "1098", *6 * ("",)))
    plan, after = filled(replace(PLAIN, cells=cells, rows=rows))
    assert b"1001,,,,12.5," in after and b"1098,,,,,," in after
    assert plan.unknown == ["Min Lee (1098)"] and plan.missing == ["Min Lee (min)"]


def test_a_column_that_is_read_only_is_refused():
    """Canvas ignores what is written there."""
    points = (*PLAIN.cells[1][:5], "(read only)", *PLAIN.cells[1][6:])
    with pytest.raises(Refused, match="read only"):
        filled(replace(PLAIN, cells=(PLAIN.cells[0], points, *PLAIN.cells[2:])))


@pytest.mark.parametrize(
    ("format", "text", "sentence"),
    [
        ("canvas", "", "no table with a header"),
        ("canvas", "PK\x03\x04 and so on", "is a workbook of a spreadsheet"),
        ("canvas", "Name,Mark\nAda,1\n", "is no gradebook of Canvas"),
        ("canvas", 'Student,ID,Section,Layers (1)\n"Ada,1,2,3\n', "a quote that opens in line 2 is never closed"),
        ("moodle", "Name,Mark\nAda,1\n", "is no grading worksheet of Moodle"),
        ("moodle", "Identifier,Grade,Scale\nParticipant 1,,good\n", "takes no points for a scale"),
        ("moodle", "Identifier,A,Maximum grade,B,Grade max\nParticipant 1,,10,,20\n", "is not said"),
        ("blackboard", "Username,Layers\nada,1\n", "is no download of Blackboard"),
        ("blackboard", "Username,Layers [Total Pts: 0 Text] |1\nada,1\n", "takes no points"),
        ("blackboard", "Username,Layers [Total Pts: up to 9 Score] |1\nada,1\n", "takes no points"),
    ],
)
def test_a_file_that_is_another_is_refused(format: str, text: str, sentence: str):
    """With what is amiss."""
    target = TARGETS[format]
    assert isinstance(target, IntoTheirs)
    with pytest.raises(Refused, match=sentence):
        target.columns(read_sheet(text.encode(), "export.csv"), ["Layers"] if format == "blackboard" else [])


@settings(deadline=None)
@given(st.text(alphabet='a1,;"\t|\r\n é', max_size=60), st.sampled_from(["utf-8", "utf-16-le", "cp1252"]))
def test_whatever_is_read_is_written_back_as_it_was(text: str, encoding: str):
    """Byte for byte, or refused."""
    data = text.encode(encoding)
    with contextlib.suppress(Refused):
        assert read_sheet(data, "export.csv").to_bytes() == data


def test_a_field_is_read_as_csv_reads_it():
    """What the standard library makes of a file is what is matched."""
    text = 'a,"b ""c""", d ,"e\r\nf",\r\n1,2,3,4,5\r\n'
    sheet = read_sheet(text.encode(), "export.csv")
    first, second = csv.reader(io.StringIO(text, newline=""))
    assert sheet.titles == [cell.strip() for cell in first]
    assert [sheet.lines[0].value(column) for column in range(5)] == second


def test_where_marking_is_blind_no_status_is_taken_for_a_name():
    """Participants are called by their numbers."""
    (blind,) = [export for export in EXPORTS if export.name == "blind marking"]
    plan, _ = filled(blind)
    assert [change.who for change in plan.changes] == ["401", "402", "404"]


NAMES = st.text(alphabet="aZé王\u00a0 \"',;\t|\r\n=+-@()", max_size=12)
WAYS = st.sampled_from([("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"")])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(NAMES, NAMES, st.sampled_from([None, 0.0, 7.0, 12.5, 17.75])), min_size=1, max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    WAYS,
    st.booleans(),
    st.randoms(),
)
def test_whatever_names_and_sections_are(people, delimiter, end, way, quotes, order):
    """Every mark is in its own line, whatever stands around it and however the file is written."""

    def written(value: str) -> str:
        must = quotes or any(sign in value for sign in f'{delimiter}"\r\n')
        return '"' + value.replace('"', '""') + '"' if must else value

    titles = ["Student", "ID", "Section", "Layers (501)", "Nets (502)"]
    lines, rows, changed = [tuple(map(written, titles))], [], {}
    for number, (name, section, score) in enumerate(people):
        lines.append(tuple(map(written, [name, f"{1000 + number}", section, "", "3.5"])))
        rows.append(row(f"{1000 + number}", score, lms_id=f"{1000 + number}"))
        if score is not None:
            text = f"{score:g}"
            changed[number + 1, 3] = written(text)
    order.shuffle(rows)
    encoding, bom = way
    export = Export("", "canvas", tuple(lines), changed, rows, "Layers", delimiter, end, encoding=encoding, bom=bom)
    assert filled(export)[1] == export.after
