"""What can go wrong, as sentences: what, where, what to do."""


class GraderError(Exception):
    """Base of all errors that this package raises; ``str()`` is one sentence for the user."""


class Refused(GraderError):
    """An input or a request that cannot be served: wrong usage, an unreadable submission (exit code 2, or 4)."""


class NothingFound(Refused):
    """There is nothing to grade: no code at all, or none of any assignment."""


class HarnessError(GraderError):
    """Trouble of the grader itself: never a mark, always "not graded" or ``grader_error`` (exit code 3)."""


class Starved(HarnessError):
    """The machine, or its container, ran out of memory or processes: to be tried again with nothing beside it."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"{cause}.")
        self.cause = cause


class MalformedCheck(HarnessError):
    """A file in ``student_template/checks/`` or ``solutions/mistakes/`` that does not hold what it must."""


class Interrupted(GraderError):
    """Grading was stopped from outside (Ctrl-C); what was graded is kept."""
