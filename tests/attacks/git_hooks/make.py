"""Whoever asks git about this folder runs its file system monitor."""

from pathlib import Path

from tests.attacks.scene import HONEST, Scene

CONFIG = """[core]
    repositoryformatversion = 0
    fsmonitor = {hook}
    hooksPath = .git/hooks
"""


def make(submissions: Path, scene: Scene) -> None:
    repository = submissions / "attack" / ".git"
    for name in ("hooks", "objects", "refs"):
        (repository / name).mkdir(parents=True)
    hook = repository / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\necho owned > {scene.outside}/ran\n")
    hook.chmod(0o755)
    (repository / "HEAD").write_text("ref: refs/heads/main\n")
    (repository / "config").write_text(CONFIG.format(hook=hook))
    (submissions / "attack" / "relu.py").write_text(HONEST)
