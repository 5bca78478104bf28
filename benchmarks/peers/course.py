"""What the peers have in common: their environments, a run with limits, and the outcome for one submission."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Failed, Usage, run
from benchmarks.peers.exercise import Work

LIMIT_SECONDS = 60.0
LIMIT_KILOBYTES = 8 * 2**20  # of address space a process: what a submission may cost this machine


class Absent(Exception):
    """A peer that cannot be installed or set up here; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a grader said of one submission: passed tests of eight, or None and what happened."""

    passed: int | None
    words: str
    usage: Usage | None = None

    def against(self, work: Work) -> str:
        """The outcome in the words of the table."""
        if self.passed is None:
            return f"no result: {self.words}"
        verdict = {True: "too much", False: "too little"}[self.passed > work.deserves]
        said = f"{self.passed} of 8"
        return said if self.passed == work.deserves else f"{said}: {verdict}"


def environment(place: Path, package: str) -> Path:
    """A virtual environment with ``package``, NumPy and a kernel, made once; raises Absent with pip's last words."""
    python = place / package / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = place / package / "installed"
    if not stamp.exists():
        print(f"  installing {package} ...", flush=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for command in ([sys.executable, "-m", "venv", str(place / package)], [*pip, package, "numpy", "ipykernel"]):
            done = run(command)
            if done.code:
                last = (done.output.strip().splitlines() or ["no message"])[-1]
                raise Absent(f"{package} could not be installed: {last[:200]}")
        stamp.touch()
    return python


def limited(argv: list[str], cwd: Path, env: Mapping[str, str] | None = None, *, memory: bool = True) -> Usage:
    """Run a command within limits of time and memory, its environment active; raises Failed after the time."""
    path = os.pathsep.join([str(Path(argv[0]).parent), os.environ.get("PATH", "")])
    prefix = ["sh", "-c", f'ulimit -v {LIMIT_KILOBYTES}; exec "$@"', "sh"] if sys.platform == "linux" else []
    try:
        return run([*prefix, *argv], cwd=cwd, env={"PATH": path, **(env or {})}, seconds=LIMIT_SECONDS, memory=memory)
    except Failed:
        raise Failed(f"no end within {LIMIT_SECONDS:g} s") from None


def required(argv: list[str], cwd: Path) -> Usage:
    """Run a command that sets a peer up; raises Absent if it fails."""
    try:
        done = limited(argv, cwd)
    except Failed as error:
        raise Absent(str(error)) from None
    if done.code:
        lines = [line for line in done.output.strip().splitlines() if line.strip()] or ["no message"]
        raise Absent(f"`{Path(argv[0]).name} {' '.join(argv[1:4])}` failed: {lines[-1][:200]}")
    return done
