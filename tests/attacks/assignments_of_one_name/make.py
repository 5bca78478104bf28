"""Each binds it, each needs it."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").write_text(HONEST + "y = 1\n" + "y = y\n" * 8_000)
