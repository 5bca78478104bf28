"""The run by fork: one clean parent a batch, which forks a kernel a notebook; the grader hands the cells in itself.

Flow: start ``forkserver.py`` in the box, once -> it forks ``forkedkernel.py``, which locks itself -> one line of JSON
each way a cell -> hang up: the server kills the kernel with all that it started.
"""

from __future__ import annotations

import contextlib
import functools
import time
from importlib.util import find_spec
from typing import Any

from grader.errors import HarnessError, Refused
from grader.forks.client import shared_server
from grader.intake.notebooks import notebook_cells
from grader.machine.system import FORKS
from grader.notebook.forkclient import Ended, Garbled, Kernel, Stopped, open_kernel, start_server
from grader.notebook.jobs import Job
from grader.notebook.record import INTERRUPT_SECONDS, START_SECONDS, Record
from grader.sandbox import Box
from grader.sandbox.process import clean_environment

SERVER_SECONDS = 60.0  # how long the imports of a server may take, before its first kernel

OFTEN_IMPORTED = ("numpy", "matplotlib")


@functools.cache
def is_possible() -> bool:
    """Whether kernels can be forked here."""
    return FORKS and find_spec("ipykernel") is not None


def run_cells(job: Job, box: Box, outputs: list[Any] | None = None) -> dict[str, Any]:
    """Run the job's notebook: its ``cells``, those ``executed``, and their ``errors``.

    What each cell shows is appended to ``outputs``, if given, as messages of Jupyter's protocol. Raises HarnessError
    for trouble of the grader's own (Stopped where it is the notebook's), Interrupted if the box is closed.
    """
    if not is_possible():
        raise HarnessError("Kernels are forked on Linux only, and with ipykernel.")
    try:
        cells = [cell.text for cell in notebook_cells(job.notebook, job.notebook.read_bytes())[0]]
    except Refused as error:
        raise Stopped(f"The notebook could not be read ({error}).") from None
    imports = [name for name in OFTEN_IMPORTED if any(name in cell for cell in cells)]
    record = Record(job.cell_seconds, job.total_seconds)
    server = shared_server(box, "notebook", lambda folder: start_server(box, folder))
    with open_kernel(server, box, job.room, imports) as kernel:
        request = {
            "environment": clean_environment(box.inside(job.home, job.room)),
            "folder": str(box.inside(job.start, job.room)),
            "lock": box.room(job.room, "kernel", forked=True),
            "outputs": outputs is not None,
            "compat": job.converted,
        }
        probes = kernel.greet(request, START_SECONDS if server.has_served else SERVER_SECONDS)
        box.note(probes)  # raises before any code of the student's is there
        _run(kernel, cells, record, outputs)
    box.note(probes)  # what arrived meanwhile at the box's own targets
    return {"cells": len(cells), "executed": record.executed, "errors": record.errors}


def _run(kernel: Kernel, cells: list[str], record: Record, outputs: list[Any] | None) -> None:
    """Run the cells one after the other, until the end of them, of the time or of the kernel."""
    deadline = time.monotonic() + record.total_seconds
    for number, code in enumerate(cells, start=1):
        if time.monotonic() >= deadline:
            return
        record.executed = number
        try:
            answer = _run_cell(kernel, number, code, deadline, record)
        except Ended as ended:
            record.died(ended.code) if ended.code is not None else record.closed()
            return
        except Garbled:
            record.garbled()
            return
        if outputs is not None:
            outputs.append((answer or {}).get("outputs", []))
        if answer is None:
            return
        if answer["ends"]:
            record.asked_to_exit()
            return


def _run_cell(kernel: Kernel, number: int, code: str, deadline: float, record: Record) -> dict[str, Any] | None:
    """Run one cell within its limits and record its error: the answer, None if it ignored its interrupt."""
    end = min(time.monotonic() + record.cell_seconds, deadline)
    with contextlib.suppress(OSError):  # the answer says why it could not be handed in
        kernel.ask(number, code)
    answer = kernel.answer(number, end)
    if answer is None:
        in_all = time.monotonic() >= deadline
        kernel.interrupt()
        answer = kernel.answer(number, time.monotonic() + INTERRUPT_SECONDS)
        record.overran(in_all=in_all, heard=answer is not None, line=(answer or {}).get("line"))
    elif answer["status"] == "error":
        record.error(answer["type"], answer["message"], answer.get("line"))
    return answer
