"""Read one submission: an ``.ipynb`` (nbformat 3 and 4), a ``.py``, a folder with both kinds, or a zip of them."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import re
import stat
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.digests import sha256
from grader.errors import NothingFound, Refused
from grader.intake.documents import why_unread
from grader.intake.naming import student_name
from grader.intake.nested import unzipped
from grader.intake.newest import without_older
from grader.intake.notebooks import NO_TEXT, notebook_cells
from grader.intake.snapshot import SKIPPED_FOLDERS, SOURCES, Snapshot, copied, private_folder
from grader.limits import (
    CODECS,
    MAX_CODE,
    MAX_DEFINITIONS,
    MAX_FILE,
    MAX_FILES,
    MAX_FOLDER,
    MAX_FOLDERS_DEEP,
    MAX_LINES,
    MAX_PROSE,
    MAX_WORDS,
    MAX_WORDS_IN_ALL,
)
from grader.slips import is_utf_16
from grader.submission import Cell, Prose, SourceFile, Submission
from grader.words import did_you_mean, readable

WORD = re.compile(r"\w+|[^\w\s]")
DEFINITION = re.compile(r"\b(?:def|class)\b")
ARCHIVES = "It holds archives in archives, too many to be opened: hand in the files themselves, or one zip of them."
MUCH_CODE = "holds more code than anyone writes by hand; take data out of it"


@contextlib.contextmanager
def open_submission(
    path: Path, student: str | None = None, shown: Path | None = None, *, follow: bool = True, data: bool = False
) -> Iterator[Submission]:
    """Read a submission from a snapshot of it, which stays until the block ends.

    ``shown`` is the path for people, where ``path`` is in a temporary folder; ``follow`` and ``data`` are those of
    ``snapshot.copied``. Refused says what is wrong with it and what to do.
    """
    shown = Path(readable(str(shown or path)))
    if not os.path.lexists(path) or (follow and not os.path.exists(path)):  # False too where no one may look
        said = f"{shown} does not exist; give the path of a notebook, a .py file, a folder or a zip of them."
        raise Refused(f"{said}{did_you_mean(shown.name, _beside(path))}")
    name = student or student_name(path)
    with private_folder() as folder:
        copy = copied(path, folder, shown, follow=follow, data=data)
        with read_copy(copy, name, shown) as submission:
            yield submission


def _beside(path: Path) -> list[str]:
    """The names in the folder where something was looked for."""
    with contextlib.suppress(OSError):
        return [readable(name) for name in os.listdir(path.parent)]
    return []


@contextlib.contextmanager
def read_copy(copy: Snapshot, student: str, shown: Path) -> Iterator[Submission]:
    """Read a submission from a copy of it, as ``snapshot.copied`` makes it."""
    with unzipped(copy, shown) as taken:
        if taken.content.is_dir():
            yield _read_folder(taken, student, shown)
        else:
            yield _read_file(taken.content, student, shown)


def read_submission(path: Path, student: str | None = None) -> Submission:
    """Read a submission for its text; a zip's files are gone again, ``open_submission`` keeps them."""
    with open_submission(path, student) as submission:
        return submission


def _read_file(path: Path, student: str, shown: Path) -> Submission:
    data = _bytes(path, shown)
    cells, prose = _cells(shown, data, path.suffix)
    if not cells:
        raise NothingFound(f"{shown} holds no code; hand in the notebook with your cells filled in.")
    digest = sha256(data).hexdigest()
    return Submission(student, shown, None, (SourceFile(readable(path.name), cells, prose),), digest, file=path)


