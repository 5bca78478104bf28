"""``python -m benchmarks.peers``: this grader, nbgrader and Otter-Grader on the same thirteen submissions.

Prints what each says of every submission beside what it deserves, and what a submission costs: wall, CPU of all
processes, memory. The peers are installed into environments of their own, below ``benchmarks/out``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks import page
from benchmarks.__main__ import line
from benchmarks.figures import Figure
from benchmarks.measure import ROOT, Failed, Usage, run
from benchmarks.peers.course import LIMIT_SECONDS, Absent, Outcome
from benchmarks.peers.exercise import Work, works
from benchmarks.peers.nbgrader import Nbgrader
from benchmarks.peers.otter import Otter
from benchmarks.peers.ours import Ours

FEW, MANY = 1, 5
MEGABYTE = 2**20
WAYS = {"grader": "grader grade --jobs 1", "nbgrader": "nbgrader autograde", "otter-grader": "otter's Python API"}


class Grader(Protocol):
    """One grader with a course of its own."""

    name: str

    def submit(self, student: str, cells: dict[str, str]) -> object:
        """Hand a student's cells in."""

    def grade_class(self, students: list[str]) -> Usage:
        """Grade what these students, and nobody else, handed in."""

    def grade(self, student: str, work: Work) -> Outcome:
        """Hand in and grade one submission."""


GRADERS: tuple[Callable[[Path, Path], Grader], ...] = (Ours, Nbgrader, Otter)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all graders that can be had; 0 if all that were asked for could."""
    out = ROOT / "benchmarks" / "out"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--out", type=Path, default=out, help="folder of page and JSON")
    parser.add_argument("--environments", type=Path, default=out / "environments", help="where the peers are installed")
    parser.add_argument("--only", action="append", choices=WAYS, help="only this grader (repeatable)")
    options = parser.parse_args(arguments)
    said: dict[str, dict[str, Outcome]] = {}
    figures: dict[str, list[Figure]] = {}
    notes = [
        "A submission alone: one command for one notebook, with the start of all that serves it. One more of a class: "
        f"the difference between a class of {FEW} and of {MANY} right submissions, divided.",
        f"No result after {LIMIT_SECONDS:g} s. Memory is the sum over all processes at the peak, where pages that "
        "several share count in each.",
    ]
    for make in GRADERS:
        with tempfile.TemporaryDirectory() as place:
            name: str = getattr(make, "name", "")
            if options.only and name not in options.only:
                continue
            print(f"\n{name}", flush=True)
            try:
                grader = make(options.environments.absolute(), Path(place) / "course")
                notes.append(f"{name}: {_version(grader)}.")
                said[name] = _verdicts(grader)
                figures[name] = _costs(make, options.environments.absolute(), Path(place), said[name])
            except (Absent, Failed) as error:
                notes.append(f"{name} was left out: {error}")
                print(f"  left out: {error}")
    table = _table(said)
    written = page.write(options.out, "peers", "Peers", figures, notes=notes, table=table)
    print(f"\nPage: {os.path.relpath(written)}")
    return 0 if len(said) == len(options.only or WAYS) else 1


def _version(grader: Grader) -> str:
    """The version of a grader, from its own environment."""
    code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
    done = run([str(getattr(grader, "python", sys.executable)), "-c", code, grader.name])
    return f"version {done.output.strip()}" if done.code == 0 else "this checkout"


def _verdicts(grader: Grader) -> dict[str, Outcome]:
    said = {}
    for student, work in works().items():
        said[student] = grader.grade(student.replace("_", "-"), work)
        print(f"  {work.story}: {said[student].against(work)}", flush=True)
    return said


def _costs(
    make: Callable[[Path, Path], Grader], environments: Path, place: Path, said: dict[str, Outcome]
) -> list[Figure]:
    """A submission alone, and one more of a class."""
    alone = said["right"].usage
    found = _cost("a submission alone", alone) if alone else []
    used = {}
    for count in (FEW, MANY):
        grader = make(environments, place / f"class{count}")
        students = [f"student{number}" for number in range(count)]
        for student in students:
            grader.submit(student, dict(works()["right"].cells))
        used[count] = grader.grade_class(students)
        if used[count].code:
            raise Failed(f"The class of {count} ended with exit code {used[count].code}.")
    more = [(getattr(used[MANY], what) - getattr(used[FEW], what)) / (MANY - FEW) for what in ("wall", "cpu")]
    what = f"one more of a class ({WAYS[grader.name]})"
    found += [Figure(what, (more[0],), "s wall"), Figure(what, (more[1],), "s CPU")]
    for figure in found:
        print(line(figure), flush=True)
    return found


def _cost(what: str, used: Usage) -> list[Figure]:
    return [
        Figure(what, (used.wall,), "s wall"),
        Figure(what, (used.cpu,), "s CPU"),
        Figure(what, (used.peak_tree / MEGABYTE,), "MB at the peak"),
    ]


def _table(said: dict[str, dict[str, Outcome]]) -> dict[str, object]:
    """Each submission, what it deserves and what each grader said."""
    rows = [
        [work.story, f"{work.deserves} of 8", *(said[name][student].against(work) for name in said)]
        for student, work in works().items()
    ]
    return {"title": "Verdicts", "head": ["the submission", "deserves", *said], "rows": rows}


if __name__ == "__main__":
    sys.exit(main())
