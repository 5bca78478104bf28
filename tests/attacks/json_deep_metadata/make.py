"""Deep, but not too deep."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    deep: dict = {}
    for _ in range(90):
        deep = {"deeper": deep}
    notebook["metadata"]["deep"] = deep
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
