"""What a worker must have in common with who started the run, or its results would not be those of a local run."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from grader.batch.ingredients import engine
from grader.course.folder import DESCRIPTION, current
from grader.course.modules import PUBLIC, SECRET
from grader.data_set import DataSet
from grader.grading import versions

KINDS = (".py", ".toml", ".json", ".npz")
WORDS = {
    "versions": "versions",
    "code": "grader's own code",
    "course": "course content",
    "level": "isolation level",
    "data": "data set",
}


@dataclass(frozen=True, slots=True)
class Card:
    """Versions as JSON, digests of the grader's code, the course and the data set, and the isolation level."""

    versions: str
    code: str
    course: str
    level: str
    data: str

    @property
    def resource(self) -> str:
        """The name of what workers with this card have, and tasks ask for, in Dask's words a resource."""
        return f"grader-{hashlib.sha256(self.text.encode()).hexdigest()[:24]}"

    @property
    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Card:
        """From JSON; ValueError or TypeError if it is none."""
        card = cls(**json.loads(text))
        if not all(isinstance(getattr(card, field.name), str) for field in fields(card)):
            raise TypeError("a card holds text")
        return card

    def differs(self, own: Card) -> str:
        """In what it differs from one's ``own``, in words; empty if in nothing."""
        said = []
        for name, words in WORDS.items():
            theirs, ours = getattr(self, name), getattr(own, name)
            if theirs == ours:
                continue
            if name == "versions":
                there, here = json.loads(theirs), json.loads(ours)
                other = [key for key in sorted({*there, *here}) if there.get(key) != here.get(key)]
                said += [f"{key} {there.get(key, 'not at all')} instead of {here.get(key, 'none')}" for key in other]
            elif name == "level":
                said.append(f"isolation level {theirs} instead of {ours}")
            else:
                said.append(f"another {words}" if name != "code" else f"other code of {words.split(chr(39))[0]}")
        return ", ".join(said)


def own_card(level: str, data: DataSet | None) -> Card:
    """That of this process."""
    installed = json.dumps(versions(public=False), sort_keys=True)
    return Card(installed, engine(), course_digest(current().folder), level, data.digest if data else "")


def course_digest(folder: Path) -> str:
    """Of all files of a course by which submissions are graded."""
    hasher = hashlib.sha256()
    files = [folder / DESCRIPTION]
    for half in (PUBLIC, SECRET):
        for place, _, names in os.walk(folder / half, followlinks=True):
            files += [Path(place, name) for name in names if name.endswith(KINDS)]
    for file in sorted(files):
        if file.is_file():
            content = file.read_bytes()
            hasher.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return hasher.hexdigest()
