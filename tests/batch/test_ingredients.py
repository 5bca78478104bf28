"""A result is made anew when anything that it depends on has changed, and only then."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch.classes import grade_class
from grader.batch.ingredients import ROOT, ingredients
from grader.batch.settings import Settings
from grader.batch.workshop import SWITCH
from grader.course.assignments import find_assignment
from grader.intake.layouts import Entry
from grader.limits import NotebookLimits
from grader.people import Person
from grader.sandbox import open_box

SPECIMENS = Path(__file__).parents[1] / "specimens"
ALL = {"two_layer_net", "layers", "dropout"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The code and the descriptions as links, of which some may be changed."""
    (tmp_path / "course.toml").symlink_to(ROOT / "course.toml")
    for folder in ("grader", "solutions", "student_template"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=OF_NO_MATTER, copy_function=os.symlink)
    return tmp_path


OF_NO_MATTER = shutil.ignore_patterns("__pycache__", "*.npz", "*.json", "*.ipynb")


def change(file: Path) -> None:
    """One more comment."""
    text = file.read_text("utf-8")
    file.unlink()
    file.write_text(f"{text}\n# changed\n", "utf-8")


def digests(root: Path) -> dict[str, dict[str, str]]:
    """The digests of each of three assignments, with the code and the description that lie there."""
    known = {slug: find_assignment(slug) for slug in ALL}
    return {
        slug: ingredients(replace(one, folder=root / "student_template" / slug), one.checks, root, root)
        for slug, one in known.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ingredient", "file", "changed"),
    [
        ("the scenario, its cases or its tolerance", "student_template/checks/dropout.py", {"dropout"}),
        ("what another part's scenario makes use of", "student_template/checks/conv.py", {"layers"}),
        ("a known mistake", "solutions/mistakes/conv_forward.py", {"layers"}),
        ("what mistakes are made of", "solutions/mistakes/dense_networks.py", {"two_layer_net"}),
        ("the reference", "solutions/dropout.py", {"dropout"}),
        ("what the reference makes use of", "solutions/gemm.py", {"layers", "two_layer_net"}),
        ("points, weights and parts", "student_template/layers/assignment.toml", {"layers"}),
        ("how it is judged", "grader/judging.py", ALL),
        ("how arrays are compared", "grader/expectations.py", ALL),
        ("how mistakes are found", "grader/diagnosis.py", ALL),
        ("what plays student code", "grader/worker/student.py", ALL),
        ("where it is locked in", "grader/lock/seccomp.py", ALL),
        ("what exceptions are explained by", "solutions/mistakes/exceptions.py", ALL),
        ("what the course says", "course.toml", ALL),
        ("what an exception means", "grader/hints.py", ALL),
        ("how results are shown", "grader/exporters/html.py", set()),
        ("the command line", "grader/cli.py", set()),
        ("a version number", "grader/__init__.py", set()),
        ("an assignment that is not asked for", "student_template/convnets/assignment.toml", set()),
        ("a part that is not asked for", "student_template/checks/general_conv.py", set()),
    ],
)
def test_each_ingredient_changes_what_depends_on_it_and_nothing_else(checkout, ingredient, file, changed):
    """One more comment in a file is enough: the content counts."""
    before = digests(ROOT)
    change(checkout / file)
    after = digests(checkout)
    assert {slug for slug in ALL if after[slug] != before[slug]} == changed, ingredient


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("student_template/checks/dropout.py", "checks"),
        ("solutions/mistakes/dropout.py", "mistakes"),
        ("solutions/dropout.py", "reference"),
        ("student_template/dropout/assignment.toml", "description"),
        ("course.toml", "description"),
        ("grader/judging.py", "engine"),
    ],
)
def test_what_changed_has_a_name(checkout, file, name):
    """By which people read later why a mark moved."""
    before = digests(ROOT)["dropout"]
    change(checkout / file)
    after = digests(checkout)["dropout"]
    assert [name for name in before if after[name] != before[name]] == [name]


def test_the_same_content_elsewhere_is_the_same(checkout):
    """Where the project lies does not matter."""
    assert digests(checkout) == digests(ROOT)


def test_the_chosen_checks_are_an_ingredient():
    """A part of an assignment is another thing than all of it."""
    layers = find_assignment("layers")
    assert ingredients(layers, layers.checks[:2]) != ingredients(layers, layers.checks)


def grade(out: Path, names: list[str], **changes) -> dict[str, tuple]:
    """Grade some of a class, going on with what is there: score, maximum and whether it was made anew, by student."""
    made = {path.parent.name: path.stat().st_ino for path in out.glob("*/result.json")}
    box = open_box()
    settings = Settings(out=out, seed=5, only=("two_layer_net/scores",), resume=True, notebook=None)
    entries = [Entry(Person(name), SPECIMENS / "two_layer_net" / name) for name in names]
    outcome = grade_class(entries, replace(settings, **changes), box, lambda result: None)
    box.close()
    written = {path.parent.name: path.stat().st_ino for path in out.glob("*/result.json")}
    return {
        result.student: (result.score, result.max_score, written[result.student] != made.get(result.student))
        for result in outcome.results
    }


@pytest.mark.slow
def test_changed_points_are_those_of_all_of_a_class_after_resume(tmp_path, course, monkeypatch):
    """What was graded before the change is graded again, so that all are marked by one scale."""
    monkeypatch.setenv(SWITCH, "0")  # judged in this process, where the course is chosen
    out, names, folder = tmp_path / "out", ["perfect", "regularisation_factor"], course()
    assert grade(out, names[:1]) == {"perfect": (3, 3, True)}
    assert grade(out, names) == {"perfect": (3, 3, False), "regularisation_factor": (3, 3, True)}
    with open(folder / "course.toml", "a", encoding="utf-8") as description:
        description.write("\n[weights]\nusual = 2\nedges = 2\n")
    course()
    assert grade(out, names) == {"perfect": (6, 6, True), "regularisation_factor": (6, 6, True)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class that was graded once."""
    out = tmp_path_factory.mktemp("graded") / "out"
    grade(out, ["perfect"])
    return out


@pytest.mark.xdist_group("ingredients")
def test_the_same_settings_leave_a_result(graded, tmp_path):
    """Nothing is made anew for nothing."""
    assert not grade(shutil.copytree(graded, tmp_path / "out"), ["perfect"])["perfect"][2]


@pytest.mark.slow
@pytest.mark.xdist_group("ingredients")
@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 6, "fresh": True, "resume": False},
        {"time_factor": 2.0},
        {"compat": True},
        {"notebook": NotebookLimits(cell=5.0)},
        {"only": ("two_layer_net/loss",)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_settings_make_a_result_anew(graded, tmp_path, changes):
    """As other content does."""
    assert grade(shutil.copytree(graded, tmp_path / "out"), ["perfect"], **changes)["perfect"][2]
