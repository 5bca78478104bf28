"""``--engine dask`` and ``--engine tls://HOST:PORT``: a workshop whose judges sit elsewhere."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from distributed import Client, Security

from grader.batch.workshop import Made, Worker, Workshop
from grader.cluster.bags import IN_FLIGHT
from grader.cluster.card import own_card
from grader.cluster.certificates import security_of
from grader.cluster.local import SILENT, local_cluster
from grader.cluster.plain import guard
from grader.cluster.starter import SILENCE, ClusterDesk, Line, code_size
from grader.course.folder import current
from grader.data_set import DataSet
from grader.errors import Refused
from grader.intake.layouts import Entry
from grader.sandbox import Box
from grader.words import listing
from grader.worker.processes import BoxHost

MOST = 512  # submissions at a time, a thread each
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
    short: bool,
    box: Box,
    jobs: int,
    data: DataSet | None,
    tell: Callable[[str], object],
) -> Iterator[Workshop]:
    """A workshop on a cluster: this machine's own for "dask", else that of the scheduler at an address.

    ``many`` is how many submissions were asked for at a time there; None: as many as its workers take. ``short``: no
    notebook is executed, so that several go at once.
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
        line = Line(client, address, own_card(box.level, data), box, tell, many)
        stack.callback(line.close)
        threads = _fitting(line, address)
        line.heard()
        line.watch()
        host = BoxHost(box)
        most = min(MOST, (many or threads) * (IN_FLIGHT if short else 1))
        workers = [Worker(host, lambda terms: ClusterDesk(line, terms)) for _ in range(most)]
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


def _fitting(line: Line, address: str) -> int:
    """How many threads there are of workers that fit, once there are any."""
    until = time.monotonic() + SILENCE
    while True:
        if line.box.closed:
            return 1  # whoever hands in learns that it was stopped
        threads, others = line.look()
        line.refuse(others)
        if threads:
            return threads
        if line.unfit:
            why = listing(list(dict.fromkeys(line.unfit)), 3)
            raise Refused(f"No worker at {address} can be used: they have {why}.")
        if time.monotonic() > until:
            raise Refused(f"No worker has come to {address}; start some with `grader worker {address}`.")
        time.sleep(0.2)


def _bytes(entry: Entry) -> int:
    """The bytes of an entry's code, which is a guess at how long it takes."""
    return 0 if entry.reason else code_size(entry.path)
