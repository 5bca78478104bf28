"""Each takes two bytes here, and up to a kilobyte once it is parsed."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").write_text(HONEST + "x = [" + "1," * 500_000 + "]\n")
