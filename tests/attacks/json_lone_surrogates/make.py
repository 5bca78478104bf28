"""In code, in names and in metadata."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    for cell in notebook["cells"]:
        cell["source"] = ["name = '\ud800'\n", *cell["source"]]
    notebook["metadata"]["name"] = "\udfff"
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
