"""On a worker: takes parcels, hands submissions in at desks of its own, and answers in JSON."""

from __future__ import annotations

import errno
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from grader.batch.work import Answer, Terms, lacking, may_have_starved
from grader.cluster.card import Card
from grader.cluster.parcels import unpacked, words_of
from grader.data_set import DataSet
from grader.errors import GraderError, Refused, Starved
from grader.folders import need_room, remove
from grader.intake.snapshot import Snapshot
from grader.judges.desk import Desk, shared_server
from grader.machine.shortage import Shortage
from grader.worker.processes import BoxHost

FAILED = 3
FULL = (errno.ENOSPC, errno.EDQUOT)


class Bench:
    """Desks of one box for as many threads as come; each is kept for the next submission by the same terms."""

    def __init__(
        self, host: BoxHost, card: Card, data: DataSet | None, tell: Callable[[str], object], folder: Path
    ) -> None:
        """``folder`` is private, and there as long as this is."""
        self.card, self.tell = card, tell
        self._host, self._data, self._folder = host, data, folder
        self._free: list[tuple[Terms, Desk]] = []
        self._places: list[Path] = []  # empty folders: to make and remove one for each copy takes disks longer
        self._lock = threading.Lock()
        self._server()  # warms the reference

    def handed(self, resource: str, parcel: bytes) -> str:
        """What becomes of a parcel; the process ends where its disk is full, so that another worker gets it."""
        if resource != self.card.resource:
            return json.dumps({"failed": "A worker of another version or course refused it."})
        self._need_room()
        try:
            answer = self._answer(parcel)
        except Refused as error:
            return json.dumps({"refused": str(error)})
        except Starved as error:
            return json.dumps({"starved": error.cause})
        except OSError as error:
            if error.errno in FULL:
                self._leave(f"no room is left on the disk ({error.strerror})")
            return json.dumps({"failed": f"The grader itself failed: {type(error).__name__}: {error}."})
        except GraderError as error:
            self._need_room()
            return json.dumps({"failed": str(error)})
        except Exception as error:  # a bug of ours costs one row
            return json.dumps({"failed": f"The grader itself failed: {type(error).__name__}: {error}."})
        if answer.get("answer", {}).get("failed"):
            self._need_room()
        return json.dumps(answer)

    def close(self) -> None:
        """End the judges that wait."""
        with self._lock:
            waiting, self._free = self._free, []
        for _, desk in waiting:
            desk.close()

    def _answer(self, parcel: bytes) -> dict[str, Any]:
        words = words_of(parcel)
        folder = str(self._data.folder) if self._data else None
        terms = replace(Terms.from_dict(words["terms"]), data=folder)
        place, desk = self._place(), self._desk(terms)
        try:
            made = self._made(desk, terms, words, unpacked(parcel, place))
        except BaseException:
            desk.close()
            remove(place)
            raise
        with self._lock:
            self._free.append((terms, desk))
            self._places.append(place)  # the desk has taken the copy out of it
        return made

    def _place(self) -> Path:
        with self._lock:
            if self._places:
                return self._places.pop()
        return Path(tempfile.mkdtemp(dir=self._folder))

    def _made(self, desk: Desk, terms: Terms, words: dict[str, Any], copy: Snapshot) -> dict[str, Any]:
        student, shown = words["student"], words["shown"]
        if words["do"] == "recognise":
            return {"answer": {"likeness": desk.recognise(student, shown, copy, follow=False)}}
        shortage, began = Shortage(), time.monotonic()
        notes = tuple(words["notes"])
        answer: Answer = desk.grade(student, shown, copy, words["known"], follow=False, notes=notes)
        cause = "" if terms.again or answer.known else shortage.cause() or lacking(answer)
        if cause and may_have_starved(answer):
            raise Starved(f"While it was graded, {cause}")
        return {"answer": asdict(replace(answer, seconds=time.monotonic() - began))}

    def _desk(self, terms: Terms) -> Desk:
        """A desk for these terms that nobody is at; those for others are closed."""
        found, others = None, []
        with self._lock:
            for pair in list(self._free):
                if pair[0] != terms:
                    self._free.remove(pair)
                    others.append(pair[1])
                elif found is None:
                    self._free.remove(pair)
                    found = pair[1]
        for desk in others:
            desk.close()
        read = self._data.places if self._data else ()
        return found or Desk(self._server(), self._host, terms, read)

    def _server(self) -> Any:
        return shared_server(str(self._data.folder) if self._data else None, self.tell)

    def _need_room(self) -> None:
        try:
            need_room()
        except Refused as error:
            self._leave(str(error))

    def _leave(self, why: str) -> NoReturn:
        """End at once: who is gone gets no more work, and what it had goes to others."""
        self.tell(f"This worker ends, and others get its work: {why}")
        os._exit(FAILED)
