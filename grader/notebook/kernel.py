"""The kernel process: ipykernel, started and trimmed for a run that nobody watches.

It is started by grader/boot.py, so that neither the submission's folder nor the project's is on ``sys.path`` while
ipykernel is imported: a submission's own ``ipykernel_launcher.py`` or ``zmq.py`` cannot take its place. Then it
locks itself, and IPython adds the notebook's folder, behind the standard library, as Jupyter does.
"""

from __future__ import annotations

import json
import os
from typing import Any

from grader.machine.system import end_with_parent
from grader.notebook.answers import answering_kernel, leave_checkout, refuse_checks, refuse_shell_lines
from grader.notebook.provisioner import REQUEST


def main(arguments: list[str]) -> None:
    """Serve until killed; ``arguments`` are those of ipykernel."""
    from grader import lock

    end_with_parent()
    leave_checkout()

    from ipykernel.kernelapp import IPKernelApp

    request = json.loads(os.environ.pop(REQUEST))
    if request["compat"]:
        from grader.compat import runtime

        runtime.install()
    probes = lock.from_request(request["lock"])
    # The provisioner reads this line, and stdout is closed before any student code is there.
    os.write(1, json.dumps(probes).encode() + b"\n")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    refuse_checks()
    if request["lock"]:
        _leave_out_pipe()
        refuse_shell_lines()
    IPKernelApp.launch_instance(argv=arguments, kernel_class=answering_kernel())


def _leave_out_pipe() -> None:
    """Do without the TCP socket through which child processes print: there are none, and its library would abort."""
    from ipykernel import iostream, kernelapp

    def without_pipe(socket: Any, pipe: bool = False, **more: Any) -> Any:
        return iostream.IOPubThread(socket, pipe=False, **more)

    vars(kernelapp)["IOPubThread"] = without_pipe
