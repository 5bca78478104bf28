"""A teacher's course in a folder of its own, and what is released of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.wheels import run

CLUSTERS = Path(__file__).parent / "clusters"


@pytest.fixture(scope="session")
def teachers(tmp_path_factory) -> Path:
    """The course, in a folder outside of any checkout."""
    return Path(shutil.copytree(CLUSTERS, tmp_path_factory.mktemp("teacher") / "clusters"))


@pytest.fixture(scope="session")
def released(teachers, tmp_path_factory) -> Path:
    """What students get."""
    out = tmp_path_factory.mktemp("released") / "kmeans"
    done = run(sys.executable, "-m", "grader", "release", "kmeans", "--course", teachers, "--out", out)
    assert done.returncode == 0, done.stderr
    return out
