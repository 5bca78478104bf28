"""Templates come from solution notebooks, and the two cannot disagree."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import grader.release
from grader.cli import main
from grader.course.assignments import all_assignments, find_assignment
from grader.errors import MalformedCheck, Refused
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle
from grader.oracle.recorded import FILE, read
from grader.release import JOBS, release, solution_notebook, template_of
from grader.tolerance import NEAR, is_same

WITH_TEMPLATE = [slug for slug, assignment in all_assignments().items() if assignment.template]

SOLVED = '''def f(x):
    """Twice x."""
    ### BEGIN SOLUTION
    y = 2 * x

    return y
    ### END SOLUTION
'''


@pytest.mark.parametrize("slug", WITH_TEMPLATE)
def test_every_template_is_what_its_solution_makes(slug: str):
    """The notebook in student_template/ equals the one made anew."""
    assignment = find_assignment(slug)
    made = template_of(solution_notebook(assignment))
    assert (assignment.folder / assignment.notebook).read_text("utf-8") == made


@pytest.mark.parametrize("slug", WITH_TEMPLATE)
def test_every_solution_notebook_earns_all_marks(slug: str, shared_box):
    """On a hidden seed; it is written independently of the reference."""
    assignment = find_assignment(slug)
    submission = read_submission(solution_notebook(assignment))
    result = grade_submission(submission, assignment, assignment.checks, LiveOracle(77), shared_box)
    lost = [check.slug for check in result.checks if check.status not in ("passed", "skipped")]
    assert (result.status, lost) == ("graded", [])
    assert result.score == result.max_score


def test_a_marked_region_becomes_a_stub_and_outputs_go(write_notebook):
    """What stands between the marks is gone, whatever it holds; signature and docstring stay."""
    path = write_notebook(SOLVED, "f(2)")
    notebook = json.loads(path.read_text())
    notebook["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "4"}]
    path.write_text(json.dumps(notebook))
    made = json.loads(template_of(path))
    sources = ["".join(cell["source"]) for cell in made["cells"]]
    stub = '    """Twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError'
    assert sources[1].startswith("def f(x):\n" + stub)
    assert "2 * x" not in json.dumps(made)
    assert made["cells"][2]["outputs"] == []


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("x = 1", "nothing is left for students to write"),
        ("def f():\n    ### BEGIN SOLUTION\n    pass\n", "do not match"),
        (f"{SOLVED}\n### END SOLUTION", "do not match"),
    ],
)
def test_marks_that_do_not_match_are_refused(write_notebook, cell: str, sentence: str):
    """A solution must not reach students by a typing error."""
    with pytest.raises(MalformedCheck, match=sentence):
        template_of(write_notebook(cell))


def assignment_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change) -> Path:
    """The assignment `layers` with a changed solution notebook; the folder to release into."""
    original = json.loads(solution_notebook(find_assignment("layers")).read_text("utf-8"))
    for cell in original["cells"]:
        cell["source"] = change("".join(cell["source"]))
    path = tmp_path / "layers.ipynb"
    path.write_text(json.dumps(original), "utf-8")
    monkeypatch.setattr(grader.release, "solution_notebook", lambda assignment: path)
    return tmp_path / "out"


def test_a_notebook_that_cannot_be_read_is_named(tmp_path):
    """Whatever nbformat makes of it."""
    (tmp_path / "x.ipynb").write_text('{"cells": [{"cell_type": "raw", "source": ""}], "metadata": {}}')
    with pytest.raises(MalformedCheck, match=r"x\.ipynb cannot be read as a notebook; save it again in Jupyter"):
        template_of(tmp_path / "x.ipynb")


def test_a_solution_that_fails_its_own_checks_is_not_released(monkeypatch, tmp_path):
    """The sentence names the check, and nothing is written."""
    out = assignment_with(monkeypatch, tmp_path, lambda text: text.replace("(cache > 0)", "(cache > 1)"))
    with pytest.raises(Refused, match="fails its own checks: backward"):
        release(find_assignment("layers"), out)
    assert not out.exists()


def test_a_template_that_earns_marks_is_not_released(monkeypatch, tmp_path):
    """A function whose solution is not marked would be given away."""
    head, marks = "return np.maximum(0, x), x", ("    ### BEGIN SOLUTION\n    ", "\n    ### END SOLUTION")
    out = assignment_with(
        monkeypatch, tmp_path, lambda text: text.replace(f"{marks[0]}{head}{marks[1]}", f"    {head}")
    )
    with pytest.raises(Refused, match="earns marks as it stands: forward"):
        release(find_assignment("layers"), out)
    assert not out.exists()


def test_the_command_writes_what_students_get(tmp_path, capsys):
    """Template, description, workflow, and the recorded answers, which are the project's but for the last bits."""
    assert main(["release", "dropout", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    folder = find_assignment("dropout").folder
    out, own = tmp_path / "out", tmp_path / "out/.grader/student_template/dropout"
    assert (out / "dropout.ipynb").read_bytes() == (folder / "dropout.ipynb").read_bytes()
    assert (own / "assignment.toml").read_bytes() == (folder / "assignment.toml").read_bytes()
    released, ours = read(own / FILE), read(folder / FILE)
    assert released.keys() == ours.keys()
    for name, value in ours.items():
        assert is_same(released[name], value, NEAR), name
    assert all(str(path) in said for path in (out / "dropout.ipynb", own / "assignment.toml", own / FILE))
    texts = {name: (out / place).read_text("utf-8") for name, place in JOBS.items()}
    assert "          assignment: dropout\n" in texts["check.yml"]
    assert "uses: ./.github/actions/grader" in texts["check.yml"]
    assert "grader ci . --assignment dropout " in texts["gitlab-ci.yml"]
    assert "grader check . --assignment dropout\n" in texts["pre-commit-config.yaml"]
    assert all("assignment ASSIGNMENT" not in text for text in texts.values())


def test_an_assignment_without_a_template_is_not_released(tmp_path):
    """Its students have the course's own notebooks; one sentence says so, and nothing is written."""
    with pytest.raises(Refused, match="cs231n_2016_a1 has no template to release"):
        release(find_assignment("cs231n_2016_a1"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_the_solutions_there_is_nothing_to_release():
    """One sentence says where a template is made."""
    other = dataclasses.replace(find_assignment("layers"), notebook="no-such-notebook.ipynb")
    with pytest.raises(Refused, match="a template is made in a checkout"):
        solution_notebook(other)
