"""What runs on a worker: plain functions of this module, which take text and bytes and give text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.cluster.bench import Bench

_bench: list[Bench] = []  # of this process, once it is a worker


def settle_at(bench: Bench) -> None:
    """Have this process's tasks done at a bench."""
    _bench[:] = [bench]


def handed(resource: str, parcel: bytes) -> str:
    """What becomes of a submission, as JSON; whatever happens is an answer."""
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
