"""``grader regrade``: what was graded once more, from where it was read; what moves is shown before it does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import GRADER_FAILED, PASSED, STOPPED, Commands, add_course, add_isolation, jobs
from grader.commands._output import closed_box, open_console, say, show_lines, words
from grader.errors import Refused

if TYPE_CHECKING:
    from rich.console import Console

    from grader.batch.regrading import Regraded, Source
    from grader.intake.layouts import Entry
    from grader.sandbox import Box
    from grader.store.store import Store


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    regrade = commands.add_parser("regrade", help="grade again what a folder of reports holds, and show what moves")
    add_course(regrade)
    regrade.add_argument("folder", type=Path, metavar="DIR", help="the folder that `grade` wrote with --out")
    regrade.add_argument(
        "--changed",
        action="store_true",
        help="only what would come out otherwise: other checks, reference, weights, submissions, versions",
    )
    regrade.add_argument("--dry-run", action="store_true", help="show old and new marks, and write nothing")
    regrade.add_argument(
        "--jobs", type=jobs, metavar="N", help="submissions at a time (as processors and memory allow)"
    )
    add_isolation(regrade)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.store.opening import store_to_read, store_to_write

    if options.dry_run:
        with store_to_read(options.folder) as store:
            return _regrade(store, options)
    with store_to_write(options.folder, words(options), say) as store:
        return _regrade(store, options)


def _regrade(store: Store, options: argparse.Namespace) -> int:
    from grader.batch import regrading
    from grader.course.folder import choose
    from grader.exporters.github import commands_stopped
    from grader.leftovers import run_folder

    found = regrading.sources(store, options.folder)
    if not found:
        raise Refused(f"{options.folder} holds nothing that was handed in.")
    course = found[-1].run.given.get("course")
    if course and not options.course:
        choose(Path(course))
    with commands_stopped(), run_folder(), regrading.opened(found, options.folder) as read:
        box = closed_box(options.isolation or found[-1].run.terms.get("isolation"))
        try:
            return _made_again(store, read, box, open_console(), options)
        finally:
            box.close()


def _made_again(
    store: Store, read: list[tuple[Source, list[Entry]]], box: Box, console: Console, options: argparse.Namespace
) -> int:
    from grader.batch import regrading
    from grader.batch.workshop import affordable_jobs
    from grader.exporters.progress import USUAL, Pace, watched

    total = sum(len(entries) for _, entries in read)
    sizes = [regrading.terms_then(source).size for source, _ in read]
    workers = affordable_jobs(options.jobs, max(sizes, default=1), say)
    called = {entry.student: entry.person.called for _, entries in read for entry in entries}
    with watched(console, Pace(total, workers, called=called), USUAL, None) as watch:
        done = regrading.make_again(
            store,
            read,
            box,
            jobs=workers,
            only_changed=options.changed,
            stage=not options.dry_run,
            tell=say,
            on_result=watch.graded,
            on_start=watch.started,
        )
    if done.interrupted:
        kept = "" if options.dry_run else f" What was made ({len(done.moved)}) is kept for the next `regrade`."
        say(f"stopped; no mark was changed.{kept}")
        return STOPPED
    _show(done)
    if options.dry_run:
        say("Nothing was written.")
    else:
        regrading.write_again(store, done.moved, words(options), options.folder)
    return GRADER_FAILED if done.failed else PASSED


def _show(done: Regraded) -> None:
    """The marks that move, old and new, and how many stay."""
    moving = [one for one in done.moved if not one.is_same]
    show_lines(one.line for one in moving)
    again = len(done.moved) - len(moving)
    same = done.looked_at - len(done.moved)
    counts = {"to move": len(moving), "as before": again, "unchanged": max(same, 0)}
    print(f"Marks: {', '.join(f'{many} {what}' for what, many in counts.items() if many)}.")
