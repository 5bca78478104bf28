"""A line break in a file's name."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "a\nbest,layers,graded,100,100.py").write_text(HONEST.replace("dout *", "0 *"))
