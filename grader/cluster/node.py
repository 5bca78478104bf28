"""The program of a worker: opens its box, warms its reference, and takes work until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import dask
from distributed import Security, Worker

from grader.cluster import tasks
from grader.cluster.bench import Bench
from grader.cluster.card import own_card
from grader.cluster.certificates import security_of
from grader.cluster.local import SILENT, UNWATCHED, WORKS
from grader.cluster.plain import BLOCKED, guard
from grader.data_set import DataSet
from grader.errors import Refused
from grader.intake.snapshot import private_folder
from grader.model import locks
from grader.sandbox import Box
from grader.worker.processes import BoxHost

CONNECT = 60.0  # seconds in which a scheduler must be found
AGAIN = 5.0  # the same for one that was there a moment ago


def serve(
    address: str,
    certificates: Path | None,
    jobs: int,
    box: Box,
    data: DataSet | None,
    tell: Callable[[str], object],
) -> None:
    """Work for the scheduler at an address until it goes, or until SIGTERM or Ctrl-C. Refused if nobody is there.

    A worker that was given up, though it lives, offers itself again.
    """
    if not locks(box.level):
        raise Refused(f"A worker locks student code in; at the isolation level {box.level} it refuses all work.")
    security = security_of(address, certificates)
    logging.getLogger("distributed").setLevel(SILENT)
    guard()
    with private_folder() as folder, dask.config.set(UNWATCHED):
        bench = Bench(BoxHost(box), own_card(box.level, data), data, tell, folder)
        tasks.settle_at(bench)
        try:
            asyncio.run(_serve(address, security, jobs, bench, folder))
        finally:
            bench.close()


async def _serve(address: str, security: Security, jobs: int, bench: Bench, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    worker = await _registered(address, security, jobs, bench, folder, CONNECT)
    bench.tell(f"{WORKS} {address}: {jobs} at a time, isolation level {bench.card.level}.")
    while True:
        await _until_one(worker.finished(), asked.wait())
        if asked.is_set():
            await worker.close(reason="stopped")
            bench.tell("Stopped.")
            return
        try:  # who was stopped, or waited for a processor too long, is taken for dead and told to go
            worker = await _registered(address, security, jobs, bench, folder, AGAIN)
        except Refused:
            bench.tell(f"The scheduler at {address} has gone.")
            return
        bench.tell(f"Was silent too long, was given up, and works for {address} again.")


async def _registered(
    address: str, security: Security, jobs: int, bench: Bench, folder: Path, seconds: float
) -> Worker:
    """A worker that the scheduler knows; Refused if none answers within so many seconds."""
    worker = Worker(
        address,
        nthreads=jobs,
        security=security,
        resources={bench.card.resource: jobs},
        memory_limit=0,  # the box limits memory; Dask would pause or spill
        local_directory=str(folder),
        death_timeout=seconds,
        dashboard=False,
    )
    worker.blocked_handlers = BLOCKED
    try:
        await worker
    except Exception as error:  # of several kinds, and with a traceback for text
        why = f"{error}".partition("\n")[0]
        raise Refused(f"No scheduler answers at {address} ({type(error).__name__}: {why}).") from None
    worker.http_server.stop()  # pages beside TLS, which nobody needs
    return worker


async def _until_one(*waited: Awaitable[object]) -> None:
    """Wait until one of them is done, and for none of them any longer."""
    tasks_of = [asyncio.ensure_future(one) for one in waited]
    _, left = await asyncio.wait(tasks_of, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
