"""Sixty megabytes of outputs."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    notebook["metadata"]["padding"] = "x" * (60 << 20)
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
