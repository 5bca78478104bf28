"""The patterns that were looked at and found to take steps as a text is long: no need to look at them every time.

What is kept of each is a hash of the pattern, of all that looks at it, and of the Python that parses it, so that
whatever changes is looked at anew. ``python -m tests.linear.looked_at`` looks at all and keeps what it found.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from pathlib import Path

from tests.linear import floods, matcher
from tests.linear.patterns import all_patterns

FILE = Path(__file__).with_suffix(".json")
TOOLS = "".join(Path(str(module.__file__)).read_text("utf-8") for module in (floods, matcher))
DEEP = 50_000  # the matcher is recursive
OURS = {"grader.release.REGION"}  # these see texts of the repository only


def sign(pattern: str, flags: int) -> str:
    """What is kept of a pattern that was looked at."""
    return hashlib.sha256(json.dumps([pattern, flags, TOOLS, *sys.version_info[:2]]).encode()).hexdigest()[:20]


@functools.cache
def new() -> dict[str, tuple[str, int]]:
    """The patterns that nobody has looked at as they are, by where they stand."""
    seen = set(json.loads(FILE.read_text("utf-8")))
    return {name: given for name, given in all_patterns().items() if sign(*given) not in seen}


def growing(patterns: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Those whose steps grow faster than a text, each with such a text; ours may."""
    found = {name: floods.growth(*given) for name, given in patterns.items() if name.split()[0] not in OURS}
    return {name: text for name, text in found.items() if text}


def unlike(patterns: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Those for which the matcher finds something else than ``re`` does, each with such a text."""
    found = ((name, floods.told_otherwise(*given)) for name, given in patterns.items())
    return {name: text for name, text in found if text}


if __name__ == "__main__":
    sys.setrecursionlimit(DEEP)
    odd = growing(all_patterns()) | unlike(all_patterns())
    if odd:
        sys.exit(f"Nothing is kept, as these grow or are matched otherwise: {json.dumps(odd, indent=1)}")
    signs = sorted(sign(*given) for given in all_patterns().values())
    FILE.write_text(json.dumps(signs, indent=0) + "\n", "utf-8")
    print(f"{len(signs)} patterns take steps as a text is long.")
