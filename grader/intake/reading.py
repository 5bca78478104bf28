"""Read one submission: an ``.ipynb`` (nbformat 3 and 4), a ``.py``, or a folder with both kinds."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grader.errors import Refused
from grader.submission import Cell, SourceFile, Submission
from grader.words import plain_text

MAX_FILE = 50 << 20
MAX_FILES = 2000
SKIPPED_FOLDERS = {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "datasets"}


def read_submission(path: Path, student: str | None = None) -> Submission:
    """Read a submission; Refused says what is wrong with it and what to do."""
    if not os.path.exists(path):  # unlike Path.exists, False where a folder above cannot be entered
        raise Refused(f"{path} does not exist; give the path of a notebook, a .py file or a folder.")
    name = student or student_name(path)
    if path.is_dir():
        return _read_folder(path, name)
    data = _bytes(path)
    cells = _cells(path, data)
    if not cells:
        raise Refused(f"{path} holds no code; hand in the notebook with your cells filled in.")
    return Submission(name, path, None, (SourceFile(path.name, cells),), hashlib.sha256(data).hexdigest())


def student_name(path: Path) -> str:
    """The student that a path stands for: the folder's name, or the file's without its ending."""
    name = Path(os.path.abspath(path)).name if path.is_dir() else path.stem  # a link's own name, not its target's
    return plain_text(re.sub(r"[\n\t/\\\\]", "_", name), 200).strip(". ") or "unnamed"


def _read_folder(folder: Path, student: str) -> Submission:
    files: list[SourceFile] = []
    unreadable: list[str] = []
    digest = hashlib.sha256()
    for path in source_files(folder, unreadable):
        relative = path.relative_to(folder).as_posix()
        try:
            data = _bytes(path)
            cells = _cells(path, data)
        except Refused as error:
            unreadable.append(str(error))
            continue
        digest.update(f"{relative}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
        files.append(SourceFile(relative, cells))
    if not any(file.cells for file in files):
        why = f" {unreadable[0]}" if unreadable else ""
        raise Refused(f"{folder} holds no notebook or .py file with code in it.{why}")
    return Submission(student, folder, folder, tuple(files), digest.hexdigest(), tuple(unreadable))


def source_files(folder: Path, unreadable: list[str] | None = None) -> list[Path]:
    """The notebooks and modules below a folder, in a stable order; hidden folders and environments are left out.

    A sentence for each folder that cannot be entered is added to ``unreadable``.
    """

    def note(error: OSError) -> None:
        if unreadable is not None:
            unreadable.append(f"{error.filename} cannot be read: {error.strerror}.")

    found = []
    for path in _walk(folder, note):
        found.append(path)
        if len(found) > MAX_FILES:
            raise Refused(f"{folder} holds more than {MAX_FILES} source files; give the folder of one submission.")
    return sorted(found, key=lambda path: (len(path.parts), path.as_posix()))


def _walk(folder: Path, note: Callable[[OSError], None]) -> Iterator[Path]:
    for here, folders, names in os.walk(folder, onerror=note, followlinks=False):
        # Saved copies (.ipynb_checkpoints), repositories' insides and installed packages are no one's answer.
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS]
        for name in names:
            path = Path(here, name)
            if name.endswith((".ipynb", ".py")) and not name.startswith(".") and not path.is_symlink():
                yield path


def _bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or device would keep us waiting
            raise Refused(f"{path} is no regular file; give a notebook, a .py file or a folder.")
        if path.stat().st_size > MAX_FILE:
            raise Refused(f"{path} is larger than {MAX_FILE >> 20} MB; clear its outputs and save it again.")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None


def _cells(path: Path, data: bytes) -> tuple[Cell, ...]:
    if path.suffix == ".ipynb":
        return notebook_cells(path, data)
    if path.suffix == ".py":
        text = module_text(path, data)
        return (Cell(None, text),) if text.strip() else ()
    kind = "a zip archive: unpack it first" if data[:4] == b"PK\x03\x04" else "no notebook, .py file or folder"
    raise Refused(f"{path} is {kind}; this grader reads .ipynb and .py files and folders of them.")


def notebook_cells(path: Path, data: bytes) -> tuple[Cell, ...]:
    """The non-empty code cells of a notebook, numbered from 1 as In [n] is after "Restart and run all"."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(f"{path} is no notebook: it is not valid JSON; save it again in Jupyter.") from None
    major = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if type(major) is not int:
        raise Refused(f"{path} is JSON but no notebook (it names no nbformat); hand in the .ipynb file itself.")
    if major not in (3, 4):
        raise Refused(f"{path} has nbformat {major}; this grader reads 3 and 4: save it in that format.")
    texts = [text for text in _code(path, notebook, major) if text.strip()]
    return tuple(Cell(number, text) for number, text in enumerate(texts, start=1))


def _code(path: Path, notebook: dict[str, Any], major: int) -> Iterator[str]:
    """The text of each code cell; nbformat 3 keeps cells in worksheets and calls their source input."""
    sheets, key = (notebook.get("worksheets", []), "input") if major == 3 else ([notebook], "source")
    try:
        for sheet in sheets:
            for cell in sheet.get("cells", []):
                if cell.get("cell_type") == "code":
                    source = cell.get(key, "")
                    text = source if isinstance(source, str) else "".join(source)
                    yield text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    except (AttributeError, TypeError):
        raise Refused(f"{path} is a damaged notebook: its cells are not in the format; save it again.") from None


def module_text(path: Path, data: bytes) -> str:
    """The text of a module: its coding line, else UTF-8, else Latin-1, which accepts any bytes."""
    if b"\0" in data:
        raise Refused(f"{path} is no Python file: it holds binary data.")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")
