"""Who follows it finds the class in the class in the class."""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack").symlink_to(submissions)
