"""A start-up file and a configuration, where IPython looks for them."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

PLANT = "import pathlib\n\npathlib.Path('{outside}/ran').write_text('owned')\n"
SETTING = "c.InteractiveShellApp.exec_lines = [{line!r}]\n"


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    line = PLANT.format(outside=scene.outside)
    for profile in (folder / ".ipython" / "profile_default", folder / "profile_default", folder):
        (profile / "startup").mkdir(parents=True)
        (profile / "startup" / "00-first.py").write_text(line)
        for name in ("ipython_config.py", "ipython_kernel_config.py", "ipykernel_config.py"):
            (profile / name).write_text(SETTING.format(line=line))
    (folder / "layers.ipynb").write_text(honest_notebook("1 + 1"))
