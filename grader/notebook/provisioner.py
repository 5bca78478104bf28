"""Jupyter's extension point for how kernels are started: ours locks itself and says what it could not reach.

Source: https://jupyter-client.readthedocs.io/en/stable/provisioning.html
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from grader.machine.system import SESSIONS

NAME = "grader-locked"
REQUEST = "GRADER_LOCK"  # the environment variable that carries the request to the kernel
LINE_LIMIT = 2**14  # bytes


def register() -> None:
    """Make the provisioner known by its name, in this process alone: no entry point needs to be installed."""
    group = KernelProvisionerFactory.GROUP_NAME
    known = KernelProvisionerFactory.instance().provisioners
    known[NAME] = EntryPoint(NAME, f"{__name__}:LockedKernel", group)


class LockedKernel(LocalProvisioner):
    """A local kernel that locks itself before it serves; ``probes`` is what it tried then."""

    probes: dict[str, str]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel and wait for its first line; RuntimeError if it could not lock itself.

        No JPY_PARENT_PID: the kernel ends with this process by the parent-death signal.
        """
        # The kernel may be another user; its room is closed to all others.
        assert self.parent is not None, "started by a kernel manager"
        connection = self.parent.connection_file
        os.chmod(connection, os.stat(connection).st_mode | stat.S_IRGRP | stat.S_IROTH)
        process = subprocess.Popen(
            cmd,
            cwd=kwargs["cwd"],
            env=kwargs["env"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=SESSIONS,
        )
        self.process, self.pid, self.cwd = process, process.pid, kwargs["cwd"]
        self.pgid = process.pid if SESSIONS else None
        assert process.stdout is not None, "started with a pipe"
        line = await asyncio.get_running_loop().run_in_executor(None, process.stdout.readline, LINE_LIMIT)
        process.stdout.close()
        try:
            self.probes = json.loads(line)
        except ValueError:
            raise RuntimeError("it could not be locked") from None
        return self.connection_info
