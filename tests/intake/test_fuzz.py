"""Whatever is handed in: a submission or a refusal, never another exception, never a file outside."""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import Refused
from grader.extract import extract
from grader.intake.archives import unpacked
from grader.intake.layouts import open_entries
from grader.intake.naming import is_archive, student_name
from grader.intake.reading import read_submission
from grader.questions.answers import questions_of
from grader.questions.declared import Asked
from grader.submission import Prose, SourceFile
from tests.conftest import notebook_json
from tests.mutations import mutated

# The same examples on every run: what CI finds, anyone finds.
fuzz = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
CHOICE = Asked("why", "Why?", kind="choice", options=("Yes", "No"))
MARKS = [
    "Inline Question 1",
    "Your Answer:",
    "答：",
    "**",
    "# ",
    "\n",
    "Why?",
    "1, 2",
    "```\n",
    "$\\color{",
    "x",
    " ",
    "[x] ",
]
VALID = json.dumps(notebook_json(["import numpy as np\n", "def f(x):\n    return x\n", ""])).encode()


def one_sentence(refusal: Refused) -> None:
    """What people are told is one line."""
    assert "\n" not in str(refusal)
    assert len(str(refusal)) < 1000


def handed_in(name: str, data: bytes):
    """Read a file of that content; None if it is refused. The sentence is one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return read(path)


def read(path: Path):
    try:
        submission = read_submission(path)
    except Refused as error:
        return one_sentence(error)
    extract(submission, ["f"])
    for file in submission.files:
        questions_of(file, (CHOICE,), {CHOICE.slug: frozenset({1})})
    return submission


@fuzz
@given(st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(MARKS), max_size=12).map("".join)), max_size=6))
def test_any_text_in_a_notebook(cells):
    """Marks in every order: no exception, slugs differ, and no more is answered than was written."""
    prose, above = [], 0
    for code, text in cells:
        above += code
        prose.append(Prose(above, text))
    questions = questions_of(SourceFile("work.ipynb", (), tuple(prose)), (CHOICE,), {"why": frozenset({1})})
    assert questions[0].slug == "why"
    assert len({question.slug for question in questions}) == len(questions)
    written = "".join("".join(text.split()) for _, text in cells)
    assert all(len("".join(question.answer.split())) <= 2 * len(written) for question in questions)


@fuzz
@given(st.binary(max_size=300), st.sampled_from(["work.ipynb", "work.py", "work.zip", "work", "work.docx"]))
def test_any_bytes_under_any_ending(data, name):
    """A submission or a refusal."""
    handed_in(name, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "nbformat", "metadata", "outputs"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]) | JSON},
    optional={"source": JSON, "input": JSON, "outputs": JSON},
)
NOTEBOOK = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4, 5]) | JSON},
    optional={"cells": st.lists(CELL | JSON, max_size=4), "worksheets": st.lists(JSON, max_size=2), "metadata": JSON},
)


@fuzz
@given(JSON | NOTEBOOK)
def test_any_json_as_a_notebook(value):
    """What looks like a notebook and is none, and the other way round."""
    handed_in("work.ipynb", json.dumps(value).encode())


@fuzz
@given(mutated(VALID))
def test_notebooks_with_bytes_changed(data):
    """A valid notebook with bytes cut, doubled or overwritten."""
    handed_in("work.ipynb", data)


@pytest.mark.slow
@fuzz
@given(st.text(st.sampled_from("%!?#\"'\\\n\t ()[]{}:;=.,abcdefx01@\0\ufeff\ud800é"), max_size=60))
def test_any_text_as_a_cell_and_as_a_module(text):
    """Magics, strings and brackets in any order: what does not parse is listed, nothing is raised."""
    handed_in("work.ipynb", json.dumps(notebook_json([text, "def f(): pass"])).encode())
    handed_in("work.py", text.encode("utf-8", "surrogatepass"))


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    """A zip with names as they are given."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def taken(data: bytes) -> list[str] | None:
    """What a zip unpacks to, None if it is refused; nothing is left, and nothing has appeared outside."""
    with tempfile.TemporaryDirectory() as around:
        room = Path(around, "a", "b")
        room.mkdir(parents=True)
        path = Path(around, "work.zip")
        path.write_bytes(data)
        before, tempfile.tempdir = tempfile.tempdir, str(room)
        try:
            with unpacked(path) as folder:
                assert folder.is_relative_to(room)
                inside = list(folder.rglob("*"))
                assert all(file.is_dir() or file.is_file() for file in inside)
                assert not any(file.is_symlink() for file in inside)
            found = [file.relative_to(folder).as_posix() for file in inside]
        except Refused as error:
            found = one_sentence(error)
        finally:
            tempfile.tempdir = before
        assert sorted(str(file.relative_to(around)) for file in Path(around).rglob("*")) == ["a", "a/b", "work.zip"]
        return found


