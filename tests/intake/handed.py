"""What is read of a class, and the little that it is written with."""

from __future__ import annotations

import json
from pathlib import Path

from grader.errors import Refused
from grader.intake.layouts import open_entries
from grader.intake.reading import open_submission
from tests.conftest import notebook_json
from tests.intake.classes import zipped

WORK = "def relu_forward(x):\n    return {}, x\n"


def notebook(text: str) -> bytes:
    return json.dumps(notebook_json([text])).encode()


def work(number: int = 0) -> dict[str, bytes]:
    """A notebook and a module."""
    return {"layers.ipynb": notebook(WORK.format(number)), "net.py": b"x = 1\n"}


def write(folder: Path, files) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def told(entry) -> dict[str, str]:
    """What is read of an entry: the text of its files by name; the refusal as that of the file ""."""
    if entry.reason:
        return {"": entry.reason}
    try:
        with open_submission(entry.path, entry.student, entry.shown, follow=entry.named) as submission:
            return {file.path: "".join(cell.text for cell in file.cells) for file in submission.files}
    except Refused as error:
        return {"": str(error)}


def people(*paths, every=1, **options):
    """Each person's key, with the rest of their entry and what is read of it, or of some of them."""
    with open_entries(list(paths), **options) as entries:
        found = {entry.student: (entry, told(entry) if at % every == 0 else {}) for at, entry in enumerate(entries)}
        assert len(found) == len(entries), "nobody has two entries"
        return found


def both_ways(folder: Path, **options):
    """The people of a folder, which are those of a zip of it."""
    found = people(folder, **options)
    in_zip = people(zipped(folder), **options)
    assert as_told(in_zip, folder) == as_told(found, folder)
    return found


def as_told(found, folder):
    """All of the entries but their paths."""
    return {
        key: (
            entry.person, entry.attempt, entry.attempts, entry.members, entry.notes, entry.on_roster,
            {name: text.replace(f"{folder.name}.zip", folder.name) for name, text in read.items()},
        )
        for key, (entry, read) in found.items()
    }  # fmt: skip


# The key that each layout knows a student by.
KEY = {
    "canvas": lambda student: student.lms_id,
    "canvas_anonymous": lambda student: f"anon_aB{student.number}",
    "moodle": lambda student: student.lms_id,
    "blackboard": lambda student: student.login,
    "gradescope": lambda student: student.sis_id,
    "nbgrader": lambda student: student.login,
    "plain": lambda student: student.login,
    "clones": lambda student: student.login,
}
