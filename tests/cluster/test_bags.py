"""What waits for a worker goes in bags, and each that was asked for gets its own answer, once."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.cluster import tasks
from grader.cluster.bags import LIVES, MOST, ROOM, Bags, Died, Send
from grader.errors import HarnessError, Interrupted

LATE = 60  # seconds after which a test hangs


class Lined(Bags):
    """A line that says when somebody has joined it."""

    def __init__(self, send: Send, places: int) -> None:
        super().__init__(send, places)
        self.joined = threading.Semaphore(0)

    def _join(self, one) -> None:
        super()._join(one)
        self.joined.release()


class Workers:
    """Answers to bags when it may; what it was sent is in ``sent``. ``trouble`` is raised with what it is about."""

    def __init__(self, **trouble: Exception) -> None:
        self.sent: list[list[str]] = []
        self.most_at_once = 0
        self._out = 0
        self._trouble = trouble
        self._may = threading.Event()
        self._lock = threading.Lock()

    def send(self, parcels: list[bytes], seconds: float) -> list[object]:
        """As a line does."""
        names = [parcel.decode() for parcel in parcels]
        with self._lock:
            self.sent.append(names)
            self._out += 1
            self.most_at_once = max(self.most_at_once, self._out)
        assert self._may.wait(LATE)
        with self._lock:
            self._out -= 1
        for name in names:
            if name in self._trouble:
                raise self._trouble[name]
        return self.answers(names)

    def answers(self, names: list[str]) -> list[object]:
        """Of all."""
        return [f"answer to {name}" for name in names]

    def asked(self, names: list[str], places: int, together: bool = True) -> list[object]:
        """What each gets, or what was raised: all are in the line, in this order, before the first answer comes."""
        bags = Lined(self.send, places)

        def ask(name: str) -> object:
            try:
                return bags.asked(name.encode(), 60, together=together)
            except (HarnessError, Interrupted) as error:
                return error

        with ThreadPoolExecutor(len(names)) as pool:
            futures = []
            for name in names:
                futures.append(pool.submit(ask, name))
                assert bags.joined.acquire(timeout=LATE)
            self._may.set()
            return [future.result(LATE) for future in futures]


NAMES = [f"{number:02}" for number in range(60)]


def test_bags_are_large_while_many_wait_and_single_at_the_end():
    """In order, each once, never more bags than places; each gets the answer to its own."""
    workers = Workers()
    assert workers.asked(NAMES, places=2) == [f"answer to {name}" for name in NAMES]
    assert sorted(itertools.chain(*workers.sent)) == NAMES
    assert sorted(workers.sent) == sorted(workers.sent, key=lambda bag: bag[0])
    sizes = [len(bag) for bag in sorted(workers.sent)]
    assert sizes[:2] == [1, 1] and sizes[2] == MOST and sizes[-3:] == [1, 1, 1]
    assert sizes[2:] == sorted(sizes[2:], reverse=True)
    assert workers.most_at_once == 2


def test_the_largest_goes_first_whoever_comes_first():
    """What looks longest; the first of all goes at once, as there is a place."""
    workers = Workers()
    workers.asked(["x" * size for size in (1, 2, 3, 4)], places=1)
    assert workers.sent == [["x"], ["xxxx", "xxx"], ["xx"]]


def test_what_must_go_alone_does():
    """As what executes a notebook."""
    workers = Workers()
    workers.asked(NAMES[:9], places=1, together=False)
    assert sorted(workers.sent) == [[name] for name in NAMES[:9]]


def test_a_bag_whose_worker_died_is_taken_apart_and_only_the_culprit_dies_thrice():
    """The others go alone; what has one life left goes last, though it is larger than most, with nothing beside it."""
    names = [name.ljust(99 - int(name), ".") for name in NAMES]
    culprit = names[5]
    workers = Workers(**{culprit: Died()})
    found = workers.asked(names, places=2)
    error = found.pop(5)
    assert found == [f"answer to {name}" for name in names if name != culprit]
    assert isinstance(error, HarnessError) and f"{LIVES} workers died" in str(error)
    with_it = [bag for bag in workers.sent if culprit in bag]
    assert [len(bag) for bag in with_it] == [MOST, 1, 1]
    assert all([name] in workers.sent for name in with_it[0])
    assert workers.sent[-1] == [culprit]


def test_who_comes_while_the_last_life_is_spent_waits():
    """And is answered afterwards."""
    sent = []

    def send(parcels: list[bytes], seconds: float) -> list[object]:
        sent.extend(parcels)
        if parcels == [b"again"] and len(sent) < LIVES:
            raise Died
        if parcels == [b"again"]:
            assert bags.joined.acquire(timeout=LATE)  # its own
            later.append(pool.submit(bags.asked, b"later", 60, together=True))
            assert bags.joined.acquire(timeout=LATE)
            assert bags._out == 1 and b"later" not in sent
        return ["an answer"]

    bags, later = Lined(send, 2), []
    with ThreadPoolExecutor(1) as pool:
        assert bags.asked(b"again", 60, together=True) == "an answer"
        assert later[0].result(LATE) == "an answer"
    assert sent == [b"again", b"again", b"again", b"later"]


def test_a_bag_that_failed_is_taken_apart():
    """So is one that was late: its trouble is told of the one that has it alone."""
    workers = Workers(**{"05": HarnessError("No worker gave an answer.")})
    found = workers.asked(NAMES, places=2)
    assert str(found.pop(5)) == "No worker gave an answer."
    assert found == [f"answer to {name}" for name in NAMES if name != "05"]
    assert [len(bag) for bag in workers.sent if "05" in bag] == [MOST, 1]


def test_what_a_worker_did_not_begin_goes_again():
    """Together, as there was nothing wrong with it."""

    class Slow(Workers):
        def answers(self, names):
            return [*super().answers(names[:2]), *[None] * len(names[2:])]

    workers = Slow()
    assert workers.asked(NAMES, places=2) == [f"answer to {name}" for name in NAMES]
    assert any(len(bag) > 1 for bag in workers.sent[3:])


@pytest.mark.parametrize("error", [Interrupted("Grading was stopped."), RuntimeError("a bug")])
def test_nobody_waits_for_ever(error):
    """When the run ends, or the grader fails, those in the line learn it as well."""
    workers = Workers(**dict.fromkeys(NAMES, error))
    found = workers.asked(NAMES, places=2)
    assert {type(one) for one in found} == {Interrupted if isinstance(error, Interrupted) else HarnessError}


def test_large_ones_wait_before_they_are_made():
    """As many as there are places may always be; one that is not large fits beside them."""
    bags = Bags(lambda parcels, seconds: [], places=1)
    entered = threading.Event()

    def large() -> None:
        with bags.room(ROOM, together=True):
            entered.set()

    other = threading.Thread(target=large)
    with bags.room(ROOM - 10, together=True):
        with bags.room(10, together=True):
            other.start()
        assert not entered.is_set()
    other.join(LATE)
    assert entered.is_set()


def test_a_worker_begins_no_other_after_some_time(monkeypatch):
    """Whatever else is in its bag goes elsewhere; the first is always done."""

    class Bench:
        def handed(self, resource: str, parcel: bytes) -> str:
            return json.dumps(parcel.decode())

    monkeypatch.setattr(tasks, "_bench", [Bench()])
    assert json.loads(tasks.handed("", b"a", b"b")) == ["a", "b"]
    monkeypatch.setattr(tasks, "SHIFT", -1.0)
    assert json.loads(tasks.handed("", b"a", b"b", b"c")) == ["a", None, None]
