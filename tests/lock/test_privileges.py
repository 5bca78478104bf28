"""Limits of a locked process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from grader.lock.privileges import running_threads
from grader.sandbox.lockdown import fresh_uid


def test_the_threads_of_a_user_are_counted():
    """Each is one, not each process."""
    release = threading.Event()
    threads = [threading.Thread(target=release.wait) for _ in range(200)]
    for thread in threads:
        thread.start()
    try:
        assert running_threads() >= 201
    finally:
        release.set()
        for thread in threads:
            thread.join()


COUNTED = """
import os, resource, sys, threading
from grader.lock import privileges
os.setresuid({uid}, {uid}, {uid})
wait = threading.Event()
others = [os.fork() for _ in range(1)]
if others == [0]:
    for _ in range(60):
        threading.Thread(target=wait.wait, daemon=True).start()
    os.write({ready}, b"-")
    wait.wait()
os.read({begun}, 1)
privileges.running_threads = lambda: 1  # all that a container would show
privileges.FIRST_PID_NAMESPACE = 0
before = resource.getrlimit(resource.RLIMIT_NPROC)
count = privileges.counted_threads()
print(count, before == resource.getrlimit(resource.RLIMIT_NPROC), len(os.listdir("/proc/self/task")))
os.kill(others[0], 9)
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can become another user")
def test_threads_that_cannot_be_seen_are_counted_as_the_kernel_does():
    """Those of the same user in other containers: the limit that is tried is raised until it is none."""
    begun, ready = os.pipe()
    code = COUNTED.format(uid=fresh_uid(), ready=ready, begun=begun)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, pass_fds=(begun, ready))
    os.close(begun)
    os.close(ready)
    count, restored, threads = run.stdout.split()
    assert 61 <= int(count) <= 61 + 16, run.stderr
    assert (restored, threads) == ("True", "1")


def test_who_is_locked_in_is_ended_first_when_memory_runs_out():
    """Its score only grows: who started with more keeps that."""
    code = "from grader.lock.privileges import go_before_others as go; go(900); go(500)\n"
    code += "print(open('/proc/self/oom_score_adj').read())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "900"
