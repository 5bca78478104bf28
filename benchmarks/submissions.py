"""Generated submissions: a typical one, a small one, and classes of them.

The typical one is the assignment ``layers``, solved, with its own try-out cells and one more that tries the
convolution on larger images, so that it takes about a second of CPU as real submissions do (1.1 s on average).
All text is this repository's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT

SOLVED = ROOT / "solutions" / "notebooks" / "layers.ipynb"
EXPERIMENT = """
x, w, b = rng.normal(size=(2, 3, 12, 12)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
conv_param = {"stride": 1, "pad": 1}
out, cache = conv_forward_naive(x, w, b, conv_param)
dout = rng.normal(size=out.shape)
dx, dw, db = conv_backward_naive(dout, cache)
for _ in range(3):
    print(rel_error(numeric_gradient(lambda w: conv_forward_naive(x, w, b, conv_param)[0], w, dout), dw))
""".strip()
PLOT = "plt.figure()\nplt.plot(np.arange(10) ** {0})\nplt.show()"


def read_cells(path: Path) -> list[str]:
    """The sources of the code cells of a notebook."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def notebook(sources: Sequence[str]) -> dict[str, Any]:
    """A notebook of nbformat 4.4 of code cells."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": s} for s in sources
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": cells}


def write_notebook(path: Path, sources: Sequence[str]) -> Path:
    """Write the notebook to ``path``, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(sources)), "utf-8")
    return path


def write_class(folder: Path, sources: Sequence[str], count: int) -> Path:
    """Write ``count`` submissions that differ in a comment, so that none is taken for another."""
    for number in range(count):
        own = [*sources, f"# This is the work of student {number}."]
        write_notebook(folder / f"student{number:04}" / "layers.ipynb", own)
    return folder


def small() -> list[str]:
    """The cells of a short and right submission: functions only, vectorised."""
    return [cell for cell in read_cells(SOLVED) if cell.startswith(("import", "def ")) and "numeric" not in cell]


def typical() -> list[str]:
    """The cells of the assignment, solved, and the experiment."""
    return [*read_cells(SOLVED), EXPERIMENT]


def trivial() -> list[str]:
    """Thirty cells that cost nothing: what is left is the engine."""
    return [f"x{n} = {n}" for n in range(30)]


def plots() -> list[str]:
    """Six plots."""
    return ["import numpy as np\nimport matplotlib.pyplot as plt", *(PLOT.format(n) for n in range(6))]
