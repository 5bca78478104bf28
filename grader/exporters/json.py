"""The rows of a class as JSON, ``"schema": "grader/export/v1"``, for programs of the staff.

``result`` is that of docs/result.md, with the seed: not for students.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from grader.exporters.rows import status
from grader.gradebook import Row

SCHEMA = "grader/export/v1"


def text(rows: Sequence[Row]) -> str:
    """The JSON text of a class."""
    whole = {"schema": SCHEMA, "rows": [_row(row) for row in rows]}
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "person": dataclasses.asdict(row.person),
        "status": status(row),
        "mark": dataclasses.asdict(row.mark),
        "attempt": dataclasses.asdict(row.attempt) if row.attempt else None,
        "attempts": [dataclasses.asdict(attempt) for attempt in row.attempts],
        "result": json.loads(row.result.to_json()),  # without infinities and half characters
    }
