"""``grader grade``: submissions with hidden tests, for teaching assistants."""

from __future__ import annotations

import argparse
import functools
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import (
    GRADER_FAILED,
    PASSED,
    REFUSED,
    STOPPED,
    UNREADABLE,
    Commands,
    add_compat,
    add_course,
    add_data,
    add_isolation,
    add_notebook_limits,
    jobs,
    seconds,
    seed,
    shard,
)
from grader.commands._output import closed_box, exit_code, notebook_limits, open_console, open_data, say, words
from grader.commands.worker import add_certificates, need_dask
from grader.errors import Refused

if TYPE_CHECKING:
    from rich.console import Console

    from grader.batch.classes import Outcome
    from grader.batch.settings import Opener, Settings
    from grader.intake.layouts import Entry
    from grader.policy import Policy


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    grade = commands.add_parser("grade", help="grade submissions with hidden tests, for teaching assistants")
    add_course(grade)
    grade.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a submission, or a folder or zip of them")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder of the reports")
    grade.add_argument("--assignment", metavar="A", help="the assignment of all submissions, if not to be recognised")
    grade.add_argument(
        "--policy", type=Path, metavar="FILE", help="deadlines and deductions (policy.toml beside the class or in DIR)"
    )
    grade.add_argument("--seed", type=seed, metavar="S", help="the hidden seed (a secret random one if not given)")
    grade.add_argument("--jobs", type=jobs, metavar="N", help="submissions at a time (as processors and memory allow)")
    add_isolation(grade)
    grade.add_argument(
        "--time-factor",
        type=seconds,
        default=1.0,
        metavar="F",
        help="stretch the time limits of the checks, as 2 on a slow machine (1)",
    )
    grade.add_argument(
        "--student-seconds",
        type=seconds,
        default=600.0,
        metavar="S",
        help="what checks of one submission may take in all; what was graded by then counts (600)",
    )
    grade.add_argument(
        "--only", action="append", default=[], metavar="PART", help="only this part or check (repeatable)"
    )
    add_data(grade)
    add_compat(grade)
    again = grade.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="keep the results in DIR of what has not changed")
    again.add_argument("--fresh", action="store_true", help="begin a new seed for the whole class, which must be given")
    grade.add_argument("--dry-run", action="store_true", help="say what would be graded, and write nothing")
    grade.add_argument(
        "--layout",
        default="auto",
        metavar="L",
        help="what PATH holds: one, class, sections, or the name of a platform, as moodle (auto: recognised)",
    )
    grade.add_argument("--roster", type=Path, metavar="CSV", help="who is in the class: names, ids, sections, groups")
    grade.add_argument(
        "--engine",
        default="local",
        metavar="E",
        help="where to grade: local, dask (a cluster of this machine), or the scheduler of a cluster, tls://HOST:8786",
    )
    add_certificates(grade)
    grade.add_argument(
        "--shard", type=shard, metavar="I/N", help="only one of N parts of the class, told by name; then `grader merge`"
    )
    grade.add_argument(
        "--no-notebook", dest="notebook", action="store_false", help="do not run notebooks from top to bottom"
    )
    add_notebook_limits(grade)
    grade.add_argument("--log", type=Path, metavar="FILE", help="add what happens to FILE, one JSON object a line")
    loudness = grade.add_mutually_exclusive_group()
    loudness.add_argument(
        *("-v", "--verbose"),
        dest="verbosity",
        action="store_const",
        const=1,
        default=0,
        help="of each submission also the seconds, what is wrong, and what to look at",
    )
    loudness.add_argument(
        *("-q", "--quiet"),
        dest="verbosity",
        action="store_const",
        const=-1,
        help="print errors and the last lines only",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.batch.handed import everyone, shard_of
    from grader.commands._policies import chosen, is_handed_in
    from grader.course.folder import current
    from grader.exporters.github import commands_stopped
    from grader.intake.layouts import described, open_entries
    from grader.leftovers import run_folder
    from grader.machine.users import denied_below

    opener = _opener(options)
    options.assignment = options.assignment or current().assignment or None
    if options.shard and (options.seed is None or not options.assignment):
        raise Refused("--shard needs --seed and --assignment, the same for all shards: one class has one of each.")
    if any(os.path.abspath(path) == os.path.abspath(options.out) for path in options.paths):
        raise Refused(f"--out {options.out} is the folder of the submissions; choose another, or one inside it.")
    _look_at_course(options)
    for path in options.paths:
        if not os.access(path, os.R_OK) and (why := denied_below(path, path)):
            raise Refused(why)
    policy, where = chosen(options.policy, options.paths, options.out)
    attempts = "all" if policy and policy.attempts != "latest" else "latest"
    read = open_entries(options.paths, options.layout, options.out, options.roster, attempts)
    with run_folder(), read as entries, commands_stopped():
        if policy and not options.policy and is_handed_in(where, entries):
            say(f"{where} was handed in, and is not used; name the policy that you mean with --policy.")
            policy, where = chosen(None, [], options.out)
        if policy:
            people = [one.person for entry in entries for one in everyone(entry)]
            policy.remarks(list({person.key: person for person in people}.values()))  # refuses a name of several people
            say(f"Policy: {where}.")
        if roster := described(entries):
            say(roster)
        if options.shard:
            which, many = options.shard
            ours = [entry for entry in entries if shard_of(entry, many) == which]
            say(f"Shard {which} of {many}: {len(ours)} of {len(entries)} submissions.")
            entries[:] = ours
        return _grade_entries(entries, policy, options, opener)


def _look_at_course(options: argparse.Namespace) -> None:
    """Say which course was found where nobody named one; Refused if it lies in what was handed in."""
    from grader.course.folder import current

    course = current()
    if not course.found:
        return
    if any(course.folder.resolve().is_relative_to(path.resolve()) for path in options.paths):
        raise Refused(
            f"The course found in {course.folder} lies in what is to be graded, and its code would run here; "
            "name the course that you mean with --course."
        )
    say(f"Course: {course.title} ({course.folder}, found above the working folder).")


def _opener(options: argparse.Namespace) -> Opener | None:
    """What opens the workshop on a cluster; None for this process's own. Refused for an engine that there is not."""
    if options.engine == "local":
        return None
    if options.engine != "dask" and "://" not in options.engine:
        raise Refused(f"There is no engine {options.engine!r}; there are: local, dask, tls://HOST:PORT.")
    need_dask()
    from grader.cluster.certificates import security_of
    from grader.cluster.engine import open_cluster

    if options.engine != "dask":
        security_of(options.engine, options.certificates)
    return functools.partial(open_cluster, options.engine, options.certificates, options.jobs, not options.notebook)


def _grade_entries(
    entries: list[Entry], policy: Policy | None, options: argparse.Namespace, opener: Opener | None
) -> int:
    from grader.batch.classes import grade_class
    from grader.batch.settings import Settings
    from grader.batch.workshop import affordable_jobs
    from grader.exporters.journal import open_journal
    from grader.exporters.progress import QUIET, Pace, watched
    from grader.machine.users import in_container

    console = open_console()
    settings = Settings(
        out=options.out,
        assignment=options.assignment,
        seed=options.seed,
        only=tuple(options.only),
        resume=options.resume,
        fresh=options.fresh,
        notebook=notebook_limits(options),
        time_factor=options.time_factor,
        seconds=options.student_seconds,
        data=open_data(options),
        compat=options.compat,
        tell=say if options.verbosity != QUIET else lambda sentence: None,
        policy=policy,
        command=words(options),
        given=_given(options),
    )
    if options.dry_run:
        return _plan(entries, settings)
    if opener:
        settings = replace(settings, open_workshop=opener)
    if options.engine in ("local", "dask"):
        settings = replace(settings, jobs=affordable_jobs(options.jobs, settings.size, settings.tell))
    box = closed_box(options.isolation)
    called = {entry.student: entry.person.called for entry in entries}
    pace = Pace(len(entries), settings.jobs, called=called)
    try:
        with open_journal(options.log, len(entries), say) as journal:
            with watched(console, pace, options.verbosity, journal) as watch:
                outcome = grade_class(entries, settings, box, watch.graded, watch.started)
            if journal:
                journal.ended(stopped=outcome.interrupted)
    finally:
        box.close()
    if policy:
        for sentence in policy.remarks([row.person for row in outcome.rows], [row.result for row in outcome.rows]):
            say(f"The policy's {sentence}")
    _show_outcome(outcome, entries, options, console)
    place = Path("index.html") if len(entries) != 1 else Path(entries[0].student, "report.html")
    # A container's paths mean nothing to who runs it.
    where = f"{options.out / place}{' inside the container' if in_container() else ''}"
    console.print(f"Seed {outcome.seed}. Isolation level {box.level}. Report: {where}", markup=False)
    return _outcome_code(outcome, entries, options)


def _given(options: argparse.Namespace) -> dict[str, object]:
    """What is read and how, so that it can be read again."""
    from grader.course.folder import current

    return {
        "paths": [os.path.abspath(path) for path in options.paths],
        "layout": options.layout,
        "roster": os.path.abspath(options.roster) if options.roster else None,
        "course": str(current().folder),
    }


def _plan(entries: list[Entry], settings: Settings) -> int:
    from grader.batch.plan import planned

    for line in planned(entries, settings):
        print(line)
    say("Nothing was written.")
    return PASSED


def _show_outcome(outcome: Outcome, entries: list[Entry], options: argparse.Namespace, console: Console) -> None:
    """The results, how many there are, and on stderr what has no grade."""
    from grader.exporters import terminal
    from grader.exporters.progress import QUIET

    called = {entry.student: entry.person.called for entry in entries}
    if options.verbosity != QUIET:
        if len(entries) == 1 and outcome.results:
            terminal.show(outcome.results[0], console)
        else:
            terminal.show_class(outcome.results, console, called)
        console.print()
    handed = sum(not entry.is_missing for entry in entries)
    count = f"{handed} submissions" if handed != 1 else "1 submission"
    console.print(f"Read as {count} (if that is wrong, say --layout one or --layout class).", markup=False)
    without = [result for result in outcome.results if result.status != "graded"]
    left = len(entries) - len(outcome.results)
    counts = {"graded": len(outcome.results) - len(without), "not graded": len(without), "not reached": left}
    console.print(", ".join(f"{many} {what}" for what, many in counts.items() if many) + ".", markup=False)
    for result in without:
        say(f"{called.get(result.student, result.student)}: not graded: {result.reason}")


def _outcome_code(outcome: Outcome, entries: list[Entry], options: argparse.Namespace) -> int:
    if outcome.interrupted:
        kept = f"{len(outcome.results)} of {len(entries)} submissions were graded and kept"
        say(f"stopped; {kept}. Go on with --resume.")
        return STOPPED
    if outcome.failed or exit_code(outcome.results) == GRADER_FAILED:
        return GRADER_FAILED
    if outcome.refused:
        return REFUSED if len(outcome.refused) == len(entries) and not options.shard else UNREADABLE
    return PASSED
