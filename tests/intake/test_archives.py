"""Zips: what is taken from them, and what is refused before a byte is written."""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from grader.errors import HarnessError, Refused
from grader.intake import archives
from grader.intake.archives import unpacked
from grader.intake.reading import open_submission, read_submission
from tests.intake.zips import NOTEBOOK, link, patched, special, write_zip


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path, monkeypatch):
    """Where zips are unpacked in these tests; empty again after each."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def content(path):
    """What a zip unpacks to."""
    with unpacked(path) as folder:
        return {
            file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if not file.is_dir()
        }


def refusal(path) -> str:
    with pytest.raises(Refused) as error:
        content(path)
    sentence = str(error.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence


def test_a_zip_is_what_the_folder_in_it_is(tmp_path, write_notebook):
    """The same files and hash as the folder's; the name and the path are the zip's."""
    write_notebook("x = 1", name="dana/work.ipynb")
    (tmp_path / "dana/net.py").write_text("y = 2\n")
    members = {f"dana/{name}": (tmp_path / "dana" / name).read_bytes() for name in ("net.py", "work.ipynb")}
    zipped = read_submission(write_zip(tmp_path / "hw/dana.zip", members))
    folder = read_submission(tmp_path / "dana")
    assert (zipped.student, zipped.path) == ("dana", tmp_path / "hw/dana.zip")
    assert (zipped.files, zipped.sha256) == (folder.files, folder.sha256)


def test_the_files_are_there_until_the_block_ends(tmp_path):
    """The headless run copies them from ``root``; what the block left there is removed too."""
    path = write_zip(tmp_path / "dana.zip", {"dana/work.ipynb": NOTEBOOK, "dana/data/x.csv": b"1"})
    with open_submission(path) as submission:
        assert (submission.root / "work.ipynb").read_bytes() == NOTEBOOK
        assert (submission.root / "data/x.csv").read_bytes() == b"1"
        (submission.root / "more").mkdir()
        (submission.root / "more/link").symlink_to(tmp_path)
    assert not submission.root.exists()
    assert path.exists()


def test_what_is_no_zip_is_given_as_it_is(write_notebook, tmp_path):
    """Notebooks and folders, also a folder called x.zip."""
    (tmp_path / "x.zip").mkdir()
    for path in (write_notebook("x = 1"), tmp_path / "x.zip"):
        with unpacked(path) as same:
            assert same == path


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["dana/work.ipynb"], ["work.ipynb"]),
        (["a/b/c/work.ipynb", "a/b/c/data.npz"], ["data.npz", "work.ipynb"]),
        (["work.ipynb", "data/x.py"], ["data/x.py", "work.ipynb"]),
        (["net/__init__.py", "net/layers.py"], ["net/__init__.py", "net/layers.py"]),
        (["cs231n/layers.py"], ["cs231n/layers.py"]),
        (["__MACOSX/._work.ipynb", "dana/.DS_Store", ".DS_Store", "dana/work.ipynb", "dana/Icon\r"], ["work.ipynb"]),
        (["dana/venv/bin/x.py", "dana/.ipynb_checkpoints/w.ipynb", "dana/work.ipynb"], ["work.ipynb"]),
        (["./dana/./work.ipynb", "dana//x.py"], ["work.ipynb", "x.py"]),
    ],
)
def test_the_folder_that_holds_everything_is_stepped_into(tmp_path, names, root):
    """But a package stays in its folder, as it is imported by name; systems' own files do not count."""
    assert sorted(content(write_zip(tmp_path / "dana.zip", dict.fromkeys(names, b"x")))) == root


def test_links_in_environments_cost_nothing(tmp_path):
    """venv/bin/python is a link in every honest environment; it is left out, not followed."""
    path = write_zip(tmp_path / "dana.zip", [("work.ipynb", NOTEBOOK), (link("venv/bin/python"), b"/usr/bin/python3")])
    assert list(content(path)) == ["work.ipynb"]


def test_names_in_other_encodings_are_read(tmp_path):
    """UTF-8 with and without its flag, and code page 437."""
    path = write_zip(tmp_path / "dana.zip", {"卷积.py": b"1", "plain": b"2"})
    assert list(content(path)) == ["卷积.py", "plain"]
    for flagless in ("é.py".encode(), b"\x82.py"):
        path = write_zip(tmp_path / "eva.zip", {"x" * len(flagless): b"1"})
        path.write_bytes(path.read_bytes().replace(b"x" * len(flagless), flagless))
        assert list(content(path)) == ["é.py"]


