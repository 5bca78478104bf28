"""JUnit XML, the subset of https://github.com/testmoapp/junitxml: there is no standard.

A wrong answer is a failure, the grader's own trouble an error, and a skipped check is neither. What was not graded says
so as an error of its own. GitLab shows ``classname`` as the suite, and drops a second case of the same name.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from grader.exporters.lines import reasons
from grader.exporters.rows import deductions, is_excused, verdict
from grader.feedback.cleaning import for_student
from grader.gradebook import Row
from grader.model import CheckResult, PartResult, Status
from grader.words import inert, number

ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, even escaped


def text(row: Row) -> str:
    """The XML text of one person's checks, a suite a part."""
    row = for_student(row)
    name = _legal(row.result.assignment or "submission")
    suites = [_suite(f"{name}.{_legal(part.slug)}", _cases(name, part, row)) for part in row.result.parts]
    if row.mark.score is None:
        suites.append(_suite(name, [_unmarked(name, row)]))
    root = ET.Element("testsuites", {"name": name, **_counts(suites)})
    root.extend(suites)
    ET.indent(root)
    return ET.tostring(root, "unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")  # ElementTree would name the system's own encoding
    )


def _suite(name: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": name})
    suite.extend(cases)
    counts = {
        "tests": len(cases),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    suite.attrib |= {key: str(count) for key, count in counts.items()}
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
    return suite


def _counts(suites: list[ET.Element]) -> dict[str, str]:
    whole = {key: str(sum(int(suite.get(key, 0)) for suite in suites)) for key in ("tests", "failures", "errors")}
    skipped = sum(int(suite.get("skipped", 0)) for suite in suites)
    return whole | {"skipped": str(skipped), "time": f"{sum(float(suite.get('time', 0)) for suite in suites):.3f}"}


def _cases(assignment: str, part: PartResult, row: Row) -> list[ET.Element]:
    return [_case(f"{assignment}.{_legal(part.slug)}", check, row) for check in part.checks]


def _case(suite: str, check: CheckResult, row: Row) -> ET.Element:
    fields = {"classname": suite, "name": _legal(check.slug), "time": f"{check.seconds:.3f}"}
    if check.error and check.error.file:
        fields["file"] = _legal(check.error.file)
        if check.error.line and not check.error.cell:  # a line of a cell is none of the file
            fields["line"] = str(check.error.line)
    case = ET.Element("testcase", fields)
    said = [_legal(sentence) for sentence in reasons(check)]
    if row.mark.score is not None and check.status is not Status.SKIPPED:
        points = ET.SubElement(ET.SubElement(case, "properties"), "property")
        points.attrib |= {"name": "points", "value": f"{number(check.points)}/{number(check.max_points)}"}
    if check.status is Status.PASSED:
        return case
    kind = {Status.SKIPPED: "skipped", Status.GRADER_ERROR: "error"}.get(check.status, "failure")
    found = ET.SubElement(case, kind, {"message": said[0] if said else _legal(check.title)})
    if kind != "skipped":
        found.set("type", check.status.value)
        found.text = "\n".join(said)
    return case


def _unmarked(assignment: str, row: Row) -> ET.Element:
    """Someone without a mark: excused, or not graded."""
    case = ET.Element("testcase", {"classname": assignment, "name": "mark", "time": "0.000"})
    said = _legal(verdict(row))
    ET.SubElement(case, "skipped" if is_excused(row) else "error", {"message": said}).text = "\n".join(
        _legal(sentence) for sentence in deductions(row)
    )
    return case


def _legal(text: str) -> str:
    return ILLEGAL.sub("", inert(text))