PART = st.sampled_from(["..", ".", "", "a", "A", "b.py", "C:", "\\", " ", "con", "é", "e\u0301", "~", "-", "x" * 300])
NAME = st.lists(PART, min_size=1, max_size=5).map("/".join) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12
)


@fuzz
@given(st.lists(st.tuples(NAME, st.binary(max_size=20)), max_size=5))
def test_any_names_in_a_zip(members):
    """Refused, or all of it is inside the folder."""
    names = [name for name, _ in members]
    if len(set(names)) == len(names):
        taken(zipped(members))


@pytest.mark.slow
@fuzz
@given(mutated(zipped([("dana/work.ipynb", VALID), ("dana/net.py", b"x = 1\n" * 30), ("dana/data/", b"")])))
def test_zips_with_bytes_changed(data):
    """Offsets, sizes, flags, names and streams that lie."""
    taken(data)
    handed_in("work.zip", data)


FILES = st.sampled_from([
    "a.ipynb", "b.ipynb", "net.py", "x.zip", "y.ZIP", "ada/a.ipynb", "ada/x.zip", "ben/b.py", "cs231n/__init__.py",
    "cs231n/layers.py", "assignment1/w.ipynb", "hw2/w.ipynb", "__MACOSX/x", ".git/config", "venv/x.py", "con.py",
    "\u202e.py", "=1+1.ipynb", "::error::x.ipynb", "data.csv", "grades.db/x.py", "\x1b[31m.py",
])  # fmt: skip
CONTENT = st.sampled_from([
    VALID, b"", b"[]", b"\xff", b"class TwoLayerNet: pass\n", zipped([("hw/work.ipynb", VALID)]),
    zipped([("../x", b"")]),
])  # fmt: skip


@pytest.mark.slow
@fuzz
@given(st.dictionaries(FILES, CONTENT, max_size=6), st.sampled_from(["auto", "one", "class"]), st.booleans())
def test_any_folder_in_any_layout(files, layout, as_zip):
    """Entries with names that are folders' names, all different, each of them read or refused; or one refusal."""
    with tempfile.TemporaryDirectory() as around:
        folder = Path(around, "class")
        folder.mkdir()
        for name, content in files.items():
            place = folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        if as_zip:
            folder = Path(shutil.make_archive(str(folder), "zip", folder))
        out = Path(around, "out")
        out.mkdir()
        try:
            with open_entries([folder], layout) as entries:
                for entry in entries:
                    (out / entry.student).mkdir()
                    read(entry.path)
                    assert entry.student.isprintable()
                    assert Path(entry.student).name == entry.student
        except Refused:
            return
        assert len({name.casefold() for name in os.listdir(out)}) == len(entries)


@fuzz
@given(st.text(st.characters(), max_size=40) | st.text(st.sampled_from(".:/\\ \n\x1bcon1_*"), max_size=12))
def test_any_name_of_a_student(text):
    """One printable line, a folder's name of at most 200 bytes and a bit; naming it again changes nothing."""
    name = student_name(Path(f"x{text}.zip".replace("/", "").replace("\0", "")))
    assert name
    assert name == name.strip(". ")
    assert len(name.encode()) <= 201
    assert not is_archive(Path(name)) or name.lower().endswith((".zip", ".tar", ".tgz", ".tar.gz"))
    assert not any(ord(character) < 32 or ord(character) == 127 for character in name)
