"""What shows that code is old is looked for in strings too."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").write_text(HONEST + "x = '" + "np.sum(a.int" * 20_000 + "'\n")
