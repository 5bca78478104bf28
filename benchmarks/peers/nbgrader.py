"""nbgrader: a source notebook with hidden tests, `generate_assignment`, then `autograde` a submission.

Commands and cell metadata: nbgrader's documentation, "Creating and grading assignments" and "Command line options".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import Failed, Usage
from benchmarks.peers.course import Outcome, environment, limited, required
from benchmarks.peers.exercise import IMPORT, NAMES, Work, reference_cells, test_code
from benchmarks.submissions import notebook

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.Execute.timeout = 10
c.IncludeHeaderFooter.header = ""
"""
# The scores that the gradebook holds, one JSON object for the submission asked for.
SCORES = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    grades = book.find_submission("layers", sys.argv[1]).notebooks[0].grades
    print(json.dumps({grade.name: grade.auto_score for grade in grades}))
"""


class Nbgrader:
    """A course folder with the assignment ``layers``."""

    name = "nbgrader"

    def __init__(self, environments: Path, course: Path) -> None:
        self.python = environment(environments, "nbgrader")
        self.course = course
        (course / "source" / "layers").mkdir(parents=True)
        (course / "nbgrader_config.py").write_text(CONFIG, "utf-8")
        (course / "source" / "layers" / "layers.ipynb").write_text(json.dumps(source_notebook()), "utf-8")
        required([*self._command(), "generate_assignment", "layers"], course)
        self.release = json.loads((course / "release" / "layers" / "layers.ipynb").read_text("utf-8"))

    def _command(self) -> list[str]:
        return [str(self.python), "-m", "nbgrader"]

    def submit(self, student: str, cells: Mapping[str, str]) -> None:
        """Put a student's notebook where nbgrader looks for it."""
        work = json.loads(json.dumps(self.release))
        for cell in work["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in cells:
                cell["source"] = cells[name]
        place = self.course / "submitted" / student / "layers" / "layers.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(work), "utf-8")

    def grade_class(self, students: list[str]) -> Usage:
        """Grade all that was submitted, which is ``students``, with one command."""
        del students
        return limited([*self._command(), "autograde", "layers", "--force"], self.course)

    def grade(self, student: str, work: Work) -> Outcome:
        """Grade one submission."""
        self.submit(student, work.cells)
        try:
            usage = limited([*self._command(), "autograde", "layers", f"--student={student}"], self.course)
        except Failed as error:
            return Outcome(None, str(error))
        scores = limited([str(self.python), "-c", SCORES, student], self.course, memory=False)
        try:
            found: dict[str, Any] = json.loads(scores.output.strip().splitlines()[-1])
        except (ValueError, IndexError):
            return Outcome(None, "the submission was not graded", usage)
        if usage.code:
            return Outcome(None, f"autograde ended with exit code {usage.code}", usage)
        return Outcome(sum(score == 1 for score in found.values()), "", usage)


def source_notebook() -> dict[str, Any]:
    """The instructor's notebook: a solution cell and a locked cell of hidden tests for each function."""
    made = notebook([IMPORT])
    for name in NAMES:
        answer = _indented_solution(reference_cells()[name])
        hidden = f"### BEGIN HIDDEN TESTS\n{test_code(name)}\n### END HIDDEN TESTS"
        made["cells"].append(_cell(answer, name, solution=True))
        made["cells"].append(_cell(hidden, f"test_{name}", grade=True, locked=True, points=1))
    return made


def _indented_solution(cell: str) -> str:
    """Mark the whole cell as the solution that students do not get."""
    return f"### BEGIN SOLUTION\n{cell}\n### END SOLUTION"


def _cell(source: str, name: str, **more: Any) -> dict[str, Any]:
    usual = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    return {
        "cell_type": "code",
        "metadata": {"nbgrader": {**usual, **more}},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }
