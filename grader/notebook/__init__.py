"""The headless run: does the notebook run from top to bottom, and which cells raise?

Flow: copy what the notebook needs -> start ``driver.py`` in the box -> through ``provisioner.py`` it starts
``kernel.py``, which locks itself -> run the cells -> one JSON line back -> kill everything -> remove the copy.
The run carries no marks.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from grader.errors import HarnessError, Interrupted
from grader.folders import remove
from grader.model import CellError, NotebookRun
from grader.sandbox import Box
from grader.sandbox.process import clean_environment
from grader.sandbox.quota import Quota
from grader.words import plain_text

BOOT = Path(__file__).parents[1] / "boot.py"
NEEDED = ("nbclient", "nbformat", "ipykernel")
GRACE_SECONDS = 40.0  # beyond the cells' total: the kernel's start and the last interrupt
REPLY_LIMIT = 2**20  # bytes
FILE_LIMIT = 5 * 2**20  # bytes
COPY_LIMIT = 100 * 2**20  # bytes
QUOTA = Quota(size=2**30, files=20_000)  # the copy and what the cells write beside it
LOOK_SECONDS = 0.2  # how often the folder is looked at
SKIPPED_FOLDERS = {".git", ".ipynb_checkpoints", "__pycache__"}


def run(
    notebook: Path, root: Path | None, box: Box, *, cell_seconds: float = 30, total_seconds: float = 120
) -> NotebookRun:
    """Run all cells of ``notebook`` in a copy of the submission folder ``root`` (None: of that file alone).

    A cell that raises or runs too long is recorded and the next one runs; times are in seconds.
    Trouble of the grader's own comes back in ``trouble``. Raises Interrupted if the box is closed.
    """
    started = time.perf_counter()
    file = notebook.relative_to(root).as_posix() if root else notebook.name
    result: dict[str, Any] = {"cells": 0, "executed": 0}
    try:
        _require_packages()
        with _job_folder() as job:
            room = job / "room"
            (room / "home").mkdir(parents=True)
            copied = _copy_submission(notebook, root, room / "files")
            shutil.copyfile(copied, job / "notebook.ipynb")  # the driver's own, which no cell can change
            request = {
                "notebook": str(job / "notebook.ipynb"),
                "folder": str(copied.parent),
                "connection": str(room / "k.json"),
                "lock": box.room(room, "kernel"),
                "cell_seconds": cell_seconds,
                "total_seconds": total_seconds,
            }
            answer = _read(_ask_driver(request, job, box, total_seconds + GRACE_SECONDS))
            result = _parse(answer)
            box.note(answer.get("probes", {}))
    except HarnessError as error:
        result["trouble"] = str(error)
    except OSError as error:
        result["trouble"] = plain_text(f"The notebook could not be prepared for the run ({error}).")
    return NotebookRun(file=file, seconds=time.perf_counter() - started, **result)


@contextlib.contextmanager
def _job_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nb-")).resolve()
    folder.chmod(0o711)  # the kernel may be another user
    try:
        yield folder
    finally:
        remove(folder)


def _require_packages() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise HarnessError(f"A headless run needs {', '.join(missing)}: install the extra 'grade'.")


def _copy_submission(notebook: Path, root: Path | None, target: Path) -> Path:
    """Copy the notebook and the files around it into the folder ``target``; return the notebook's copy."""
    copied = target / (notebook.relative_to(root) if root else notebook.name)
    copied.parent.mkdir(parents=True)
    shutil.copyfile(notebook, copied)
    if root is None:
        return copied
    room = COPY_LIMIT - copied.stat().st_size
    for path in _wanted_files(root):
        size = path.stat().st_size
        place = target / path.relative_to(root)
        if size > min(FILE_LIMIT, room) or place == copied:
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


def _ask_driver(request: dict[str, Any], job: Path, box: Box, seconds: float) -> bytes:
    """Run the driver on one request and return its line; everything it started is gone afterwards."""
    room = job / "room"
    # -P and no PYTHONPATH: neither the driver nor, below it, the kernel sees the folder that holds grader.
    argv = [sys.executable, "-P", str(BOOT), "grader.notebook.driver"]
    env = clean_environment(room / "home") | {"MALLOC_ARENA_MAX": "2"}
    process = box.start(argv, cwd=job, env=env, room=room, log=job / "stderr.txt")
    assert process.stdin is not None
    assert process.stdout is not None
    stdout, lines = process.stdout, queue.SimpleQueue[bytes]()
    reader = threading.Thread(target=lambda: lines.put(_line(stdout)), daemon=True)
    reader.start()
    deadline = time.monotonic() + seconds
    try:
        with contextlib.suppress(OSError):  # a driver that is gone already shows as an empty answer
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        line = _wait(lines, room, deadline)
        if line is None:
            raise HarnessError(f"The notebook run gave no answer within {seconds:g} s and was stopped.")
    finally:
        box.kill(process)
        reader.join(timeout=5)
        for pipe in (process.stdin, process.stdout) if not reader.is_alive() else ():
            with contextlib.suppress(OSError):
                pipe.close()
    if not line:
        if box.closed:
            raise Interrupted("Grading was stopped.")
        raise HarnessError(f"The notebook driver stopped without an answer{_last_words(job / 'stderr.txt')}.")
    return line


def _line(stream: IO[bytes]) -> bytes:
    """The first line of a stream, or its beginning if it is too long."""
    line = b""
    while len(line) <= REPLY_LIMIT and not line.endswith(b"\n"):
        piece = stream.read(2**16)
        if not piece:
            break
        line += piece
    return line


def _wait(lines: queue.SimpleQueue[bytes], room: Path, deadline: float) -> bytes | None:
    """The driver's answer; None if there is none in time. HarnessError if the cells fill the disk."""
    while (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=min(left, LOOK_SECONDS))
        excess = QUOTA.excess(room)
        if excess:
            raise HarnessError(f"The notebook was stopped: its cells wrote {excess}.")
    return None


def _last_words(stderr: Path) -> str:
    """The last line of the driver's stderr, in brackets; empty if it said nothing."""
    with contextlib.suppress(OSError), open(stderr, "rb") as file:
        file.seek(max(0, stderr.stat().st_size - 2000))
        words = plain_text((file.read(2000).decode("utf-8", "replace").strip().splitlines() or [""])[-1])
        return f" ({words})" if words else ""
    return ""


def _read(line: bytes) -> dict[str, Any]:
    """The driver's answer; raises HarnessError if it is no JSON object."""
    with contextlib.suppress(ValueError, RecursionError):
        answer = json.loads(line) if len(line) <= REPLY_LIMIT else {}
        if isinstance(answer, dict):
            return answer
    raise HarnessError("The notebook driver's answer could not be read.")


def _parse(answer: dict[str, Any]) -> dict[str, Any]:
    """The driver's answer as fields of a NotebookRun; raises HarnessError if it is not well formed."""
    try:
        if "trouble" in answer:
            raise HarnessError(plain_text(str(answer["trouble"])))
        errors = tuple(_cell_error(**error) for error in answer["errors"])
        return {"cells": int(answer["cells"]), "executed": int(answer["executed"]), "errors": errors}
    except (ValueError, TypeError, KeyError, OverflowError):
        raise HarnessError("The notebook driver's answer could not be read.") from None


def _cell_error(cell: int, line: int | None, type: str, message: str) -> CellError:
    return CellError(int(cell), None if line is None else int(line), plain_text(str(type)), plain_text(str(message)))
