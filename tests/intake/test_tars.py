"""Tar archives: read like zips, with the same limits and refusals."""

from __future__ import annotations

import gzip
import tarfile
import tracemalloc

import pytest

from grader.errors import Refused
from grader.intake import archives
from grader.intake.reading import open_submission, read_submission
from tests.intake.tars import spoilt, tarred
from tests.intake.zips import NOTEBOOK


def refusal(path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(Refused) as error:
        read_submission(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(("name", "mode"), [("a.tar", ""), ("a.tar.gz", "gz"), ("a.TGZ", "gz")])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_is_what_the_folder_in_it_is(tmp_path, name, mode, form):
    """What systems add is left out; permissions are ours."""
    files = {"dana/work.ipynb": NOTEBOOK, "dana/net.py": b"x = 1\n", "dana/._net.py": b"x", "dana/.DS_Store": b"x"}
    (tmp_path / name).write_bytes(tarred(files, mode, form=form))
    with open_submission(tmp_path / name) as submission:
        assert submission.student == "a"
        assert [file.path for file in submission.files] == ["net.py", "work.ipynb"]
        assert {path.stat().st_mode & 0o777 for path in submission.root.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("files", "change", "sentence"),
    [
        ({"../x.py": b"x"}, spoilt(), "leads out of the folder"),
        ({"/etc/x.py": b"x"}, spoilt(), "is an absolute path"),
        ({"x" * 256: b"x"}, spoilt(), "has too long a name"),
        ({"a\nb.py": b"x"}, spoilt(), "has a control character"),
        ({"x.py": b""}, spoilt(type=tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link"),
        ({"x.py": b""}, spoilt(type=tarfile.LNKTYPE, linkname="/etc/passwd"), "is a link"),
        ({"x.py": b""}, spoilt(type=tarfile.FIFOTYPE), "is a special file"),
        ({"x.py": b""}, spoilt(type=tarfile.CHRTYPE), "is a special file"),
        ({"a.py": b"1", "A.PY": b"2"}, spoilt(), "twice"),
        ({"a": b"1", "a/x.py": b"2"}, spoilt(), "as a file and as a folder"),
    ],
)
def test_members_that_lead_elsewhere_are_refused(tmp_path, files, change, sentence):
    """Also behind a good one, before anything is written."""
    assert sentence in refusal(tmp_path / "a.tgz", tarred(files, change=change))
    assert not (tmp_path / "x.py").exists()


def test_a_bomb_is_refused_while_it_is_unpacked(tmp_path, monkeypatch):
    """Twenty megabytes of zeros in twenty kilobytes, in little memory."""
    monkeypatch.setattr(archives, "MAX_UNPACKED", 10 << 20)
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(20):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        assert "unpacks to more than 10 MB, or to 100 times its size" in refusal(path, path.read_bytes())
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


def test_numbers_and_sizes_have_limits(tmp_path, monkeypatch):
    """Of members, of one, and of all."""
    data = tarred({"a.py": b"x" * 6000, "b.py": b"x" * 6000})
    for name, limit, sentence in [
        ("MAX_MEMBER", 5000, "'a.py' is larger than"),
        ("MAX_UNPACKED", 11_000, "unpacks to more than"),
        ("MAX_MEMBERS", 1, "files, more than 1"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(archives, name, limit)
            assert sentence in refusal(tmp_path / "a.tgz", data)


def test_a_header_of_a_gigabyte_does_not_fill_the_memory(tmp_path):
    """The extended header of the next file is read in one piece: it is refused before."""
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 1 << 30
    data = info.tobuf(tarfile.USTAR_FORMAT) + bytes(1 << 20)
    assert "lists far too many files" in refusal(tmp_path / "a.tar", data)


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: b"no tar at all", lambda data: data[: len(data) // 2], lambda data: data[::-1]],
)
def test_damaged_tars_are_refused_in_one_sentence(tmp_path, damage):
    """Whatever tarfile, gzip and zlib raise for them."""
    data = tarred({"work.ipynb": NOTEBOOK * 20, "x.py": b"x = 1\n"})
    assert "damaged" in refusal(tmp_path / "a.tgz", damage(data))


def test_chains_of_long_names_are_refused(tmp_path):
    """Each asks for the next header: a thousand in each other are one sentence."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 10
    data = (header.tobuf(tarfile.GNU_FORMAT) + b"name".ljust(512, b"\0")) * 3000
    assert "damaged" in refusal(tmp_path / "a.tar", data)
