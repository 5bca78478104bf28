"""The headless run, with the real kernels of both engines."""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest

from grader.compat import converted, files_to_run
from grader.errors import Interrupted
from grader.intake.reading import open_submission
from grader.notebook import ENGINES, driven, forkclient, forked, run
from grader.sandbox.process import ProcessBox, clean_environment
from grader.words import plain_text

SWALLOWS_INTERRUPTS = """
import time
while True:
    try:
        time.sleep(1000)
    except BaseException:
        pass
"""
DRIVER_PEAK = """
import os
from pathlib import Path
def driver_peak():
    status = Path(f"/proc/{os.getppid()}/status")
    lines = status.read_text().splitlines() if status.exists() else ["VmHWM: 0 kB"]
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
before = driver_peak()
"""
FLOOD = """
import sys
for _ in range(25):
    print("x" * 2_000_000)
sys.stdout.flush()
"""
LEAVES_A_CHILD = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
"""
# (source, the error's type and line or None)
TOUR = [
    ("from mypackage import forty\nassert forty.TWO == int(open('data.txt').read())", None),
    ("x = 1\ny = x / 0", ("ZeroDivisionError", 2)),
    ("assert x == 1", None),
    ("x = 2\ny = = 2", ("SyntaxError", 2)),
    ("def f(x):\n    raise KeyError(x)\n\nf(3)", ("KeyError", 2)),
    ("try:\n    f(4)\nexcept KeyError as error:\n    raise ValueError('no') from error", ("ValueError", 4)),
    ("a = 1\nf(a)", ("KeyError", 2)),
    ("class R:\n    def __repr__(self):\n        return 1 / 0\n\nR()", ("ZeroDivisionError", 3)),
    (DRIVER_PEAK, None),
    (FLOOD, None),
    ("answer = input('How many? ')", ("StdinNotImplementedError", 1)),
    ("raise RuntimeError('\\x1b[31mred\\x1b[0m\\x07' + 'y' * 3000)", ("RuntimeError", 1)),
    ("import sys\nsys.exit(1)", ("SystemExit", 2)),
    (LEAVES_A_CHILD, None),
    ("import grader", None),
    ("import solutions", ("ModuleNotFoundError", 1)),
    ("import os\nraise OSError(sorted(os.listdir('..')))", ("OSError", 2)),
    ("open('data.txt', 'w').write('changed')\nopen('new.txt', 'w').close()", None),
    ("assert f\nassert driver_peak() < before + 20_000, driver_peak() - before", None),
]


def write_notebook(path: Path, *sources: str) -> Path:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
             for source in sources]  # fmt: skip
    cells.insert(1, {"cell_type": "markdown", "metadata": {}, "source": "# Not counted"})
    kernel = {"kernelspec": {"name": "ir", "display_name": "R"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": cells}))
    return path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def running(scratch: Path) -> list[psutil.Process]:
    """The processes that a run under ``scratch`` started: they have their HOME there."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME", "").startswith(str(scratch)):
                found.append(process)
        except psutil.Error:  # gone, a zombie, or not ours
            continue
    return found


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Where runs make their temporary folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("s").resolve()))
        yield Path(tempfile.tempdir)


@pytest.fixture(autouse=True)
def leaves_nothing(request, scratch):
    """After every test here: no process and no file is left, but a clean parent that waits for the next."""
    if "kept" in request.fixturenames:
        request.getfixturevalue("kept")
    before = {*running(scratch)}, {*scratch.rglob("*")}
    yield
    more = {*running(scratch)} - before[0]
    psutil.wait_procs(more, timeout=60)  # what ends with a process that a student killed
    assert ({*running(scratch)} - before[0], {*scratch.rglob("*")} - before[1]) == (set(), set())


