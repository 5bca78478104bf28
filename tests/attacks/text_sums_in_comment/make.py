"""Each might go on to the end of the line."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").write_text(HONEST + "# " + "sum(" * 60_000 + "\n")
