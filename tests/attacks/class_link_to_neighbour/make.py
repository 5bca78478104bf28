"""Full marks for the neighbour's work."""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").symlink_to(submissions / "control.py")
