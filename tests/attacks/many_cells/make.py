"""Each cell is short; all together take for ever."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    notebook["cells"] += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": f"x = {n}"} for n in range(300_000)
    ]
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
