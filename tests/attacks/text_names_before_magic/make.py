"""As many targets as anyone could wish for, and no assignment."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("a, " * 60_000 + "("))