@pytest.fixture(scope="module")
def kept(scratch, tmp_path_factory):
    """A box of level 0 with its clean parent, for tests that leave it as it is: to start one takes longest."""
    box = ProcessBox()
    if forked.is_possible():
        run(write_notebook(tmp_path_factory.mktemp("k") / "a.ipynb", "import numpy"), None, box, engine="fork")
    yield box
    box.close()


@pytest.fixture
def box(scratch):
    """A box of level 0 that a test may break."""
    box = ProcessBox()
    yield box
    box.close()


SLOW = {"nbclient": [pytest.mark.slow]}
EACH = [
    pytest.param(name, marks=[pytest.mark.xdist_group(f"notebooks {name}"), *SLOW.get(name, [])]) for name in ENGINES
]


@pytest.fixture(params=EACH)
def engine(request, monkeypatch):
    """Each engine in turn, without the other standing in for it."""
    alone(request.param, monkeypatch)
    return request.param


def alone(engine, monkeypatch):
    if engine == "fork":
        if not forked.is_possible():
            pytest.skip("kernels are forked on Linux only")
        monkeypatch.setitem(ENGINES, "nbclient", stand_in_refused)


def stand_in_refused(job, box):
    raise AssertionError("The fork engine had trouble of its own.")


@pytest.fixture(scope="module")
def submission(tmp_path_factory):
    """A student's folder: a notebook below it, a package and data beside that, and what is not copied."""
    root = tmp_path_factory.mktemp("submission")
    work = root / "work"
    (work / "mypackage").mkdir(parents=True)
    (work / "mypackage" / "__init__.py").touch()
    (work / "mypackage" / "forty.py").write_text("TWO = 42")
    (work / "data.txt").write_text("42")
    for name in ("ipykernel_launcher.py", "zmq.py", "sitecustomize.py", "IPython.py"):
        (work / name).write_text("raise SystemExit('This took the place of a module that the kernel needs.')")
    for unwanted in (".git", ".ipynb_checkpoints", "__pycache__", "env"):
        (root / unwanted).mkdir()
        (root / unwanted / "pyvenv.cfg").touch()
    (root / "data.bin").write_bytes(bytes(6 * 2**20))
    (root / "link.txt").symlink_to(work / "data.txt")
    sources = [source for source, _ in TOUR]
    write_notebook(work / "hw.ipynb", sources[0], "  \n", *sources[1:])
    return root


@pytest.fixture(scope="module", params=EACH)
def tour(request, scratch, submission):
    """One run of each engine over many kinds of cells."""
    before = contents(submission)
    box = ProcessBox()
    with pytest.MonkeyPatch.context() as patch:
        alone(request.param, patch)
        result = run(submission / "work" / "hw.ipynb", submission, box, engine=request.param)
    box.close()
    assert contents(submission) == before, "the original folder was changed"
    return result


def test_runs_all_cells_and_goes_on_after_errors(tour):
    """Every non-empty code cell runs, whatever the cells before it did; empty and markdown cells do not count."""
    assert tour.trouble is None
    assert (tour.cells, tour.executed) == (len(TOUR), len(TOUR))
    assert tour.file == "work/hw.ipynb"
    assert tour.seconds > 0


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, len(TOUR) + 1))
def test_records_type_and_line_of_each_cells_error(tour, number):
    """An error names its cell as In [n] does, and the last line of that cell that took part."""
    _, expected = TOUR[number - 1]
    found = [(error.type, error.line) for error in tour.errors if error.cell == number]
    assert found == ([expected] if expected else [])


def test_counts_an_error_that_a_magic_shows_and_swallows(tmp_path, kept, engine):
    """%%time shows the traceback of its body and then ends as if all were well; the error is recorded."""
    result = run(write_notebook(tmp_path / "a.ipynb", "%%time\n1 / 0"), tmp_path, kept, engine=engine)
    assert [(error.cell, error.type) for error in result.errors] == [(1, "ZeroDivisionError")]


