"""Start-up against an empty Python: `--help`, and self-checking with recorded answers (bar 5).

It is `python -m grader` that is measured, as people start it, in an environment that holds no secret. Where there may
be one, as in CI, it starts itself once more without it: that is told by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import submissions
from benchmarks.figures import Figure, Options
from benchmarks.measure import in_turn, python, ratios

SECRET = {"CLASS_TOKEN": "of-a-benchmark"}


def measure(options: Options) -> Iterator[Figure]:
    """Yield CPU over that of ``python -c pass`` or of importing NumPy, with all processes that are started."""
    with tempfile.TemporaryDirectory() as place:
        path = str(submissions.write_notebook(Path(place) / "layers.ipynb", submissions.small()))
        commands = {
            "pass": ("-c", "pass"),
            "numpy": ("-c", "import numpy"),
            "help": ("-m", "grader", "--help"),
            "one": ("-m", "grader", "check", path, "relu/forward"),
            "check": ("-m", "grader", "check", path),
        }
        calls = {name: lambda a=arguments: python(*a, plain=True).cpu for name, arguments in commands.items()}
        calls["secret"] = lambda a=commands["check"]: python(*a, env=SECRET).cpu
        found = in_turn(calls, 3 if options.quick else 2 * options.rounds + 1)
    floor, unit = found["pass"], "of `python -c pass`"
    yield Figure("python -c pass", tuple(1000 * s for s in floor), "ms CPU")
    yield Figure("python -c 'import numpy'", ratios(found["numpy"], floor), unit)
    yield Figure("grader --help", ratios(found["help"], floor), unit)
    yield Figure("grader check, one check of a small notebook", ratios(found["one"], floor), unit)
    yield Figure("grader check, all of a small notebook", ratios(found["check"], floor), unit)
    imported = ratios(found["secret"], found["numpy"])
    yield Figure("the same with a token in the environment", imported, "of `import numpy`")
    imported = ratios(found["check"], found["numpy"])
    yield Figure("grader check, all of a small notebook", imported, "of `import numpy`", bar=5, limit=1.5)
