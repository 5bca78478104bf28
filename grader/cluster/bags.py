"""What is asked of a cluster goes out in bags: a task is several submissions while many wait, and one at the end.

A task costs starter, scheduler and worker some milliseconds whatever is in it. Each thread that asks puts its parcel
into the line; when a worker's place is free, the thread whose parcel is the first takes a bag of those that wait, sends
it, and gives the others their answers. There are never more tasks than places: what Dask has given to a worker waits
there behind whatever that does, and is lost with it.
"""

from __future__ import annotations

import bisect
import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.errors import HarnessError, Interrupted

MOST = 8  # submissions a task
IN_FLIGHT = 3 * MOST  # submissions for each place: a bag that is away, and two that wait
LIVES = 3  # workers that may die of one submission
ROOM = 64 << 20  # bytes of what waits, beyond one submission a place

# Sends parcels and waits so many seconds at most: an answer for each, None for what was not begun.
# Died, HarnessError or Interrupted instead of answers.
Send = Callable[[list[bytes], float], list[Any]]


class Died(Exception):
    """The worker that had a task has died, or is silent."""


@dataclass(eq=False, slots=True)
class _Asked:
    """A parcel on its way, and the thread that waits for its answer.

    ``turn`` is set when there is something for it: a bag to send, of which it is the first, or how it ended.
    """

    parcel: bytes
    seconds: float
    together: bool
    deaths: int = 0
    turn: threading.Event = field(default_factory=threading.Event)
    bag: list[_Asked] = field(default_factory=list)
    answer: Any = None
    error: Exception | None = None
    ended: bool = False


class Bags:
    """The line of what waits for a place; ``places`` are the submissions that workers take at a time."""

    def __init__(self, send: Send, places: int = 1) -> None:
        self._send, self._places = send, places
        self._waiting: list[_Asked] = []  # the largest first, as they are asked for; copies are not made in that order
        self._last: list[_Asked] = []  # with one life left
        self._out = 0
        self._quiet = False  # one of these is out, and nothing beside it
        self._changed = threading.Condition()
        self._held: list[int] = []

    @property
    def places(self) -> int:
        """How many bags may be out."""
        return self._places

    @places.setter
    def places(self, many: int) -> None:
        with self._changed:
            self._places = max(1, many)  # one waits for a worker, and so learns that none comes
            self._hand_out()
            self._changed.notify()

    @contextlib.contextmanager
    def room(self, size: int, *, together: bool) -> Iterator[None]:
        """Wait until a parcel of so many bytes may be made: the largest go first, and many would fill the memory."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._held) < self._places or (together and sum(self._held) + size <= ROOM)
            )
            self._held.append(size)
            self._changed.notify()  # there may be room for another
        try:
            yield
        finally:
            with self._changed:
                self._held.remove(size)
                self._changed.notify()

    def asked(self, parcel: bytes, seconds: float, *, together: bool) -> Any:
        """What a worker answers; HarnessError if three died of it or it is late, Interrupted if the run ends.

        ``together``: it may be in a bag with others.
        """
        one = _Asked(parcel, seconds, together)
        self._join(one)
        while not one.ended:
            one.turn.wait()
            one.turn.clear()
            if one.bag:
                bag, one.bag = one.bag, []
                self._carry(bag)
        if one.error:
            raise one.error
        return one.answer

    def _join(self, one: _Asked) -> None:
        with self._changed:
            self._wait(one)
            self._hand_out()

    def _carry(self, bag: list[_Asked]) -> None:
        """Send a bag. What comes of each of its parcels is an end, or it waits again, alone if there was trouble."""
        again: list[_Asked] = []
        try:
            answers = self._send([one.parcel for one in bag], max(one.seconds for one in bag))
            for one, answer in zip(bag, answers, strict=True):
                one.answer, one.ended = answer, answer is not None
            again = [one for one in bag if not one.ended]
        except Died:
            for one in bag:
                one.deaths, one.together = one.deaths + 1, False
                if one.deaths == LIVES:
                    _end(one, HarnessError, _DEATHS)
            again = [one for one in bag if not one.ended]
        except HarnessError as error:
            if len(bag) > 1:
                again = bag
                for one in bag:
                    one.together = False
            else:
                _end(bag[0], HarnessError, str(error))
        except Interrupted as error:
            for one in bag:
                _end(one, Interrupted, str(error))
        except Exception as error:  # a bug of ours
            for one in bag:
                _end(one, HarnessError, f"The grader itself failed: {type(error).__name__}: {error}.")
        finally:
            self._returned(bag, again)

    def _returned(self, bag: list[_Asked], again: list[_Asked]) -> None:
        with self._changed:
            self._out -= 1
            self._quiet = False
            for one in again:
                self._wait(one)
            for one in bag:
                if one.ended:
                    one.turn.set()
            self._hand_out()

    def _wait(self, one: _Asked) -> None:
        if one.deaths == LIVES - 1:
            self._last.append(one)
        else:
            bisect.insort(self._waiting, one, key=lambda other: -len(other.parcel))

    def _hand_out(self) -> None:
        """Give bags to those who are first, as long as there are places. What has one life left goes when all else
        is done, with nothing beside it: nobody else dies of it, and it of nobody else."""
        while self._waiting and self._out < self._places and not self._quiet:
            size = min(MOST, math.ceil(len(self._waiting) / (2 * self._places)))
            bag = [self._waiting.pop(0)]
            while bag[0].together and len(bag) < size and self._waiting and self._waiting[0].together:
                bag.append(self._waiting.pop(0))
            self._go(bag)
        if self._last and not self._waiting and not self._out:
            self._quiet = True
            self._go([self._last.pop(0)])

    def _go(self, bag: list[_Asked]) -> None:
        self._out += 1
        bag[0].bag = bag
        bag[0].turn.set()


def _end(one: _Asked, kind: type[Exception], sentence: str) -> None:
    one.error, one.ended = kind(sentence), True


_DEATHS = (
    f"{LIVES} workers died while they graded it, and it was given to no other; look into what it does, then grade it "
    "again."
)
