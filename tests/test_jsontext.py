"""JSON text is as the standard library writes it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from grader.jsontext import indented
from grader.model import Result
from grader.records import as_dict
from tests.exporters import samples


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, -7, 10**30, 1.5, -0.0, 1e300, 5e-324, "", 'a "b"\n\t\x00\x7f\u2028', "é😀"),
        *([], (), {}, [[]], {"a": {}}, [1, [2.5, "x"], {"b": None}], {"é": [True, {"c": (1, 2)}]}),
    ],
)
def test_as_the_standard_library(value: Any) -> None:
    assert indented(value) == json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("result", samples.classroom(), ids=lambda result: str(result.student))
def test_whole_results(result: Result) -> None:
    text = result.to_json()
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    assert Result.from_dict(json.loads(text)) == result
    assert json.loads(indented(result)) == json.loads(json.dumps(as_dict(result)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), '"inf"'),
        (-float("inf"), '"-inf"'),
        (float("nan"), '"nan"'),
        (np.float64(0.1), "0.1"),
        (np.float64("nan"), '"nan"'),
        ("half \ud800", r'"half \\ud800"'),
    ],
)
def test_what_json_lacks(value: Any, text: str) -> None:
    assert indented(value) == text


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="There is no JSON for a set"):
        indented({"a": {1}})