def test_permissions_are_ours(tmp_path):
    """Nothing is executable or readable by others, whatever the zip says; and what it locks can be read."""
    members = [(special("locked.py", stat.S_IFREG), b"1"), (special("suid.py", stat.S_IFREG | 0o6777), b"1")]
    path = write_zip(tmp_path / "dana.zip", [*members, (special("d/", stat.S_IFDIR), b""), ("d/x.py", b"1")])
    with unpacked(path) as folder:
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.rglob("*")}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == {"locked.py": 0o600, "suid.py": 0o600, "d": 0o700, "x.py": 0o600}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../x.py", "leads out of the folder"),
        ("a/../../x.py", "leads out of the folder"),
        ("a/.. /x.py", "leads out of the folder"),
        ("__MACOSX/../../x.py", "leads out of the folder"),
        ("a/.../x.py", "leads out of the folder"),
        ("/etc/passwd", "is an absolute path"),
        ("C:x.py", "is an absolute path"),
        ("c:/x.py", "is an absolute path"),
        ("..\\x.py", "has a backslash"),
        ("a\\b.py", "has a backslash"),
        ("x\n.py", "has a control character"),
        ("x\x1b[31m.py", "has a control character"),
        ("x" * 256, "has too long a name"),
        ("é" * 128, "has too long a name"),
        ("x" * 200 + ("/" + "x" * 200) * 5, "has too long a name"),
        ("a/" * 61, "lies in too many folders"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name, sentence):
    """Wherever they stand in the archive, nothing has been written."""
    path = write_zip(tmp_path / "dana.zip", [("work.ipynb", NOTEBOOK), (zipfile.ZipInfo(name), b"x")])
    assert sentence in refusal(path)
    assert not (tmp_path / "x.py").exists()


