"""One private copy of what was handed in: complete, and of its own files alone, whatever is swapped meanwhile."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import Refused
from grader.intake import snapshot
from grader.intake.layouts import open_entries
from grader.intake.nested import unzipped
from grader.intake.reading import open_submission
from grader.intake.snapshot import private_folder
from tests.intake.zips import NOTEBOOK, write_zip

SECRET = b"def relu_forward(x): return 'the solution'\n"


@contextlib.contextmanager
def take(path, shown, **options):
    """The copy of what was handed in, as it is read: gone in the end."""
    with private_folder() as folder, unzipped(snapshot.copied(path, folder, shown, **options), shown) as taken:
        yield taken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission with a module, a notebook and data."""
    here = tmp_path / "class" / "ada"
    for name, content in (("relu.py", b"x = 1\n"), ("sub/work.ipynb", NOTEBOOK), ("sub/images/a.csv", b"1,2\n")):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(content)
    return here


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """What no student may read: a folder with a module."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "relu.py").write_bytes(SECRET)
    return tmp_path / "solutions"


def contents(place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def copied(path: Path, *, follow: bool = False, data: bool = True) -> dict[str, bytes]:
    with take(path, path, follow=follow, data=data) as taken:
        return contents(taken.content)


@pytest.fixture(params=[True, False], ids=["descriptors", "paths"])
def way(request, monkeypatch) -> bool:
    """As where folders have descriptors, and as on Windows."""
    if request.param and not snapshot.system.OPENS_BELOW:
        pytest.skip("folders have no descriptors here")
    monkeypatch.setattr(snapshot.system, "OPENS_BELOW", request.param)
    if not request.param:
        monkeypatch.setattr(snapshot, "NO_LINK", 0)
    return request.param


def test_a_snapshot_holds_what_is_read_and_what_notebooks_may_read(folder, way):
    """Data only where a notebook is run; environments and repositories' insides never."""
    for name in (".git/config", "myenv/pyvenv.cfg", "myenv/a.py", "__pycache__/a.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x = 1")
    sources = {"relu.py": b"x = 1\n", "sub/work.ipynb": NOTEBOOK}
    assert copied(folder, data=False) == sources
    assert copied(folder, data=True) == sources | {"sub/images/a.csv": b"1,2\n"}


def test_a_snapshot_is_for_us_alone_and_goes_in_the_end(folder):
    """Other users of the machine cannot enter it."""
    with take(folder, folder, data=True) as taken:
        base = taken.content
        assert stat.S_IMODE(base.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in base.rglob("*"))
    assert not base.exists()


def test_links_in_a_folder_are_left_out(folder, secret, way):
    """To files, to folders, to nothing, to themselves; with data too."""
    (folder / "stolen.py").symlink_to(secret / "relu.py")
    (folder / "stolen").symlink_to(secret)
    (folder / "gone.py").symlink_to(secret / "gone.py")
    (folder / "circle").symlink_to(folder)
    assert SECRET not in copied(folder).values()
    assert len(copied(folder)) == 3


def test_a_link_is_followed_only_where_the_user_named_it(folder, secret, tmp_path, way):
    """A path of the command line may be a link; an entry of a class may not."""
    link = tmp_path / "class" / "ben"
    for target in (secret, secret / "relu.py"):
        link.symlink_to(target)
        assert list(copied(link, follow=True).values() if target == secret else [SECRET]) == [SECRET]
        with pytest.raises(Refused, match=r"ben is a link; hand in the files themselves\."):
            copied(link)
        link.unlink()


