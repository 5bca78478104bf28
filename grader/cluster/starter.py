"""The end of who started the run: submissions go out as bytes, and answers come back as text or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from distributed import Client, Future

from grader.batch.work import Answer, Terms
from grader.cluster import scheduler, tasks
from grader.cluster.bags import Bags, Died
from grader.cluster.card import Card
from grader.cluster.parcels import packed
from grader.errors import HarnessError, Interrupted, Refused, Starved
from grader.intake.snapshot import copied, private_folder
from grader.judges.desk import ODD, read_answer, read_likeness, wall_seconds
from grader.sandbox import Box

AWAITED = ("pending", "lost")  # lost: the worker that had the answer died before it was fetched; it is made anew
SILENCE = 60.0  # seconds without a scheduler that answers, or without any worker, after which the run ends
LOOKS = 5.0  # seconds between looks at it
SOON = 1.0  # the same while there are fewer places than were asked for
POLL = 0.5  # seconds between looks at whether the run was stopped
MOST_WORDS = 200  # characters that are told of what was raised on a worker
ANOTHER_FORM = "A worker gave an answer of another form."
Read = TypeVar("Read")


class Line:
    """The connection to a scheduler, for workers with a card; what breaks it ends the run in order."""

    def __init__(
        self, client: Client, address: str, card: Card, box: Box, tell: Callable[[str], object], many: int | None = None
    ) -> None:
        """``many`` are the submissions that may be with workers at a time; None: as many as these take."""
        self.card, self.box = card, box
        self._client, self._tell = client, tell
        self._address, self._many = address, many
        self._run, self._numbers = secrets.token_hex(8), itertools.count()
        self._bags = Bags(self._sent, many or 1)
        self.asked, self.room = self._bags.asked, self._bags.room
        self._lost = threading.Lock()
        self._closed = threading.Event()
        self._heard = time.monotonic()
        self._missing = ""
        self._unfit: dict[str, str] = {}
        for topic in ("print", "warn"):  # what workers would have printed here
            client.unsubscribe_topic(topic)
        try:
            client.run_on_scheduler(scheduler.settle)
        except Exception:  # of several kinds
            raise Refused(
                f"The scheduler at {address} cannot be used; install the grader where it runs, and start it as "
                "`grader cluster-certificates` says."
            ) from None

    def watch(self) -> None:
        """Look after the scheduler and its workers until the line is closed, in a thread of its own."""
        threading.Thread(target=self._watch, daemon=True).start()

    def look(self) -> tuple[int, list[str]]:
        """How many threads there are of workers that fit, which are places; addresses of others that have come."""
        found = json.loads(self._client.run_on_scheduler(scheduler.look, self.card.resource))
        threads = sum(int(many) for many, fits in found.values() if fits)
        self._bags.places = min(threads, self._many or threads)
        others = [str(at) for at, (_, fits) in found.items() if not fits]
        new = [at for at in others if at not in self._unfit]
        self._unfit = {at: self._unfit.get(at, "") for at in others}
        return threads, new

    def refuse(self, addresses: list[str]) -> None:
        """Say to workers that do not fit, and to who started the run, in what they differ."""
        for at in addresses:
            why = _difference(self._of_worker(at, tasks.shown_card), self.card)
            self._unfit[at] = why
            self._tell(f"The worker at {at} gets no work: it has {why}.")
            self._of_worker(at, tasks.told, f"This worker refuses the work of a run: it has {why}.")

    @property
    def unfit(self) -> list[str]:
        """In what the workers that are there and do not fit differ."""
        return list(self._unfit.values())

    def _of_worker(self, address: str, function: Callable[..., str], *words: str) -> str:
        """What a function gives on a worker; empty if that is no text."""
        try:
            said = self._client.run(function, *words, workers=[address], on_error="return").get(address)
        except Exception:  # an error that came as a pickle is not read, which raises one
            return ""
        return said if isinstance(said, str) else ""

    def _sent(self, parcels: list[bytes], seconds: float) -> list[Any]:
        """What a worker answers to parcels of one task; see ``bags.Send``."""
        if self.box.closed:
            raise Interrupted("Grading was stopped.")
        resource = self.card.resource
        future = self._client.submit(
            tasks.handed,
            resource,
            *parcels,
            key=f"grader-{self._run}-{next(self._numbers)}",
            pure=False,
            resources={resource: 1},
            priority=0,
        )
        try:
            text = self._waited(future, seconds + (tasks.SHIFT if len(parcels) > 1 else 0))
        finally:
            if future.status == "pending":
                future.cancel()
            future.release()
        try:
            said = json.loads(text)
        except ODD:
            said = None
        if not isinstance(said, list) or len(said) != len(parcels) or said[0] is None:
            raise HarnessError(ANOTHER_FORM)
        return said

    def _waited(self, future: Future[str], seconds: float) -> str:
        done, began = threading.Event(), time.monotonic()
        future.add_done_callback(lambda _: done.set())
        while True:
            if done.wait(POLL):
                done.clear()
            if future.status not in AWAITED:
                break
            if self.box.closed:
                raise Interrupted("Grading was stopped.")
            if time.monotonic() - self._heard > SILENCE:
                self._lose(self._missing or f"The scheduler at {self._address} has not answered for {SILENCE:.0f} s")
            if time.monotonic() - began > seconds:
                raise HarnessError(f"No worker gave an answer within {seconds:.0f} seconds; grade it again.")
        if future.status == "error":
            raise self._why(future)
        try:
            said = future.result() if future.status == "finished" else None
        except Exception:  # what is no text is not read, which raises one
            said = None
        if future.status in AWAITED:
            return self._waited(future, seconds)
        if future.status != "finished":
            self._lose(f"The scheduler at {self._address} has gone")
        if not isinstance(said, str):
            raise HarnessError(ANOTHER_FORM)
        return said

    def _why(self, future: Future[str]) -> Exception:
        """Why a task gave no answer, by what the scheduler knows; what was raised is a pickle, and not read."""
        heard: list[str] = []

        def ask() -> None:
            with contextlib.suppress(Exception):  # gone, or going
                heard.append(self._client.run_on_scheduler(scheduler.ended, future.key))
                self.look()  # there are fewer places now

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(SILENCE)  # a scheduler that is silent just now does not keep the run from ending
        died, words = json.loads(heard[0]) if heard else (False, "the scheduler does not say why")
        if died:
            return Died()
        return HarnessError(
            f"The task of a worker failed: {' '.join(str(words)[:MOST_WORDS].split())}; grade it again."
        )

    def _lose(self, why: str) -> None:
        """End the run in order: what is graded is kept, and the rest is left out."""
        with self._lost:
            if not self.box.closed:
                self._tell(f"{why}; the run ends, and what was graded is kept.")
                self.box.close()
        raise Interrupted("Grading was stopped.")

    def _watch(self) -> None:
        threads = 0
        while not self._closed.wait(LOOKS if threads >= (self._many or 0) else SOON):
            try:
                threads, unfit = self.look()
            except Exception:  # gone, or going: whoever waits sees how long ago it was heard
                self._missing = ""
                continue
            if unfit:  # in a thread of its own: one that is silent just now keeps nobody waiting
                threading.Thread(target=self.refuse, args=(unfit,), daemon=True).start()
            if threads:
                self._heard, self._missing = time.monotonic(), ""
            else:
                self._missing = f"No worker has been there for {SILENCE:.0f} s"

    def heard(self) -> None:
        """The silence begins now."""
        self._heard = time.monotonic()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()


class ClusterDesk:
    """Hands submissions to workers elsewhere, one at a time; see ``workshop.Desk``."""

    def __init__(self, line: Line, terms: Terms) -> None:
        self._line, self._terms = line, terms

    def grade(
        self, student: str, shown: str, path: Path, known: str, *, follow: bool, notes: tuple[str, ...] = ()
    ) -> Answer:
        """Have a submission graded."""
        words = {"do": "grade", "known": known, "notes": list(notes)}
        return self._handed(words, read_answer, student, shown, path, follow=follow)

    def recognise(self, student: str, shown: str, path: Path, *, follow: bool) -> str:
        """The assignment that it looks most like."""
        return self._handed({"do": "recognise"}, read_likeness, student, shown, path, follow=follow)

    def close(self) -> None:
        """Nothing of it is here."""

    def _handed(
        self,
        words: dict[str, Any],
        read: Callable[[Any], Read],
        student: str,
        shown: str,
        path: Path,
        *,
        follow: bool,
    ) -> Read:
        words |= {"student": student, "shown": shown, "terms": dataclasses.asdict(self._terms)}
        # What executes no notebook is short. What is graded again is graded alone.
        recognised = words["do"] == "recognise"
        together = recognised or (self._terms.notebook is None and not self._terms.again)
        with self._line.room(code_size(path), together=together):
            with private_folder() as folder:
                data = self._terms.notebook is not None and not recognised
                parcel = packed(words, copied(path, folder, Path(shown), follow=follow, data=data))
            # Twice what the worker's own desk waits: there may be a second one after one that was lost.
            said = self._line.asked(parcel, 2 * wall_seconds(self._terms), together=together)
        try:
            for kind, error in (("refused", Refused), ("starved", Starved), ("failed", HarnessError)):
                if kind in said:
                    raise error(str(said[kind]))
            return read(said["answer"])
        except ODD as error:
            raise HarnessError(f"A worker answered what cannot be read ({type(error).__name__}).") from None


def code_size(path: Path) -> int:
    """The bytes of what a submission holds of code."""
    with contextlib.suppress(OSError):
        if not path.is_dir():
            return path.stat().st_size
    total = 0
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith((".ipynb", ".py", ".zip")):
                with contextlib.suppress(OSError):
                    total += os.lstat(os.path.join(folder, name)).st_size
    return total


def _difference(text: str, own: Card) -> str:
    try:
        return Card.from_text(text).differs(own) or "another card"
    except (ValueError, TypeError, LookupError, AttributeError):
        return "not been started with `grader worker`"
