"""SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html.

A check is a rule; one that did not pass is a result, at the student's line where one is known. What was skipped, and
what the grader itself failed at, is a notification of the run and no result: those would be alerts. GitHub takes 25,000
results a run, of which it shows 5,000.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from grader import __version__
from grader.exporters.lines import reasons
from grader.exporters.rows import verdict
from grader.feedback.cleaning import for_student
from grader.gradebook import Row
from grader.model import CheckResult, PartResult, Status
from grader.words import inert

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NEUTRAL = (Status.PASSED, Status.SKIPPED, Status.GRADER_ERROR)


def text(row: Row) -> str:
    """The JSON text of what is wrong in one person's work."""
    return json.dumps(log(for_student(row)), indent=1, ensure_ascii=False) + "\n"


def log(row: Row) -> dict[str, Any]:
    """The object: one run."""
    both = [(part, check) for part in row.result.parts for check in part.checks]
    rules = [{"id": _id(part, check), "shortDescription": {"text": _text(check.title)}} for part, check in both]
    driver = {"name": "grader", "semanticVersion": __version__, "rules": rules}
    notices = [_notice(part, check) for part, check in both if check.status in (Status.SKIPPED, Status.GRADER_ERROR)]
    if row.mark.score is None:
        notices.append({"level": "error", "message": {"text": _text(verdict(row))}})
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": not any(notice["level"] == "error" for notice in notices),
                "toolExecutionNotifications": notices,
            }
        ],
        "results": [
            _result(row, index, part, check) for index, (part, check) in enumerate(both) if check.status not in NEUTRAL
        ],
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _id(part: PartResult, check: CheckResult) -> str:
    return inert(f"{part.slug}/{check.slug}")


def _notice(part: PartResult, check: CheckResult) -> dict[str, Any]:
    said = [f"{_id(part, check)} {check.status.replace('_', ' ')}.", *reasons(check)]
    level = "error" if check.status is Status.GRADER_ERROR else "note"
    return {"level": level, "message": {"text": _text("\n".join(said))}}


def _result(row: Row, index: int, part: PartResult, check: CheckResult) -> dict[str, Any]:
    said = reasons(check) or [f"{check.title} {check.status.replace('_', ' ')}."]
    mark = hashlib.sha256(f"{row.result.assignment}/{_id(part, check)}".encode()).hexdigest()
    return {
        "ruleId": _id(part, check),
        "ruleIndex": index,
        "kind": "fail",
        "level": "error",
        "message": {"text": _text("\n".join(said))},
        "locations": [_location(row, check)],
        "partialFingerprints": {"check/v1": mark},
    }


def _location(row: Row, check: CheckResult) -> dict[str, Any]:
    """Where it went wrong; the first line of the file if that is not known, or is a line of a notebook's cell."""
    known = check.error and (check.error.file or check.error.cell)
    error = check.error if known or not check.place else check.place
    files = row.result.submission.files
    file = (error.file if error else None) or (files[0] if files else "submission")
    line = error.line if error and error.line and not error.cell else 1
    region = {"startLine": max(line, 1)}
    uri = quote(inert(file).replace("\\", "/").lstrip("/"))
    where: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    if error and error.cell:
        where["logicalLocations"] = [{"name": f"cell {error.cell}", "kind": "member"}]
    return where


def _text(words: str) -> str:
    """A message without links, which SARIF would make of ``[words](target)``."""
    return inert(words).replace("](", "] (")
