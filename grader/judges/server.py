"""The clean parent of judges: it loads the reference once, and forks judges that have it warm.

It is told on stdin which data set to open, says on stdout what takes long and when it is ready, and then serves as
grader.forks.server does.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
from pathlib import Path

READY = "ready"
# What judging imports, if only for some submissions: once here, not in every judge.
USED = (
    "grader.carried",
    "grader.compat",
    "grader.diagnosis",
    "grader.exporters.csv",
    "grader.hints",
    "grader.questions.answers",
    "grader.questions.declared",
)


def main(arguments: list[str]) -> None:
    """Load, then fork judges until the class's process is gone."""
    gc.disable()  # of what is imported nothing can be freed; the server enables it
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    folder = json.loads(socket.socket(fileno=os.dup(0)).recv(1 << 16))["data"]
    import importlib

    from grader.batch import ingredients
    from grader.course import catalogue, reference
    from grader.course.parts import all_parts
    from grader.data_set import open_data_set
    from grader.errors import GraderError
    from grader.exporters import html
    from grader.forks.server import ForkServer
    from grader.judges import judge

    try:
        reference.warm_up(lambda sentence: say({"say": sentence}))
        data = open_data_set(Path(folder) if folder else None)
        for name in USED:
            importlib.import_module(name)
        all_parts(), catalogue.live(), ingredients.engine()
        html.prepare("base", "check", "figures", "parts", "report")
    except GraderError as error:
        say({"trouble": str(error)})
        return
    say({READY: True})
    given = ForkServer(lambda words: None).serve()
    if given:
        judge.serve(given, data)


def say(message: dict[str, object]) -> None:
    """Tell the class's process, a line a message."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
