"""Each needs all of them."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").write_text(HONEST + "def f(x): return f\n" * 4_900)
