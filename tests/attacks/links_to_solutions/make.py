"""A clone may hold links; nothing is read through them."""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    solution = Path(scene.fill_in("@SOLUTIONS@"))
    (folder / "relu.py").symlink_to(solution)
    (folder / "layers").symlink_to(solution.parent)
    (folder / "everything").symlink_to("/")
