"""Where its last digit but zeros stands can be tried in many ways."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook("print 0" + "1" * 1_000_000 + "a\n("))
