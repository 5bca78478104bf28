"""Assignments: the parts that they list, what they leave out, the weights that a teacher gives, and recognition."""

from __future__ import annotations

import re

import pytest

from grader.cli import main
from grader.course.assignments import all_assignments, find_assignment, recognise, select
from grader.course.parts import all_parts
from grader.errors import MalformedCheck, NothingFound
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.oracle.recorded import RecordedOracle
from grader.sandbox import open_box

COURSE = [assignment for assignment in all_assignments().values() if not assignment.template]


@pytest.fixture
def describe(course):
    """Describe an assignment with two parts of others, for one test."""

    def write(more, parts='["conv", "relu"]'):
        folder = course() / "student_template" / "mine"
        folder.mkdir()
        text = 'title = "T"\nsummary = "S"\nsource = "X"\nnotebook = "mine.ipynb"\n'
        (folder / "assignment.toml").write_text(f"{text}parts = {parts}\n{more}")
        return find_assignment("mine")

    return write


def test_an_assignment_may_list_the_parts_of_others(describe):
    """In its own order; it needs what they need, and leaves out what it says."""
    mine = describe('without = ["relu/at_zero"]\n')
    assert [part.slug for part in mine.parts] == ["conv", "relu"]
    assert mine.needs == ["conv_forward_naive", "conv_backward_naive", "relu_forward", "relu_backward"]
    assert "relu/at_zero" not in [check.name for check in mine.checks]
    assert [list(part.checks) for part in mine.parts] == [["forward", "backward"], ["forward", "backward"]]
    assert mine.points == sum(part.points for part in mine.parts)


def test_a_teacher_weighs_the_courses_own_case_and_the_general_contract(describe):
    """For all checks by a factor, for one check by its points; the others keep theirs."""
    before = {check.name: check for part in find_assignment("layers").parts for check in part.checks.values()}
    mine = describe('[weights]\nedges = 0.5\n[points]\n"conv/backward" = {usual = 1, edges = 8}\n')
    after = {check.name: check for check in mine.checks}
    assert [case.points for case in after["conv/backward"].cases[:1]] == [1]
    assert after["conv/backward"].points == 9
    usual, edges = (sum(case.points for case in cases) for cases in _split(before["conv/forward"]))
    assert after["conv/forward"].points == pytest.approx(usual + edges / 2)


def _split(check):
    return check.cases[:1], check.cases[1:]


@pytest.mark.parametrize(
    ("parts", "more", "reason"),
    [
        ('["nothing"]', "", "no part"),
        ('["conv"]', "[weights]\nedge = 2\n", "no key 'edge'; the nearest is 'edges'"),
        ('["conv"]', 'without = ["relu/at_zero"]\n', "no check 'relu/at_zero'"),
        ('["conv", "dropout"]', 'without = ["dropout/forward", "dropout/backward"]\n', "of dropout nothing is left"),
        ('["conv"]', 'differences = "none"\n', "flag and zero"),
    ],
)
def test_a_description_that_does_not_fit_is_refused_by_its_name(describe, parts, more, reason):
    """Whoever wrote it learns where."""
    with pytest.raises(MalformedCheck, match=r"student_template/mine/assignment.toml") as error:
        _ = describe(more, parts).parts
    assert reason in str(error.value)


@pytest.mark.parametrize("assignment", COURSE, ids=lambda assignment: assignment.slug)
def test_a_folder_as_the_course_has_it_is_recognised(assignment, tmp_path):
    """By the notebooks and the names in its package, those that the starter gives included."""
    folder = tmp_path / "assignment" / "cs231n"
    folder.mkdir(parents=True)
    for notebook in assignment.notebooks:
        (folder.parent / notebook).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    (folder / "layers.py").write_text("".join(f"def {name}():\n    return 1\n\n\n" for name in assignment.names))
    assert recognise(read_submission(folder.parent)).slug == assignment.slug


@pytest.mark.parametrize("assignment", all_assignments().values(), ids=lambda assignment: assignment.slug)
def test_a_description_names_all_that_its_parts_need(assignment):
    """It is recognised by names that nothing has to be imported for; a part of its own is not forgotten."""
    assert set(assignment.needs) <= set(assignment.names)
    own = {part.slug for part in all_parts() if part.assignment == assignment.slug}
    assert own <= {part.slug for part in assignment.parts}
    if assignment.template:
        assert set(assignment.names) == set(assignment.needs)


def test_what_is_not_recognised_needs_its_file_name(tmp_path):
    """The functions of a gradient check are given in most notebooks of other assignments."""
    check = find_assignment("gradient_check")
    given = "".join(f"def {name}():\n    return 1\n\n\n" for name in check.names)
    alone, beside = tmp_path / "alone.py", tmp_path / "beside.py"
    alone.write_text(given)
    beside.write_text(given + "def dropout_forward(x, dropout_param):\n    return x\n")
    assert recognise(read_submission(beside)).slug == "dropout"
    with pytest.raises(NothingFound):
        recognise(read_submission(alone))
    assert recognise(read_submission(check.folder)).slug == check.slug


def listed(capsys):
    """What ``grader assignments`` prints: for each assignment its parts as (slug, points, checks), and the total."""
    assert main(["assignments"]) == 0
    found = {}
    for block in capsys.readouterr().out.strip().split("\n\n"):
        *parts, (last, total, _) = re.findall(r"^  (\w+) +([\d.]+)(?:  (.*))?$", block, re.MULTILINE)
        assert last == "total"
        parts = [(slug, float(points), checks.split(", ")) for slug, points, checks in parts]
        found[block.partition("  ")[0]] = parts, float(total)
    return found


def test_what_is_listed_is_what_is_run(capsys):
    """Parts and checks as the command prints them are those that a check of everything runs; points add up."""
    found = listed(capsys)
    assert list(found) == list(all_assignments())
    for slug, (parts, total) in found.items():
        run = select(find_assignment(slug), [])
        assert [(part, check) for part, _, checks in parts for check in checks] == [(c.part, c.slug) for c in run]
        assert sum(points for _, points, _ in parts) == total == pytest.approx(sum(check.points for check in run))


def test_a_result_has_what_is_listed(tmp_path, capsys):
    """Also of an assignment that leaves checks out of its parts."""
    (tmp_path / "empty.py").write_text("x = 1\n")
    submission, assignment = read_submission(tmp_path / "empty.py"), find_assignment("cs231n_2015_a2")
    box = open_box("process")
    try:
        result = grade_submission(submission, assignment, select(assignment, []), RecordedOracle(assignment), box)
    finally:
        box.close()
    parts = [(part.slug, part.max_score, [check.slug for check in part.checks]) for part in result.parts]
    assert (parts, result.max_score) == listed(capsys)["cs231n_2015_a2"]
    assert result.max_score == 62


def test_points_that_need_the_data_set_are_told(capsys):
    """They are in the total, and lost to no one without it."""
    main(["assignments"])
    assert re.search(r"^  total +23  13 of them only with --data$", capsys.readouterr().out, re.MULTILINE)
