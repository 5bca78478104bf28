"""numpy.py and others, which would run in whatever process has this folder on its path."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene

PLANT = "import pathlib\n\npathlib.Path('{outside}/ran').write_text('owned')\n"


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    (folder / "relu.py").write_text(HONEST)
    for name in ("numpy.py", "json.py", "secrets.py", "grader.py", "solutions.py"):
        (folder / name).write_text(PLANT.format(outside=scene.outside))
