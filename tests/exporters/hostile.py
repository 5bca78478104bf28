"""Fifty hostile gradebooks: those of Canvas; the others are in ``hostile_others``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.exporters.classes import canvas_class, row
from tests.exporters.gradebooks import Cells, Export, changed_cells, quoted, with_column

CANVAS: Cells = (
    ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Layers (501)", "Nets (502)", "Current Score"),
    ("    Points Possible", "", "", "", "", "18", "20", "(read only)"),
    ('"Lovelace, Ada"', "1001", "00123", "ada@uni.edu", "A", "", "3.5", "80.1"),
    ('"Bohr, Ben"', "1002", "00124", "ben", "A", "9", "", "70"),
    ('"Chen, Chi"', "1003", "", "chi", "B", "", "4", ""),
    ('"Dee, Dora"', "1004", "", "dora", "B", "", "", ""),
    ('"Eve, Eva"', "1005", "", "eva", "B", "", "", ""),
)
GRADES = {(2, 5): "12.5", (3, 5): "7", (5, 5): "0", (6, 5): "EX"}
PLAIN = Export("canvas", "canvas", CANVAS, GRADES, canvas_class(), "Layers", said=("Not graded",))
ADA, BEN, CHI, DORA, EVA = range(2, 7)


def _canvas(name: str, values: Mapping[tuple[int, int], str] | None = None, **changes) -> Export:
    cells = changed_cells(changes.pop("cells", CANVAS), values or {})
    return replace(PLAIN, name=name, cells=cells, **changes)


def _without(*lines: int) -> dict[tuple[int, int], str]:
    return {place: cell for place, cell in GRADES.items() if place[0] not in lines}


def _shifted(by: int = 0, right: int = 0) -> dict[tuple[int, int], str]:
    return {(y + by, x + right): cell for (y, x), cell in GRADES.items()}


COMMAS = {(1, 5): "18,0", (ADA, 6): "3,5", (ADA, 7): "80,1"}
CANVAS_FILES = [
    PLAIN,
    _canvas("BOM", bom=b"\xef\xbb\xbf"),
    _canvas("UTF-16, little end first", encoding="utf-16-le", bom=b"\xff\xfe", delimiter="\t"),
    _canvas("UTF-16, big end first", encoding="utf-16-be", bom=b"\xfe\xff", end="\r\n"),
    _canvas("UTF-16 without its mark", encoding="utf-16-le", delimiter=";"),
    _canvas("Western code page", {(ADA, 4): "Früh – É"}, encoding="cp1252"),
    _canvas("bytes of no code page", {(ADA, 4): "\x81\x8d\xff"}, encoding="latin-1"),
    _canvas("scripts of the world", {(ADA, 0): '"王, 小明"', (BEN, 0): '"محمد, علي"', (CHI, 0): '"😀, Zoë\u0301"'}),
    _canvas("CRLF", end="\r\n"),
    _canvas("CR", end="\r"),
    _canvas("no end of the last line", last_end=False),
    _canvas("blank lines at the end", tail="\n\n  \n"),
    _canvas("lines of commas at the end", tail=",,,,,,,\n,,,,,,,\n"),
    _canvas("semicolons and decimal commas", COMMAS, delimiter=";", changed=GRADES | {(ADA, 5): "12,5"}),
    _canvas(
        "decimal commas in quotes",
        {(1, 5): '"18,0"', (ADA, 6): '"3,5"', (ADA, 7): '"80,1"'},
        changed=GRADES | {(ADA, 5): '"12,5"'},
    ),
    _canvas("semicolons in titles", {(0, 6): "a; b; c; d; e; f; g; h; i; j (502)"}),
    _canvas("tabs", delimiter="\t"),
    _canvas("bars", delimiter="|"),
    _canvas("the delimiter is named", delimiter=";", head="sep=;\r\n"),
    _canvas("quotes around everything", cells=quoted(CANVAS), changed={at: f'"{to}"' for at, to in GRADES.items()}),
    _canvas("line breaks in fields", {(ADA, 4): '"A\r\nfirst, ""row"""', (CHI, 4): '"\n\n"'}),
    _canvas("quotes in names", {(ADA, 0): '"Lovelace, ""Ada"" K."', (BEN, 0): 'Ben "B" Bohr'}),
    _canvas("formulas", {(ADA, 0): '"=HYPERLINK(""http://x"",1)"', (ADA, 2): '"=""00123"""', (BEN, 4): "=1+1"}),
    _canvas(
        "spaces that do not break", {(0, 5): "Layers\u00a0(501)\u00a0", (ADA, 1): "\u00a01001 ", (ADA, 5): "\u00a0"}
    ),
    _canvas("other points possible", {(1, 5): "10"}, said=("maximum is 10 there and 18 here",)),
    _canvas(
        "muted and posted by hand",
        cells=(CANVAS[0], ("", "", "", "", "", "Manual Posting", " ", ""), *CANVAS[1:]),
        changed=_shifted(1),
    ),
    _canvas(
        "notes, and totals of a group",
        cells=with_column(
            with_column(CANVAS, 5, ["Notes", "", "late, he says".replace(",", ";"), "", "", "", ""]),
            6,
            ["Assignments Current Score", "(read only)", "1", "2", "3", "4", "5"],
        ),
        changed=_shifted(right=2),
    ),
    _canvas("duplicate names", {(ADA, 0): '"Lee, Min"', (BEN, 0): '"Lee, Min"', (CHI, 0): '"Lee, Min"'}),
    _canvas("students who are missing", cells=CANVAS[:4], said=(), changed=_without(DORA, EVA), missing=3),
    _canvas(
        "students who are extra",
        cells=(
            *CANVAS,
            ('"Fox, Flo"', "1099", "", "flo", "C", "5", "", ""),
            ('"Student, Test"', "1100", "", "9f8e7d", "C", "", "", ""),
        ),
        unknown=2,
    ),
    _canvas(
        "excused stays", {(ADA, 5): "EX", (BEN, 5): "ex"}, changed=_without(ADA, BEN), said=("is excused already",)
    ),
    _canvas("not assigned stays", {(ADA, 5): "N/A"}, changed=_without(ADA), said=("is not assigned this",)),
    _canvas("1,234", {(ADA, 5): '"1,234"'}, changed=GRADES | {(ADA, 5): '"12.5"'}, said=("two numbers",)),
    _canvas(
        "the same title twice",
        cells=with_column(CANVAS, 5, ["Layers (500)", "9", "", "", "", "", ""]),
        changed=_shifted(right=1),
        column="Layers (501)",
        said=("Not graded",),
    ),
    _canvas("by the id", column="501"),
    _canvas(
        "the same to two decimals",
        {(ADA, 5): "12.50", (BEN, 5): "7.001"},
        changed=_without(ADA, BEN) | {(DORA, 5): "0"},
    ),
    _canvas(
        "always two decimals",
        {(ADA, 5): "11.00", (BEN, 5): "9.00"},
        changed=GRADES | {(ADA, 5): "12.50", (BEN, 5): "7.00", (DORA, 5): "0.00"},
    ),
    _canvas("a blank overwrites nothing", {(CHI, 5): "9"}, said=("“9” stays",)),
    _canvas(
        "lines that are too short and too long",
        cells=(*CANVAS[:ADA], CANVAS[ADA][:6], (*CANVAS[BEN], ""), *CANVAS[CHI:]),
        changed=_without(ADA, BEN),
        said=("Line 3 has 6 fields",),
        missing=2,
    ),
    _canvas(
        "first and last names",
        cells=with_column(
            changed_cells(CANVAS, {(0, 0): "LastName", (ADA, 0): "Lovelace"}),
            1,
            ["FirstName", "", "Ada", "B", "C", "D", "E"],
        ),
        changed=_shifted(right=1),
    ),
    _canvas(
        "no login, other accounts", cells=changed_cells(CANVAS, {(0, 2): "Integration ID", (0, 3): "Root Account"})
    ),
    _canvas("ids of two people", {(ADA, 3): "ben"}, changed=_without(ADA), said=("may be",), missing=1),
    _canvas(
        "a number that is another's",
        {(ADA, 1): "1002", (BEN, 1): "1001"},
        changed=_without(ADA, BEN),
        said=("left as it is",),
        missing=2,
    ),
    _canvas(
        "one person in two lines",
        {(BEN, 1): "1001", (BEN, 2): "", (BEN, 3): ""},
        changed=_without(ADA, BEN),
        said=("2 lines of the file",),
        missing=2,
    ),
    _canvas(
        "by the name only", rows=[row("ada-l", 12.5, "Ada Lovelace"), *canvas_class()[1:]], said=("by the name only",)
    ),
    _canvas("a title with quotes and commas", {(0, 5): '"Layers, the ""last"" (501)"'}, column='layers, the "last"'),
]
