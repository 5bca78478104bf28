"""None says anything, and each asks whether one above it did."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    text = {"cell_type": "markdown", "metadata": {}, "source": "Explanation:\n" * 1_500}
    notebook["cells"] += [text] * 25
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
