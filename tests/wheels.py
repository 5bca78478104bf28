"""The wheel as students install it, and an environment that has it and nothing else of the project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from grader.course.folder import VARIABLE

ROOT = Path(__file__).parents[1]
PACKAGES = re.compile(r"\b(site|dist)-packages$")


def environment() -> dict[str, str]:
    """That of another terminal."""
    return {name: value for name, value in os.environ.items() if name != VARIABLE}


def run(*command, **options) -> subprocess.CompletedProcess[str]:
    """Run a program as from another terminal: the course that these tests grade is not handed on to it."""
    options = {"env": environment(), **options}
    return subprocess.run([*map(str, command)], **options, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the checkout without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    built = run(sys.executable, "-m", "pip", "wheel", "--quiet", *offline, "--wheel-dir", folder, ROOT)
    assert built.returncode == 0, built.stderr
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="session")
def student(wheel, tmp_path_factory) -> Path:
    """A student's environment: the wheel and the packages that it needs, without Numba, and no checkout."""
    folder = tmp_path_factory.mktemp("student") / "venv"
    venv.create(folder, symlinks=os.name != "nt", with_pip=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check")
    installed = run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *offline, wheel)
    assert installed.returncode == 0, installed.stderr
    where = run(python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    # Packages of this environment may be imported; its own .pth files, such as that of the checkout, are not read.
    (Path(where) / "packages.pth").write_text("\n".join(filter(PACKAGES.search, sys.path)))
    (Path(where) / "numba.py").write_text("raise ImportError('no Numba here')\n")
    return python
