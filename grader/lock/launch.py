"""Starts a program in namespaces of its own, below a process that waits for it: ``launch ORDER PROGRAM ARGUMENT…``.

For what no clean parent forks: the stand-ins for forks that fail, and nbclient's kernels. The order is JSON:
``view``, ``show`` and ``cover`` as in grader.lock.namespaces, and ``room``, which stays where it is and writable.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import NoReturn

from grader.lock import views
from grader.lock.libc import PR_SET_PDEATHSIG, prctl
from grader.lock.namespaces import OWN, begin, ended, goes_on
from grader.lock.privileges import bound, give_up, leave_descriptors

# What a process started by root needs to give its room's user away and to end it; the lock drops all of it.
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 1, 2, 5, 6, 7, 8


def main(arguments: list[str]) -> NoReturn:
    """Start the program, and end as it does; a sentence on stderr if that cannot be."""
    order, program = json.loads(arguments[0]), arguments[1:]
    folder = os.getcwd()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        begin(OWN)
        view = views.View(order["view"], order["show"], order["cover"])
        os.makedirs(view.root + order["room"], exist_ok=True)
        view.seal()
        views.lodge(order["room"], view.root + order["room"])
        goes_on()
        views.move_in(view.root)
        _run(program, folder)
    except OSError as error:
        sys.exit(f"The program could not be started in namespaces of its own: {error}.")


def _run(program: list[str], folder: str) -> NoReturn:
    """As the first process of its numbers: start the program, reap what ends, and go when the program does."""
    child = os.fork()
    if child == 0:
        try:
            bound(CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP)
            os.chdir(folder)
            os.execv(program[0], program)
        finally:
            os._exit(127)
    leave_descriptors()
    give_up()
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(ended(status))
