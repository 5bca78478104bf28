"""A course that a teacher wrote in a folder of its own: released, checked with the wheel, graded at every level."""

from __future__ import annotations

import functools
import json
import shutil
import sys
from pathlib import Path

import pytest

from grader.model import locks
from grader.sandbox import LEVELS
from grader.sandbox.trial import survey
from tests.courses.conftest import CLUSTERS
from tests.wheels import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]
SENTENCES = {
    "farthest": "Each sample goes to the farthest centre.",
    "sums": "Each centre is the sum of its samples; it is their mean.",
}
SECRETS = ("np.argmin(np.sum((X[:, None] - centres)", "X[labels == cluster].mean", "kmeans.py as students")


def test_what_is_released_holds_nothing_of_the_secret_half(released):
    """Neither a file nor a line of it; the sentences of the mistakes are there, and how they are made is not."""
    files = [path for path in released.rglob("*") if path.is_file()]
    texts = {path.relative_to(released).as_posix(): path.read_bytes() for path in files}
    assert not [name for name in texts if "solutions" in name]
    assert not [name for name, content in texts.items() if any(secret.encode() in content for secret in SECRETS)]
    catalogue = json.loads(texts[".grader/student_template/kmeans/mistakes.json"])
    assert {item["sentence"] for item in catalogue if item["kind"] == "mistake"} == set(SENTENCES.values())
    assert all("np." not in json.dumps(item) for item in catalogue)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_student_checks_with_the_wheel_and_the_released_folder_alone(student, released, tmp_path, name):
    """No checkout, no Numba, no secret half: the template earns nothing, and a mistake is told its sentence."""
    work = Path(shutil.copytree(released, tmp_path / "work"))
    if name == next(iter(SENTENCES)):
        unfinished = run(student, "-I", "-m", "grader", "check", "kmeans.ipynb", cwd=work)
        assert (unfinished.returncode, "0 of 8 points." in unfinished.stdout) == (1, True), unfinished.stderr
    shutil.copy(CLUSTERS / "specimens/kmeans" / name / "kmeans.ipynb", work)
    checked = run(student, "-I", "-m", "grader", "check", "kmeans.ipynb", cwd=work)
    assert checked.returncode == 1, checked.stderr
    assert SENTENCES[name] in checked.stdout
    assert "5 of 8 points." in checked.stdout


levels_here = functools.cache(survey)


@pytest.mark.parametrize("level", LEVELS)
def test_a_class_is_graded_at_every_level_of_this_machine(teachers, tmp_path, level):
    """Perfect, two mistakes, unfinished, hostile, which ends what forks its neighbours too if nothing is locked."""
    if missing := levels_here()[level][0]:
        pytest.skip(f"LEVEL {level.upper()} NOT TESTED: {missing}")
    command = ("grade", teachers / "specimens/kmeans", "--course", teachers, "--out", tmp_path, "--seed", "3")
    command += ("--jobs", "2" if locks(level) else "1")
    done = run(sys.executable, "-m", "grader", *command, "--isolation", level, "--no-notebook")
    assert done.returncode == 0, done.stderr
    results = {path.parent.name: json.loads(path.read_text("utf-8")) for path in tmp_path.glob("*/result.json")}
    assert {name: result["score"] for name, result in results.items()} == {
        "perfect": 8,
        "farthest": 5,
        "sums": 5,
        "unfinished": 4,
        "hostile": 0,
    }
    for name, sentence in SENTENCES.items():
        said = [d for check in results[name]["parts"][0]["checks"] for d in check["diagnosis"]]
        assert [(item["sentence"], item["certain"]) for item in said] == [(sentence, True)]


def test_what_a_description_cannot_say_is_refused_with_the_nearest_key(teachers, tmp_path):
    """In one sentence: the file, the key, the nearest one."""
    course = Path(shutil.copytree(teachers, tmp_path / "course"))
    for file, line, said in (
        ("course.toml", 'langauge = "de"', "there is no key 'langauge'; the nearest is 'language'"),
        (
            "course.toml",
            '[tolerance]\n"kmeans/mean" = 1',
            "there is no check 'kmeans/mean'; the nearest is 'kmeans/means'",
        ),
        ("student_template/kmeans/assignment.toml", "without = 3", "without is 3; it takes a list"),
        ("student_template/kmeans/assignment.toml", '[rename]\nasign = "to_centre"', "the nearest is 'assign'"),
        (
            "student_template/kmeans/assignment.toml",
            '[rename]\nassign = ""',
            "[rename]: assign is ''; it takes the name",
        ),
        ("course.toml", "[rename]\nassign = 3", "[rename]: assign is 3; it takes the name of a function"),
    ):
        before = (course / file).read_text("utf-8")
        (course / file).write_text(f"{before}{line}\n", "utf-8")
        done = run(sys.executable, "-m", "grader", "assignments", "--course", course)
        assert done.returncode == 3, done.stdout
        assert said in done.stderr
        assert file in done.stderr
        assert len(done.stderr.splitlines()) == 1
        (course / file).write_text(before, "utf-8")


def test_a_course_adjusts_points_limits_and_names(teachers, tmp_path):
    """Other points, a looser tolerance, and functions that are called otherwise there."""
    course = Path(shutil.copytree(teachers, tmp_path / "course"))
    with open(course / "course.toml", "a", encoding="utf-8") as description:
        description.write('[rename]\nassign = "to_centre"\n[tolerance]\n"kmeans/means" = 10\n')
        description.write('[points]\n"kmeans/nearest" = {usual = 10, edges = 0}\n')
    notebook = (course / "specimens/kmeans/sums/kmeans.ipynb").read_text("utf-8").replace("assign", "to_centre")
    (tmp_path / "kmeans.ipynb").write_text(notebook, "utf-8")
    command = ("grade", tmp_path / "kmeans.ipynb", "--course", course, "--out", tmp_path / "out", "--no-notebook")
    done = run(sys.executable, "-m", "grader", *command)
    (file,) = (tmp_path / "out").glob("*/result.json")
    assert (done.returncode, json.loads(file.read_text("utf-8"))["score"]) == (0, 14.0), done.stderr


def test_a_course_tells_mistakes_in_its_own_words(teachers, tmp_path):
    """By code, in its language; a code that there is not is refused with the nearest."""
    course = Path(shutil.copytree(teachers, tmp_path / "course"))
    with open(course / "course.toml", "a", encoding="utf-8") as description:
        description.write('language = "de"\nprivate = true\n')
    words = course / "student_template/sentences.de.toml"
    words.write_text('[kmeans-sum]\nsentence = "Jedes Zentrum ist die Summe."\n', "utf-8")
    done = run(sys.executable, "-m", "grader", "release", "kmeans", "--course", course, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "out/.github").exists()
    shutil.copy(CLUSTERS / "specimens/kmeans/sums/kmeans.ipynb", tmp_path / "out")
    checked = run(sys.executable, "-m", "grader", "check", "kmeans.ipynb", cwd=tmp_path / "out")
    assert "Jedes Zentrum ist die Summe." in checked.stdout
    words.write_text('[kmeans-sums]\nsentence = "..."\n', "utf-8")
    done = run(sys.executable, "-m", "grader", "mistakes", "--course", course)
    assert (done.returncode, "no mistake 'kmeans-sums'; the nearest is 'kmeans-sum'" in done.stderr) == (3, True)
