"""Who asks a list for its cells?"""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_bytes(b'[{"nbformat": 4}, [], null]')