def test_a_null_in_a_name_is_refused(tmp_path):
    """zipfile would cut the name there: it is judged whole, in either encoding."""
    for name in ("x.py#.txt", "é.py#.txt"):
        path = write_zip(tmp_path / "dana.zip", {name: b"x"})
        path.write_bytes(path.read_bytes().replace(name.encode(), name.encode().replace(b"#", b"\0")))
        assert "has a control character" in refusal(path)


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        (stat.S_IFLNK | 0o777, "is a symbolic link"),
        (stat.S_IFIFO | 0o600, "is a special file"),
        (stat.S_IFCHR | 0o600, "is a special file"),
        (stat.S_IFSOCK | 0o600, "is a special file"),
        (stat.S_IFDIR | 0o700, "is a special file"),
    ],
)
def test_links_and_special_files_are_refused(tmp_path, mode, sentence):
    """A folder that is no folder by its name is one of them."""
    path = write_zip(tmp_path / "dana.zip", [("work.ipynb", NOTEBOOK), (special("x", mode), b"/etc/passwd")])
    assert sentence in refusal(path)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a.py", "a.py"], "twice"),
        (["a.py", "A.PY"], "twice"),
        (["é.py", "e\u0301.py"], "twice"),
        (["a.py", "./a.py"], "twice"),
        (["a", "a/x.py"], "as a file and as a folder"),
        (["A/x.py", "a"], "as a file and as a folder"),
        (["a/", "a"], "as a file and as a folder"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_that_are_one_file_on_some_system_are_refused(tmp_path, names, sentence):
    """The second would stand in for the first, after whoever looked at the first."""
    path = write_zip(tmp_path / "dana.zip", [(name, b"" if name.endswith("/") else b"x") for name in names])
    assert sentence in refusal(path)


def test_folders_may_be_listed_or_not_and_differ_in_case(tmp_path):
    """Honest tools do all of it."""
    names = ["a/", "a/", "a/x.py", "b/y.py", "A/z.py"]
    with pytest.warns(UserWarning, match="Duplicate"):
        path = write_zip(tmp_path / "dana.zip", [(name, b"" if name.endswith("/") else b"x") for name in names])
    assert sorted(content(path)) == ["A/z.py", "a/x.py", "b/y.py"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_unpack_without_bounds_are_refused(tmp_path, method):
    """64 kB of bzip2 unpack to a gigabyte in one step."""
    assert "which is not read" in refusal(write_zip(tmp_path / "dana.zip", {"work.ipynb": NOTEBOOK}, method))


def test_unknown_compression_and_encryption_are_refused(tmp_path):
    """The sentence says how to zip instead."""
    path = patched(write_zip(tmp_path / "a.zip", {"work.ipynb": NOTEBOOK}), (8, 10, "<H", 97))
    assert "make an ordinary zip" in refusal(path)
    path = patched(write_zip(tmp_path / "b.zip", {"work.ipynb": NOTEBOOK}), (6, 8, "<H", 1))
    assert "without a password" in refusal(path)


@pytest.mark.slow
def test_a_bomb_is_refused_by_its_ratio(tmp_path):
    """A thousand times its size, and more than a few arrays of zeros; nothing is unpacked."""
    path = write_zip(tmp_path / "dana.zip", {"work.ipynb": b"\0" * (99 << 20), "b": bytes(99 << 20)})
    assert path.stat().st_size < 300_000
    assert "as zip bombs do" in refusal(path)


def test_arrays_of_zeros_are_no_bombs(tmp_path):
    """10 MB that pack to 10 kB are a student's initial weights."""
    path = write_zip(tmp_path / "dana.zip", {"w.npy": bytes(10 << 20)})
    assert {name: len(data) for name, data in content(path).items()} == {"w.npy": 10 << 20}


def test_sizes_and_numbers_have_limits(tmp_path, monkeypatch):
    """A member's size, the size in all, and the number of members."""
    small = write_zip(tmp_path / "dana.zip", {"a": os.urandom(6000), "b": os.urandom(6000)})
    for name, limit, sentence in [
        ("MAX_MEMBER", 5000, "'a' is larger than"),
        ("MAX_UNPACKED", 11_000, "unpacks to more than"),
        ("MAX_MEMBERS", 1, "holds 2 files, more than 1"),
        ("MAX_DIRECTORY", 50, "lists far too many files"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(archives, name, limit)
            assert sentence in refusal(small)


def test_a_header_that_lies_about_the_size_writes_no_more_than_it_says(tmp_path):
    """A million bytes declared as ten: ten are read, and their checksum is wrong. Nor are there fewer than it says."""
    path = write_zip(tmp_path / "dana.zip", {"work.ipynb": b"x" * 1_000_000})
    assert "damaged" in refusal(patched(path, (22, 24, "<I", 10)))
    path = write_zip(tmp_path / "dana.zip", {"work.ipynb": b"x" * 1000})
    assert "does not have the size that it says" in refusal(patched(path, (22, 24, "<I", 1 << 20)))


def test_what_is_read_is_counted_whatever_the_header_says(tmp_path, monkeypatch):
    """The judgement of headers is switched off here: reading stops at the limit all the same."""
    path = write_zip(tmp_path / "dana.zip", {"a": b"x" * 300_000})
    monkeypatch.setattr(archives, "judge", lambda members, shown: None)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 100_000)
    assert "does not have the size" in refusal(path)


def test_members_that_share_their_bytes_are_refused(tmp_path):
    """Many names for one member: 20,000 of them would make gigabytes of a few megabytes."""
    path = write_zip(tmp_path / "dana.zip", {"a.py": b"x = 1\n", "b.py": b"x = 1\n"})
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        first, second = (info.header_offset for info in archive.infolist())
    assert second > first
    central = data.rindex(b"PK\x01\x02")
    path.write_bytes(data[: central + 42] + struct.pack("<I", first) + data[central + 46 :])
    assert "share their bytes" in refusal(path)


def test_a_list_of_a_million_members_does_not_fill_the_memory(tmp_path):
    """zipfile reads the list in one piece and makes an object of each entry: it is refused before."""
    entry = write_zip(tmp_path / "one.zip", {"a": b""}).read_bytes()
    start, end = entry.index(b"PK\x01\x02"), entry.index(b"PK\x05\x06")
    listing = entry[start:end] * 1_000_000
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, len(listing), start, 0)
    (tmp_path / "many.zip").write_bytes(entry[:start] + listing + tail)
    del listing
    tracemalloc.start()
    try:
        assert "lists far too many files" in refusal(tmp_path / "many.zip")
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_many_members_are_refused_by_number(tmp_path):
    """20,001 empty files."""
    assert "holds 20001 files" in refusal(write_zip(tmp_path / "dana.zip", {f"{n}": b"" for n in range(20_001)}, 0))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"PK\x03\x04rest",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"x = 1", b"x = 2", 1),
        lambda data: data[:60] + b"\xff" * 20 + data[80:],
        lambda data: data.replace(b"PK\x03\x04", b"PK\x03\x05"),
        lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x03"),
        lambda data: data.replace(b"work.ipynb", b"work.ipyn\xff").replace(b"\0\0\x08\0", b"\0\x08\x08\0"),
    ],
    ids=["empty", "magic", "half", "checksum", "stream", "local", "central", "utf8"],
)
def test_damaged_zips_are_refused_in_one_sentence(tmp_path, damage):
    """Whatever zipfile and zlib raise for them."""
    path = tmp_path / "dana.zip"
    members = io.BytesIO()
    with zipfile.ZipFile(members, "w") as archive:
        archive.writestr("x.py", "x = 1\n" * 20)
        archive.writestr("work.ipynb", NOTEBOOK * 3, zipfile.ZIP_DEFLATED)
    path.write_bytes(damage(members.getvalue()))
    assert "damaged" in refusal(path)


