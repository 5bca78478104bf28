"""Any of them might import xrange."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("xrange(1)\n" + "import " * 70_000 + "\n("))
