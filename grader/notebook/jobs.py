"""One run's folder: a copy of what the notebook needs, as the only place that its cells may write to."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import HarnessError
from grader.folders import remove
from grader.limits import MAX_DATA, MAX_DATA_FILE, NOTEBOOK_FILES, NOTEBOOK_ROOM
from grader.sandbox.process import private
from grader.sandbox.quota import Quota

QUOTA = Quota(NOTEBOOK_ROOM, NOTEBOOK_FILES)
SKIPPED_FOLDERS = {".git", ".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Job:
    """The limits of a run in seconds, and its files.

    ``folder`` is the run's own; in it lie ``notebook``, which no cell can change, and ``room``, where cells may write.
    ``start`` is the folder in ``room`` in which they begin, beside the copy of their notebook. Of ``converted`` files
    the code needs what ``grader.compat.runtime`` installs.
    """

    folder: Path
    start: Path
    cell_seconds: float
    total_seconds: float
    converted: bool = False

    @property
    def room(self) -> Path:
        """The only folder that cells may write to."""
        return self.folder / "room"

    @property
    def home(self) -> Path:
        """The home of the processes that run them."""
        return self.room / "home"

    @property
    def notebook(self) -> Path:
        """The notebook that is run."""
        return self.folder / "notebook.ipynb"


@contextlib.contextmanager
def open_job(
    notebook: Path,
    root: Path | None,
    cell_seconds: float,
    total_seconds: float,
    converted: Mapping[str, bytes],
    place: Path,
) -> Iterator[Job]:
    """A fresh folder in ``place`` with what ``notebook`` needs of ``root``; removed in the end with all that is in it.

    Of the files that are named in ``converted``, by their path below ``root``, the copy holds these bytes.
    """
    with temporary_folder(place) as folder:
        (folder / "room").mkdir(0o700)  # what others of this machine's users must not read
        (folder / "room" / "home").mkdir()
        copied = _copy_submission(notebook, root, folder / "room" / "files")
        for name, content in converted.items():
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise HarnessError("The file that is run instead lies in the submission.")
            place = folder / "room" / "files" / name
            if place.is_file():  # not left out for its size
                place.write_bytes(content)
        job = Job(folder, copied.parent, cell_seconds, total_seconds, bool(converted))
        with open(job.notebook, "xb", opener=private) as copy:
            copy.write(copied.read_bytes())
        yield job


@contextlib.contextmanager
def temporary_folder(place: Path) -> Iterator[Path]:
    """A folder in ``place``."""
    folder = Path(tempfile.mkdtemp(prefix="nb-", dir=place)).resolve()
    folder.chmod(0o711)  # the kernel may be another user
    try:
        yield folder
    finally:
        remove(folder)


def _copy_submission(notebook: Path, root: Path | None, target: Path) -> Path:
    """Copy the notebook and the files around it into the folder ``target``; return the notebook's copy."""
    copied = target / (notebook.relative_to(root) if root else notebook.name)
    copied.parent.mkdir(parents=True)
    shutil.copyfile(notebook, copied)
    if root is None:
        return copied
    room = MAX_DATA - copied.stat().st_size
    for path in _wanted_files(root):
        size = path.stat().st_size
        place = target / path.relative_to(root)
        if size > min(MAX_DATA_FILE, room) or place == copied:
            continue
        room -= size
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return copied


def _wanted_files(root: Path) -> Iterator[Path]:
    """The regular files below ``root`` that a notebook may need, in a stable order."""
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if _is_wanted_folder(Path(folder, name)))
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _is_wanted_folder(folder: Path) -> bool:
    is_environment = (folder / "pyvenv.cfg").exists() or (folder / "conda-meta").exists()
    return folder.name not in SKIPPED_FOLDERS and not folder.is_symlink() and not is_environment
