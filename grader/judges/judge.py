"""A judge: forked off the server with the warm reference, it locks itself, then judges what the desk hands it.

It never runs student code, starts nothing and connects to nothing: processes for student code it asks of the desk. It
sees the project's own files, Python's, the copies of the submissions, and one folder of its own to write to.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from grader import resources
from grader.batch.work import Order, Terms, answered, likeness
from grader.course.folder import DESCRIPTION, current
from grader.course.reference import places
from grader.data_set import DataSet
from grader.judges.host import DeskHost, receive, send
from grader.oracle.data_set import with_data
from grader.oracle.live import LiveOracle


def serve(given: Sequence[int], data: DataSet | None) -> NoReturn:
    """Judge until the desk hangs up; the first message says by what."""
    words, descriptors = given
    line = Connection(words)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionError):
        try:
            _serve(line, socket.socket(fileno=descriptors), data)
        except EOFError:
            raise
        except Exception as error:  # a bug of ours: whoever hands in is told
            send(line, {"failed": f"{type(error).__name__}: {error}"})
    os._exit(0)


def _serve(line: Connection, descriptors: socket.socket, data: DataSet | None) -> NoReturn:
    first = receive(line)
    folder, inbox = first["folder"], first["inbox"]
    tempfile.tempdir = folder
    os.environ.update(TMPDIR=folder, HOME=folder)
    send(line, {"pid": os.getpid(), "trouble": lock(folder, inbox)})
    host = DeskHost(line, descriptors, first["level"], first["ways"])
    terms = Terms.from_dict(first["terms"])
    oracle = with_data(LiveOracle(terms.seed), data)
    gc.freeze()
    while True:
        message = receive(line)
        host.probes = message["probes"]
        order = Order.from_dict(message["order"])
        if message["do"] == "recognise":
            send(line, {"answer": {"likeness": likeness(order)}})
        else:
            send(line, {"answer": asdict(answered(order, terms, oracle, host))})


def lock(folder: str, inbox: str) -> str:
    """Give up what judging does not need; the words of what kept that from closing, empty if nothing did.

    ``folder`` can be written to, the ``inbox`` only read.

    Where the machine cannot lock (no Linux, no Landlock), nothing is locked: student code is not here in any case.
    """
    from grader import lock as locks

    if locks.missing():
        return ""
    try:
        locks.lock("judge", room=folder, uid=None, read=[*own_files(), inbox])
    except OSError as error:
        return f"The process that judges could not be locked: {error}."
    return ""


def own_files() -> list[str]:
    """The files of the project that judging reads."""
    package, course = Path(__file__).resolve().parents[1], current()
    return [*places(), *map(str, (package, resources.folder("reports"), course.folder / DESCRIPTION, course.public))]


def as_message(order: Order, probes: Mapping[str, str], do: str) -> dict[str, Any]:
    """What the desk hands to a judge."""
    return {"do": do, "order": order.as_dict(), "probes": dict(probes)}
