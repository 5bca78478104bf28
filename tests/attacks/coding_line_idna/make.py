"""Python reads that codec in quadratic time."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    text = "# coding: idna\n" + HONEST + "# " + "a" * 1_000_000 + "-b\n"
    (submissions / "attack.py").write_text(text)
