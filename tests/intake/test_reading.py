"""Reading one submission: what is taken, and what is refused in one sentence."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from grader.errors import Refused
from grader.intake.reading import read_submission
from grader.words import readable


def test_code_cells_are_counted_as_jupyter_counts_them(write_notebook):
    """Empty code cells are not executed, so In [n] skips them."""
    (file,) = read_submission(write_notebook("a = 1", "", "  \n", "b = 2")).files
    assert [(cell.number, cell.text) for cell in file.cells] == [(1, "a = 1"), (2, "b = 2")]


def test_nbformat_3_is_read(tmp_path):
    """Cells in worksheets, their source called input."""
    cells = [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}, {"cell_type": "markdown", "source": "text"}]
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}))
    assert read_submission(path).files[0].cells[0].text == "x = 1\ny = 2"


def test_byte_order_marks_and_windows_line_ends_are_taken_off(tmp_path):
    """Both in notebooks and in modules."""
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "a = 1\r\nb = 2"}]}
    (tmp_path / "n.ipynb").write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).encode())
    (tmp_path / "m.py").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    module, notebook = sorted(read_submission(tmp_path).files, key=lambda file: file.path)
    assert (module.cells[0].text, notebook.cells[0].text) == ("a = 1\nb = 2\n", "a = 1\nb = 2")


def test_a_module_in_another_encoding_is_read(tmp_path):
    """By its coding line, or as Latin-1 where it has none."""
    (tmp_path / "a.py").write_bytes("# coding: gbk\ns = '卷积'\n".encode("gbk"))
    (tmp_path / "b.py").write_bytes("s = 'é'\n".encode("latin-1"))
    a, b = sorted(read_submission(tmp_path).files, key=lambda file: file.path)
    assert "卷积" in a.cells[0].text
    assert "é" in b.cells[0].text


def test_saved_copies_and_environments_are_left_out(write_notebook, tmp_path):
    """A folder's own notebooks and modules count, not checkpoints, hidden folders or installed packages."""
    for name in (".ipynb_checkpoints/work-checkpoint.ipynb", "venv/lib/x.ipynb", "__pycache__/y.ipynb", "pkg/z.ipynb"):
        write_notebook("x = 1", name=name)
    assert [file.path for file in read_submission(tmp_path).files] == ["pkg/z.ipynb"]


def test_a_broken_file_in_a_folder_costs_only_itself(write_notebook, tmp_path):
    """The others are read, and the sentence about it is kept."""
    write_notebook("x = 1")
    (tmp_path / "broken.ipynb").write_bytes(b"\x00\xff garbage")
    submission = read_submission(tmp_path)
    assert [file.path for file in submission.files] == ["work.ipynb"]
    assert "broken.ipynb is no notebook" in submission.unreadable[0]


def test_the_hash_follows_the_content(write_notebook):
    """The same content has the same hash, another content another."""
    first, again = (read_submission(write_notebook("x = 1")).sha256 for _ in range(2))
    other = read_submission(write_notebook("x = 2")).sha256
    assert first == again != other


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("garbage.ipynb", b"\x00\xff\xfe\x01", "it is not valid JSON"),
        ("empty.ipynb", b"", "empty.ipynb is no notebook: it is empty; save it again"),
        ("list.ipynb", b"[1, 2]", "JSON but no notebook"),
        ("object.ipynb", b'{"a": 1}', "JSON but no notebook"),
        ("five.ipynb", b'{"nbformat": 5, "cells": []}', "nbformat 5; this grader reads 3 and 4"),
        ("two.ipynb", b'{"nbformat": 2, "worksheets": []}', "nbformat 2"),
        ("deep.ipynb", b"[" * 100_000, "nested deeper than 100 levels"),
        ("cells.ipynb", b'{"nbformat": 4, "cells": [1]}', "damaged notebook"),
        ("source.ipynb", b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}', "damaged notebook"),
        ("nocode.ipynb", b'{"nbformat": 4, "cells": []}', "holds no code"),
        ("binary.py", b"\x00\x01", "it holds binary data"),
        ("blank.py", b"  \n", "holds no code"),
        ("work.zip", b"PK\x03\x04rest", "is no zip archive, or a damaged one"),
        ("work.docx", b"word", "is a Word document, which is not read; hand in the notebook itself (.ipynb)"),
    ],
)
def test_what_is_no_submission_is_refused_in_one_sentence(tmp_path, name, content, sentence):
    """The sentence names the file, what is wrong with it, and what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        read_submission(path)
    assert sentence in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    """A named pipe in an archive must not stop the class."""
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(Refused, match="is no regular file"):
        read_submission(tmp_path / "pipe.py")


def test_a_missing_path_and_a_folder_without_code_are_refused(tmp_path):
    """Both say what to give instead, or what was looked for."""
    with pytest.raises(Refused, match="does not exist"):
        read_submission(tmp_path / "nothing")
    with pytest.raises(Refused, match="holds no notebook"):
        read_submission(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_names_that_are_no_text_are_read_and_shown_as_escapes(tmp_path):
    """The bytes of the student's name, of shown paths and of files; the file is opened by its own name."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xff"))
    folder.mkdir()
    file = Path(os.fsdecode(os.fsencode(folder) + b"/l\xe9.py"))
    file.write_text("x = 1")
    read = read_submission(folder)
    assert (read.student, read.path.name, read.files[0].path) == ("m_xff", r"m\xff", r"l\xe9.py")
    assert read.files[0].place == file.name
    assert readable("\ud800 Zoë") == r"\ud800 Zoë"
    with pytest.raises(Refused, match=r"n\\xfe.py does not exist"):
        read_submission(Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xfe.py")))
