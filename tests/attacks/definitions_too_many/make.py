"""Each is short, and each has a scope of its own."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.py").write_text(HONEST + "".join(f"def f{n}(x): return f{n - 1}\n" for n in range(6_000)))
