"""What is written about students is for who grades: no other user of the machine can read it, at any time of a run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader import notebook
from grader.cli import main
from grader.folders import remove
from grader.notebook.jobs import open_job
from grader.store.records import Run
from grader.store.store import Store
from tests.attacks.scene import HONEST, honest_notebook

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no modes here")


def open_to_others(folder: Path) -> list[Path]:
    """The files and folders below that others may read, each folder on the way being one that they may enter."""
    found = []
    for path in folder.iterdir():
        mode = path.lstat().st_mode
        if mode & 0o044:
            found.append(path)
        if path.is_dir() and mode & 0o011:
            found += open_to_others(path)
    return found


@pytest.fixture
def usual(monkeypatch):
    """The usual umask, and a temporary folder that others may enter."""
    before = os.umask(0o022)
    folder = Path(tempfile.mkdtemp(prefix="p-"))  # short: sockets lie below it
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    os.umask(before)
    remove(folder)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["fork", "nbclient"])
def test_a_class_is_graded_for_us_alone(tmp_path, usual, monkeypatch, engine):
    """The reports, the database, and all there is while a notebook runs; who the kernel is can use its room."""
    if engine == "fork" and not notebook.forked.is_possible():
        pytest.skip("kernels cannot be forked here")
    submissions, out = tmp_path / "class", tmp_path / "out"
    submissions.mkdir()
    (submissions / "ada.ipynb").write_text(honest_notebook("open('mine.txt', 'w').write('x')", "open('mine.txt')"))
    (submissions / "ben.py").write_text(HONEST)
    seen = list[Path]()
    run = notebook.ENGINES[engine]

    def looked_at(job, box):
        answer = run(job, box)
        seen.extend(path for folder in (usual, tmp_path) for path in folder.rglob("*.ipynb"))
        assert [path for path in open_to_others(usual) if "targets" not in path.parts] == []
        assert open_to_others(out) == []
        return answer

    monkeypatch.setitem(notebook.ENGINES, engine, looked_at)
    argv = [
        "grade",
        submissions,
        "--out",
        out,
        "--assignment",
        "layers",
        "--only",
        "relu",
        "--jobs",
        "1",
        "--layout",
        "class",
    ]
    assert main([*map(str, argv), "--notebook-engine", engine]) == 0
    assert any("files" in path.parts for path in seen), "it was looked while the notebook's room was there"
    assert sorted(path.name for path in out.iterdir()) == ["ada", "ben", "grades.csv", "grades.db", "index.html"]
    assert open_to_others(out) == []
    assert '"trouble": null' in (out / "ada" / "result.json").read_text()
    assert '"errors": []' in (out / "ada" / "result.json").read_text()


def test_the_usual_umask_is_there_again(usual, capsys):
    """A program that calls the command line keeps its own."""
    assert main(["grade", "nowhere", "--out", str(usual / "out")]) == 2
    assert os.umask(0o022) == 0o022


def test_a_notebooks_room_is_private_whoever_runs_it(usual, tmp_path):
    """A student's own too, on a machine with others."""
    (tmp_path / "a.ipynb").write_text(honest_notebook())
    with open_job(tmp_path / "a.ipynb", None, 1, 1, {}, usual):
        assert list(usual.rglob("*.ipynb"))
        assert open_to_others(usual) == []


def test_a_database_that_was_open_to_others_no_longer_is(usual):
    """Those of earlier versions were; it holds the seed."""
    path = usual / "grades.db"
    path.touch(0o644)
    Store(path).close()
    assert open_to_others(usual) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_another_user_cannot_read_the_seed_of_a_run(usual):
    """Not even while it is written."""
    store = Store(usual / "grades.db")
    store.begin(Run("grade", 4711))
    code = f"import os; os.setuid(65534); open({str(usual / 'grades.db')!r}, 'rb')"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert "PermissionError" in done.stderr
    store.close()
