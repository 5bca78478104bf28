"""ipykernel_launcher.py and its like, beside the notebook."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

PLANT = "import pathlib\n\npathlib.Path('{outside}/ran').write_text('owned')\n"


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    (folder / "layers.ipynb").write_text(honest_notebook("import numpy", "import random, html, sqlite3"))
    for name in ("ipykernel_launcher.py", "ipykernel.py", "zmq.py", "nbclient.py", "traitlets.py", "grader.py"):
        (folder / name).write_text(PLANT.format(outside=scene.outside))
