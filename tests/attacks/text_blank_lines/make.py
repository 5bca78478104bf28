"""A definition could follow on each of them."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("(\n" + "\n" * 90_000 + "def relu"))
