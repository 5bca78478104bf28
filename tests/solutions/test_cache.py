"""The compiled cache: where it cannot be written, and where several processes want to fill it."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import solutions
from solutions import jit, warmup
from tests.solutions.test_kernels import DIGEST, digest

# How often Numba compiled a kernel, and how often it found one in its cache.
STATISTICS = """
import solutions, solutions.jit as jit
solutions.warm_up(print)
for name in ("cache_misses", "cache_hits"):
    print(sum(sum(getattr(kernel.stats, name).values()) for kernel in jit.KERNELS.values()))
"""
NOTHING_COMPILED = f"0\n{len(jit.KERNELS)}"
pytestmark = pytest.mark.slow  # most of them compile everything
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

    def start(self, *arguments, prefix=(), **options):
        command = [*prefix, sys.executable, "-W", "error", *arguments]
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, text=True, **options)

    def run(self, code, *prefix, check=True):
        process = self.start("-c", code, prefix=prefix, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = process.communicate()
        assert not check or process.returncode == 0, errors
        return output.strip() if check else errors

    def close(self, place):
        """Make a directory and all in it read-only."""
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)

    def open(self):
        """Make all directories writable, so that pytest can remove them."""
        for path in (self.folder, *self.folder.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path)
    yield made
    made.open()


def test_a_warm_read_only_cache_beside_the_source_is_used(checkout):
    """Nothing is compiled or announced, and nothing stays behind in the temporary directory."""
    prefix = obedient()
    checkout.run(STATISTICS)
    place = checkout.folder / "solutions"
    checkout.close(place)
    assert "PermissionError" in checkout.run(f"open({str(place / 'file')!r}, 'w')", *prefix, check=False)
    assert checkout.run(STATISTICS, *prefix) == NOTHING_COMPILED
    assert list(checkout.temporary.iterdir()) == []


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """As in the Dockerfile: a cache for the generic CPU, beside sources with new file times; nothing is in it yet."""
    made = Checkout(tmp_path_factory.mktemp("image"))
    made.environment |= {
        "NUMBA_CACHE_DIR": str(made.folder / "cache"),
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
    }
    for source in (made.folder / "solutions").glob("*.py"):
        os.utime(source, (1_767_225_600, 1_767_225_600))
    yield made
    made.open()


@pytest.fixture(scope="module")
def two_cold(image):
    """The last lines of two processes that find nothing compiled at the same time."""
    both = [image.start("-m", "solutions", stdout=subprocess.PIPE) for _ in range(2)]
    return [process.communicate()[0].splitlines()[-1] for process in both]


# Compiling everything takes long: what is done with an empty cache is done once.
@pytest.mark.xdist_group("cold")
def test_of_two_cold_processes_one_compiles(two_cold):
    """The other one loads what the first has left."""
    count = len(jit.KERNELS)
    assert sorted(line.split(" kernels ")[0] for line in two_cold) == [f"0 of {count}", f"{count} of {count}"]


@pytest.mark.xdist_group("cold")
def test_a_read_only_image_compiles_nothing(image, two_cold):
    """Its cache is read-only like the package."""
    prefix = obedient()
    cache = image.folder / "cache"
    image.close(cache)
    image.close(image.folder / "solutions")
    assert "PermissionError" in image.run(f"open({str(cache / 'file')!r}, 'w')", *prefix, check=False)
    assert image.run(STATISTICS, *prefix) == NOTHING_COMPILED
    assert list(image.temporary.iterdir()) == []


@pytest.mark.xdist_group("cold")
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the target is named for x86-64")
def test_the_plainest_cpu_gives_the_same_bits(image, two_cold):
    """As the machines of test_kernels do: what is compiled for the image is compiled for it."""
    image.environment["PYTHONPATH"] = str(Path(solutions.__file__).parents[1])  # for the tests, behind its own package
    where = "import solutions; print(solutions.__file__); "
    assert image.run(where + DIGEST).split() == [str(image.folder / "solutions" / "__init__.py"), digest()]


def test_a_process_that_waits_says_so(checkout):
    """Whoever finds the lock taken tells before it waits, and goes on when the lock is free."""
    fcntl = pytest.importorskip("fcntl")
    place = checkout.folder / "solutions" / "__pycache__"
    checkout.run(STATISTICS)
    for stamp in place.glob("*.stamp"):
        stamp.unlink()
    with (place / "warm-up.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = checkout.start("-m", "solutions", stdout=subprocess.PIPE)
        assert waiting.stdout.readline().strip() == warmup.WAITING
    assert f"0 of {len(jit.KERNELS)} kernels compiled" in waiting.communicate()[0]


def test_a_changed_source_is_compiled_anew(checkout):
    """The stamp of a complete cache does not outlive the source that it is of."""
    checkout.run(STATISTICS)
    source = checkout.folder / "solutions" / "matmul.py"
    source.write_text(source.read_text("utf-8") + "\n", "utf-8")
    assert checkout.run(STATISTICS).startswith(warmup.COMPILING)
    assert checkout.run(STATISTICS) == NOTHING_COMPILED


def test_nothing_is_said_or_kept_without_the_compiler(checkout):
    """NUMBA_DISABLE_JIT=1, for debugging, leaves no stamp of a cache that is not there."""
    shutil.rmtree(checkout.folder / "solutions" / "__pycache__", ignore_errors=True)
    checkout.environment["NUMBA_DISABLE_JIT"] = "1"
    assert checkout.run("import solutions; print(solutions.warm_up(print))") == "0"
    assert not list(checkout.folder.rglob("*.stamp"))


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


CACHED = ("f-1.py311.nbi", "f-1.py311.1.nbc", "complete-0.stamp")


@pytest.fixture
def seed(tmp_path):
    """A folder with an index, its code, and a file that is no cache."""
    folder = tmp_path / "seed"
    folder.mkdir()
    for name in (*CACHED, "module.pyc"):
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
    assert files == {name: name.encode() for name in CACHED}


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


def test_grade_says_that_it_compiles(tmp_path):
    """Whoever grades is told before the wait, on stderr, where a pipe does not swallow it."""
    solutions.warm_up()
    copy = jit.private_copy(jit.cache_directory())
    for stamp in copy.rglob("*.stamp"):
        stamp.unlink()
    (tmp_path / "relu.py").write_text("def relu_forward(x):\n    return x * (x > 0), x\n", "utf-8")
    command = ["grade", "relu.py", "--only", "relu", "--out", "out", "--isolation", "process"]
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", *command],
        cwd=tmp_path,
        env={**os.environ, "NUMBA_CACHE_DIR": str(copy), "PYTHONPATH": str(Path(solutions.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"grader: {warmup.COMPILING}" in done.stderr.splitlines(), done.stderr