def test_archives_inside_are_opened_where_there_is_nothing_else(tmp_path):
    """A zip of a zip, and of several; beside code they are left alone, and there is an end to it."""
    inner = write_zip(tmp_path / "inner.zip", {"work.ipynb": NOTEBOOK}).read_bytes()
    path = write_zip(tmp_path / "dana.zip", {"dana/work.zip": inner})
    assert [file.path for file in read_submission(path).files] == ["work.ipynb"]
    path = write_zip(tmp_path / "fred.zip", {"a.zip": inner, "b.ZIP": inner, "c.zip": b"damaged"})
    submission = read_submission(path)
    assert [file.path for file in submission.files] == ["a/work.ipynb", "b/work.ipynb"]
    assert "c.zip is no zip archive" in submission.unreadable[0]
    for _ in range(4):
        inner = write_zip(tmp_path / "outer.zip", {"inner.zip": inner}).read_bytes()
    with pytest.raises(Refused, match=r"outer.zip holds no notebook .* It holds archives in archives, too many"):
        read_submission(tmp_path / "outer.zip")
    path = write_zip(tmp_path / "eva.zip", {"work.zip": inner, "net.py": b"x = 1\n"})
    assert [file.path for file in read_submission(path).files] == ["net.py"]


def test_a_folder_with_nothing_but_a_zip_is_that_zip(tmp_path):
    """Moodle makes a folder for every student's upload."""
    folder = tmp_path / "Eva_17_assignsubmission_file_"
    write_zip(folder / "homework.zip", {"hw/work.ipynb": NOTEBOOK})
    submission = read_submission(folder)
    assert (submission.student, submission.path) == (folder.name, folder)
    assert [file.path for file in submission.files] == ["work.ipynb"]


def test_a_pipe_is_refused_and_a_full_disk_is_our_trouble(tmp_path, monkeypatch):
    """No one waits for the pipe; and no student is blamed for the disk."""
    os.mkfifo(tmp_path / "pipe.zip")
    assert "is no regular file" in refusal(tmp_path / "pipe.zip")
    path = write_zip(tmp_path / "dana.zip", {"work.ipynb": NOTEBOOK})
    real = os.open

    def full(name, *arguments):
        if str(name).endswith("work.ipynb"):
            raise OSError(28, "No space left on device")
        return real(name, *arguments)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(HarnessError, match="No space left on device"):
        content(path)


@pytest.mark.slow
def test_a_tree_deeper_than_any_path_is_removed(tmp_path, temporary_folder):
    """Code that ran beside the files may have made it; links in it are not followed."""
    (tmp_path / "mine").mkdir()
    here = os.getcwd()
    try:
        with unpacked(write_zip(tmp_path / "dana.zip", {"work.ipynb": NOTEBOOK})) as folder:
            os.chdir(folder)
            for _ in range(3000):
                os.mkdir("d" * 20)
                os.chdir("d" * 20)
            Path("x").write_text("")
            os.symlink(tmp_path / "mine", "link")
            os.chdir(here)
            (folder / "locked").mkdir(0o000)
    finally:
        os.chdir(here)
    assert list(temporary_folder.iterdir()) == []
    assert (tmp_path / "mine").exists()
