"""sitecustomize.py, usercustomize.py and a .pth file."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

PLANT = "import pathlib\n\npathlib.Path('{outside}/ran').write_text('owned')\n"


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    (folder / "layers.ipynb").write_text(honest_notebook("import numpy", "import random, html, sqlite3"))
    for name in ("sitecustomize.py", "usercustomize.py"):
        (folder / name).write_text(PLANT.format(outside=scene.outside))
    (folder / "evil.pth").write_text("import usercustomize\n")
