"""This grader on the same submissions, through its command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import ROOT, Failed, Usage, python
from benchmarks.peers.course import Outcome, limited
from benchmarks.peers.exercise import IMPORT, NAMES, Work
from benchmarks.submissions import write_notebook

TESTED = ("forward", "backward")  # what the peers' eight tests have in common with our checks


class Ours:
    """A folder of submissions."""

    name = "grader"

    def __init__(self, environments: Path, course: Path) -> None:
        del environments  # it runs in the environment that this program runs in
        self.course = course
        python("-m", "solutions")

    def submit(self, student: str, cells: Mapping[str, str]) -> Path:
        """Write a student's notebook and return its folder."""
        place = self.course / "submitted" / student
        write_notebook(place / "layers.ipynb", [IMPORT, *(cells[name] for name in NAMES)])
        return place

    def grade_class(self, students: list[str]) -> Usage:
        """Grade several submissions with one command, one after the other."""
        return self._run([str(self.course / "submitted" / student) for student in students], "class")

    def grade(self, student: str, work: Work) -> Outcome:
        """Grade one submission, notebook included."""
        place = self.submit(student, work.cells)
        try:
            usage = self._run([str(place)], student)
            result = json.loads((self.course / student / student / "result.json").read_text("utf-8"))
        except Failed as error:
            return Outcome(None, str(error))
        except (OSError, ValueError):
            return Outcome(None, "no result", None)
        checks = [check for part in result["parts"] for check in part["checks"] if check["slug"] in TESTED]
        return Outcome(sum(check["status"] == "passed" for check in checks), "", usage)

    def _run(self, places: list[str], out: str) -> Usage:
        command = ["-m", "grader.cli", "grade", *places, "--out", str(self.course / out), "--assignment", "layers"]
        limits = ["--seed", "231", "--jobs", "1", "--isolation", "lockdown", "--cell-seconds", "10"]
        return limited([sys.executable, *command, *limits], self.course, {"PYTHONPATH": str(ROOT)})
