"""Full marks, and the solutions in the report."""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack").symlink_to(Path(scene.fill_in("@SOLUTIONS@")).parent)
