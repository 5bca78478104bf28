"""Notebooks that are hostile or odd: bounded time and memory, and no honest student pays for an output."""

from __future__ import annotations

import contextlib
import json
import tracemalloc

import pytest

from grader.errors import Refused
from grader.extract import extract
from grader.intake import notebooks, reading
from grader.intake.reading import read_submission

CODE = '{"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"}'


def notebook(tmp_path, *cells, top="", form=4):
    """A notebook from JSON text: its cells, and what else stands at the top level."""
    path = tmp_path / "work.ipynb"
    text = f'{{"nbformat": {form}, {top}"cells": [{", ".join(cells)}]}}'
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return path


def code(path):
    return [cell.text for cell in read_submission(path).files[0].cells]


def refusal(path) -> str:
    with pytest.raises(Refused) as error:
        read_submission(path)
    assert str(path) in str(error.value)
    assert len(str(error.value)) < 500
    return str(error.value)


@pytest.mark.parametrize("levels", [101, 900, 5_000, 100_000])
def test_deeply_nested_json_is_refused(tmp_path, levels):
    """Where Python's own scanner still follows (900) and where it gives up; also in an output or the metadata."""
    deep = "[" * levels + "]" * levels
    sentence = "nested deeper than 100 levels"
    assert sentence in refusal(notebook(tmp_path, CODE, top=f'"metadata": {{"x": {deep}}}, '))
    assert sentence in refusal(notebook(tmp_path, f'{{"cell_type": "code", "source": "x = 1", "outputs": {deep}}}'))
    deep = '{"a":' * levels + "1" + "}" * levels
    assert sentence in refusal(notebook(tmp_path, CODE, top=f'"metadata": {deep}, '))


def test_nested_outputs_of_libraries_are_read(tmp_path):
    """Widgets and plots nest some 30 levels."""
    assert code(notebook(tmp_path, CODE, top=f'"metadata": {"[" * 80 + "]" * 80}, ')) == ["x = 1"]


@pytest.mark.parametrize("bomb", ["[],", "{},", '"ab",', "1.5,", '{"a":{}},'])
def test_json_that_fills_the_memory_is_refused_before_it_is_parsed(tmp_path, bomb):
    """50 MB of empty lists are a gigabyte of objects."""
    path = notebook(tmp_path, CODE, top=f'"x": [{bomb * (12_000_000 // len(bomb))}1], ')
    tracemalloc.start()
    try:
        assert "holds more than 2,000,000 values" in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_a_large_picture_is_no_bomb(tmp_path):
    """An animation of 20 MB in an output."""
    picture = (
        f'{{"cell_type": "code", "source": "y = 2", "outputs": [{{"data": {{"image/png": "{"A" * 20_000_000}"}}}}]}}'
    )
    assert code(notebook(tmp_path, CODE, picture)) == ["x = 1", "y = 2"]


def test_a_file_over_the_limit_is_refused(tmp_path):
    """300,000 cells with some output each are refused by their size."""
    path = notebook(tmp_path, CODE)
    with open(path, "ab") as file:
        file.truncate(reading.MAX_FILE + 1)
    assert "is larger than 50 MB" in refusal(path)


def test_numbers_of_cells_have_limits(tmp_path):
    """Code cells, and cells in all."""
    assert "has 5001 code cells, more than 5000" in refusal(notebook(tmp_path, *[CODE] * 5001))
    assert "has 20001 cells, more than 20000" in refusal(notebook(tmp_path, *['{"cell_type": "raw"}'] * 20_001))
    empty = CODE.replace("x = 1", "")
    assert len(code(notebook(tmp_path, *[CODE] * 5000, *[empty] * 9000))) == 5000


def test_the_amount_of_code_has_limits(tmp_path, monkeypatch):
    """By characters and by words, as each word costs up to a kilobyte once it is parsed; modules too."""
    text = json.dumps({"cell_type": "code", "source": f"x = '{'a' * 2_000_000}'"})
    assert "holds more code than anyone writes" in refusal(notebook(tmp_path, text))
    text = json.dumps({"cell_type": "code", "source": "a;" * 300_000})
    assert "holds more code than anyone writes" in refusal(notebook(tmp_path, text))
    (tmp_path / "big.py").write_text("x = 1\n" * 400_000)
    assert "holds more code than anyone writes" in refusal(tmp_path / "big.py")
    monkeypatch.setattr(reading, "MAX_WORDS_IN_ALL", 100)
    for name in ("a", "b"):
        (tmp_path / f"class/{name}").mkdir(parents=True)
        (tmp_path / f"class/{name}/x.py").write_text("x = 1\n" * 20)
    assert "holds more code than one submission should" in refusal(tmp_path / "class")


def test_huge_numbers_are_refused_and_odd_ones_are_not(tmp_path):
    """A million digits would take long; NaN and Infinity are what some libraries write into metadata."""
    assert "it is not valid JSON" in refusal(notebook(tmp_path, CODE, top=f'"x": {"9" * 1_000_000}, '))
    assert "has nbformat 999" in refusal(notebook(tmp_path, CODE, form="9" * 4000))
    assert code(notebook(tmp_path, CODE, top='"metadata": {"x": [NaN, -Infinity, 1e999999, -0]}, ')) == ["x = 1"]


@pytest.mark.parametrize("form", ["true", "4.0", '"4"', "null", "[4]", "{}"])
def test_the_format_is_a_whole_number(tmp_path, form):
    """Nothing else is taken for one."""
    assert "names no nbformat" in refusal(notebook(tmp_path, CODE, form=form))


