"""If the link is followed when the folder is copied, the cell reads a copy."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    (folder / "data.txt").symlink_to(scene.secret)
    (folder / "data").symlink_to(scene.folder)
    read = "raise RuntimeError('ATTACK SUCCEEDED ' + open('{}').read())"
    (folder / "layers.ipynb").write_text(honest_notebook(read.format("data.txt"), read.format("data/id_rsa")))
