"""nbformat 5."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    notebook["nbformat"] = 5
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