def swap_at_opening(monkeypatch: pytest.MonkeyPatch, name: str, swap: Callable[[], None]) -> list[str]:
    """Have ``swap`` happen when ``name`` was looked at and is about to be opened; the list says that it did."""
    opened, swapped = os.open, list[str]()

    def watched(path, flags, *args, **kwargs):
        if os.path.basename(os.fspath(path)) == name and not swapped:
            swapped.append(name)
            swap()
        return opened(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", watched)
    return swapped


def replaced_by_link(place: Path, target: Path) -> Callable[[], None]:
    def swap() -> None:
        place.rename(place.parent.parent / "away")
        place.symlink_to(target)

    return swap


def test_a_file_swapped_for_a_link_while_it_is_copied_is_not_followed(folder, secret, monkeypatch):
    """It is one file that could not be read; the rest is there."""
    swapped = swap_at_opening(monkeypatch, "relu.py", replaced_by_link(folder / "relu.py", secret / "relu.py"))
    with open_submission(folder, follow=False, data=True) as submission:
        assert swapped
        assert [file.path for file in submission.files] == ["sub/work.ipynb"]
        assert submission.unreadable == (f"{folder}/relu.py is a link; hand in the files themselves.",)
        assert SECRET not in contents(submission.root).values()


def test_a_folder_swapped_for_a_link_while_it_is_copied_is_not_followed(folder, secret, monkeypatch):
    """At any depth: each folder is opened in the one that is open already."""
    swapped = swap_at_opening(monkeypatch, "images", replaced_by_link(folder / "sub/images", secret))
    assert sorted(copied(folder)) == ["relu.py", "sub/work.ipynb"]
    assert swapped


def test_a_folder_swapped_while_its_files_are_copied_stays_the_one_that_was_opened(folder, secret, monkeypatch):
    """The names are those of the folder that was entered, wherever its path leads by now."""
    (secret / "work.ipynb").write_bytes(SECRET)
    swapped = swap_at_opening(monkeypatch, "work.ipynb", replaced_by_link(folder / "sub", secret))
    assert copied(folder)["sub/work.ipynb"] == NOTEBOOK
    assert swapped


def test_a_submission_swapped_for_a_link_before_it_is_opened_is_refused(folder, secret, monkeypatch):
    """The folder of a class was listed with a folder in it; then that is a link."""
    swapped = swap_at_opening(monkeypatch, "ada", replaced_by_link(folder, secret))
    with pytest.raises(Refused):
        copied(folder)
    assert swapped


def test_a_lone_file_or_zip_swapped_for_a_link_is_refused(tmp_path, secret, monkeypatch):
    """A notebook, a module and a zip as entries of a class, and the only zip in a student's folder."""
    for name in ("work.ipynb", "work.py", "work.zip", "eve/only.zip"):
        place = write_zip(tmp_path / "class" / name, {"a.py": b"x = 1"})
        target = write_zip(tmp_path / "other.zip", {"a.py": SECRET})
        path = place.parent if place.parent.name == "eve" else place
        with monkeypatch.context() as patch:
            swapped = swap_at_opening(patch, place.name, replaced_by_link(place, target))
            with pytest.raises(Refused):
                copied(path)
            assert swapped
        (place.parent.parent / "away").unlink()


def test_a_file_swapped_for_a_pipe_is_not_waited_for(folder, monkeypatch):
    """Nobody writes into the pipe; opening it returns at once, and it is no regular file."""

    def swap() -> None:
        (folder / "relu.py").unlink()
        os.mkfifo(folder / "relu.py")

    assert swap_at_opening(monkeypatch, "relu.py", swap) == []
    with take(folder, folder) as taken:
        assert taken.unreadable == (f"{folder}/relu.py is no regular file; give a notebook, a .py file or a folder.",)


def test_a_file_that_grows_while_it_is_copied_is_too_large(folder, monkeypatch):
    """What was read is counted, not what was said before."""
    monkeypatch.setattr(snapshot, "MAX_FILE", 1 << 20)
    looked = os.fstat

    def grown(descriptor):
        status = looked(descriptor)
        if status.st_size == 6:
            (folder / "relu.py").write_bytes(b"#" * (3 << 20))
        return status

    monkeypatch.setattr(os, "fstat", grown)
    with take(folder, folder) as taken:
        assert "relu.py is larger than 1 MB" in taken.unreadable[0]
        assert sorted(contents(taken.content)) == ["sub/work.ipynb"]


def test_what_is_run_is_what_was_read(folder):
    """Whatever happens to the live folder later, the snapshot is what it was."""
    with open_submission(folder, data=True) as submission:
        for path in (folder / "relu.py", folder / "sub/work.ipynb", folder / "sub/images/a.csv"):
            path.write_bytes(SECRET)
        assert contents(submission.root) == {
            "relu.py": b"x = 1\n", "sub/work.ipynb": NOTEBOOK, "sub/images/a.csv": b"1,2\n",
        }  # fmt: skip


@pytest.mark.parametrize("name", ["MAX_FILES", "MAX_FOLDER", "MAX_ENTRIES"])
def test_a_snapshot_has_limits(folder, monkeypatch, name):
    """Of notebooks and modules, of their bytes, and of all that is looked at."""
    monkeypatch.setattr(snapshot, name, 1)
    with pytest.raises(Refused, match="holds more"):
        copied(folder)


def test_data_beyond_the_limits_is_left_out(folder, monkeypatch):
    """It costs nothing else."""
    monkeypatch.setattr(snapshot, "MAX_DATA", 3)
    assert sorted(copied(folder)) == ["relu.py", "sub/work.ipynb"]
    monkeypatch.undo()
    monkeypatch.setattr(snapshot, "MAX_DATA_FILES", 0)
    assert sorted(copied(folder)) == ["relu.py", "sub/work.ipynb"]


def test_links_of_a_class_are_rows_of_their_own(folder, secret):
    """Whatever they lead to, and named as they are; one that leads nowhere too."""
    for name, target in (("ben", secret), ("cleo.py", secret / "relu.py"), ("dan", secret / "gone"), ("eve", folder)):
        (folder.parent / name).symlink_to(target)
    with open_entries([folder.parent], "class") as entries:
        assert [entry.student for entry in entries] == ["ada", "ben", "cleo", "dan", "eve"]
        for entry in entries[1:]:
            with (
                pytest.raises(Refused, match="is a link; hand in the files themselves"),
                open_submission(entry.path, entry.student, entry.shown, follow=entry.named),
            ):
                pass


def test_links_say_nothing_of_what_a_folder_holds(folder, tmp_path):
    """A student's folder with a link to a neighbour is no class; a folder of nothing but links is."""
    (folder / "neighbour").symlink_to(folder.parent)
    with open_entries([folder]) as entries:
        assert [(entry.student, entry.named) for entry in entries] == [("ada", True)]
    links = tmp_path / "links"
    links.mkdir()
    (links / "ada").symlink_to(folder)
    with open_entries([links]) as entries:
        assert [(entry.student, entry.named) for entry in entries] == [("ada", False)]
