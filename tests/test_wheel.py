"""What ships to students: the wheel's content by folder, and that it works where nothing else of the project is."""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections import defaultdict
from email.parser import Parser
from pathlib import Path

import pytest

import grader
from grader.course.assignments import all_assignments
from grader.course.parts import all_parts
from grader.release import BEGIN, JOBS, REGION
from tests.wheels import run

ROOT = Path(__file__).parents[1]
WORKED = ROOT / "tests/specimens/two_layer_net/regularisation_factor/two_layer_net.ipynb"

# Folders of code: all their modules ship and nothing else.
CODE = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "grader").rglob("*.py")}


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


def test_the_wheel_holds_what_a_check_needs_and_nothing_more(wheel):
    """By folder: the modules, the templates and recorded answers of each assignment, the reports' templates."""
    found = defaultdict(set)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            found[folder].add(file)
    expected = {folder: {path.name for path in (ROOT / folder).glob("*.py")} for folder in CODE}
    expected["grader/data/reports"] = {path.name for path in (ROOT / "reports/templates").iterdir() if path.is_file()}
    course = "grader/data/course"
    expected[course] = {"course.toml"}
    expected[f"{course}/student_template"] = set(JOBS)
    for folder in ("checks", "data_sets", "stand_ins"):
        files = {path.name for path in (ROOT / "student_template" / folder).glob("*.py")}
        expected[f"{course}/student_template/{folder}"] = files
    homes = {part.assignment for part in all_parts()}
    for slug, assignment in all_assignments().items():
        files = {"assignment.toml"}
        files |= {"public_answers.npz", "mistakes.json"} if slug in homes else set()
        files |= {assignment.notebook} if assignment.template else set()
        expected[f"{course}/student_template/{slug}"] = files
    info = f"grader-{grader.__version__}.dist-info"
    expected[info] = {"METADATA", "RECORD", "WHEEL", "entry_points.txt"}
    expected[f"{info}/licenses"] = {"LICENSE"}
    assert found == expected


def test_no_template_in_the_wheel_holds_its_solution(wheel):
    """Of what a solution notebook marks, nothing but single lines (``return out``) is in the template made of it."""
    checked = 0
    with zipfile.ZipFile(wheel) as archive:
        for path in sorted((ROOT / "solutions/notebooks").glob("*.ipynb")):
            template = code_of(
                archive.read(f"grader/data/course/student_template/{path.stem}/{path.name}").decode("utf-8")
            )
            marked = [match[0].splitlines()[1:-1] for match in REGION.finditer(code_of(path.read_text("utf-8")))]
            assert not [lines for lines in marked if len(lines) > 1 and "\n".join(lines) in template], path.name
            assert BEGIN not in template
            checked += len(marked)
    assert checked > 50


def code_of(notebook: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])


def test_the_worked_example_is_checked_with_the_wheel_alone(student, tmp_path):
    """In a process that can import neither the checkout nor Numba: the same sentences, the same points."""
    code = "import sys, importlib.util as u, grader; print(grader.__file__, u.find_spec('solutions'), *sys.path)"
    where = run(student, "-I", "-c", code, cwd=tmp_path).stdout.split()
    assert Path(where[0]).is_relative_to(student.parents[1])
    assert where[1] == "None"
    assert str(ROOT) not in where
    checked = run(student, "-I", "-m", "grader", "check", WORKED, "--html", tmp_path / "r.html", cwd=tmp_path)
    assert checked.returncode == 1, checked.stderr
    assert "The gradient of the regularisation is missing its factor 2." in checked.stdout
    assert "13 of 18 points." in checked.stdout
    assert "missing its factor 2" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "absent.ipynb"], []])
def test_the_module_is_the_command(student, tmp_path, arguments):
    """``python -m grader`` says what ``grader`` says, and ends like it."""
    command = run(student.parent / "grader", *arguments, cwd=tmp_path)
    module = run(student, "-m", "grader", *arguments, cwd=tmp_path)
    assert (module.returncode, module.stdout, module.stderr) == (command.returncode, command.stdout, command.stderr)
    assert module.stdout or module.stderr.startswith(("grader: ", "usage: grader "))


def test_the_version_and_the_licence_stand_in_one_place(wheel):
    """The wheel's are those of grader/__init__.py and of LICENSE."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" not in project
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        fields = Parser().parsestr(archive.read(metadata).decode("utf-8"))
        licence = archive.read(metadata.replace("METADATA", "licenses/LICENSE")).decode("utf-8")
    assert fields["Version"] == grader.__version__
    assert (fields["License-Expression"], fields["License-File"]) == ("MIT", "LICENSE")
    assert licence == (ROOT / "LICENSE").read_text("utf-8")
    assert licence.startswith("MIT License\n\nCopyright (c) 2026 The grader authors\n")
