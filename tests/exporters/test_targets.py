"""What is exported of a class and of a person: golden files, the systems' own rules, and hostile text."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from grader.errors import Refused
from grader.exporters import classroom50, gradescope, junit, nbgrader, prairielearn
from grader.exporters import json as rows_json
from grader.exporters.targets import TARGETS, IntoTheirs
from grader.gradebook import plain
from grader.model import Finding, PartResult, Status
from tests.exporters import schemas
from tests.exporters.classes import canvas_class, row
from tests.exporters.golden_files import ALL, GOLDEN, JOB, NOW, ONE, SEEN, check, hostile, made, person, without_mark
from tests.results import failed_check, result

SCHEMAS = {
    "gradescope.json": schemas.GRADESCOPE,
    "prairielearn.json": schemas.PRAIRIELEARN,
    "classroom50.json": schemas.CLASSROOM50,
    "grader.sarif": schemas.SARIF,
}

MAKERS = (person, hostile, without_mark)
SAYABLE = [(name, make) for name in SCHEMAS for make in MAKERS if (name, make) != ("classroom50.json", without_mark)]


@pytest.mark.parametrize("name", [*ONE, *SEEN, *ALL])
def test_an_export_is_as_it_was_looked_at_once(name: str):
    """The golden file; `make golden` writes it anew, and the difference is to be looked at."""
    assert made(name) == (GOLDEN / name).read_bytes().decode("utf-8")


def test_every_target_has_a_golden_file():
    """But for those that fill in a teacher's own file: fifty of them are compared byte for byte in test_roundtrip."""
    assert {file.name for file in GOLDEN.iterdir()} == {*ONE, *SEEN, *ALL}
    files = {"csv": "grades.csv", "json": "rows.json"}
    made_anew = [name for name, target in TARGETS.items() if not isinstance(target, IntoTheirs)]
    kept = {file.partition(".")[0]: file for file in [*ONE, *ALL]} | {"sarif": "grader.sarif"} | files
    assert [name for name in made_anew if name not in kept] == []


@pytest.mark.parametrize(("name", "make"), SAYABLE)
def test_an_export_keeps_to_its_schema(name: str, make):
    """Also that of hostile text, and of nothing graded where the system has a word for it."""
    jsonschema.validate(json.loads(ONE[name](make())), SCHEMAS[name])


@pytest.mark.parametrize("make", MAKERS)
def test_junit_has_the_elements_that_are_read(make):
    """Counts that are right, names that differ, and at most one outcome a case."""
    root = ET.fromstring(ONE["junit.xml"](make()))
    cases = root.findall("testsuite/testcase")
    assert root.tag == "testsuites" and int(root.get("tests", 0)) == len(cases)
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    for kind, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(root.get(count, -1)) == len(root.findall(f"testsuite/testcase/{kind}"))
    assert all(len([child for child in case if child.tag != "properties"]) <= 1 for case in cases)


def test_not_graded_is_not_zero():
    """Each system is told so in its own way, and none a number."""
    nobody = without_mark()
    told = json.loads(ONE["gradescope.json"](nobody))
    assert "score" not in told and all("score" not in test for test in told["tests"])
    learned = json.loads(ONE["prairielearn.json"](nobody))
    assert learned["gradable"] is False and "score" not in learned
    with pytest.raises(Refused, match="has no mark"):
        ONE["classroom50.json"](nobody)
    tree = ET.fromstring(ONE["junit.xml"](nobody))
    assert [case.get("name") for case in tree.findall("testsuite/testcase") if case.find("error") is not None] == [
        "backward",
        "mark",
    ]
    assert json.loads(ONE["grader.sarif"](nobody))["runs"][0]["invocations"][0]["executionSuccessful"] is False
    (line,) = csv.DictReader(io.StringIO(nbgrader.text([nobody])))
    assert (line["raw_score"], line["score"], line["max_score"]) == ("", "", "")


