"""Every field is there and none is what it should be."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    notebook["cells"] += [7, None, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": ["code"]}]
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
