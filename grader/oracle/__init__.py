"""Where expected answers come from: always in the grading process, never in the student's.

live       plays the scenarios with solutions/, on any seed
recorded   reads what ``live`` gave for the public seed, from the file beside the student template
data_set   adds to either what follows from a data set that is given
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from grader.expectations import Arrays
from grader.spec import Case, Check, Inputs

if TYPE_CHECKING:
    from grader.course.catalogue import Catalogue
    from grader.data_set import DataSet
    from grader.mistakes import Wrong

Answers = Arrays | None  # of a mistake: {} where it changes nothing, None where it raises

PUBLIC_SEED = 231  # the course's number


class Oracle(Protocol):
    """Gives the inputs of a case, the right answer, and the answers of the known mistakes."""

    seed: int
    public: bool

    @property
    def data(self) -> DataSet | None:
        """The data set, if one is given; without it the checks that need it are not asked about."""

    @property
    def catalogue(self) -> Catalogue:
        """The known mistakes."""

    def inputs(self, check: Check, case: Case) -> Inputs:
        """What to play the scenario with."""

    def answer(self, check: Check, case: Case) -> Arrays:
        """What the reference returns."""

    def seconds(self, check: Check, case: Case) -> float | None:
        """How long the reference takes once it is warm; None where it does not run."""

    def mistaken(self, check: Check, case: Case, wrong: Wrong) -> Answers:
        """What code with that mistake in it would return, if that is known here."""

    def matters(self, check: Check, wrong: Wrong) -> bool:
        """Whether a known mistake can change anything of a check, and so be one of two."""


def key(check: Check, case: Case) -> str:
    """The name of a case, unique in the project."""
    return f"{check.name}/{case.name}"
