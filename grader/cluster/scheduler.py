"""What runs on the scheduler: plain functions, which give text; a module for ``dask scheduler --preload``."""

from __future__ import annotations

import json
from typing import Any

from grader.cluster.plain import BLOCKED, guard

WORKER_SILENCE = 30.0  # seconds without a sign of life after which a worker's tasks go elsewhere


def dask_setup(scheduler: Any) -> None:
    """Dask calls it when the scheduler begins: nobody comes before it is on its guard."""
    _close(scheduler)


async def settle(dask_scheduler: Any = None) -> str:
    """Make a scheduler of Dask's the grader's, however it was started; a second time changes nothing.

    It unpickles what a run needs alone, shows no pages of its own beside TLS, leaves it to who started the run what
    becomes of a task whose worker died, misses silent workers soon, moves no task that a worker has, and does not watch
    its own pace.
    """
    from tornado.ioloop import PeriodicCallback

    _close(dask_scheduler)
    dask_scheduler.allowed_failures = 0
    stealing = dask_scheduler.extensions.get("stealing")
    if stealing is not None:
        await stealing.stop()
    tick = dask_scheduler.periodic_callbacks.pop("tick", None)  # 50 times a second, for its pages
    if tick is not None:
        tick.stop()
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


def ended(key: str, dask_scheduler: Any = None) -> str:
    """How a task ended that gave no answer: whether its worker died, and the words of what was raised."""
    task = dask_scheduler.tasks.get(key)
    return json.dumps([task.suspicious > 0, task.exception_text or ""] if task else [False, ""])


def _close(scheduler: Any) -> None:
    """Read no pickle but a run's, and show no pages beside TLS."""
    guard()
    scheduler.blocked_handlers = BLOCKED
    scheduler.http_server.stop()
