"""Bytes that no text has, in code and in metadata."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    text = honest_notebook("name = 'HERE'").encode()
    (submissions / "attack.ipynb").write_bytes(text.replace(b"HERE", b"\xff\xfe\xc0\x80"))
