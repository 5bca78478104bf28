"""A kernel is forked from a parent that never had it."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

SEARCH = """
import ctypes, re
found = None
with open("/proc/self/maps") as file:
    maps = [line.split() for line in file]
for words in maps:
    if words[1].startswith("r") and not words[-1].startswith("[v"):
        start, end = (int(place, 16) for place in words[0].split("-"))
        found = found or re.search(rb"tok[-][0-9a-f]{32}", ctypes.string_at(start, end - start))
raise RuntimeError('ATTACK SUCCEEDED' if found else 'no token')
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(SEARCH))
