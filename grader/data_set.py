"""A data set that some checks of a course need: the course's own reader opens it, and no student code ever does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from grader.course import modules
from grader.course.folder import current
from grader.errors import MalformedCheck, Refused

if TYPE_CHECKING:
    from grader.mistakes import Mistake


class DataSet(Protocol):
    """What a course's reader gives: arrays of its own, and this for the engine.

    ``places`` are the folder and its files, links resolved; ``digest`` tells its content.
    """

    @property
    def folder(self) -> Path:
        """Where it lies."""

    @property
    def places(self) -> tuple[str, ...]:
        """What student code may read of it."""

    @property
    def digest(self) -> str:
        """A hash of its content."""

    @property
    def reference(self) -> Mapping[str, Any]:
        """The functions that stand for the reference in checks that have no truth of their own."""

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What is known to go wrong with those functions."""


def open_data_set(folder: Path | None) -> DataSet | None:
    """Open the folder that --data names; None for none. Refused if it is not the course's data set."""
    if folder is None:
        return None
    course = current()
    if course.data is None:
        raise Refused(f"--data {folder}: the course {course.title!r} needs no data set; leave it out.")
    try:
        reader = modules.load(modules.PUBLIC, course.public, course.data.reader)
    except ImportError as error:
        raise MalformedCheck(f"{course.folder / 'course.toml'}: the reader {course.data.reader}: {error}.") from None
    opened: DataSet = reader.open_data_set(folder)
    return opened
