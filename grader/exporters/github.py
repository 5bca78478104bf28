"""Output in GitHub's jobs: their runner executes commands that it finds in it (``::error ::``, ``##[error]``)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.words import number, plain_text

if TYPE_CHECKING:
    from grader.model import Result


@contextlib.contextmanager
def commands_stopped() -> Iterator[None]:
    """In a job of GitHub Actions, have nothing that is printed inside the block taken for a command.

    Students choose names, messages and file names. The word that ends it is drawn anew, so none of them knows it.
    """
    if not os.environ.get("GITHUB_ACTIONS"):
        yield
        return
    token = os.urandom(16).hex()
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def one_line(text: str) -> str:
    """A sentence for stderr, which the runner reads beside stdout: of one line, and without its older commands."""
    line = plain_text(" ".join(text.split()), 2000)
    return line.replace("##[", "## [") if os.environ.get("GITHUB_ACTIONS") else line


def outputs(result: Result) -> str:
    """What later steps of a job can use, as lines of $GITHUB_OUTPUT: nothing that students choose."""
    graded = result.score is not None and result.max_score
    share = 100 * (result.score or 0) / (result.max_score or 1)
    values = {
        "status": "graded" if graded else "not_graded",
        "score": number(result.score or 0) if graded else "",
        "max-score": number(result.max_score or 0) if graded else "",
        "percent": f"{share:.1f}" if graded else "",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())
