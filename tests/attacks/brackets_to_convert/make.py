"""The converter begins anew at each of them."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("print " + "`(" * 60 + "1" + ")`" * 60))
