"""The headless run: does the notebook run from top to bottom, and which cells raise?

Flow: copy what the notebook needs -> an engine runs its cells in the box -> remove the copy. The engines:

fork      forked.py: a kernel forked from a clean parent; fast
nbclient  driven.py: Jupyter's own client and kernel; the measure of the first, and its stand-in

The run carries no marks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import HarnessError, Interrupted, Starved
from grader.model import CellError, NotebookRun
from grader.notebook import driven, forked
from grader.notebook.forkclient import Stopped
from grader.notebook.jobs import open_job
from grader.notebook.record import is_number
from grader.sandbox import Box
from grader.words import plain_text, readable

UNREADABLE = "The notebook driver's answer could not be read."
ENGINES = {"fork": forked.run_cells, "nbclient": driven.run_cells}


def default_engine() -> str:
    """The fastest engine that this machine offers."""
    return "fork" if forked.is_possible() else "nbclient"


def run(
    notebook: Path,
    root: Path | None,
    box: Box,
    *,
    cell_seconds: float = 30,
    total_seconds: float = 120,
    engine: str | None = None,
    converted: Mapping[str, bytes] | None = None,
) -> NotebookRun:
    """Run all cells of ``notebook`` in a copy of the submission folder ``root`` (None: of that file alone).

    A cell that raises or runs too long is recorded and the next one runs; times are in seconds. ``engine`` is one of
    ENGINES, by default the fastest; what goes wrong with it on our side is done again with nbclient. ``converted``
    holds what is run in the place of files, by their path below ``root``. Trouble of the grader's own that
    remains comes back in ``trouble``. Raises Interrupted if the box is closed.
    """
    started = time.perf_counter()
    file = readable(notebook.relative_to(root).as_posix() if root else notebook.name)
    result: dict[str, Any] = {"cells": 0, "executed": 0}
    for name in dict.fromkeys([engine or default_engine(), "nbclient"]):
        try:
            with open_job(notebook, root, cell_seconds, total_seconds, converted or {}, box.folder) as job:
                result = _parse(ENGINES[name](job, box))
            break
        except HarnessError as error:
            result["trouble"] = str(error)
            if isinstance(error, (Stopped, Starved)):  # another engine would meet the same
                break
        except OSError as error:
            if box.closed:
                raise Interrupted("Grading was stopped.") from None
            result["trouble"] = plain_text(f"The notebook could not be prepared for the run ({error}).")
    return NotebookRun(file=file, seconds=time.perf_counter() - started, **result)


def _parse(answer: dict[str, Any]) -> dict[str, Any]:
    """An engine's answer as fields of a NotebookRun; raises HarnessError if it is not well formed."""
    try:
        cells, executed = answer["cells"], answer["executed"]
        errors = tuple(_cell_error(**error) for error in answer["errors"])
    except (TypeError, KeyError):
        raise HarnessError(UNREADABLE) from None
    if not (is_number(cells) and is_number(executed)):
        raise HarnessError(UNREADABLE)
    return {"cells": cells, "executed": executed, "errors": errors}


def _cell_error(cell: int, line: int | None, type: str, message: str) -> CellError:
    numbers, texts = [cell, *([] if line is None else [line])], [type, message]
    if not all(map(is_number, numbers)) or not all(isinstance(text, str) for text in texts):
        raise HarnessError(UNREADABLE)
    return CellError(cell, line, plain_text(type), plain_text(message))
