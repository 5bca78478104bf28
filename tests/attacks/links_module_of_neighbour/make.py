"""The text that is read is all that may be imported."""

from pathlib import Path

from tests.attacks.scene import Scene

RELU = """
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    import control

    return control.relu_backward(dout, cache)
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack").mkdir()
    (submissions / "attack" / "relu.py").write_text(RELU)
    (submissions / "attack" / "control.py").symlink_to(submissions / "control.py")