def _read_folder(taken: Snapshot, student: str, shown: Path) -> Submission:
    folder = taken.content
    files: list[SourceFile] = []
    unreadable = list(taken.unreadable)
    digest = sha256()
    size = words = told = 0
    for path in source_files(folder, unreadable, shown):
        on_disk = path.relative_to(folder).as_posix()
        relative = readable(on_disk)
        try:
            data = _bytes(path, shown / relative)
            cells, prose = _cells(shown / relative, data, path.suffix)
        except Refused as error:
            unreadable.append(str(error))
            continue
        size += len(data)
        words += _words(cells)
        if size > MAX_FOLDER or words > MAX_WORDS_IN_ALL:
            raise Refused(f"{shown} holds more code than one submission should; give the folder of the assignment.")
        digest.update(f"{on_disk}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
        told += sum(len(cell.text) for cell in prose)
        as_it_is = on_disk if on_disk != relative else ""
        files.append(SourceFile(relative, cells, prose if told <= MAX_PROSE else (), as_it_is))
    if not any(file.cells for file in files):
        why = unreadable[0] if unreadable else ARCHIVES if taken.archives else ""
        raise NothingFound(f"{shown} holds no notebook or .py file with code in it. {why}".rstrip())
    counted, notes = without_older(files)
    return Submission(student, shown, folder, tuple(counted), digest.hexdigest(), tuple(unreadable), notes=notes)


def source_files(folder: Path, unreadable: list[str] | None = None, shown: Path | None = None) -> list[Path]:
    """The notebooks and modules below a folder, in a stable order; hidden folders and environments are left out.

    A sentence for each folder that cannot be entered is added to ``unreadable``.
    """

    def note(error: OSError) -> None:
        if unreadable is not None:
            unreadable.append(f"{readable(str(error.filename))} cannot be read: {error.strerror}.")

    found = []
    for path in _walk(folder, note):
        found.append(path)
        if len(found) > MAX_FILES:
            raise Refused(
                f"{shown or folder} holds more than {MAX_FILES} source files; give the folder of one submission."
            )
    return sorted(found, key=lambda path: (len(path.parts), path.as_posix()))


def _walk(folder: Path, note: Callable[[OSError], None]) -> Iterator[Path]:
    for here, folders, names in os.walk(folder, onerror=note, followlinks=False):
        # Saved copies (.ipynb_checkpoints), repositories' insides and installed packages are no one's answer.
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS]
        if "pyvenv.cfg" in names or "conda-meta" in folders or os.path.exists(os.path.join(here, "bin", "activate")):
            folders.clear()  # a virtual environment of any name
            continue
        if here.count(os.sep) - str(folder).count(os.sep) >= MAX_FOLDERS_DEEP:
            folders.clear()
        for name in names:
            path = Path(here, name)
            if name.endswith(SOURCES) and not name.startswith(".") and not path.is_symlink():
                yield path


def _bytes(path: Path, shown: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or device would keep us waiting
            raise Refused(f"{shown} is no regular file; give a notebook, a .py file or a folder.")
        if path.stat().st_size > MAX_FILE:
            raise Refused(f"{shown} is larger than {MAX_FILE >> 20} MB; clear its outputs and save it again.")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{shown} cannot be read: {error.strerror or error}.") from None


def _cells(shown: Path, data: bytes, suffix: str) -> tuple[tuple[Cell, ...], tuple[Prose, ...]]:
    prose: tuple[Prose, ...] = ()
    if suffix == ".ipynb":
        cells, prose = notebook_cells(shown, data)
    elif suffix == ".py":
        text = module_text(shown, data)
        cells = (Cell(None, text),) if text.strip() else ()
    else:
        if data[:4] == b"PK\x03\x04" and not shown.suffix:
            raise Refused(f"{shown} is a zip archive; name it .zip.")
        raise Refused(f"{shown} cannot be read: {why_unread([shown.name])}")
    lines = sum(cell.text.count("\n") for cell in cells)
    if sum(len(cell.text) for cell in cells) > MAX_CODE or lines > MAX_LINES or _words(cells) > MAX_WORDS:
        raise Refused(f"{shown} {MUCH_CODE}.")
    if sum(_count(DEFINITION, cell.text) for cell in cells) > MAX_DEFINITIONS:
        raise Refused(
            f"{shown} defines more than {MAX_DEFINITIONS:,} functions and classes; hand in your own code only."
        )
    return cells, prose


def _words(cells: tuple[Cell, ...]) -> int:
    return sum(_count(WORD, cell.text) for cell in cells)


def _count(pattern: re.Pattern[str], text: str) -> int:
    """How often a pattern is found, without a list of what was."""
    return pattern.subn("", text)[1]


def encoding_of(data: bytes) -> str | None:
    """The encoding that a module's coding line names, UTF-8 without one, None where it names no usual one."""
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
    except (SyntaxError, ValueError, LookupError):  # it may name any codec, of bytes too
        return None
    return encoding if encoding in CODECS else None


def module_text(path: Path, data: bytes) -> str:
    """The text of a module: its coding line if that is known, else UTF-8, else Latin-1, which accepts any bytes."""
    if b"\0" in data:
        why = "is saved as UTF-16; save it as UTF-8" if is_utf_16(data) else "is no Python file: it holds binary data"
        raise Refused(f"{path} {why}.")
    if len(data) > MAX_CODE:  # some encodings take long
        raise Refused(f"{path} {MUCH_CODE}.")
    try:
        text = data.decode(encoding_of(data) or "latin-1")
    except ValueError:
        text = data.decode("latin-1")
    if NO_TEXT.search(text):
        raise Refused(f"{path} holds characters that are no text; save it as UTF-8.")
    return text.replace("\r\n", "\n").replace("\r", "\n")
