"""Each file is within its limit."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack").mkdir()
    (submissions / "attack" / "relu.py").write_text(HONEST)
    for n in range(8):
        (submissions / "attack" / f"data{n}.py").write_text("x = [" + "1," * 50_000 + "]\n")
