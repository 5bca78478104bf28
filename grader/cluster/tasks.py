"""What runs on a worker: plain functions of this module, which take text and bytes and give text."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.cluster.bench import Bench

SHIFT = 5.0  # seconds after which no other submission of a task is begun: nobody waits behind many slow ones
_bench: list[Bench] = []  # of this process, once it is a worker


def settle_at(bench: Bench) -> None:
    """Have this process's tasks done at a bench."""
    _bench[:] = [bench]


def handed(resource: str, *parcels: bytes) -> str:
    """What becomes of submissions, as a JSON list; whatever happens is an answer, and null is what was not begun."""
    began = time.monotonic()
    answers: list[str] = []
    for parcel in parcels:
        late = answers and time.monotonic() - began > SHIFT
        answers.append("null" if late else _handed(resource, parcel))
    return f"[{','.join(answers)}]"


def _handed(resource: str, parcel: bytes) -> str:
    if not _bench:
        return '{"failed": "A worker was not started with `grader worker`, and has no box; start it so."}'
    try:
        return _bench[0].handed(resource, parcel)
    except Exception as error:  # an exception would go as a pickle, and be read by nobody
        return json.dumps({"failed": f"The grader itself failed: {type(error).__name__}: {error}."})


def shown_card() -> str:
    """The worker's card as JSON; empty if it is none of `grader worker`."""
    return _bench[0].card.text if _bench else ""


def told(sentence: str) -> str:
    """Have the worker say a sentence where it runs."""
    if _bench:
        _bench[0].tell(sentence)
    return ""
