"""Processes that lock themselves, try what must be denied and tell; no student code. See grader.sandbox.trial."""

from __future__ import annotations

import json
import os
import sys

from grader.lock import from_request


def main(arguments: list[str]) -> None:
    """Print the outcome of every attempt as a JSON line a request, of which ``arguments`` holds the list.

    Each is for a child of this process, one after the other: what is locked stays so. One that cannot be ends them.
    """
    for request in json.loads(arguments[0]):
        child = os.fork()
        if child == 0:
            _try(request)
        if os.waitpid(child, 0)[1]:
            return


def _try(request: dict[str, object]) -> None:
    code = 1
    try:
        sys.stdout.write(json.dumps(from_request(request)) + "\n")
        sys.stdout.flush()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)
