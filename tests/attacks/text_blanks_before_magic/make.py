"""Each blank could begin what a magic is assigned to."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("x = 1\n" + " " * 200_000 + ")"))
