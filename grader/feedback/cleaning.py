"""A row as its own student may see it: no seed, no path of a machine, nothing about how it was run."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

from grader.gradebook import Row
from grader.model import Isolation, PartResult, SubmissionInfo
from grader.people import Attempt

ELIDED = "…"
LONG = 6  # digits of a seed that no other number is likely to have

# Absolute paths below the folders that systems have, and those of Windows: the last name stays.
ROOTS = (
    "Applications|Library|System|Users|Volumes|app|bin|boot|content|data|dev|etc|home|kaggle|lib|lib64|media|mnt|nix|opt|"
    "private|proc|root|run|sbin|scratch|srv|sys|tmp|usr|var|work|workspace|workspaces"
)
SEGMENT = r"[^\s\\/'\"`:;,()<>|]+"
UNIX = re.compile(rf"(?<![\w.…-])/(?:{ROOTS})((?:/{SEGMENT})+/?|/)")
WINDOWS = re.compile(rf"(?<!\w)[A-Za-z]:((?:[\\/]+{SEGMENT})+[\\/]*)")
FOLDER = "\ue000"  # stands for the name of a folder of this machine
BELOW = re.compile(rf"{FOLDER}((?:[\\/]+{SEGMENT})*[\\/]*)")
DIGITS = re.compile(r"\d+")
WORD = re.compile(r"[\w-]")


def places(*folders: Path) -> list[str]:
    """The names of folders that must not be seen, longest first: those given, the working one and the usual ones."""
    known = {str(given) for folder in folders for given in (folder, folder.absolute(), folder.resolve())}
    known |= {str(Path.home()), str(Path.cwd()), tempfile.gettempdir(), str(Path(tempfile.gettempdir()).resolve())}
    return sorted((name for name in known if len(name) > 2), key=lambda name: (-len(name), name))


def for_student(row: Row, private: Iterable[str] = ()) -> Row:
    """The row without seed, isolation and paths; ``private`` are names of folders that are cut out of every text."""
    result = row.result
    clean = _cleaner(result.seed, result.submission.path, private)
    own = replace(
        result,
        student=row.person.key,
        submission=SubmissionInfo(".", result.submission.sha256, result.submission.files),
        seed=None,
        isolation=Isolation("", {}),
        parts=tuple(_without_code(part) for part in result.parts),
    )
    seen = _mapped(own, clean)
    mark = _mapped(row.mark, clean)
    person = replace(row.person, login="", email="", lms_id="", sis_id="", section="", group="")
    attempts = tuple(_unnamed(one) for one in row.attempts)
    return Row(person, _unnamed(row.attempt) if row.attempt else None, seen, mark, attempts)


def _without_code(part: PartResult) -> PartResult:
    """The code beside failed checks is for staff."""
    checks = (replace(check, place=replace(check.place, code="") if check.place else None) for check in part.checks)
    return replace(part, checks=tuple(checks))


def _unnamed(attempt: Attempt) -> Attempt:
    return replace(attempt, files=())


def _cleaner(seed: int | None, path: str, private: Iterable[str]) -> Callable[[str], str]:
    """A function that cuts a seed, absolute paths and names of folders out of a text.

    The submission's own path, which may be named after another member of the group, becomes "the submission".
    """
    own = path if "/" in path or "\\" in path or PurePath(path).suffix else ""
    secret = str(seed) if len(str(seed)) >= LONG else ""

    def clean(text: str) -> str:
        if own:
            text = text.replace(own, "the submission")
        for name in private:
            if name in text:
                text = _marked(text, name)
        text = WINDOWS.sub(_last, UNIX.sub(_last, BELOW.sub(_last, text)))
        if secret and secret in text:
            text = DIGITS.sub(lambda found: ELIDED if found[0] == secret else found[0], text)
        return text

    return clean


def _marked(text: str, folder: str) -> str:
    """The text with FOLDER for the folder's name, but where that is the beginning of a longer one."""
    first, *others = text.split(folder)
    return first + "".join(f"{folder if WORD.match(rest) else FOLDER}{rest}" for rest in others)


def _last(found: re.Match[str]) -> str:
    """The last name of a path, behind a sign that something was left out."""
    name = found[1].replace("\\", "/").rpartition("/")[2]
    return f"{ELIDED}/{name}" if name else ELIDED


def _mapped(value: Any, clean: Callable[[str], str]) -> Any:
    """The same with every text cleaned."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) else clean(value)
    if isinstance(value, tuple):
        return tuple(_mapped(item, clean) for item in value)
    if isinstance(value, dict):
        return {clean(key): _mapped(item, clean) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _mapped(getattr(value, one.name), clean) for one in fields(value)})
    return value
