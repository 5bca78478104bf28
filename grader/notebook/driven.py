"""The run by nbclient: a driver process a notebook, which starts a kernel by Jupyter's own means.

Flow: start ``driver.py`` in the box -> through ``provisioner.py`` it starts ``kernel.py``, which locks itself -> run
the cells -> one JSON line back -> kill everything.
"""

from __future__ import annotations

import contextlib
import json
import queue
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from grader.errors import HarnessError, Interrupted
from grader.machine.shortage import Shortage
from grader.notebook.jobs import QUOTA, Job
from grader.notebook.record import KILLED
from grader.sandbox import Box
from grader.sandbox.process import clean_environment, last_words
from grader.words import plain_text

BOOT = Path(__file__).parents[1] / "boot.py"
NEEDED = ("nbclient", "nbformat", "ipykernel")
GRACE_SECONDS = 40.0  # beyond the cells' total: the kernel's start and the last interrupt
REPLY_LIMIT = 2**20  # bytes
LOOK_SECONDS = 0.2  # how often the folder is looked at


def run_cells(job: Job, box: Box) -> dict[str, Any]:
    """Run the job's notebook: its ``cells``, those ``executed``, and their ``errors``.

    Raises HarnessError for trouble of the grader's own, Interrupted if the box is closed.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise HarnessError(f"A headless run needs {', '.join(missing)}: install the extra 'grade'.")
    request = {
        "notebook": str(job.notebook),
        "folder": str(job.start),
        "connection": str(job.room / "k.json"),
        "lock": box.room(job.room, "kernel"),
        "compat": job.converted,
        "cell_seconds": job.cell_seconds,
        "total_seconds": job.total_seconds,
    }
    shortage = Shortage()
    answer = read_object(_ask_driver(request, job, box, job.total_seconds + GRACE_SECONDS))
    if answer is None:
        raise HarnessError("The notebook driver's answer could not be read.")
    if "trouble" in answer:
        raise HarnessError(plain_text(str(answer["trouble"])))
    probes = answer.get("probes", {})
    if not isinstance(probes, dict) or not all(isinstance(word, str) for word in probes.values()):
        raise HarnessError("The notebook driver's answer could not be read.")
    box.note(probes)
    if KILLED in str(answer.get("errors")):
        shortage.check(-9, "The notebook's kernel")
    return answer


def _ask_driver(request: dict[str, Any], job: Job, box: Box, seconds: float) -> bytes:
    """Run the driver on one request and return its line; everything it started is gone afterwards."""
    # -P and no PYTHONPATH: neither the driver nor, below it, the kernel sees the folder that holds grader.
    argv = [sys.executable, "-P", str(BOOT), "grader.notebook.driver"]
    env = clean_environment(job.home) | {"MALLOC_ARENA_MAX": "2"}
    log = job.folder / "stderr.txt"
    process = box.start(argv, cwd=job.folder, env=env, room=job.room, log=log)
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
        line = _wait(lines, job.room, deadline)
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
        raise HarnessError(f"The notebook driver stopped without an answer{last_words(log)}.")
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


def read_object(line: bytes) -> dict[str, Any] | None:
    """A line as the JSON object that it is; None if it is none, or longer than anything that is sent here."""
    with contextlib.suppress(ValueError, RecursionError):
        answer = json.loads(line) if len(line) <= REPLY_LIMIT else None
        if isinstance(answer, dict):
            return answer
    return None
