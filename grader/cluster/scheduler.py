"""What runs on the scheduler: plain functions of this module, which give text."""

from __future__ import annotations

import json
from typing import Any

DEATHS = 3  # workers that may die of one submission
WORKER_SILENCE = 30.0  # seconds without a sign of life after which a worker's tasks go elsewhere


async def settle(dask_scheduler: Any = None) -> str:
    """Give each task three workers to die on, miss silent workers soon, and move no task that a worker has."""
    from tornado.ioloop import PeriodicCallback

    dask_scheduler.allowed_failures = DEATHS - 1
    stealing = dask_scheduler.extensions.get("stealing")
    if stealing is not None:
        await stealing.stop()
    if dask_scheduler.worker_ttl != WORKER_SILENCE:
        dask_scheduler.worker_ttl = WORKER_SILENCE
        before = dask_scheduler.periodic_callbacks.pop("worker-ttl", None)
        if before is not None:
            before.stop()
        looks = PeriodicCallback(dask_scheduler.check_worker_ttl, 1000 * WORKER_SILENCE / 6)
        dask_scheduler.periodic_callbacks["worker-ttl"] = looks
        looks.start()
    return ""


def look(resource: str, dask_scheduler: Any = None) -> str:
    """Its workers by address: how many threads each has, and whether it has the resource."""
    workers = dask_scheduler.workers
    return json.dumps({at: [one.nthreads, resource in one.resources] for at, one in workers.items()})
