"""Otter-Grader: a master notebook for `otter assign`, then its autograder with `otter run` and with its Python API.

Format and commands: Otter's documentation, "Creating assignments" and "CLI reference". `otter grade` needs Docker;
`otter run` is the way without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import Failed, Usage
from benchmarks.peers.course import Absent, Outcome, environment, limited, required
from benchmarks.peers.exercise import IMPORT, NAMES, Work, reference_cells, test_code
from benchmarks.submissions import notebook

CONFIG = "# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: false\ncheck_all_cell: false\ngenerate: true"
HIDDEN = '""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG'
# Grades the submissions named on its command line in one process.
LOOP = """
import sys
from otter.api import grade_submission
for path in sys.argv[2:]:
    grade_submission(path, sys.argv[1], quiet=True)
"""


class Otter:
    """A folder with the autograder for ``layers``."""

    name = "otter-grader"

    def __init__(self, environments: Path, course: Path) -> None:
        self.python = environment(environments, "otter-grader")
        self.course = course
        course.mkdir(parents=True)
        (course / "layers.ipynb").write_text(json.dumps(master_notebook()), "utf-8")
        required([*self._command(), "assign", "layers.ipynb", "dist", "--no-pdfs"], course)
        archives = sorted((course / "dist" / "autograder").glob("*.zip"))
        if not archives:
            raise Absent("`otter assign` made no autograder.")
        self.autograder = archives[0]

    def _command(self) -> list[str]:
        return [str(self.python), "-m", "otter"]

    def submit(self, student: str, cells: Mapping[str, str]) -> Path:
        """Write a student's notebook and return its path."""
        place = self.course / "submitted" / student / "layers.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(notebook([IMPORT, *(cells[name] for name in NAMES)])), "utf-8")
        return place

    def grade_class(self, students: list[str]) -> Usage:
        """Grade several submissions in one process, with the Python API."""
        paths = [str(self.course / "submitted" / student / "layers.ipynb") for student in students]
        return limited([str(self.python), "-c", LOOP, str(self.autograder), *paths], self.course)

    def grade(self, student: str, work: Work) -> Outcome:
        """Grade one submission with `otter run`."""
        path = self.submit(student, work.cells)
        command = [*self._command(), "run", str(path), "-a", str(self.autograder), "-o", str(path.parent), "--no-logo"]
        try:
            usage = limited(command, path.parent)
        except Failed as error:
            return Outcome(None, str(error))
        try:
            results: dict[str, Any] = json.loads((path.parent / "results.json").read_text("utf-8"))
        except (OSError, ValueError):
            return Outcome(None, f"`otter run` ended with exit code {usage.code} and no result", usage)
        tests = [test for test in results["tests"] if any(name in test["name"] for name in NAMES)]
        return Outcome(sum(test.get("score", 0) == test["max_score"] for test in tests), "", usage)


def master_notebook() -> dict[str, Any]:
    """The instructor's notebook: a question with a hidden test for each function."""
    made = notebook([IMPORT])
    made["cells"].insert(0, _raw(CONFIG))
    for name in NAMES:
        code = notebook([reference_cells()[name], f"{HIDDEN}\n{test_code(name)}"])["cells"]
        code[0]["source"] = f"# BEGIN SOLUTION NO PROMPT\n{code[0]['source']}\n# END SOLUTION"
        made["cells"] += [
            _raw(f"# BEGIN QUESTION\nname: {name}\npoints: 1"),
            _raw("# BEGIN SOLUTION"),
            code[0],
            _raw("# END SOLUTION"),
            _raw("# BEGIN TESTS"),
            code[1],
            _raw("# END TESTS"),
            _raw("# END QUESTION"),
        ]
    return made


def _raw(source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "metadata": {}, "source": source}
