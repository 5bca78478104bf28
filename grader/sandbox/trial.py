"""Does a level hold on this machine? Locked processes without student code try what must be denied."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
from pathlib import Path

from grader.errors import HarnessError
from grader.folders import remove
from grader.model import locks
from grader.sandbox import LEVELS, Box, open_box
from grader.sandbox.process import clean_environment
from grader.words import plain_text

ROLES = ("worker", "kernel")
SECONDS = 30.0
BOOT = Path(__file__).parents[1] / "boot.py"


def survey() -> dict[str, tuple[str, dict[str, str]]]:
    """For each level, strongest first: why it does not hold here ("" if it does), and what was tried."""
    found = {}
    for level, kind in LEVELS.items():
        why, probes = kind.missing(), dict[str, str]()
        if not why and locks(level):
            box = open_box(level)
            try:
                try_out(box)
            except HarnessError as error:
                why = str(error)
            finally:
                probes = dict(box.probes)
                box.close()
        found[level] = (why, probes)
    return found


def try_out(box: Box) -> None:
    """Lock a process of each role in the box; HarnessError if one cannot be locked or reaches what it must not."""
    folder = Path(tempfile.mkdtemp(prefix="grader-"))
    folder.chmod(0o711)
    try:
        _try_roles(box, folder)
    finally:
        remove(folder)


def _try_roles(box: Box, folder: Path) -> None:
    room, log = folder / "room", folder / "log"
    room.mkdir()
    request = box.room(room, ROLES[0])
    if request is None:  # level 0
        return
    requests = [request | {"role": role} for role in ROLES]
    argv = [sys.executable, "-I", "-B", str(BOOT), "grader.lock.trial", json.dumps(requests)]
    process = box.start(argv, cwd=room, env=clean_environment(room), room=room, log=log)
    stop = threading.Timer(SECONDS, process.kill)
    stop.start()
    try:
        assert process.stdin and process.stdout, "the box starts processes with pipes"
        lines = [process.stdout.readline() for _ in ROLES]
    finally:
        stop.cancel()
        box.kill(process)
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
    for line in lines:
        try:
            box.note(json.loads(line))
        except ValueError:
            said = log.read_text("utf-8", "replace").strip().splitlines()
            cause = plain_text(said[-1]) if said else "it said nothing"
            raise HarnessError(f"A process could not be locked: {cause}.") from None
