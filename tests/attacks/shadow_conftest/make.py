"""conftest.py and a test, with a pytest.ini of its own."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene

PLANT = "import pathlib\n\npathlib.Path('{outside}/ran').write_text('owned')\n"


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    (folder / "relu.py").write_text(HONEST)
    for name in ("conftest.py", "test_relu.py"):
        (folder / name).write_text(PLANT.format(outside=scene.outside))
    (folder / "pytest.ini").write_text("[pytest]\n")
