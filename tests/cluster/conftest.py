"""A class of small modules, and real programs: schedulers, workers and runs. Nothing of them stays."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from grader.cli import main
from tests.attacks.scene import HONEST

if importlib.util.find_spec("distributed") is None:  # which is dear to import: in its own processes only
    pytest.skip("Dask is not installed: no class is graded on several machines here", allow_module_level=True)

LATE = 240  # seconds after which a program hangs
USUAL = ["--assignment", "layers", "--only", "relu", "--no-notebook", "--seed", "70107", "--layout", "class"]
WRONG = HONEST.replace("(cache > 0)", "1")


class Programs:
    """Programs of the package, each with what it said to stderr."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen] = []

    def begin(self, *words: str, within: tuple[str, ...] = (), **environment: str) -> subprocess.Popen:
        """Begin ``python WORDS``; what it says is in the file ``said`` of the program."""
        said = self.folder / f"said-{len(self.running)}"
        program = subprocess.Popen(
            [*within, sys.executable, *words],
            stdin=subprocess.DEVNULL,
            stdout=said.open("wb"),
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        program.said = said
        threading.Thread(target=program.wait, daemon=True).start()  # or `tail --pid` would not see that it ended
        self.running.append(program)
        return program

    def scheduler(self, certificates: Path | None, host: str = "127.0.0.1", within: tuple[str, ...] = ()) -> str:
        """Begin a scheduler; its address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = ["-m", "distributed.cli.dask_scheduler", "--host", host, "--port", str(port), "--no-dashboard"]
        words += ["--preload", "grader.cluster.scheduler"]
        words += ["--protocol", "tls" if certificates else "tcp"]
        if certificates:
            pem = str(certificates / "cluster.pem")
            words += ["--tls-ca-file", pem, "--tls-cert", pem, "--tls-key", str(certificates / "cluster-key.pem")]
        program = self.begin(*words, within=within)
        self.hears(program, "Scheduler at:")
        return f"{'tls' if certificates else 'tcp'}://{host}:{port}"

    def worker(self, address: str, certificates: Path | None, *more: str, **options) -> subprocess.Popen:
        """Begin a worker, and wait until it works."""
        program = self.begin(*worker_words(address, certificates), *more, **options)
        self.hears(program, "Works for")
        return program

    def run(self, class_: Path, out: Path, *more: str, **options) -> subprocess.Popen:
        """Begin a run."""
        return self.begin("-m", "grader", "grade", str(class_), "--out", str(out), *USUAL, *more, **options)

    def hears(self, program: subprocess.Popen, words: str, times: int = 1) -> str:
        """What a program has said once it said these words so often."""
        followed = subprocess.run(
            [
                "timeout",
                str(LATE),
                "sh",
                "-c",
                'tail -n +1 -F "$0" --pid "$1" 2>/dev/null | grep -m "$2" -q -- "$3"',
                *(str(program.said), str(program.pid), str(times), words),
            ],
            check=False,
        )
        said = program.said.read_text("utf-8")
        assert followed.returncode == 0, f"{words} was not said, but: {said}"
        return said

    def end(self, programs: Iterable[subprocess.Popen] | None = None) -> None:
        """End all of them, or some, with what they began."""
        for program in self.running if programs is None else programs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGCONT)
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()


# The program of a worker that heeds words of the tests' own before it grades, and says how many it gets at once: it is
# killed as the kernel kills one without memory; it says once that memory ran out; or it says that it has the slow one,
# and goes on when it is told to, both through pipes with names.
HEEDING = """
import os, sys
from grader.cluster import tasks
whole, single = tasks.handed, tasks._handed
def _handed(resource, parcel):
    if b'THE END' in parcel:
        os.kill(os.getpid(), 9)
    if b'NO MEMORY' in parcel and b'"again": ""' in parcel:
        return '{"starved": "memory ran out"}'
    if b'THE SLOW ONE' in parcel:
        with open(os.environ['BEGUN'], 'w') as begun:
            begun.write(str(os.getpid()))
        open(os.environ['MAY_END']).close()
    return single(resource, parcel)
def handed(resource, *parcels):
    print(len(parcels), "at once", flush=True)
    return whole(resource, *parcels)
handed.__module__, handed.__qualname__ = whole.__module__, whole.__qualname__
tasks.handed, tasks._handed = handed, _handed
from grader.cli import main
sys.exit(main(sys.argv[1:]))
"""


def worker_words(address: str, certificates: Path | None) -> list[str]:
    given = ["--certificates", str(certificates)] if certificates else []
    return ["-m", "grader", "worker", address, "--jobs", "1", *given]


class Stock(Programs):
    """Workers of one scheduler, which are dear to begin: those that a test has left alive are there for the next."""

    def __init__(self, folder: Path, address: str, certificates: Path) -> None:
        super().__init__(folder)
        self.options = ["--engine", address, "--certificates", str(certificates)]
        self.pipes = {"BEGUN": str(folder / "begun"), "MAY_END": str(folder / "may-end")}
        for pipe in self.pipes.values():
            os.mkfifo(pipe)
        self.address, self.certificates = address, certificates

    def workers(self, many: int) -> list[subprocess.Popen]:
        """So many that work, and no others."""
        there = [program for program in self.running if program.poll() is None]
        self.end(there[many:])
        return [*there[:many], *(self.heeding(self, self.address) for _ in range(many - len(there)))]

    def heeding(self, programs: Programs, address: str, *more: str, **options) -> subprocess.Popen:
        """A worker like these, of any scheduler, among other programs."""
        words = worker_words(address, self.certificates)[2:]
        program = programs.begin("-c", HEEDING, *words, *more, **options, **self.pipes)
        self.hears(program, "Works for")
        return program

    def begun(self) -> int:
        """Which worker has the slow one, once one has."""
        heard = subprocess.run(["timeout", str(LATE), "cat", self.pipes["BEGUN"]], check=True, capture_output=True)
        return int(heard.stdout)

    def go_on(self) -> None:
        """Tell it to go on."""
        subprocess.run(["timeout", str(LATE), "sh", "-c", ': > "$0"', self.pipes["MAY_END"]], check=True)


@pytest.fixture
def programs(tmp_path) -> Iterator[Programs]:
    """Programs that are ended with the test."""
    programs = Programs(tmp_path)
    yield programs
    programs.end()


@pytest.fixture(scope="session")
def class_of_six(tmp_path_factory) -> Path:
    """Six modules, one of them wrong and one that cannot be read."""
    folder = tmp_path_factory.mktemp("six") / "class"
    folder.mkdir()
    for name in ("ada", "bob", "cyd", "dan"):
        (folder / f"{name}.py").write_text(f"{HONEST}\n# {name}\n")
    (folder / "eve.py").write_text(WRONG)
    (folder / "fay.ipynb").write_text("{")
    return folder


@pytest.fixture(scope="session")
def class_of_seven(class_of_six, tmp_path_factory) -> Path:
    """The six, and the slow one, which goes last."""
    folder = Path(shutil.copytree(class_of_six, tmp_path_factory.mktemp("seven") / "class"))
    (folder / "hal.py").write_text("# THE SLOW ONE\ndef relu_forward(x):\n    return x, x\n")
    return folder


@pytest.fixture(scope="session")
def local_results(class_of_six, tmp_path_factory) -> dict[str, object]:
    """What a local run makes of the six."""
    out = tmp_path_factory.mktemp("local")
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "grade", str(class_of_six), "--out", str(out), *USUAL, "--jobs", "1"],
        check=False,
        capture_output=True,
    )
    assert ran.returncode == 4, ran.stderr
    return results(out)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Path:
    """Those that the command makes."""
    folder = tmp_path_factory.mktemp("certificates") / "own"
    assert main(["cluster-certificates", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def standing(certificates, tmp_path_factory) -> Iterator[str]:
    """The address of a scheduler for all tests that do not end it; its workers are those of the ``stock``."""
    programs = Programs(tmp_path_factory.mktemp("standing"))
    yield programs.scheduler(certificates)
    programs.end()


@pytest.fixture(scope="session")
def stock(standing, certificates, tmp_path_factory) -> Iterator[Stock]:
    """Its workers, for tests that say how many they need."""
    stock = Stock(tmp_path_factory.mktemp("stock"), standing, certificates)
    yield stock
    stock.end()


def results(out: Path) -> dict[str, object]:
    """The results in a folder without the times in them, by student."""
    return {path.parent.name: timeless(json.loads(path.read_text("utf-8"))) for path in out.glob("*/result.json")}


def timeless(value: object) -> object:
    if isinstance(value, dict):
        return {name: timeless(one) for name, one in value.items() if name != "seconds"}
    return [timeless(one) for one in value] if isinstance(value, list) else value
