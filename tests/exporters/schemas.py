"""What the systems take, as JSON Schema, written down from their documentation (docs/decisions names it)."""

from __future__ import annotations

from typing import Any


def _object(required: list[str], properties: dict[str, Any], *, closed: bool = True) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": not closed}


TEXT = {"type": "string"}
NUMBER = {"type": "number"}
SOME = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"}

_VISIBLE = {"enum": ["visible", "hidden", "after_due_date", "after_published"]}
_FORM = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = _object(
    ["tests"],
    {
        "score": NUMBER,
        "execution_time": NUMBER,
        "output": TEXT,
        "output_format": _FORM,
        "test_output_format": _FORM,
        "test_name_format": _FORM,
        "visibility": _VISIBLE,
        "stdout_visibility": _VISIBLE,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": _object(
                [],
                {
                    "score": NUMBER,
                    "max_score": NUMBER,
                    "status": {"enum": ["passed", "failed"]},
                    "name": TEXT,
                    "number": TEXT,
                    "output": TEXT,
                    "tags": {"type": "array", "items": TEXT},
                    "visibility": {"const": "visible"},  # another one would hide the student's total
                },
            ),
        },
    },
)
_TEST = _object(
    ["name", "points", "max_points"],
    {"name": TEXT, "description": TEXT, "points": NUMBER, "max_points": NUMBER, "message": TEXT, "output": TEXT},
)
PRAIRIELEARN = _object(
    [],
    {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "message": TEXT,
        "output": TEXT,
        "format_errors": {"type": ["string", "array"], "items": TEXT},
        "tests": {"type": "array", "items": _TEST},
    },
) | {"if": {"properties": {"gradable": {"const": True}}}, "then": {"required": ["score"]}}
CLASSROOM50 = _object(
    [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release"),
        *("review", "datetime", "score", "max-score", "tests"),
    ],
    {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(("classroom", "assignment", "owner", "commit", "release", "review"), SOME),
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": MOMENT,
        "graded_at": MOMENT,
        "score": COUNT,
        "max-score": COUNT,
        "tests": {
            "type": "array",
            "items": _object(
                ["test-name", "passed", "score", "max-score"],
                {"test-name": SOME, "passed": {"type": "boolean"}, "score": COUNT, "max-score": COUNT},
                closed=False,
            ),
        },
    },
)
_MESSAGE = _object(["text"], {"text": SOME})
_PLACE = _object(
    ["physicalLocation"],
    {
        "physicalLocation": _object(
            ["artifactLocation", "region"],
            {
                "artifactLocation": _object(["uri"], {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~%/-]+$"}}),
                "region": _object(["startLine"], {"startLine": {"type": "integer", "minimum": 1}}),
            },
        ),
        "logicalLocations": {"type": "array", "items": _object(["name"], {"name": TEXT, "kind": TEXT})},
    },
)
_RESULT = _object(
    ["ruleId", "message", "locations"],
    {
        "ruleId": SOME,
        "ruleIndex": COUNT,
        "kind": {"const": "fail"},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _MESSAGE,
        "locations": {"type": "array", "items": _PLACE, "minItems": 1},
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
    },
)
_NOTICE = _object(["message"], {"level": {"enum": ["none", "note", "warning", "error"]}, "message": _MESSAGE})
_RUN = _object(
    ["tool", "results"],
    {
        "tool": _object(
            ["driver"],
            {
                "driver": _object(
                    ["name"],
                    {
                        "name": SOME,
                        "semanticVersion": SOME,
                        "rules": {
                            "type": "array",
                            "uniqueItems": True,
                            "items": _object(["id"], {"id": SOME, "shortDescription": _MESSAGE}),
                        },
                    },
                )
            },
        ),
        "invocations": {
            "type": "array",
            "items": _object(
                ["executionSuccessful"],
                {
                    "executionSuccessful": {"type": "boolean"},
                    "toolExecutionNotifications": {"type": "array", "items": _NOTICE},
                },
            ),
        },
        "results": {"type": "array", "items": _RESULT},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    },
)
SARIF = _object(
    ["version", "runs"],
    {"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": _RUN, "maxItems": 20}},
)
