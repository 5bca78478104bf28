"""What commands say, show and write."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import CHECK_FAILED, GRADER_FAILED, PASSED
from grader.errors import Refused

if TYPE_CHECKING:
    from rich.console import Console

    from grader.data_set import DataSet
    from grader.limits import NotebookLimits
    from grader.model import Result
    from grader.sandbox import Box

STANDARD_OUTPUT = Path("-")


def say(sentence: str) -> None:
    """Tell people something on stderr, in one line."""
    from grader.exporters.github import one_line

    print(f"grader: {one_line(sentence)}", file=sys.stderr)


def open_data(options: argparse.Namespace) -> DataSet | None:
    """The data set that --data names, if it does."""
    if options.data is None:
        return None
    from grader.data_set import open_data_set

    return open_data_set(options.data)


def open_console() -> Console:
    """A console that keeps its sentences whole."""
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would exit with "some check failed"

    without_failing()
    # Piped output keeps its sentences whole instead of breaking them at 80 columns.
    return Output(highlight=False, width=None if sys.stdout.isatty() else 250)


def without_failing() -> None:
    """A terminal without ✓ gets a ?."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def notebook_limits(options: argparse.Namespace) -> NotebookLimits | None:
    """The limits of notebooks; None if they are not run."""
    from grader.limits import NotebookLimits

    if not options.notebook:
        return None
    return NotebookLimits(options.cell_seconds, options.notebook_seconds, options.notebook_engine)


def closed_box(level: str | None) -> Box:
    """The box to grade others' work in, tried out; Refused below level 1 unless the user said so."""
    from grader.model import locks
    from grader.sandbox import open_box
    from grader.sandbox.trial import try_out

    box = open_box(level)
    if level is None and not locks(box.level):
        box.close()
        raise Refused(_without_lock())
    try:
        try_out(box)
    except BaseException:
        box.close()
        raise
    return box


def _without_lock() -> str:
    from grader import lock
    from grader.machine.users import in_container

    what = "a Linux machine or container"
    if in_container():  # whose kernel is that of the machine below it
        what = "a host whose kernel has Landlock (for Docker Desktop: a newer version of it)"
    return (
        f"This machine cannot lock student code in, so nothing was graded: {lock.missing()}. Use {what}, or accept the "
        "risk with --isolation process."
    )


def show_lines(lines: Iterable[str]) -> None:
    """Print lines that may hold what students chose, each as one line."""
    from grader.exporters.github import one_line

    without_failing()
    for line in lines:
        print(one_line(line))


def words(options: argparse.Namespace) -> str:
    """What a command line says, without paths, the seed and what is usual anyway: "grade --only relu --resume"."""
    from grader.commands import parser_of

    found = [str(options.command)]
    for action in parser_of(options.command)._actions:
        value = getattr(options, action.dest, action.default)
        values = value if isinstance(value, list) else [value]
        if value == action.default or action.dest == "seed" or any(isinstance(one, Path) for one in values):
            continue
        if action.nargs == 0 and value != action.const:
            continue
        name = [action.option_strings[-1]] if action.option_strings else []
        found += [word for one in values for word in (*name, *([] if action.nargs == 0 else [str(one)]))]
    return " ".join(found)


def exit_code(results: Sequence[Result]) -> int:
    """The exit code for these results of a check."""
    statuses = {check.status for result in results for check in result.checks}
    if "grader_error" in statuses:
        return GRADER_FAILED
    return PASSED if statuses <= {"passed", "skipped"} else CHECK_FAILED


def write(path: Path, text: str) -> None:
    """Write a file that an option names, - for the standard output; Refused if it cannot be."""
    if path == STANDARD_OUTPUT:
        without_failing()
        print(text, end="", flush=True)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}.") from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; Refused if it cannot be."""
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise Refused(f"{path} cannot be written: {error.strerror or error}.") from None