def test_of_keys_that_occur_twice_the_last_counts(tmp_path):
    """As in Jupyter and in the headless run, so no two readers see different notebooks."""
    twice = '{"cell_type": "code", "source": "x = 1", "source": "x = 2"}'
    assert code(notebook(tmp_path, twice, top='"cells": [], ')) == ["x = 2"]


@pytest.mark.parametrize("bad", [b"\xff\xfe", b"\xed\xa0\x80", rb"\ud800", b"\xc3"])
def test_bytes_that_are_no_text_matter_in_code_only(tmp_path, bad):
    """In outputs and text they cost nothing; in code the cell is named. So for bad UTF-8 and half surrogate pairs."""
    text = bad.decode("utf-8", "surrogateescape")
    output = f'{{"cell_type": "code", "source": "y = 2", "outputs": ["{text}"]}}'
    markdown = f'{{"cell_type": "markdown", "source": "{text}"}}'
    assert code(notebook(tmp_path, CODE, markdown, output, top=f'"metadata": {{"{text}": 1}}, ')) == ["x = 1", "y = 2"]
    assert "code cell 2 holds bytes that are no UTF-8" in refusal(
        notebook(tmp_path, CODE, f'{{"cell_type": "code", "source": "# {text}"}}')
    )


def test_pairs_of_surrogates_are_characters(tmp_path):
    """JSON writes emoji so."""
    assert code(notebook(tmp_path, r'{"cell_type": "code", "source": "s = \"\ud83d\ude00\""}')) == ['s = "😀"']


@pytest.mark.parametrize(
    "cell",
    [
        '{"cell_type": "code", "source": 1}',
        '{"cell_type": "code", "source": null}',
        '{"cell_type": "code", "source": {"x = 1": 2}}',
        '{"cell_type": "code", "source": ["x", ["y"]]}',
        '{"cell_type": "code", "source": ["x", 1]}',
        "null",
        "[]",
        '"code"',
        "1",
    ],
)
def test_cells_that_break_the_format_are_refused(tmp_path, cell):
    """Sources are text or lists of text; cells are objects."""
    assert "is a damaged notebook" in refusal(notebook(tmp_path, CODE, cell))


@pytest.mark.parametrize("cells", ["null", "1", '"text"', "{}", '{"a": 1}', "[[]]"])
def test_what_should_hold_cells_and_does_not_is_refused(tmp_path, cells):
    """In both formats, the older one's worksheets too."""
    path = tmp_path / "work.ipynb"
    for text in (
        f'{{"nbformat": 4, "cells": {cells}}}',
        f'{{"nbformat": 3, "worksheets": {cells}}}',
        f'{{"nbformat": 3, "worksheets": [{{"cells": {cells}}}]}}',
    ):
        path.write_text(text)
        assert "is a damaged notebook" in refusal(path) or cells == "{}"


@pytest.mark.parametrize("name", ["zlib", "hex", "rot13", "undefined", "idna", "punycode", "unicode_escape", "utf-16"])
def test_modules_may_name_any_codec(tmp_path, name):
    """Codecs of bytes, broken and slow ones: it is text in the end, or refused."""
    (tmp_path / "m.py").write_text(f"# coding: {name}\nx = 1\n")
    with contextlib.suppress(Refused):
        assert "x = 1" in code(tmp_path / "m.py")[0]


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 10_000,
        "x = " + "-" * 10_000 + "1",
        "x = 1" + " + 1" * 900,
        "x = 1" + " + 1" * 2500,
        "x = y" + ".a" * 900,
        "x" + ".a" * 900 + " = 1",
        "if 1:\n  x = 1\n" + "elif 1:\n  x = 1\n" * 900,
        "def x():\n  raise NotImplementedError(1" + " + 1" * 900 + ")",
        "x = " + "lambda: " * 900 + "1",
        "x = '\0'",
    ],
    ids=range(10),
)
def test_code_that_is_nested_too_deep_is_a_cell_that_does_not_parse(tmp_path, source):
    """Whether Python's parser gives up or not, what follows the tree must not: other cells are taken."""
    cells = [json.dumps({"cell_type": "code", "source": text}) for text in (source, "y = 1")]
    program = extract(read_submission(notebook(tmp_path, *cells)), ["x", "y"])
    assert set(program.entries) == {"y"}
    assert [item.cell for item in program.broken] == [1]


def test_an_honest_long_sum_is_no_deep_nesting(tmp_path):
    """A hundred terms, an elif for each letter."""
    text = "x = 1" + " + 1" * 100 + "\nif x:\n  y = 1\n" + "elif x:\n  y = 1\n" * 26
    program = extract(read_submission(notebook(tmp_path, json.dumps({"cell_type": "code", "source": text}))), ["x"])
    assert program.broken == ()


def test_magics_cost_no_pass_each(tmp_path):
    """Installing any number of packages is fine; thousands of magics between statements are no cell of Python."""
    install = "\n".join(
        ["import os", *["!pip install something-or-other"] * 500, "if os:", "    %cd x", "    !ls", "x = 1"]
    )
    many = "%a\ny = 1\n" * 5000
    cells = [json.dumps({"cell_type": "code", "source": text}) for text in (install, many)]
    program = extract(read_submission(notebook(tmp_path, *cells)), ["x", "y"])
    assert set(program.entries) == {"x"}
    assert [item.cell for item in program.broken] == [2]


def test_limits_are_far_from_what_the_course_hands_out():
    """The largest notebook of the project has a hundredth of them."""
    from grader.course.assignments import all_assignments

    for assignment in [item for item in all_assignments().values() if item.template]:
        cells = read_submission(assignment.folder / assignment.notebook).files[0].cells
        assert len(cells) * 50 < notebooks.MAX_CODE_CELLS
        assert sum(len(cell.text) for cell in cells) * 50 < reading.MAX_CODE
