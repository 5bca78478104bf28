"""The command line. Imports are made inside the commands, so that ``grader --help`` answers at once."""

from __future__ import annotations

import argparse
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

# Parallel over submissions, one thread each; OpenBLAS's own threads would cost every start a fifth of its time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from grader.errors import GraderError, Refused
from grader.options import EXIT_CODES, parse
from grader.words import inert

if TYPE_CHECKING:
    from rich.console import Console

    from grader.batch.classes import Outcome
    from grader.cifar10 import Cifar10
    from grader.intake.layouts import Entry
    from grader.limits import NotebookLimits
    from grader.model import Result
    from grader.sandbox import Box

PASSED, CHECK_FAILED, REFUSED, GRADER_FAILED, UNREADABLE, STOPPED = EXIT_CODES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns one of EXIT_CODES."""
    options = parse(arguments)
    # A stopped job ends as one that was interrupted by hand: in order.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    # What is written about others' work is for who grades, also while it is being made.
    before = os.umask(0o077) if options.command in ("grade", "agree") else None
    try:
        return int(COMMANDS[options.command](options))
    except Refused as error:
        _say(str(error))
        return REFUSED
    except GraderError as error:
        _say(str(error))
        return GRADER_FAILED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED
    except KeyboardInterrupt:
        print("grader: stopped.", file=sys.stderr)
        return STOPPED
    finally:
        if before is not None:
            os.umask(before)


def _say(sentence: str) -> None:
    """Tell people something on stderr, in one line."""
    from grader.exporters.github import one_line

    print(f"grader: {one_line(sentence)}", file=sys.stderr)


def _open_data(options: argparse.Namespace) -> Cifar10 | None:
    if not options.data:
        return None
    from grader.cifar10 import open_cifar10

    return open_cifar10(options.data)


def _console() -> Console:
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would exit with "some check failed"

    _without_failing()
    # Piped output keeps its sentences whole instead of breaking them at 80 columns.
    return Output(highlight=False, width=None if sys.stdout.isatty() else 250)


def _without_failing() -> None:
    """A terminal without ✓ gets a ?."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _limits(options: argparse.Namespace) -> NotebookLimits | None:
    from grader.limits import NotebookLimits

    if not options.notebook:
        return None
    return NotebookLimits(options.cell_seconds, options.notebook_seconds, options.notebook_engine)


def _check(options: argparse.Namespace) -> int:
    if not options.watch:
        gc.disable()  # it ends soon; a tenth of its time would go into looking for what could be freed
        return _check_once(options)
    try:
        import watchfiles
    except ImportError:
        raise Refused("--watch needs the package watchfiles: install grader[watch].") from None
    code = _check_once(options)
    for _ in watchfiles.watch(options.path, raise_interrupt=False):
        print()
        try:
            code = _check_once(options)
        except Refused as error:  # half-saved files are normal here: say so and go on watching
            _say(str(error))
    return code


def _check_once(options: argparse.Namespace) -> int:
    from grader.assignments import find_assignment, recognise, select
    from grader.exporters import github
    from grader.grading import grade_submission
    from grader.intake.reading import open_submission
    from grader.oracle import Oracle
    from grader.oracle.recorded import RecordedOracle
    from grader.sandbox import open_box, own_level
    from grader.worker.processes import split

    data = _open_data(options)
    with open_submission(options.path, data=options.notebook) as submission:
        assignment = find_assignment(options.assignment) if options.assignment else recognise(submission)
        checks = select(assignment, options.names)
        box = open_box(own_level())
        try:
            assignment.load()
            split(box)  # before the answers are read
            oracle: Oracle = RecordedOracle(assignment)
            if data:
                from grader.oracle.data_set import DataSetOracle

                oracle = DataSetOracle(oracle, data)
            result = grade_submission(
                submission, assignment, checks, oracle, box, notebook=_limits(options), compat=options.compat
            )
        finally:
            box.close()
    if options.json:
        _write(options.json, result.to_json() + "\n")
    if options.html:
        from grader.exporters import html

        _write(options.html, html.report(result))
    with github.commands_stopped():
        _show(result)
    return _exit_code([result])


def _show(result: Result) -> None:
    """Looks where they are seen: importing rich takes longer than grading a layer."""
    if sys.stdout.isatty() or os.environ.get("FORCE_COLOR"):
        from grader.exporters import terminal

        terminal.show(result, _console())
    else:
        from grader.exporters import lines

        _without_failing()
        print(lines.plain(result), end="", flush=True)


def _grade(options: argparse.Namespace) -> int:
    from grader.exporters.github import commands_stopped
    from grader.intake.layouts import open_entries

    if options.engine != "local":
        raise Refused(f"This version grades on this machine only; leave out --engine {options.engine}.")
    if any(os.path.abspath(path) == os.path.abspath(options.out) for path in options.paths):
        raise Refused(f"--out {options.out} is the folder of the submissions; choose another, or one inside it.")
    with open_entries(options.paths, options.layout, options.out) as entries, commands_stopped():
        return _grade_entries(entries, options)


