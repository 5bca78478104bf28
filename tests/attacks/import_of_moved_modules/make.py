"""Each name is looked for again once another has been changed."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(
        honest_notebook("print 1\nimport " + ", ".join(["cPickle", "urllib2", "StringIO"] * 200))
    )
