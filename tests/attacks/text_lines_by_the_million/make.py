"""There is not one word in them."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("x = 1\n" + "\n" * 1_000_000 + "y = 1"))
