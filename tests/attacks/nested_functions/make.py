"""Each is a part of all that are around it."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    lines = ["{}def g{}():\n".format("    " * depth, depth) for depth in range(90)]
    deepest = "    " * 90
    inner = f"{deepest}def f(self):\n{deepest}    x = None\n{deepest}    return x\n"
    (submissions / "attack.py").write_text(HONEST + "".join(lines) + inner)
