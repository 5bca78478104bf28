"""A process that locks itself, tries what must be denied and tells; no student code. See grader.sandbox.trial."""

from __future__ import annotations

import json
import sys

from grader.lock import from_request


def main(arguments: list[str]) -> None:
    """Print the outcome of every attempt as one JSON line; ``arguments`` holds the request."""
    probes = from_request(json.loads(arguments[0]))
    sys.stdout.write(json.dumps(probes) + "\n")
