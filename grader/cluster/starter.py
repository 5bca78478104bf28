"""The end of who started the run: submissions go out as bytes, and answers come back as text or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from distributed import Client, Future

from grader.batch.work import Answer, Terms
from grader.cluster import scheduler, tasks
from grader.cluster.card import Card
from grader.cluster.parcels import packed
from grader.errors import HarnessError, Interrupted, Refused, Starved
from grader.intake.snapshot import copied, private_folder
from grader.judges.desk import ODD, read_answer, read_likeness, wall_seconds
from grader.sandbox import Box

AWAITED = ("pending", "lost")  # lost: the worker that had the answer died before it was fetched; it is made anew
SILENCE = 60.0  # seconds without a scheduler that answers, or without any worker, after which the run ends
LOOKS = 5.0  # seconds between looks at it
POLL = 0.5  # seconds between looks at whether the run was stopped
MOST_WORDS = 200  # characters that are told of what was raised on a worker
Read = TypeVar("Read")


class Line:
    """The connection to a scheduler, for workers with a card; what breaks it ends the run in order."""

    def __init__(self, client: Client, address: str, card: Card, box: Box, tell: Callable[[str], object]) -> None:
        self.card, self.box = card, box
        self._client, self._tell = client, tell
        self._address = address
        self._lost = threading.Lock()
        self._closed = threading.Event()
        self._heard = time.monotonic()
        self._missing = ""
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

    def workers(self) -> dict[str, tuple[int, bool]]:
        """By address: how many threads, and whether they fit the card."""
        found = json.loads(self._client.run_on_scheduler(scheduler.look, self.card.resource))
        return {str(at): (int(threads), bool(fits)) for at, (threads, fits) in found.items()}

    def cards(self, addresses: list[str]) -> dict[str, str]:
        """The cards of workers as text; empty of what is none of ours."""
        return {at: self._of_worker(at, tasks.shown_card) for at in addresses}

    def say_to(self, address: str, sentence: str) -> None:
        """Have a worker say it where it runs."""
        self._of_worker(address, tasks.told, sentence)

    def _of_worker(self, address: str, function: Callable[..., str], *words: str) -> str:
        """What a function gives on a worker; empty if that is no text."""
        try:
            said = self._client.run(function, *words, workers=[address], on_error="return").get(address)
        except Exception:  # an error that came as a pickle is not read, which raises one
            return ""
        return said if isinstance(said, str) else ""

    def asked(self, parcel: bytes, key: str, seconds: float) -> str:
        """What a worker answers; HarnessError if three died of it or it is late, Interrupted if the run ends."""
        resource = self.card.resource
        future = self._client.submit(
            tasks.handed, resource, parcel, key=key, pure=False, resources={resource: 1}, priority=0
        )
        try:
            return self._waited(future, seconds)
        finally:
            if future.status == "pending":
                future.cancel()
            future.release()

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
            raise HarnessError(self._why(future))
        try:
            said = future.result() if future.status == "finished" else None
        except Exception:  # what is no text is not read, which raises one
            said = None
        if future.status in AWAITED:
            return self._waited(future, seconds)
        if future.status != "finished":
            self._lose(f"The scheduler at {self._address} has gone")
        if not isinstance(said, str):
            raise HarnessError("A worker gave an answer of another form.")
        return said

    def _why(self, future: Future[str]) -> str:
        """Why a task gave no answer, by what the scheduler knows; what was raised is a pickle, and not read."""
        heard: list[str] = []

        def ask() -> None:
            with contextlib.suppress(Exception):  # gone, or going
                heard.append(self._client.run_on_scheduler(scheduler.ended, future.key))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(SILENCE)  # a scheduler that is silent just now does not keep the run from ending
        deaths, words = json.loads(heard[0]) if heard else (0, "the scheduler does not say why")
        if deaths >= scheduler.DEATHS:
            return (
                f"{scheduler.DEATHS} workers died while they graded it, and it was given to no other; look into "
                "what it does, then grade it again."
            )
        return f"The task of a worker failed: {' '.join(str(words)[:MOST_WORDS].split())}; grade it again."

    def _lose(self, why: str) -> None:
        """End the run in order: what is graded is kept, and the rest is left out."""
        with self._lost:
            if not self.box.closed:
                self._tell(f"{why}; the run ends, and what was graded is kept.")
                self.box.close()
        raise Interrupted("Grading was stopped.")

    def _watch(self) -> None:
        while not self._closed.wait(LOOKS):
            try:
                fit = any(fits for _, fits in self.workers().values())
            except Exception:  # gone, or going: whoever waits sees how long ago it was heard
                self._missing = ""
                continue
            if fit:
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

    def __init__(self, line: Line, terms: Terms, number: Callable[[], str]) -> None:
        self._line, self._terms, self._number = line, terms, number

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
        with private_folder() as folder:
            copy = copied(path, folder, Path(shown), follow=follow, data=self._terms.notebook is not None)
            parcel = packed(words, copy)
        # Twice what the worker's own desk waits: there may be a second one after one that was lost.
        text = self._line.asked(parcel, self._number(), 2 * wall_seconds(self._terms))
        try:
            said = json.loads(text)
            for kind, error in (("refused", Refused), ("starved", Starved), ("failed", HarnessError)):
                if kind in said:
                    raise error(str(said[kind]))
            return read(said["answer"])
        except ODD as error:
            raise HarnessError(f"A worker answered what cannot be read ({type(error).__name__}).") from None
