"""json.dumps writes what JSON does not know."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook())
    notebook["metadata"] |= {"nan": float("nan"), "infinity": float("inf"), "huge": 10**400}
    (submissions / "attack.ipynb").write_text(json.dumps(notebook))