def test_a_check_that_was_skipped_is_not_failed():
    """It has no score, and counts for nothing."""
    tests = {test["name"]: test for test in json.loads(ONE["gradescope.json"](person()))["tests"]}
    assert "status" not in tests["conv/data: The check data."] and "score" not in tests["conv/data: The check data."]
    tree = ET.fromstring(ONE["junit.xml"](person()))
    assert tree.find("testsuite/testcase[@name='data']/skipped") is not None
    learned = json.loads(ONE["prairielearn.json"](person()))["tests"]
    assert [test["max_points"] for test in learned if test["name"] == "conv/data"] == [0]
    assert "conv/data" not in {test["test-name"] for test in json.loads(ONE["classroom50.json"](person()))["tests"]}
    assert "conv/data" not in {
        each["ruleId"] for each in json.loads(ONE["grader.sarif"](person()))["runs"][0]["results"]
    }


def test_an_excused_person_is_excused():
    """And no failure of theirs or of the grader's."""
    eve = canvas_class()[4]
    assert ET.fromstring(junit.text(eve)).get("skipped") == "1"
    assert "Excused." in gradescope.text(eve)
    assert json.loads(rows_json.text([eve]))["rows"][0]["status"] == "excused"
    (line,) = csv.DictReader(io.StringIO(nbgrader.text([eve])))
    assert line["score"] == ""


def test_the_mark_is_what_counts_and_each_deduction_is_said():
    """The sum of the checks is 4.5, of which two points were taken for lateness."""
    told = json.loads(ONE["gradescope.json"](person()))
    assert told["score"] == 2.5 and "Two days late" in told["output"]
    assert json.loads(ONE["prairielearn.json"](person()))["score"] == pytest.approx(2.5 / 18)
    assert json.loads(ONE["classroom50.json"](person()))["score"] == 250
    (line,) = csv.DictReader(io.StringIO(nbgrader.text([person()])))
    assert (line["raw_score"], line["late_submission_penalty"], line["score"]) == ("4.5", "2", "2.5")


@pytest.mark.parametrize("name", ONE)
def test_no_export_of_a_person_holds_expected_values_the_seed_or_a_path(name: str):
    """Where an array goes wrong is said in sentences, which hold none of them even if student code printed them."""
    told = failed_check()
    (finding,) = told.findings
    assert finding.evidence and told.error
    secret = replace(finding, evidence=replace(finding.evidence, want=(123456.75, 654321.5)))
    error = replace(told.error, message="no file /home/ta/class/ada/x.npy, seed 424242")
    part = PartResult("conv", "Convolution", 0.0, 3.0, (replace(told, findings=(secret,), error=error),))
    text = ONE[name](plain(result("ada", 0.0, parts=(part,), seed=424242)))
    assert "x.npy" in text
    assert not any(words in text for words in ("123456.75", "654321.5", "424242", "/home", "ta/class"))


@pytest.mark.parametrize("name", ONE)
def test_hostile_text_is_inert(name: str):
    """No controls, no half characters, and nothing that the format itself would act on."""
    text = ONE[name](hostile())
    text.encode("utf-8")
    assert not any(sign in text for sign in "\x00\x1b\x08" + ("\ufffe" if name == "junit.xml" else ""))
    assert "\\u001b" not in text and "\\ud800" not in text
    if name == "grader.sarif":
        assert "[x](http" not in text
    if name == "gradescope.json":
        told = json.loads(text)
        assert {told["output_format"], told["test_output_format"], told["test_name_format"]} == {"text"}


def test_a_spreadsheet_takes_names_as_text():
    """Numbers stay numbers, also below zero."""
    rows = [row("=cmd|x", 3.0, "@evil, =1+1"), row("plus", 5.0, late=-1.0)]
    first, second = csv.DictReader(io.StringIO(nbgrader.text(rows)))
    assert (first["student_id"], first["last_name"], first["first_name"]) == ("'=cmd|x", "'@evil", "'=1+1")
    assert second["late_submission_penalty"] == "-1"


def test_classroom_50_is_written_in_its_job_only():
    """What is missing of it is named."""
    with pytest.raises(Refused, match="COMMIT_URL"):
        classroom50.text(person(), JOB | {"COMMIT_URL": ""}, NOW)


def test_prairielearn_takes_no_more_than_a_megabyte():
    """Then the details go, and the points stay."""
    long = check("forward", Status.FAILED, findings=(Finding("dx", None, 0.0, False, "x" * 2_000_000),))
    big = plain(result("ada", 0.0, parts=(PartResult("conv", "Convolution", 0.0, 3.0, (long,)),)))
    text = prairielearn.text(big)
    assert len(text) < prairielearn.LARGEST and json.loads(text)["tests"][0]["max_points"] == 3
