"""Limits of a locked process."""

from __future__ import annotations

import threading

from grader.lock.privileges import running_threads


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
