"""Recursive parsers overflow."""

from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_bytes(b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b', "nbformat": 4}')
