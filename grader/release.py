"""From a solution notebook to what students get: the template, the recorded public answers, the description.

A solution notebook marks what students are to write with nbgrader's lines ``### BEGIN SOLUTION`` and
``### END SOLUTION``. The template is that notebook without them: it cannot drift away from what is graded.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.course.assignments import Assignment, all_assignments, find_assignment
from grader.course.catalogue import FILE as SENTENCES
from grader.course.folder import DESCRIPTION, HIDDEN, built_in, current
from grader.course.imports import with_imports
from grader.course.modules import PUBLIC
from grader.errors import HarnessError, MalformedCheck, Refused
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.model import Result, Status
from grader.oracle import PUBLIC_SEED
from grader.oracle.live import LiveOracle
from grader.oracle.recorded import FILE, record, sentences, write
from grader.patches import unchanged
from grader.sandbox import Box, open_box
from grader.words import listing

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
REGION = re.compile(rf"^([ \t]*){BEGIN}\n.*?^[ \t]*{END}[ \t]*$", re.DOTALL | re.MULTILINE)
# What is in the public half, and where it belongs in a student's repository.
JOBS = {
    "check.yml": ".github/workflows/check.yml",
    "action.yml": ".github/actions/grader/action.yml",
    "gitlab-ci.yml": ".gitlab-ci.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
}
PLACEHOLDER = re.compile(r"(?<=assignment )ASSIGNMENT|(?<=assignment: )ASSIGNMENT")
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError"


def solution_notebook(assignment: Assignment) -> Path:
    """Where the solution notebook of an assignment is; Refused if it has none, or this machine has not."""
    if not assignment.template:
        raise Refused(f"{assignment.slug} has no template to release: its students have the course's own notebooks.")
    path = current().secret / "notebooks" / assignment.notebook
    if not path.is_file():
        raise Refused(f"The solution notebook {path} does not exist; a template is made in a checkout, from it.")
    return path


def template_of(solution: Path) -> str:
    """The text of the template notebook: solutions become stubs, outputs go.

    MalformedCheck if the marks are unbalanced or there are none.
    """
    import nbformat
    from nbconvert.exporters import NotebookExporter
    from nbconvert.preprocessors import ClearOutputPreprocessor, Preprocessor

    class ClearSolutions(Preprocessor):
        """Put a stub in the place of each marked region."""

        def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
            if cell.cell_type == "code":
                cell.source = REGION.sub(STUB, cell.source)
                if BEGIN in cell.source or END in cell.source:
                    raise MalformedCheck(f"{solution}: in cell {index + 1} {BEGIN} and {END} do not match.")
            return cell, resources

    try:
        notebook = nbformat.read(solution, as_version=4)
    except Exception as error:  # of many kinds, as what converts older formats finds what it does not expect
        raise MalformedCheck(f"{solution} cannot be read as a notebook; save it again in Jupyter ({error}).") from None
    if not any(BEGIN in cell.source for cell in notebook.cells):
        raise MalformedCheck(f"{solution}: no line says {BEGIN}, so nothing is left for students to write.")
    exporter = NotebookExporter()
    for preprocessor in (ClearOutputPreprocessor, ClearSolutions):
        exporter.register_preprocessor(preprocessor, enabled=True)
    text, _ = exporter.from_notebook_node(notebook)
    return str(text).rstrip("\n") + "\n"


def release(assignment: Assignment, out: Path) -> list[Path]:
    """Write what students get into ``out``; Refused unless the solution earns all marks and the template none."""
    solution = solution_notebook(assignment)
    oracle = LiveOracle(PUBLIC_SEED, public=True)
    text = template_of(solution)
    box = open_box()
    try:
        _check_solution(_grade(solution, assignment, oracle, box))
        with tempfile.TemporaryDirectory(prefix="grader-release-") as folder:
            draft = Path(folder, assignment.notebook)
            draft.write_text(text, "utf-8")
            _check_template(_grade(draft, assignment, oracle, box))
    finally:
        box.close()
    out.mkdir(parents=True, exist_ok=True)
    template = out / assignment.notebook
    template.write_text(text, "utf-8")
    if out.resolve() == assignment.folder.resolve():
        return [template, *_recorded(assignment, oracle, out)]
    return [
        template,
        *_own_course(assignment, oracle, out / HIDDEN),
        *([] if current().private else _jobs(assignment, out)),
    ]


def doubts(assignment: Assignment) -> Iterator[str]:
    """A sentence for each naive version that is not right itself: what its mistakes give may mean nothing."""
    oracle = LiveOracle(PUBLIC_SEED, public=True)
    for part in assignment.parts:
        for naive in unchanged(part.slug, oracle.catalogue.mistakes_of(part.slug)):
            wrong = [one.name for one in part.checks.values() if not one.needs_data and oracle.matters(one, naive)]
            if wrong:
                where = f"{naive.code} gives other answers than the reference in {listing(wrong)}"
                yield f"{where}: known mistakes may not be recognised there."


def _recorded(assignment: Assignment, oracle: LiveOracle, folder: Path) -> list[Path]:
    """Record the public answers, and the sentences of the known mistakes."""
    write(folder / FILE, record(assignment, oracle))
    (folder / SENTENCES).write_text(sentences(assignment, oracle), "utf-8")
    return [folder / FILE, folder / SENTENCES]


def _own_course(assignment: Assignment, oracle: LiveOracle, out: Path) -> list[Path]:
    """Write the course of this one assignment, its public half alone: all that checks need, with no other checkout.

    It lies in a hidden folder, so that nobody takes it for what a student has written.
    """
    course = current()
    written = []
    parts = [f"{PUBLIC}.checks.{part.slug}" for part in assignment.parts]
    reader = [f"{PUBLIC}.{course.data.reader}"] if course.data and any(c.needs_data for c in assignment.checks) else []
    files = {*with_imports([*parts, *reader], course.folder), *(course.public / "stand_ins").glob("*.py")}
    files |= set(course.public.glob("sentences*.toml"))
    for file in (course.folder / DESCRIPTION, assignment.folder / "assignment.toml", *sorted(files)):
        if not file.resolve().is_relative_to(course.secret.resolve()):
            written.append(_copied(file, out / file.relative_to(course.folder)))
    for home in dict.fromkeys(part.assignment for part in assignment.parts):
        folder = out / PUBLIC / home
        folder.mkdir(parents=True, exist_ok=True)
        if home == assignment.slug:
            written += _recorded(assignment, oracle, folder)
        else:
            theirs = [course.public / home / name for name in (FILE, SENTENCES)]
            written += [_copied(file, folder / file.name) for file in theirs if file.is_file()]
    return written


def _copied(file: Path, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)
    return place


def _jobs(assignment: Assignment, out: Path) -> Iterator[Path]:
    """The files for jobs in students' repositories: the course's own, else those of the built-in one."""
    for name, place in JOBS.items():
        own, path = current().public / name, out / place
        text = (own if own.is_file() else built_in() / PUBLIC / name).read_text("utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PLACEHOLDER.sub(assignment.slug, text), "utf-8")
        yield path


def _grade(path: Path, assignment: Assignment, oracle: LiveOracle, box: Box) -> Result:
    result = grade_submission(read_submission(path), assignment, assignment.checks, oracle, box)
    if result.status != "graded":
        raise HarnessError(f"{path}: {result.reason}")
    return result


def _check_solution(result: Result) -> None:
    lost = [check.slug for check in result.checks if check.status not in (Status.PASSED, Status.SKIPPED)]
    if lost:
        raise Refused(f"The solution notebook fails its own checks: {listing(lost)}. Nothing may be released so.")


def _check_template(result: Result) -> None:
    earned = [check.slug for check in result.checks if check.points or check.status is Status.PASSED]
    if earned:
        raise Refused(f"The template earns marks as it stands: {listing(earned)}. Mark more of the solution.")


def main(slugs: list[str]) -> None:
    """Make the templates of this project anew, of the given assignments or of all."""
    for assignment in map(find_assignment, slugs or [a.slug for a in all_assignments().values() if a.template]):
        for path in release(assignment, assignment.folder):
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