def _grade_entries(entries: list[Entry], options: argparse.Namespace) -> int:
    from grader.batch.classes import Settings, grade_class
    from grader.exporters.journal import open_journal
    from grader.exporters.progress import QUIET, Pace, watched

    console = _console()
    settings = Settings(
        out=options.out,
        assignment=options.assignment,
        seed=options.seed,
        jobs=options.jobs or os.cpu_count() or 1,
        only=tuple(options.only),
        resume=options.resume,
        notebook=_limits(options),
        time_factor=options.time_factor,
        data=_open_data(options),
        compat=options.compat,
        tell=_say if options.verbosity != QUIET else lambda sentence: None,
    )
    box = _closed_box(options.isolation)
    pace = Pace(len(entries), settings.jobs)
    try:
        with open_journal(options.log, len(entries), _say) as journal:
            with watched(console, pace, options.verbosity, journal) as watch:
                outcome = grade_class(entries, settings, box, watch.graded, watch.started)
            if journal:
                journal.ended(stopped=outcome.interrupted)
    finally:
        box.close()
    _show_outcome(outcome, entries, options, console)
    place = options.out / "index.html" if len(entries) > 1 else options.out / entries[0].student / "report.html"
    console.print(f"Seed {outcome.seed}. Isolation level {box.level}. Report: {place}", markup=False)
    return _outcome_code(outcome, entries)


def _show_outcome(outcome: Outcome, entries: list[Entry], options: argparse.Namespace, console: Console) -> None:
    """The results, how many there are, and on stderr what has no grade."""
    from grader.exporters import terminal
    from grader.exporters.progress import QUIET

    if options.verbosity != QUIET:
        if len(entries) == 1 and outcome.results:
            terminal.show(outcome.results[0], console)
        else:
            terminal.show_class(outcome.results, console)
        console.print()
    count = f"{len(entries)} submissions" if len(entries) != 1 else "1 submission"
    console.print(f"Read as {count} (if that is wrong, say --layout one or --layout class).", markup=False)
    without = [result for result in outcome.results if result.status != "graded"]
    left = len(entries) - len(outcome.results)
    counts = {"graded": len(outcome.results) - len(without), "not graded": len(without), "not reached": left}
    console.print(", ".join(f"{many} {what}" for what, many in counts.items() if many) + ".", markup=False)
    for result in without:
        _say(f"{result.student}: not graded: {result.reason}")


def _outcome_code(outcome: Outcome, entries: list[Entry]) -> int:
    if outcome.interrupted:
        kept = f"{len(outcome.results)} of {len(entries)} submissions were graded and kept"
        _say(f"stopped; {kept}. Go on with --resume.")
        return STOPPED
    if outcome.failed or _exit_code(outcome.results) == GRADER_FAILED:
        return GRADER_FAILED
    if outcome.refused:
        return REFUSED if len(outcome.refused) == len(entries) else UNREADABLE
    return PASSED


def _closed_box(level: str | None) -> Box:
    """The box to grade others' work in, tried out; Refused below level 1 unless the user said so."""
    from grader.sandbox import open_box
    from grader.sandbox.trial import try_out

    box = open_box(level)
    if box.level == "process" and level is None:
        box.close()
        raise Refused(
            "This machine cannot lock student code in, so nothing was graded. `grader doctor` says why; use a Linux "
            "machine or container, or accept the risk with --isolation process."
        )
    try:
        try_out(box)
    except BaseException:
        box.close()
        raise
    return box


def _agree(options: argparse.Namespace) -> int:
    from concurrent.futures import ThreadPoolExecutor

    from grader.agreement import Agreement, compare, read_truth
    from grader.exporters.github import commands_stopped
    from grader.oracle.live import LiveOracle, load_solutions

    units = read_truth(options.truth, compat=options.compat)
    if not options.folder.is_dir():
        raise Refused(f"{options.folder} is no folder; give the one that holds a folder owner__name a repository.")
    oracle = LiveOracle(options.seed)
    load_solutions().warm_up(_say)
    box = _closed_box(options.isolation)
    try:
        with ThreadPoolExecutor(options.jobs or os.cpu_count() or 1) as pool:
            found = pool.map(lambda unit: compare(unit, options.folder, oracle, box, compat=options.compat), units)
            agreement = Agreement(tuple(item for unit in found for item in unit))
    finally:
        box.close()
    if options.json:
        import json

        _write(options.json, json.dumps(agreement.as_dict(), indent=1, ensure_ascii=False) + "\n")
    with commands_stopped():
        for line in agreement.lines():
            print(" ".join(inert(line).split()))
    if any(item.got is None for item in agreement.functions):
        return GRADER_FAILED
    return PASSED if all(item.agrees for item in agreement.functions) else CHECK_FAILED


def _release(options: argparse.Namespace) -> int:
    from grader.assignments import find_assignment
    from grader.release import release

    try:
        written = release(find_assignment(options.assignment), options.out)
    except OSError as error:
        raise Refused(f"{options.out} cannot be written: {error.strerror or error}.") from None
    for path in written:
        print(path)
    return PASSED


def _doctor(options: argparse.Namespace) -> int:
    from grader.exporters import terminal
    from grader.sandbox import own_level, strongest_level
    from grader.sandbox.trial import survey

    terminal.show_levels(survey(), strongest_level(), own_level(), _console())
    return PASSED


def _assignments(options: argparse.Namespace) -> int:
    from grader.assignments import all_assignments
    from grader.exporters import terminal

    terminal.show_assignments(list(all_assignments().values()), _console())
    return PASSED


def _exit_code(results: Sequence[Result]) -> int:
    statuses = {check.status for result in results for check in result.checks}
    if "grader_error" in statuses:
        return GRADER_FAILED
    return PASSED if statuses <= {"passed", "skipped"} else CHECK_FAILED


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}.") from None


COMMANDS = {
    "check": _check,
    "grade": _grade,
    "agree": _agree,
    "release": _release,
    "doctor": _doctor,
    "assignments": _assignments,
}

if __name__ == "__main__":
    from grader.__main__ import main as begin

    sys.exit(begin())
