"""The converter takes cubic time over the names of one import."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(
        honest_notebook("print 1\nfrom urllib import " + ", ".join(f"a{n}" for n in range(600)))
    )
