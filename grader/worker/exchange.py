"""In the grader: the thread that speaks with a student process, and the messages in which cases are sent.

Cases with small inputs go in one request, each with a reply of its own: so the process plays while the grader judges,
and neither wakes the other for every case.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.machine.system import POLLS_PIPES
from grader.scenarios import text_of
from grader.spec import Check, Inputs
from grader.worker import frames
from grader.worker.processes import Guest
from grader.worker.replies import checked

TWICE = "It sent more than one reply."
AT_ONCE = 1 << 20  # bytes of inputs that are sent in one request
LARGE = 1 << 20  # bytes of a reply's arrays, of which no second is read before it was taken


class Exchange(threading.Thread):
    """Speaks with one process, so that nothing that happens to its pipes can make the grader wait longer."""

    def __init__(self, process: Guest) -> None:
        super().__init__(daemon=True)
        self.asked: queue.SimpleQueue[tuple[dict[str, Any], Inputs, int] | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[dict[str, Any] | Exception] = queue.SimpleQueue()
        self.taken: queue.SimpleQueue[None] = queue.SimpleQueue()  # a large answer was: no more than one waits
        self._process = process
        self.start()

    def run(self) -> None:
        """Write each request and read its replies, until there is None."""
        while (asked := self.asked.get()) is not None:
            try:
                for answer in self._ask(*asked):
                    self.answers.put(answer)
                    if answer["large"]:
                        self.taken.get()
            except Exception as error:
                self.answers.put(error)

    def _ask(self, request: dict[str, Any], inputs: Inputs, replies: int) -> Iterator[dict[str, Any]]:
        nonce = int.from_bytes(os.urandom(8), "big") >> 1
        frames.write(self._process.requests, nonce, request, inputs, room=frames.MAX_DATA)
        for number in range(replies):
            answered, head, values = frames.read(self._process.replies, max_json=frames.MAX_REPLY_JSON)
            if answered != nonce + number:
                again = nonce <= answered < nonce + number
                raise frames.ProtocolError(TWICE if again else "The reply does not belong to the request.")
            large = sum(value.nbytes for value in values.values() if isinstance(value, np.ndarray)) > LARGE
            yield checked(request["do"], head) | {"values": values, "large": large, "at": time.perf_counter()}


def request_of(check: Check, cases: int) -> dict[str, Any]:
    """What is asked for a check: so many cases, whose inputs are numbered."""
    scenario = {"name": check.scenario.__name__, "label": f"<check {check.name}>", "text": text_of(check.scenario)}
    return {"do": "play", "scenario": scenario, "rename": dict(check.rename), "cases": cases}


def flat(cases: Sequence[Inputs]) -> Inputs:
    """The inputs of several cases in one table, each name with its case's number before it."""
    return {f"{number} {name}": value for number, inputs in enumerate(cases) for name, value in inputs.items()}


def together(cases: Iterable[Inputs]) -> Iterator[list[Inputs]]:
    """The inputs of cases that are sent together: a data set goes alone."""
    several: list[Inputs] = []
    room = AT_ONCE
    for inputs in cases:
        size = sum(value.nbytes for value in inputs.values())
        if several and size > room:
            yield several
            several, room = [], AT_ONCE
        several.append(inputs)
        room -= size
    if several:
        yield several


def has_more(process: Guest) -> bool:
    """Whether there are bytes after the one reply."""
    if not POLLS_PIPES:
        return False  # pipes cannot be looked into there
    poll = select.poll()  # unlike select(), it takes any number of a descriptor
    poll.register(process.replies, select.POLLIN)
    return bool(poll.poll(0)) and bool(process.replies.read(1))
