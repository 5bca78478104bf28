"""What of the grader is in a process with student code: nothing that knows anything of an exercise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from grader.course.parts import all_parts, load_part
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.scenarios import text_of
from grader.worker import stand_ins, student
from grader.worker.client import StudentProcess

FORWARD = load_part("relu").checks["forward"]
LISTS = """
import gc
import importlib
import sys
import types


def found(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def relu_forward(x):
    functions = [one for one in gc.get_objects() if isinstance(one, (types.FunctionType, type))]
    homes = {str(one.__module__) for one in functions} | set(sys.modules)
    own = {home for home in homes if home.split(".")[0] in ("grader", "solutions", "tests")}
    checks = "student_template.checks"
    knowing = ("grader.measures", f"{checks}.update_rules", f"{checks}.relu", "grader.expectations")
    raise ValueError(f"told {len(own)} {sorted(own - PRESENT)} {[name for name in knowing if found(name)]}")
"""
LISTS = LISTS.replace("PRESENT", repr(set(student.PRESENT)))


def play(box, tmp_path, check=FORWARD, text=LISTS):
    (tmp_path / "layers.py").write_text(text)
    program = extract(read_submission(tmp_path / "layers.py"), ["relu_forward"])
    with StudentProcess(box, program, [check.part]) as process:
        return process.play(check, check.inputs(check.cases[0], 1))


def test_only_modules_that_know_no_exercise_are_in_a_process_with_student_code(box, tmp_path):
    """Neither imported, nor left in memory, nor to be imported; in forked processes and in programs of their own."""
    assert re.fullmatch(r"told [1-9]\d \[\] \[\]", play(box, tmp_path).error["message"])


def test_nor_in_one_that_was_forked_off_the_grader(tmp_path):
    """As `grader check` does."""
    (tmp_path / "layers.py").write_text(LISTS)
    command = [sys.executable, "-m", "grader.cli", "check", "layers.py", "relu/forward", "--assignment", "layers"]
    subprocess.run([*command, "--json", "out.json"], cwd=tmp_path, capture_output=True)
    assert re.search(r"told [1-9]\d \[\] \[\]", (tmp_path / "out.json").read_text())


def test_what_is_there_returns_no_answer():
    """None of it is a module of checks, measures, mistakes or answers, nor imports one."""
    known = ("grader.checks", "grader.measures", "grader.expectations", "grader.mistakes", "grader.oracle", "solutions")
    for name in student.PRESENT:
        text = Path(__import__(name, fromlist=["x"]).__file__).read_text("utf-8")
        imported = re.findall(r"^\s*(?:from|import) (\S+)", text, re.M)
        assert [line for line in imported if line.startswith(known)] == [], name


def test_the_stand_ins_that_are_there_are_those_of_the_courses_files():
    """They rearrange, or call the submission's own functions; see grader.worker.stand_ins."""
    assert {module for module, _ in stand_ins.COURSE_FILES.values()} <= student.PRESENT


CHECKS = [check for part in all_parts() for check in part.checks.values()]


def test_a_scenario_stands_by_itself():
    """Its text defines it and all that it uses, without the grader."""
    for check in CHECKS:
        text = text_of(check.scenario)
        module: dict = {}
        exec(compile(text, check.name, "exec", dont_inherit=True), module)
        assert callable(module[check.scenario.__name__]), check.name
        assert "grader" not in re.findall(r"^(?:from|import) (\w+)", text, re.M), check.name
    used = {name for name in module if not name.startswith("__")}
    assert used & {"matches", "Below", "two_layer_loss", "rmsprop_steps", "adam_steps", "normal"} == set()


def test_a_scenario_gets_numbers_as_python_has_them(box, tmp_path):
    """And arrays of its own."""
    transcript = play(box, tmp_path, text="def relu_forward(x):\n    x[...] = abs(x)\n    return x, x\n")
    assert transcript.outcome == "returned"
    assert np.all(transcript.values["out"] >= 0)
