"""One process that runs a notebook several times: ``python -m benchmarks.engine_runs ENGINE COUNT PATH ISOLATION``.

ENGINE is plain (the cells in plain Python, nothing around them: the student's own CPU), functions (the same and the
assignment's checks played with the student's functions), jupyter (nbclient as one calls it, without isolation), or
one of the grader's own.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.submissions import read_cells


def run_plain(path: Path) -> dict[str, Any]:
    """Execute the cells one after the other in a fresh namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in read_cells(path):
            exec(compile(source, path.name, "exec"), names)
    return names


def run_checks(path: Path, names: dict[str, Any]) -> None:
    """Call the functions as the checks of ``layers`` do."""
    from grader.course.assignments import find_assignment

    code = SimpleNamespace(**names)
    for check in find_assignment(path.stem).checks:
        for case in check.cases:
            check.play(code, check.inputs(case, 231))


def run_jupyter(path: Path) -> None:
    """Execute the notebook with nbclient, a kernel of its own."""
    import nbformat
    from nbclient import NotebookClient

    NotebookClient(nbformat.read(path, as_version=4), kernel_name="python3", timeout=300).execute()


def main(engine: str, count: int, path: Path, isolation: str) -> None:
    """Run the notebook ``count`` times; raises what goes wrong."""
    import numpy  # noqa: F401  # loaded before anything is measured

    if engine in ("plain", "functions"):
        for _ in range(count):
            names = run_plain(path)
            if engine == "functions":
                run_checks(path, names)
        return
    if engine == "jupyter":
        for _ in range(count):
            run_jupyter(path)
        return
    from grader import notebook
    from grader.sandbox import open_box

    choice: dict[str, Any] = {"engine": engine} if hasattr(notebook, "ENGINES") else {}
    box = open_box(isolation)
    try:
        for _ in range(count):
            done = notebook.run(path, None, box, **choice)
            if done.trouble or done.errors or done.executed != done.cells:
                raise SystemExit(f"{engine} did not run {path.name}: {done.trouble or done.errors[:1]}")
    finally:
        box.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
