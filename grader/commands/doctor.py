"""``grader doctor``: what this machine can do."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from grader.commands._options import PASSED, Commands
from grader.commands._output import open_console


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    commands.add_parser(
        "doctor",
        help="which isolation levels hold on this machine, why not a higher one, what is used; processors, memory",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.exporters import terminal
    from grader.sandbox import own_level, strongest_level
    from grader.sandbox.trial import survey

    console = open_console()
    terminal.show_levels(survey(), strongest_level(), own_level(), console)
    console.print()
    for sentence in allowance():
        console.print(sentence, markup=False, soft_wrap=True)
    return PASSED


def allowance(root: Path = Path("/")) -> Iterator[str]:
    """What processors and memory allow here, and what says so."""
    from grader.batch.work import Terms
    from grader.limits import GRADER_SIZE, NotebookLimits
    from grader.machine.gives import gigabytes, in_words, jobs, memory, processors

    here, there = processors(root), memory(root)
    yield f"Processors: {here.many} ({here.source})."
    if there is not None:
        yield f"Memory: {gigabytes(there.available)} can be had now ({in_words(there)})."
    for what, notebook in (("with notebooks", NotebookLimits()), ("with --no-notebook", None)):
        size = Terms(0, notebook=notebook).size
        allowed = jobs(None, size, GRADER_SIZE, root)
        scarce = "" if not allowed.why else ", for want of memory"
        yield f"`grader grade` takes {allowed.many} at a time {what} (up to {gigabytes(size)} each){scarce}."
        if there is not None and there.total < size + GRADER_SIZE:
            yield "  That is less than one may take: who takes more than there is will not be graded."
