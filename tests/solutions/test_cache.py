"""The compiled cache where it cannot be written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import solutions
from solutions import jit

COMPILED = "import solutions, solutions.jit as jit; print(solutions.warm_up(), len(jit.KERNELS))"
CACHE = "import numba, solutions; print(numba.config.CACHE_DIR)"


def obedient():
    """The prefix of a command that obeys file modes, which root does not unless it gives that privilege up."""
    if os.name != "posix":
        pytest.skip("file modes do not make a directory read-only here")
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    prefix = [setpriv or "", "--bounding-set", "-dac_override"]
    if not setpriv or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("runs as root, which may write anywhere, and setpriv cannot take that privilege away")
    return prefix


class Checkout:
    """A copy of the package with a warm cache, which can be made read-only."""

    def __init__(self, folder):
        self.folder = folder
        self.temporary = folder / "temporary"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"},
            "TMPDIR": str(self.temporary),
            "HOME": str(folder / "nowhere"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.temporary.mkdir()
        ignore = shutil.ignore_patterns("*.pyc")
        shutil.copytree(Path(solutions.__file__).parent, folder / "solutions", ignore=ignore)

    def run(self, code, *prefix, check=True):
        done = subprocess.run(
            [*prefix, sys.executable, "-W", "error", "-c", code],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip() if check else done.stderr

    def close(self, place):
        """Make a directory and all in it read-only."""
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path)
    yield made
    for path in (tmp_path, *tmp_path.rglob("*")):  # so that pytest can remove it
        if path.is_dir():
            path.chmod(0o755)


@pytest.mark.parametrize("place", ["beside the source", "NUMBA_CACHE_DIR"])
def test_a_warm_read_only_cache_is_used(checkout, place):
    """Nothing is compiled again, and nothing stays behind in the temporary directory."""
    prefix = obedient()
    seed = checkout.folder / "solutions"
    if place == "NUMBA_CACHE_DIR":
        seed = checkout.folder / "cache"
        checkout.environment["NUMBA_CACHE_DIR"] = str(seed)
    checkout.run(COMPILED)
    checkout.close(seed)
    refused = checkout.run(f"open({str(seed / 'file')!r}, 'w')", *prefix, check=False)
    assert "PermissionError" in refused
    assert checkout.run(COMPILED, *prefix) == f"0 {len(jit.KERNELS)}"
    assert list(checkout.temporary.iterdir()) == []


def test_a_writable_cache_is_left_where_it_is(checkout):
    """The private copy is made only where it is needed."""
    assert checkout.run(CACHE) == ""


def test_a_read_only_place_without_a_cache_is_reported(checkout):
    """The warning names the directory and what to do; the kernels are still compiled."""
    prefix = obedient()
    shutil.rmtree(checkout.folder / "solutions" / "__pycache__", ignore_errors=True)
    checkout.close(checkout.folder / "solutions")
    message = checkout.run(CACHE, *prefix, check=False)
    assert f"{checkout.folder / 'solutions' / '__pycache__'} is read-only and holds none." in message
    assert "python -m solutions" in message


@pytest.fixture
def seed(tmp_path):
    """A folder with an index, its code, and a file that is no cache."""
    folder = tmp_path / "seed"
    folder.mkdir()
    for name in ("f-1.py311.nbi", "f-1.py311.1.nbc", "module.pyc"):
        (folder / name).write_bytes(name.encode())
    return folder


def test_a_private_copy_is_fresh_and_ours_alone(seed, tmp_path, monkeypatch):
    """Mode 0700, a name that nobody can prepare, the cache's files and no others."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first, second = jit.private_copy(seed), jit.private_copy(seed)
    assert first != second
    if os.name == "posix":
        assert first.stat().st_mode & 0o777 == 0o700
        assert first.stat().st_uid == os.geteuid()
    files = {path.name: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    assert files == {"f-1.py311.nbi": b"f-1.py311.nbi", "f-1.py311.1.nbc": b"f-1.py311.1.nbc"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_leaves_the_copy_to_its_parent(checkout):
    """A worker that exits in the usual way does not remove the cache that its parent still uses."""
    code = (
        "import os, sys, pathlib, solutions.jit as jit\n"
        "copy = jit.private_copy(pathlib.Path('solutions/__pycache__'))\n"
        "child = os.fork()\n"
        "if child == 0: sys.exit()\n"
        "os.waitpid(child, 0)\n"
        "print(copy.exists())"
    )
    assert checkout.run(code) == "True"
    assert list(checkout.temporary.iterdir()) == []
