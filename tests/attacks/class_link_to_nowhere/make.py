"""It cannot be looked at, and is a row all the same."""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack").symlink_to(scene.folder / "later")
