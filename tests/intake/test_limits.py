"""How much text a submission may hold: each limit is a sentence, and far from what anyone writes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from grader import limits
from grader.errors import Refused
from grader.intake import archives
from grader.intake.reading import encoding_of, read_submission

ROOT = Path(__file__).parents[2]


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        read_submission(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [" + "1," * 100_000 + "]", "holds more code than anyone writes by hand"),
        ("x = 1\n" + "\n" * 100_000, "holds more code than anyone writes by hand"),
        ("def f(): 1\n" * 5_001, "defines more than 5,000 functions and classes; hand in your own code only."),
    ],
    ids=["words", "lines", "definitions"],
)
def test_a_file_has_limits_that_are_said(tmp_path, text, words):
    (tmp_path / "a.py").write_text(text)
    assert words in refusal(tmp_path / "a.py")


def test_what_people_write_is_far_from_the_limits():
    """Not only is each of the repository's own files within them: ten of it would be."""
    for path in [*ROOT.glob("solutions/*.py"), *ROOT.glob("solutions/notebooks/*.ipynb")]:
        code = "\n".join(cell.text for file in read_submission(path).files for cell in file.cells)
        assert len(code) * 10 < limits.MAX_CONVERTED
        assert len(code.split()) * 20 < limits.MAX_WORDS
        assert code.count("def ") * 50 < limits.MAX_DEFINITIONS


@pytest.mark.parametrize("name", ["punycode", "idna", "hex", "rot13", "unicode_escape", "utf-7", "raw_unicode_escape"])
def test_a_coding_line_that_names_an_odd_codec_is_not_believed(tmp_path, name):
    """Some take quadratic time in Python itself; such a file is read as Latin-1, which keeps all that is ASCII."""
    assert encoding_of(f"# coding: {name}\n".encode()) is None
    (tmp_path / "a.py").write_bytes(f"# coding: {name}\nx = '\xe9-'\n".encode("latin-1"))
    assert read_submission(tmp_path / "a.py").files[0].cells[0].text.endswith("x = 'é-'\n")


@pytest.mark.parametrize(
    "name", ["utf-8", "latin-1", "cp1252", "gbk", "gb18030", "big5", "shift-jis", "euc-jp", "euc-kr"]
)
def test_a_usual_coding_line_is_believed(tmp_path, name):
    text = "é" if name in ("utf-8", "latin-1", "cp1252") else "中" if name != "euc-kr" else "한"
    (tmp_path / "a.py").write_bytes(f"# coding: {name}\nx = '{text}'\n".encode(name))
    assert read_submission(tmp_path / "a.py").files[0].cells[0].text.endswith(f"x = '{text}'\n")


@pytest.mark.parametrize("last", ["", "x.py"], ids=["folders", "files in folders"])
def test_folders_of_a_zip_count_whether_or_not_it_lists_them(tmp_path, monkeypatch, last):
    monkeypatch.setattr(archives, "MAX_FOLDERS", 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("relu.py", "x = 1\n")
        for n in range(3):
            archive.writestr(f"{n}/a/b/c/d/e/f/{last}", "")
    assert "holds more than 20 folders; leave out data and environments." in refusal(tmp_path / "a.zip")
