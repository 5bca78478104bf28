"""Runs one notebook from top to bottom: a process of its own, told what to do by one JSON line on stdin.

It answers with one JSON line on stdout and then waits to be killed together with its kernel, so that whatever
the cells started is still below it. It runs no student code, is expendable and capped: what a kernel sends can
cost its own submission's run, no more. The kernel inherits no path that leads to the solutions.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async

from grader.limits import DRIVER_MEMORY
from grader.machine.system import SOCKETS_WITH_PATHS, end_with_parent, limit_memory
from grader.notebook.provisioner import NAME, REQUEST, register
from grader.notebook.record import INTERRUPT_SECONDS, START_SECONDS, Halt, Record, is_answer

BOOT = Path(__file__).parents[1] / "boot.py"
ALIVE_SECONDS = 0.2  # how often a silent kernel is looked at
IPC_PATH_LIMIT = 90  # bytes; a unix socket's path ends at 104 (macOS) or 108 (Linux), "-ipc-5" included
SEND_MILLISECONDS = 1000


class ThisInterpreter(AsyncKernelManager):
    """Starts our kernel file with the interpreter that runs the driver, whatever the notebook asks for."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The only kernel there is; installed kernel specs are not looked at."""
        argv = [sys.executable, str(BOOT), "grader.notebook.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, language="python", metadata={"kernel_provisioner": {"provisioner_name": NAME}})

    def _connect_control_socket(self) -> None:
        """Do without: the kernel is interrupted by a signal and killed in the end (see _keep_one_connection)."""


class HeadlessRun(NotebookClient):
    """Executes the code cells in order and keeps in ``record`` how they fail; outputs are never received."""

    def __init__(self, notebook: Any, manager: AsyncKernelManager, cell_seconds: float, total_seconds: float):
        super().__init__(notebook, km=manager, startup_timeout=int(START_SECONDS), shutdown_kernel="immediate")
        self.client: Any = None  # an AsyncKernelClient from the first cell on
        self.manager = manager
        self.record = Record(cell_seconds, total_seconds)

    async def run(self, **kernel: Any) -> None:
        """Start the kernel and execute all cells; Halt if it comes to an early end."""
        try:
            await self.async_execute(**kernel)
        finally:
            if self.client is not None:
                self.client.context.destroy(linger=0)  # what could not be sent must not be waited for

    def _keep_one_connection(self) -> Any:
        """Go on with a single connection, which is never made anew.

        Cells may put links in the place of the kernel's sockets: whoever connects again would reach any service of the
        machine. As nobody is there for its outputs, the kernel drops them: a cell may print gigabytes.
        """
        assert self.kc is not None
        client = self.manager.client()
        client.context.setsockopt(zmq.RECONNECT_IVL, -1)
        client.context.setsockopt(zmq.SNDTIMEO, SEND_MILLISECONDS)  # without a connection, sending waits for ever
        client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        self.kc.stop_channels()
        return client

    async def async_execute_cell(self, cell: Any, cell_index: int, *_: Any, **__: Any) -> Any:
        """Run one cell within its limits; raises Halt where nothing can follow."""
        if self.client is None:
            self.client = self._keep_one_connection()
            self.deadline = time.monotonic() + self.record.total_seconds
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        seconds = min(self.record.cell_seconds, self.deadline - time.monotonic())
        if seconds <= 0:
            raise Halt
        self.record.executed += 1
        try:
            message_id = self.client.execute(cell.source, allow_stdin=False, stop_on_error=False)
            reply = await self._reply(message_id, seconds)
            if reply is None:
                await self._interrupt(message_id)
            elif not is_answer(reply, "ename", "evalue"):
                self.record.garbled()
                raise Halt
            elif reply["status"] == "error":
                self.record.error(reply["ename"], reply["evalue"], reply.get("line"))
        except DeadKernelError:
            self.record.died(await self._exit_code())
            await ensure_async(self.manager.shutdown_kernel(now=True))  # what it left behind in its process group
            raise Halt from None
        except zmq.Again:
            self.record.closed()
            raise Halt from None
        if reply is not None and reply.get("ends"):
            self.record.asked_to_exit()
            raise Halt
        return cell

    async def _reply(self, message_id: str, seconds: float) -> dict[str, Any] | None:
        """The kernel's answer to a request, or None if there is none in time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = await ensure_async(self.client.shell_channel.get_msg(timeout=min(left, ALIVE_SECONDS)))
            except Empty:
                if not await ensure_async(self.manager.is_alive()):
                    raise DeadKernelError("The kernel died.") from None
                continue
            if message["parent_header"].get("msg_id") == message_id:
                content = message["content"]
                return content if isinstance(content, dict) else {}
        return None

    async def _interrupt(self, message_id: str) -> None:
        """End a cell that is over its limit; raises Halt if it does not listen."""
        in_all = time.monotonic() >= self.deadline
        await ensure_async(self.manager.interrupt_kernel())
        with contextlib.suppress(zmq.Again):
            self.client.kernel_info()  # wakes a kernel that awaits: the signal alone leaves its event loop asleep
        reply = await self._reply(message_id, INTERRUPT_SECONDS)
        line = reply.get("line") if reply and is_answer(reply, "ename", "evalue") else None
        self.record.overran(in_all=in_all, heard=reply is not None, line=line)
        if reply is None:
            raise Halt

    async def _exit_code(self) -> int | None:
        provisioner = self.manager.provisioner
        return await provisioner.poll() if provisioner else None


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run the notebook that ``job`` names; answer ``trouble``, or ``cells``, ``executed`` and ``errors``."""
    try:
        notebook = nbformat.read(job["notebook"], as_version=4)  # upgrades
        cells = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)
    except Exception as error:
        return {"trouble": f"The notebook could not be read ({type(error).__name__}: {error})."[:500]}
    register()
    manager = ThisInterpreter(connection_file=job["connection"], kernel_name="python3")
    if SOCKETS_WITH_PATHS and len(os.fsencode(job["connection"])) < IPC_PATH_LIMIT:
        manager.transport = "ipc"
    elif job["lock"]:
        return {"trouble": "The temporary folder's path is too long for a socket; set TMPDIR to a shorter one."}
    client = HeadlessRun(notebook, manager, job["cell_seconds"], job["total_seconds"])
    # With PYTHONSAFEPATH IPython would not offer the notebook's folder for imports.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    environment[REQUEST] = json.dumps({name: job[name] for name in ("lock", "compat")})
    try:
        asyncio.run(client.run(cwd=job["folder"], env=environment))
    except Halt:
        pass
    except Exception as error:
        return {"trouble": f"The notebook's kernel failed ({type(error).__name__}: {error})."[:500]}
    probes = getattr(manager.provisioner, "probes", {})
    return {"cells": cells, "executed": client.record.executed, "errors": client.record.errors, "probes": probes}


def main(arguments: list[str]) -> None:
    """Run the notebook that one line on stdin names, print the answer, wait to be killed."""
    end_with_parent()
    limit_memory(DRIVER_MEMORY)  # the kernel sets its own
    answer = run(json.loads(sys.stdin.buffer.readline()))
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()
    sys.stdin.buffer.read()
