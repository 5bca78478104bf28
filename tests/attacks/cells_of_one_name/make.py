"""Each needs all that bind it."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(*["y = relu_forward"] * 4_000))
