"""The Result as JSON, and back."""

from __future__ import annotations

import json

from grader.model import SCHEMA, Result
from tests.results import result

ORDER = [
    "schema", "assignment", "student", "submission", "status", "score", "max_score", "seed", "public",
    "versions", "isolation", "notebook", "parts", "questions", "notes", "all_checks", "not_asked",
]  # fmt: skip


def test_the_fields_stand_in_the_contracts_order():
    """Schema first; a reason only where there is one."""
    fields = json.loads(result().to_json())
    assert list(fields) == ORDER
    assert fields["schema"] == SCHEMA == "grader/result/v1"
    refused = json.loads(result(score=None).to_json())
    assert list(refused) == [*ORDER[:5], "reason", *ORDER[5:]]
    assert refused["score"] is None


def test_the_fields_of_a_check_are_those_of_the_contract():
    """Names that users' scripts rely on."""
    (check,) = json.loads(result().to_json())["parts"][0]["checks"]
    for name in (
        "slug",
        "title",
        "status",
        "points",
        "max_points",
        "seconds",
        "findings",
        "diagnosis",
        "notes",
        "error",
    ):
        assert name in check
    assert {"name", "measured", "limit", "ok", "message"} <= set(check["findings"][0])
    assert {"code", "sentence", "certain"} <= set(check["diagnosis"][0])
    assert {"type", "message", "cell", "line", "traceback"} <= set(check["error"])


def test_infinities_survive_as_strings():
    """JSON has no infinity; what reads the text gets a string, what reads it back gets the number."""
    text = result().to_json()
    assert json.loads(text)["parts"][0]["checks"][0]["findings"][0]["measured"] == "inf"
    assert Result.from_dict(json.loads(text)).checks[0].findings[0].measured == float("inf")


def test_a_result_comes_back_as_it_was_written():
    """Through JSON text, records and enums included."""
    for original in (result(), result(score=None)):
        assert Result.from_dict(json.loads(original.to_json())) == original
