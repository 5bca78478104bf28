"""Whoever opens the report would run the student's script."""

import json
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

SCRIPT = "</pre></title><script>alert(document.cookie)</script><img src=x onerror=alert(1)>"


def make(submissions: Path, scene: Scene) -> None:
    notebook = json.loads(honest_notebook(f"raise RuntimeError({SCRIPT!r})"))
    code = "".join(notebook["cells"][0]["source"])
    notebook["cells"][0]["source"] = code.replace("return dout", f"raise ValueError({SCRIPT!r})\n    return dout")
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": SCRIPT}}
    notebook["cells"][0]["outputs"] = [output]
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": SCRIPT})
    notebook["metadata"]["title"] = SCRIPT
    (submissions / "<img src=x onerror=alert(1)>.ipynb").write_text(json.dumps(notebook))
