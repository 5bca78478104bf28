"""``--engine dask`` and ``--engine tls://HOST:PORT``: a workshop whose judges sit elsewhere."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import secrets
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from distributed import Client, Security

from grader.batch.workshop import Made, Worker, Workshop
from grader.cluster.card import Card, own_card
from grader.cluster.certificates import security_of
from grader.cluster.local import SILENT, local_cluster
from grader.cluster.plain import guard
from grader.cluster.starter import SILENCE, ClusterDesk, Line
from grader.course.folder import current
from grader.data_set import DataSet
from grader.errors import Refused
from grader.intake.layouts import Entry
from grader.sandbox import Box
from grader.words import listing
from grader.worker.processes import BoxHost

MOST = 256  # submissions at a time, a thread each
CONNECT = 30.0  # seconds


class ClusterWorkshop(Workshop):
    """Workers elsewhere; what looks longest goes first, so that no long one begins when the others are done."""

    def each(self, entries: Sequence[Entry], make: Callable[[Worker, Entry], Made]) -> Iterator[tuple[Entry, Made]]:
        """As of a workshop, in that order."""
        return super().each(sorted(entries, key=_bytes, reverse=True), make)


@contextlib.contextmanager
def open_cluster(
    engine: str,
    certificates: Path | None,
    many: int | None,
    box: Box,
    jobs: int,
    data: DataSet | None,
    tell: Callable[[str], object],
) -> Iterator[Workshop]:
    """A workshop on a cluster: this machine's own for "dask", else that of the scheduler at an address.

    ``many`` is how many submissions were asked for at a time there; None: as many as its workers take.
    """
    logging.getLogger("distributed").setLevel(SILENT)
    guard()
    with contextlib.ExitStack() as stack:
        if engine == "dask":
            options = ["--course", str(current().folder), "--isolation", box.level]
            options += ["--data", str(data.folder)] if data else []
            address, security, _ = stack.enter_context(local_cluster(jobs, options, tell))
            many = jobs
        else:
            address, security = engine, security_of(engine, certificates)
        warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
        client = stack.enter_context(_client(address, security))
        line = Line(client, address, own_card(box.level, data), box, tell)
        stack.callback(line.close)
        threads = _fitting(line, tell, address)
        line.heard()
        line.watch()
        run, numbers = secrets.token_hex(8), itertools.count()
        host = BoxHost(box)
        desk = lambda terms: ClusterDesk(line, terms, lambda: f"grader-{run}-{next(numbers)}")  # noqa: E731
        workers = [Worker(host, desk) for _ in range(min(MOST, many or threads))]
        yield ClusterWorkshop(workers, box.level, tell)


def _client(address: str, security: Security, seconds: float = CONNECT) -> Client:
    """A client that takes no pickle of what workers give. Refused if nobody is there."""
    try:
        return Client(
            address,
            security=security,
            timeout=seconds,
            set_as_default=False,
            serializers=["msgpack", "pickle"],
            deserializers=["msgpack"],
        )
    except (OSError, TimeoutError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise Refused(f"No scheduler answers at {address} ({why}); start one with `dask scheduler`.") from None


def _fitting(line: Line, tell: Callable[[str], object], address: str) -> int:
    """How many threads there are of workers that fit; those that do not are told, and so is who started the run."""
    until = time.monotonic() + SILENCE
    told: set[str] = set()
    unfit: list[str] = []
    while True:
        if line.box.closed:
            return 1  # whoever hands in learns that it was stopped
        found = line.workers()
        others = [at for at, (_, fits) in found.items() if not fits and at not in told]
        for at, text in line.cards(others).items() if others else ():
            told.add(at)
            why = _difference(text, line.card)
            unfit.append(why)
            tell(f"The worker at {at} gets no work: it has {why}.")
            line.say_to(at, f"This worker refuses the work of a run: it has {why}.")
        threads = sum(many for many, fits in found.values() if fits)
        if threads:
            return threads
        if unfit and len(told) == len(found):
            raise Refused(f"No worker at {address} can be used: they have {listing(list(dict.fromkeys(unfit)), 3)}.")
        if time.monotonic() > until:
            raise Refused(f"No worker has come to {address}; start some with `grader worker {address}`.")
        time.sleep(0.2)


def _difference(text: str, own: Card) -> str:
    try:
        return Card.from_text(text).differs(own) or "another card"
    except (ValueError, TypeError, LookupError, AttributeError):
        return "not been started with `grader worker`"


def _bytes(entry: Entry) -> int:
    """The bytes of what an entry holds of code, which is a guess at how long it takes."""
    if entry.reason:
        return 0
    total = 0
    with contextlib.suppress(OSError):
        if not entry.path.is_dir():
            return entry.path.stat().st_size
        for folder, folders, names in os.walk(entry.path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                if name.endswith((".ipynb", ".py", ".zip")):
                    with contextlib.suppress(OSError):
                        total += os.lstat(os.path.join(folder, name)).st_size
    return total
