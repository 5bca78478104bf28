"""What programs of a cluster unpickle: the names of a short list, whoever sends the pickle.

Dask pickles what it sends, functions and exceptions among it, and unpickles in every program whatever comes: the type
of a result, an exception, a warning, a message. A pickle may name any function and call it, so whoever has taken over
one worker would have the other machines as well. Here a pickle that names anything but what a run needs is refused
before that is looked up, let alone called. What workers have to say is text, which needs no pickle.
"""

from __future__ import annotations

import io
import pickle
import sys
import types
from collections.abc import Iterable
from typing import Any

# All that a run has in its pickles, by Dask's versions of 2024.8 to 2026.8: a task and the graph around it, the
# functions of tasks.py and scheduler.py, the type of an answer, and the plugin that Dask's scheduler gives to workers.
NAMES = frozenset(
    {
        ("builtins", "bytes"),
        ("builtins", "str"),
        ("dask._expr", "Expr._reconstruct"),
        ("dask._expr", "LLGExpr"),
        ("dask._task_spec", "Task"),
        ("dask.highlevelgraph", "HighLevelGraph"),
        ("dask.highlevelgraph", "MaterializedLayer"),
        ("distributed.protocol.serialize", "ToPickle"),
        ("distributed.shuffle._worker_plugin", "ShuffleWorkerPlugin"),
        ("grader.cluster.scheduler", "ended"),
        ("grader.cluster.scheduler", "look"),
        ("grader.cluster.scheduler", "settle"),
        ("grader.cluster.tasks", "handed"),
        ("grader.cluster.tasks", "shown_card"),
        ("grader.cluster.tasks", "told"),
    }
)
# What Dask's servers would do without a pickle: import what is sent, call what an object has, write to any place.
BLOCKED = ["upload_file", "actor_execute", "actor_attribute", "dump_cluster_state_to_url"]


class Foreign(pickle.UnpicklingError, TypeError):
    """A pickle names what no run needs. A TypeError too: Dask goes on after one where it reads a traceback."""


class Unread(Exception):
    """An error that came from elsewhere: its words, if it had any."""


class Reader(pickle.Unpickler):
    """Looks up the names of the list alone."""

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle names."""
        if (module, name) not in NAMES:
            raise Foreign(f"a pickle names {module}.{name}, which no run needs")
        return super().find_class(module, name)


def loads(data: bytes | bytearray | memoryview, *, buffers: Iterable[Any] | None = None, **_: object) -> Any:
    """In the place of ``pickle.loads``."""
    return Reader(io.BytesIO(data), buffers=buffers).load()


def _load(file: Any, *, buffers: Iterable[Any] | None = None, **_: object) -> Any:
    return Reader(file, buffers=buffers).load()


def unread(
    exception: object = None, traceback: object = None, exception_text: str = "", **_: object
) -> tuple[type[BaseException], BaseException, None]:
    """In the place of Dask's ``clean_exception``, which unpickles the exceptions of others."""
    error = exception if isinstance(exception, BaseException) else Unread(exception_text)
    return type(error), error, None


def guard() -> None:
    """From now on Dask's communication unpickles in this process what is on the list, and nothing else."""
    import distributed.client
    import distributed.core
    import distributed.protocol.pickle
    import distributed.scheduler
    import distributed.worker

    own = types.ModuleType("pickle")
    own.__dict__.update(vars(pickle) | {"loads": loads, "load": _load, "Unpickler": Reader})
    clean = distributed.core.clean_exception
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "distributed":
            for word, theirs, ours in (("pickle", pickle, own), ("clean_exception", clean, unread)):
                if getattr(module, word, None) is theirs:
                    setattr(module, word, ours)
