"""``grader agree``: a collection against known verdicts, for teachers."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import (
    CHECK_FAILED,
    GRADER_FAILED,
    PASSED,
    Commands,
    add_compat,
    add_course,
    add_isolation,
    jobs,
    seed,
)
from grader.commands._output import closed_box, say, write
from grader.errors import Refused
from grader.words import inert


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    agree = commands.add_parser("agree", help="grade a collection and compare with known verdicts, for teachers")
    add_course(agree)
    agree.add_argument("truth", type=Path, metavar="TRUTH.json", help="the verdicts, by repository and function")
    agree.add_argument("folder", type=Path, metavar="DIR", help="the folder with a folder owner__name a repository")
    agree.add_argument("--json", type=Path, metavar="F", help="write all verdicts as JSON")
    agree.add_argument("--causes", type=Path, metavar="F", help="write each named cause beside the student's code")
    add_compat(agree)
    agree.add_argument("--seed", type=seed, default=231, metavar="S", help="the seed of the inputs (231)")
    agree.add_argument("--jobs", type=jobs, metavar="N", help="units at a time (as processors and memory allow)")
    add_isolation(agree)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from concurrent.futures import ThreadPoolExecutor

    from grader.agreement import Agreement, compare, read_truth
    from grader.batch.work import Terms
    from grader.batch.workshop import affordable_jobs
    from grader.course.reference import warm_up
    from grader.exporters.github import commands_stopped
    from grader.oracle.live import LiveOracle

    units = read_truth(options.truth, compat=options.compat)
    if not options.folder.is_dir():
        raise Refused(f"{options.folder} is no folder; give the one that holds a folder owner__name a repository.")
    oracle = LiveOracle(options.seed)
    warm_up(say)
    box = closed_box(options.isolation)
    try:
        with ThreadPoolExecutor(affordable_jobs(options.jobs, Terms(0).size, say)) as pool:
            found = pool.map(lambda unit: compare(unit, options.folder, oracle, box, compat=options.compat), units)
            agreement = Agreement(tuple(item for unit in found for item in unit))
    finally:
        box.close()
    if options.json:
        import json

        write(options.json, json.dumps(agreement.as_dict(), indent=1, ensure_ascii=False) + "\n")
    if options.causes:
        text = "\n".join(inert(line) for line in agreement.causes())
        write(options.causes, text + "\n")
    with commands_stopped():
        for line in agreement.lines():
            print(" ".join(inert(line).split()))
    if any(item.got is None for item in agreement.functions):
        return GRADER_FAILED
    return PASSED if all(item.agrees for item in agreement.functions) else CHECK_FAILED