def test_messages_are_plain_and_short(tour):
    """Escape sequences are removed and messages end at 500 characters."""
    message = next(error.message for error in tour.errors if error.type == "RuntimeError")
    assert message.startswith("redyyy")
    assert len(message) == 500
    assert plain_text("\x1b]0;title\x07\x1b[1;31ma\x00\r\u202eb\x1b[0m") == "ab"


@pytest.mark.slow
def test_an_interrupted_cell_says_its_limit(tmp_path, kept, engine):
    """A cell over its limit is told the limit in a plain sentence, whether it computes or waits; the next ones run."""
    endless = "n = 0\nwhile True: n += 1"
    notebook = write_notebook(tmp_path / "a.ipynb", endless, "import asyncio\nawait asyncio.sleep(1000)", "assert n")
    result = run(notebook, tmp_path, kept, cell_seconds=2, engine=engine)
    assert (result.executed, result.trouble) == (3, None)
    assert [(error.cell, error.type, error.line, error.message) for error in result.errors] == [
        (cell, "CellTimeout", 2, "Ran longer than 2 s and was interrupted.") for cell in (1, 2)
    ]


def test_copies_only_what_a_notebook_needs(tour):
    """Version control, caches, virtual environments, links and large files stay behind."""
    assert next(error.message for error in tour.errors if error.type == "OSError") == "['work']"


def test_a_lone_notebook_sees_no_neighbours(submission, kept, engine):
    """Without a root only the notebook itself is copied."""
    notebook = write_notebook(submission / "work" / "lone.ipynb", "import os", "assert 0, os.listdir()")
    result = run(notebook, None, kept, engine=engine)
    notebook.unlink()
    assert result.errors[0].message == "['lone.ipynb']"
    assert result.file == "lone.ipynb"


def test_imports_beside_the_notebook_survive_a_safe_path(tmp_path, monkeypatch, box, engine):
    """A box that sets PYTHONSAFEPATH does not take the notebook's own folder off the path."""
    (tmp_path / "mypackage.py").touch()
    for module in (driven, forkclient, forked):
        monkeypatch.setattr(module, "clean_environment", lambda home: clean_environment(home) | {"PYTHONSAFEPATH": "1"})
    result = run(write_notebook(tmp_path / "a.ipynb", "import mypackage"), tmp_path, box, engine=engine)
    assert (result.trouble, result.errors) == (None, ())


@pytest.mark.slow
def test_a_cell_that_ignores_the_interrupt_ends_the_run(tmp_path, kept, engine):
    """Whoever swallows interrupts is stopped within the limits, and the rest is not run."""
    notebook = write_notebook(tmp_path / "a.ipynb", "x = 1", SWALLOWS_INTERRUPTS, "x")
    result = run(notebook, tmp_path, kept, cell_seconds=2, engine=engine)
    assert (result.cells, result.executed, result.trouble) == (3, 2, None)
    assert [(error.cell, error.type) for error in result.errors] == [(2, "CellTimeout")]
    assert result.errors[0].message == (
        "Ran longer than 2 s; this cell ignored the interrupt. The cells after it were not run."
    )


@pytest.mark.slow
def test_the_total_limit_ends_the_run(tmp_path, kept, engine):
    """The cell in which the total limit passes is interrupted, and the rest is not run."""
    notebook = write_notebook(tmp_path / "a.ipynb", "import time", "time.sleep(1000)", "x = 1")
    result = run(notebook, tmp_path, kept, total_seconds=2, engine=engine)
    assert (result.executed, [(error.cell, error.type) for error in result.errors]) == (2, [(2, "CellTimeout")])
    assert result.errors[0].message.startswith("The notebook ran longer than 2 s in all")


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import os, subprocess, sys\n"
         "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\nos._exit(3)", "exit code 3"),
        ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
        ("exit()", "asked the kernel to exit"),
    ],
)  # fmt: skip
def test_a_kernel_that_dies_is_recorded_at_its_cell(tmp_path, source, cause, kept, engine):
    """A cell that ends Python is named with the cause, and what it left running is gone."""
    result = run(write_notebook(tmp_path / "a.ipynb", "x = 1", source, "x"), tmp_path, kept, engine=engine)
    assert (result.cells, result.executed, result.trouble) == (3, 2, None)
    assert [(error.cell, error.type) for error in result.errors] == [(2, "KernelDied")]
    assert cause in result.errors[0].message


