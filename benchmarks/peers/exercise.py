"""The assignment ``layers`` as each peer wants it, and a small class of right, broken and hostile submissions.

Eight functions, one test each. The peers' tests compare with the reference's numbers through ``np.allclose``, as
their documentation's examples do; the numbers are drawn here and computed by ``solutions``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import solutions
from benchmarks.measure import ROOT
from benchmarks.submissions import SOLVED, read_cells

LOOPS = ROOT / "tests" / "specimens" / "layers" / "loops" / "layers.ipynb"
ATTACKS = ROOT / "tests" / "attacks"
IMPORT = "import numpy as np"
STUB = "# YOUR CODE HERE\nraise NotImplementedError"
CALLS = {
    "affine_forward": ("x, w, b", "dx, dw, db"),
    "relu_forward": ("x", "dx"),
    "conv_forward_naive": ("x, w, b, param", "dx, dw, db"),
    "max_pool_forward_naive": ("x, param", "dx"),
}
NAMES = tuple(name for forward in CALLS for name in (forward, forward.replace("forward", "backward")))


@dataclass(frozen=True, slots=True)
class Work:
    """A submission: the cell of each function, what it does, and how many of the eight tests it deserves."""

    story: str
    deserves: int
    cells: Mapping[str, str]


def reference_cells() -> dict[str, str]:
    """The right functions, by name, without the markers that say where the solution stands."""
    found = _functions(read_cells(SOLVED))
    return {name: re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cell, flags=re.M) for name, cell in found.items()}


def _functions(cells: list[str]) -> dict[str, str]:
    found = {}
    for cell in cells:
        for node in ast.parse(cell).body:
            if isinstance(node, ast.FunctionDef) and node.name in NAMES:
                found[node.name] = cell
    return found


def test_code(name: str) -> str:
    """The test of one function: draws nothing, imports nothing, and holds the expected numbers."""
    forward = name.replace("backward", "forward")
    arguments, gradients = CALLS[forward]
    inputs = _inputs(forward)
    out, cache = getattr(solutions, forward)(*inputs.values())
    lines = [f"{key} = {_literal(value)}" for key, value in inputs.items()]
    if name == forward:
        want = {"expected": out}
        call = f"out, _ = {name}({arguments})"
        pairs = [("out", "expected")]
    else:
        dout = np.random.default_rng(232).normal(size=out.shape).round(3)
        grads = getattr(solutions, name)(dout, cache)
        labels = gradients.split(", ")
        want = {f"expected_{label}": g for label, g in zip(labels, grads if len(labels) > 1 else [grads], strict=True)}
        lines.append(f"dout = {_literal(dout)}")
        call = f"_, cache = {forward}({arguments})\n{gradients} = {name}(dout, cache)"
        pairs = [(label, f"expected_{label}") for label in labels]
    lines += [f"{key} = {_literal(value)}" for key, value in want.items()]
    lines.append(call)
    for got, expected in pairs:
        lines += [f"assert {got}.shape == {expected}.shape", f"assert np.allclose({got}, {expected})"]
    return "\n".join(lines)


def _inputs(forward: str) -> dict[str, Any]:
    rng = np.random.default_rng(231)

    def draw(*shape: int) -> Any:
        return rng.normal(size=shape).round(3)

    return {
        "affine_forward": lambda: {"x": draw(2, 2, 3), "w": draw(6, 4), "b": draw(4)},
        "relu_forward": lambda: {"x": draw(3, 4)},
        "conv_forward_naive": lambda: {
            "x": draw(2, 2, 4, 4),
            "w": draw(2, 2, 3, 3),
            "b": draw(2),
            "param": {"stride": 1, "pad": 1},
        },
        "max_pool_forward_naive": lambda: {
            "x": draw(2, 2, 4, 4),
            "param": {"pool_height": 2, "pool_width": 2, "stride": 2},
        },
    }[forward]()


def _literal(value: Any) -> str:
    return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else repr(value)


def works() -> dict[str, Work]:
    """The class of thirteen, by name."""
    right = reference_cells()
    loops = _functions(read_cells(LOOPS))
    mask = right["relu_backward"].replace("return dout * (cache > 0)", "return dout")
    factor = right["conv_backward_naive"].replace(", dw, dout.sum", ", 2 * dw, dout.sum")
    assert mask != right["relu_backward"] and factor != right["conv_backward_naive"]
    stub = "def relu_backward(dout, cache):\n    " + STUB.replace("\n", "\n    ")
    broken = "def max_pool_backward_naive(dout, cache):\n    return dout * (cache[0]"
    found = {
        "right": Work("right", 8, right),
        "loops": Work("right, in plain loops", 8, loops),
        "mask": Work("the ReLU's gradient passes everywhere", 7, {**right, "relu_backward": mask}),
        "factor": Work("one gradient of the convolution is doubled", 7, {**right, "conv_backward_naive": factor}),
        "unwritten": Work("one function is left as it was handed out", 7, {**right, "relu_backward": stub}),
        "syntax": Work("one cell is no Python", 7, {**right, "max_pool_backward_naive": broken}),
    }
    for name, story, deserves in (
        ("patched_allclose", "replaces np.allclose and its like", 7),
        ("reads_stack_frame", "reads the expected answer from its caller's variables", 7),
        ("lying_eq", "returns an array that says yes to every comparison", 7),
        ("right_once", "is right in its first call only", 7),
        ("endless_loop", "loops for ever and catches the interrupt", 7),
        ("os_exit_0", "ends the process with exit code 0", 7),
        ("prints_200_mb", "right, and prints 20 MB", 8),
    ):
        text = (ATTACKS / name / "relu.py").read_text("utf-8").replace("range(100)", "range(10)")
        found[name] = Work(story, deserves, {**right, "relu_forward": text, "relu_backward": "# It stands above."})
    return found
