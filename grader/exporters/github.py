"""Output in GitHub's jobs: their runner executes commands that it finds in it (``::error ::``, ``##[error]``)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from grader.words import plain_text


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