def test_an_old_notebook_is_upgraded(tmp_path, kept, engine):
    """A notebook of format 3, with its worksheets, runs too."""
    cells = [{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Title"]}]
    cells += [{"cell_type": "code", "input": [line], "language": "python", "metadata": {}, "outputs": []}
              for line in ("x = 1", "assert x == 2")]  # fmt: skip
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    result = run(tmp_path / "old.ipynb", tmp_path, kept, engine=engine)
    assert (result.cells, result.executed) == (2, 2)
    assert [(error.cell, error.line, error.type) for error in result.errors] == [(2, 1, "AssertionError")]


def test_a_converted_copy_runs_as_python_2_did(tmp_path, kept, engine):
    """The notebook and what it imports, with what conversion calls; magics stay, and so do the files themselves."""
    path = write_notebook(
        tmp_path / "a.ipynb",
        "%cd inside\nprint 'here'",
        "from half import half\nassert half(3) == 1 and 7 / 2 == 3",
        "import os\nassert os.path.basename(os.getcwd()) == 'inside'",
        "x = %who_ls\nprint x / 1",
    )
    (tmp_path / "inside").mkdir()
    half = "# coding: latin-1\ndef half(n):\n    print n, 'é'\n    return n / len('é') / 2\n"
    (tmp_path / "inside/half.py").write_bytes(half.encode("latin-1"))
    before = contents(tmp_path)
    with open_submission(tmp_path) as submission:
        texts = files_to_run(submission, converted(submission))
    result = run(path, tmp_path, kept, engine=engine, converted=texts)
    assert [(error.cell, error.type) for error in result.errors] == [(4, "TypeError")]
    assert contents(tmp_path) == before
    assert run(path, tmp_path, kept, engine=engine).errors[0].type == "SyntaxError"


def test_an_unreadable_notebook_is_trouble(tmp_path, kept, engine):
    """What nbformat cannot read comes back as a sentence, not as an exception."""
    (tmp_path / "a.ipynb").write_text("{}")
    assert run(tmp_path / "a.ipynb", tmp_path, kept, engine=engine).trouble.startswith("The notebook could not be read")


def test_a_notebook_that_is_not_there_is_trouble(tmp_path, kept, engine):
    """A file that vanished comes back as a sentence too."""
    assert "could not be prepared" in run(tmp_path / "a.ipynb", None, kept, engine=engine).trouble


@pytest.mark.parametrize(
    ("driver", "sentence"),
    [
        ("import nowhere", "stopped without an answer (ModuleNotFoundError: No module named 'nowhere')"),
        ("print('{}')", "answer could not be read"),
        ('print(\'{"cells": 1e999, "executed": 1, "errors": []}\')', "answer could not be read"),
        ("while True: print('x' * 65536, end='')", "answer could not be read"),
        ("import time; time.sleep(1000)", "gave no answer within 1 s"),
    ],
)
def test_a_broken_driver_is_trouble_and_never_the_students_error(tmp_path, monkeypatch, driver, sentence, box):
    """A driver that dies, answers nonsense, floods or hangs costs the student nothing."""
    (tmp_path / "driver.py").write_text(driver)
    monkeypatch.setattr(driven, "BOOT", tmp_path / "driver.py")
    monkeypatch.setattr(driven, "GRACE_SECONDS", 0.5)
    result = run(write_notebook(tmp_path / "a.ipynb", "1 / 0"), tmp_path, box, total_seconds=0.5, engine="nbclient")
    assert sentence in result.trouble
    assert (result.cells, result.executed, result.errors) == (0, 0, ())


SERVERS = {
    "dies": "import nowhere",
    "answers nonsense": """
import socket
requests = socket.socket(fileno=0)
_, (channel, control), _, _ = socket.recv_fds(requests, 100, 2)
socket.socket(fileno=channel).sendall(b"[]\\n")
requests.recv(1)
""",
    "hangs": "import time; time.sleep(1000)",
}


@pytest.mark.slow
@pytest.mark.parametrize("server", SERVERS)
def test_nbclient_stands_in_for_a_broken_fork_server(tmp_path, monkeypatch, server, box):
    """Trouble of the fork engine's own does not show: the notebook is run the other way, each time."""
    (tmp_path / "server.py").write_text(SERVERS[server])
    monkeypatch.setattr(forkclient, "BOOT", tmp_path / "server.py")
    monkeypatch.setattr(forked, "SERVER_SECONDS", 0.5)
    for _ in range(2):
        result = run(write_notebook(tmp_path / "a.ipynb", "1 / 0"), tmp_path, box, engine="fork")
        assert (result.trouble, [error.type for error in result.errors]) == (None, ["ZeroDivisionError"])


@pytest.mark.parametrize("engine", EACH)
def test_a_killed_driver_takes_its_kernel_along(tmp_path, box, engine):
    """If what started a kernel dies under a running cell, that is trouble, and the kernel does not outlive it."""
    source = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass"
    result = run(write_notebook(tmp_path / "a.ipynb", source), tmp_path, box, engine=engine)
    assert result.trouble.startswith("The notebook driver stopped without an answer")  # and perhaps its last words


def test_a_missing_package_is_named(tmp_path, monkeypatch, kept):
    """Without nbclient the trouble says what to install."""
    monkeypatch.setitem(sys.modules, "nbclient", None)
    result = run(write_notebook(tmp_path / "a.ipynb", "x = 1"), tmp_path, kept, engine="nbclient")
    assert result.trouble == "A headless run needs nbclient: install the extra 'grade'."


@pytest.mark.parametrize("engine", EACH)
def test_closing_the_box_ends_a_run(tmp_path, scratch, engine):
    """A box closed from another thread ends the kernel and its children, and the run raises Interrupted."""
    signal_file = tmp_path / "running"
    os.mkfifo(signal_file)
    child = f"import time; open({str(signal_file)!r}, 'w').write('now'); time.sleep(1000)"
    source = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)\n"
        "while True: pass"
    )
    before, box = {*running(scratch)}, ProcessBox()
    ended = []

    def run_until_stopped():
        with pytest.raises(Interrupted):
            run(write_notebook(tmp_path / "a.ipynb", source), tmp_path, box, engine=engine)
        ended.append(True)

    thread = threading.Thread(target=run_until_stopped)
    reader = os.open(signal_file, os.O_RDONLY | os.O_NONBLOCK)
    thread.start()
    assert select.select([reader], [], [], 60)[0], "the cell did not start"
    os.close(reader)
    started = {*running(scratch)} - before
    box.close()
    thread.join()
    assert ended
    assert len(started) == 3, "driver or server, kernel and its child"
    assert psutil.wait_procs(started, timeout=60)[1] == []


@pytest.mark.parametrize("engine", EACH)
def test_a_closed_box_starts_nothing(tmp_path, box, engine):
    """After Ctrl-C no further notebook is run."""
    box.close()
    with pytest.raises(Interrupted):
        run(write_notebook(tmp_path / "a.ipynb", "x = 1"), tmp_path, box, engine=engine)


def test_imports_quickly():
    """Importing the package loads none of Jupyter."""
    heavy = "nbclient nbformat zmq jupyter_client ipykernel psutil numpy"
    code = f"import sys, grader.notebook; print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
