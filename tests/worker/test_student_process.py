"""Real student processes: whatever a check's code does there costs that check only."""

from __future__ import annotations

import dataclasses
import secrets
import textwrap

import numpy as np
import psutil
import pytest

from grader.course.parts import load_part
from grader.errors import Interrupted
from grader.expectations import NotAnArray
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.sandbox import open_box
from grader.sandbox.lockdown import LockdownBox
from grader.sandbox.quota import Quota
from grader.worker import processes
from grader.worker.client import StudentProcess

FORWARD = load_part("relu").checks["forward"]
BACKWARD = load_part("relu").checks["backward"]
GOOD = "import numpy as np\ndef relu_backward(dout, x):\n    return dout * (x > 0)\n"


@pytest.fixture
def student(tmp_path, box):
    """Start a student process for the given source of relu_forward, with a good relu_backward beside it."""
    processes = []

    def start(source, box=box):
        path = tmp_path / "layers.py"
        path.write_text(GOOD + textwrap.dedent(source))
        process = StudentProcess(box, extract(read_submission(path), ["relu_forward", "relu_backward"]))
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.__exit__(None, None, None)


def play(process, check, seconds=60.0):
    return process.play(dataclasses.replace(check, seconds=seconds), check.inputs(check.cases[1], 1))


RIGHT = "def relu_forward(x): return np.maximum(0, x), x\n"


def test_what_the_scenario_returns_comes_back_as_arrays(student):
    """The student's function ran on the inputs that were sent."""
    transcript = play(student(RIGHT), FORWARD)
    x = FORWARD.inputs(FORWARD.cases[1], 1)["x"]
    assert transcript.outcome == "returned"
    np.testing.assert_array_equal(transcript.values["out"], np.maximum(0, x))


MISBEHAVIOUR = {
    "never ends": ("while True: pass", "timed_out"),
    "swallows interrupts": (
        """
        while True:
            try:
                while True: pass
            except BaseException: pass
        """,
        "timed_out",
    ),
    "exits at once": ("import os; os._exit(0)", "died"),
    "exits": ("import sys; sys.exit(0)", "raised"),
    "reads address 0": ("import ctypes; ctypes.string_at(0)", "died"),
    "kills itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
    "recurses for ever": ("return relu_forward(x)", "raised"),
    "raises KeyboardInterrupt": ("raise KeyboardInterrupt", "raised"),
    "forges replies": (
        """
        import os
        for descriptor in range(3, 20):
            try: os.write(descriptor, b"x" * 100)
            except OSError: pass
        """,
        "violated",
    ),
    "closes the channel": ("import os; os.closerange(3, 50); return x, x", "died"),
}


SHORT = 0.4  # seconds for what never ends: its own, a busy machine takes none of them
SHAPES = [(2,), (1, 1, 1, 1), (3, 2)]


def several(shapes=SHAPES):
    """Inputs of several cases, no two alike."""
    return [{"x": np.random.default_rng(at).standard_normal(shape)} for at, shape in enumerate(shapes)]


@pytest.mark.parametrize(("body", "outcome"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR)
def test_a_case_that_misbehaves_costs_only_itself(student, body, outcome):
    """Neither those before it and after it that were sent with it, nor the next check, which get a clean process."""
    body = textwrap.indent(textwrap.dedent(body), " " * 8)
    process = student(f"def relu_forward(x):\n    if x.ndim == 4:\n{body}\n    return np.maximum(0, x), x\n")
    check = dataclasses.replace(FORWARD, seconds=SHORT if outcome == "timed_out" else 60.0)
    cases = several()
    found = list(process.play_all(check, cases))
    assert [one.outcome for one in found] == ["returned", outcome, "returned"]
    for one, inputs in zip(found, cases, strict=True):
        if one.outcome == "returned":
            np.testing.assert_array_equal(one.values["out"], np.maximum(0, inputs["x"]))
    after = process.play(BACKWARD, BACKWARD.inputs(BACKWARD.cases[0], 1))
    assert after.outcome == "returned"
    assert np.isfinite(after.values["dx"]).all()


def test_who_stops_in_the_middle_gets_the_right_reply_to_what_is_asked_next(student):
    """The rest of the cases is played and not looked at; one that never ends costs the next check nothing."""
    process = student("def relu_forward(x):\n    while x.ndim == 4: pass\n    return np.maximum(0, x), x")
    inputs = BACKWARD.inputs(BACKWARD.cases[0], 1)
    for shapes in ([(2,), (3, 2), (4,)], SHAPES):
        first = next(process.play_all(dataclasses.replace(FORWARD, seconds=SHORT), several(shapes)))
        assert first.values["out"].shape == (2,)
        assert process.play(BACKWARD, inputs).values["dx"].shape == inputs["x"].shape


def test_large_inputs_and_replies_come_one_by_one(student):
    """Each of them would fill the pipe; several requests, several replies, none left waiting."""
    cases = several([(200_000,), (200_001,), (3,), (200_002,)])
    found = list(student(RIGHT).play_all(dataclasses.replace(FORWARD, seconds=60.0), cases))
    for one, inputs in zip(found, cases, strict=True):
        np.testing.assert_array_equal(one.values["out"], np.maximum(0, inputs["x"]))
    first = next(student("def relu_forward(x): return np.zeros(10**6), x").play_all(FORWARD, several()))
    assert first.values["out"].shape == (10**6,)


def test_floods_of_output_go_nowhere(student):
    """100 MB of prints neither reach the grader nor cost the check."""
    process = student(
        "import sys\ndef relu_forward(x):\n    sys.stdout.write('x' * 100_000_000)\n    return np.maximum(0, x), x"
    )
    assert play(process, FORWARD).outcome == "returned"


def test_an_error_is_placed_in_the_students_own_cell(write_notebook, box):
    """Cell and line are the student's; the frames of the grader are cut away."""
    path = write_notebook(
        "import numpy as np",
        "%matplotlib inline\n\ndef inner(x):\n    return x.nothing\n\ndef relu_forward(x):\n    return inner(x)",
    )
    with StudentProcess(box, extract(read_submission(path), ["relu_forward"])) as process:
        error = play(process, FORWARD).error
    assert (error["type"], error["file"], error["cell"], error["line"]) == ("AttributeError", "work.ipynb", 2, 4)
    assert error["traceback"] == (
        "cell 2, line 7, in relu_forward\n    return inner(x)\ncell 2, line 4, in inner\n    return x.nothing"
    )


def test_a_value_that_the_check_cannot_use_is_told_with_the_checks_line(student):
    """There is no student's frame to point at: the line of the scenario says what was expected."""
    error = play(student("def relu_forward(x): return None"), FORWARD).error
    assert error["line"] is None
    assert error["scenario"] == "out, _ = code.relu_forward(x)"


def test_names_that_are_absent_or_not_written_are_told_apart(student):
    """Absent from the submission, or a stub that raises NotImplementedError."""
    assert play(student("def other(): pass"), FORWARD).outcome == "missing"
    assert play(student("def relu_forward(x): raise NotImplementedError('todo')"), FORWARD).outcome == "unwritten"


def test_a_lying_array_is_described_not_believed(student):
    """A subclass of ndarray whose == is always true does not cross."""
    source = """
    class Liar(np.ndarray):
        def __eq__(self, other): return np.array(True)
        def __array_finalize__(self, other): pass
    def relu_forward(x): return x.view(Liar), x
    """
    assert play(student(source), FORWARD).values["out"] == NotAnArray("a Liar, a subclass of ndarray")


def test_inputs_are_the_checks_own_copy(student):
    """A function that changes its input changes nothing of the grader's."""
    process = student("def relu_forward(x):\n    x[...] = 0\n    return x, x")
    inputs = FORWARD.inputs(FORWARD.cases[1], 1)
    before = inputs["x"].copy()
    assert process.play(FORWARD, inputs).outcome == "returned"
    np.testing.assert_array_equal(inputs["x"], before)


def test_the_student_process_cannot_import_the_solutions(student):
    """Neither the checkout nor the caller's PYTHONPATH is on its path."""
    process = student("def relu_forward(x):\n    import solutions\n    return solutions.relu_forward(x)")
    error = play(process, FORWARD).error
    assert (error["type"], error["message"]) == ("ModuleNotFoundError", "No module named 'solutions'")


def test_the_environment_of_the_caller_does_not_reach_the_student(student, monkeypatch):
    """Tokens and secrets in it stay there."""
    monkeypatch.setenv("API_TOKEN", "secret")
    process = student("import os\ndef relu_forward(x):\n    raise ValueError(str(sorted(os.environ)))")
    assert "API_TOKEN" not in play(process, FORWARD).error["message"]


def test_a_statement_that_raises_while_loading_costs_only_itself(student):
    """It is recorded with its place; the functions beside it work."""
    process = student("import not_installed\nEPS = undefined\ndef other(): return not_installed, EPS\n" + RIGHT)
    assert play(process, FORWARD).outcome == "returned"
    assert [(item["type"], item["line"]) for item in process.problems] == [("ModuleNotFoundError", 4), ("NameError", 5)]


def test_future_imports_hold_for_the_whole_file(student):
    """Annotations that name what is imported for type checkers only are never evaluated."""
    process = student(
        "from __future__ import annotations\ndef relu_forward(x: Absent) -> Nowhere:\n    return np.maximum(0, x), x\n"
    )
    assert play(process, FORWARD).outcome == "returned"


def test_lines_are_counted_as_python_counts_them(write_notebook, box):
    """A form feed or a line separator inside a string ends no line; decorators and semicolons are no matter."""
    source = "import functools\ntext = 'a\u2028b\x0cc'\n@functools.cache\ndef none(): return None; 1\n\n"
    path = write_notebook(source + "def relu_forward(x):\n    text, none()  # a; b\n    return x.nothing  # c; d")
    with StudentProcess(box, extract(read_submission(path), ["relu_forward"])) as process:
        error = play(process, FORWARD).error
    assert (error["cell"], error["line"]) == (1, 8)
    assert error["traceback"].endswith("return x.nothing  # c; d")


@pytest.mark.parametrize(
    "files",
    [
        {"config.py": "LOW = 0", "layers.py": "from config import LOW\ndef relu_forward(x): return x + LOW, x"},
        {
            "p/__init__.py": "from .a import g",
            "p/a.py": "g = 1",
            "layers.py": "import p\ndef relu_forward(x): return x * p.g, x",
        },
        {"p/a.py": "g = 1", "p/layers.py": "from .a import g\ndef relu_forward(x): return x * g, x"},
        {"src/a.py": "g = 1", "work/layers.py": "from a import g\ndef relu_forward(x): return x * g, x"},
        {"layers.v2.py": "def relu_forward(x): return x, x"},
        {"mine.py": "def forward(x): return x, x", "layers.py": "from mine import forward as relu_forward"},
        {"layers.py": "import os\nHERE = os.path.dirname(__file__)\ndef relu_forward(x): return x, HERE"},
    ],
    ids=["constant", "re-export", "no __init__", "sys.path", "odd name", "renamed import", "__file__"],
)
def test_what_students_import_from_their_own_files_is_there(tmp_path, box, files):
    """Constants, re-exports, packages without __init__.py, folders on sys.path, renamed functions."""
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source + "\n")
    with StudentProcess(box, extract(read_submission(tmp_path), ["relu_forward"])) as process:
        assert play(process, FORWARD).outcome == "returned"


def test_a_result_that_is_too_large_is_described(student):
    """It is no tampering, and does not reach the grader."""
    process = student("def relu_forward(x): return np.zeros(40_000_000), x")
    assert play(process, FORWARD).values["out"] == NotAnArray("an array of 305 MB, more than can be compared")


@pytest.mark.slow
def test_no_process_is_left_behind(student, process_box):
    """Children that student code started, where it can, end with it."""
    mark = f"left-behind-{secrets.token_hex(8)}"  # the same test may run elsewhere on this machine
    source = f"""
    import subprocess, sys, time
    def relu_forward(x):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", "{mark}"])
        while True: pass
    """
    process = student(source, process_box)
    assert play(process, FORWARD, seconds=SHORT).outcome == "timed_out"
    left = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
    assert left == []


def test_a_closed_box_interrupts(student, box):
    """Stopping the grader is no verdict on the student."""
    own = open_box(box.level)
    process = student(RIGHT, own)
    play(process, FORWARD)
    own.close()
    with pytest.raises(Interrupted):
        play(process, FORWARD)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["code.py", "test.py", "json.py", "numpy.py"])
def test_a_file_named_like_an_installed_module_is_still_the_students(tmp_path, box, name):
    """Its functions are found; NumPy itself is not replaced by it."""
    (tmp_path / name).write_text("import numpy as np\n" + RIGHT)
    with StudentProcess(box, extract(read_submission(tmp_path), ["relu_forward"])) as process:
        assert play(process, FORWARD).outcome == "returned"


def test_a_statement_that_exits_while_loading_costs_only_itself(student):
    """sys.exit() outside a function ends nothing."""
    process = student("import sys\nLIMIT = sys.exit(0)\ndef other(): return LIMIT\n" + RIGHT)
    assert play(process, FORWARD).outcome == "returned"
    assert [item["type"] for item in process.problems] == ["SystemExit"]


def test_code_that_draws_unseeded_numbers_repeats_them(student):
    """Grading twice gives the same, also where the student's code is random."""
    source = "def relu_forward(x):\n    return np.maximum(0, x) + np.random.randn(), x"
    first, again = (play(student(source), FORWARD).values["out"] for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_package_is_imported_from_the_submission(tmp_path, box):
    """Absolute and relative imports, a broken sibling, a missing third-party module: what is needed works."""
    package = tmp_path / "assignment1" / "cs231n"
    (package / "classifiers").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "classifiers" / "__init__.py").write_text("from cs231n.classifiers.broken import *\n")
    (package / "classifiers" / "broken.py").write_text("def f():\nreturn 1\n")
    (package / "layer_helpers.py").write_text("import numpy as np\ndef positive(x): return np.maximum(0, x)\n")
    source = "from past.builtins import xrange\nfrom ..layer_helpers import *\nfrom cs231n import layer_helpers\n"
    source += "def relu_forward(x): return positive(x) + 0 * layer_helpers.positive(x), x\n"
    (package / "classifiers" / "relu.py").write_text(source)
    with StudentProcess(box, extract(read_submission(tmp_path), ["relu_forward"])) as process:
        assert play(process, FORWARD).outcome == "returned"


def test_a_second_reply_ends_the_process(student):
    """One request, one reply: bytes after it are a broken rule."""
    source = """
    import os, struct
    def relu_forward(x):
        for number in range(3, 64):
            try:
                os.write(number, b"GRD1" * 100)
            except OSError:
                pass
        return np.maximum(0, x), x
    """
    assert play(student(source), FORWARD).outcome == "violated"


def test_a_folder_filled_with_files_ends_the_process(student, monkeypatch):
    """What student code writes is limited, whatever it writes."""
    source = """
    def relu_forward(x):
        number = 0
        while True:
            open(f"{number}", "w").close()
            number += 1
    """
    monkeypatch.setattr(processes, "QUOTA", Quota(size=2**20, files=100))
    transcript = play(student(source), FORWARD)
    assert transcript.outcome == "violated"
    assert transcript.error["message"] == "It left more than 100 files in its folder."


locked = pytest.mark.skipif(bool(LockdownBox.missing()), reason=f"NO LOCKED LEVEL HERE: {LockdownBox.missing()}")


@pytest.mark.slow
@locked
def test_what_honest_code_does_works_in_a_locked_process(student):
    """Files of its own, threads, temporary files, copies, late imports, plots."""
    source = """
    import os, shutil, tempfile, threading
    def relu_forward(x):
        np.save("debug.npy", x)
        shutil.copy("debug.npy", "copy.npy")
        os.chmod("copy.npy", 0o600)
        with tempfile.TemporaryFile() as file:
            file.write(b"text")
        thread = threading.Thread(target=np.load, args=("copy.npy",))
        thread.start()
        thread.join()
        import matplotlib.pyplot
        import concurrent.futures
        matplotlib.pyplot.plot(x.ravel())
        matplotlib.pyplot.savefig("plot.png")
        return np.maximum(0, x), x
    """
    transcript = play(student(source), FORWARD, seconds=60)
    assert (transcript.outcome, transcript.error, transcript.tried) == ("returned", {}, ())


@locked
def test_what_the_sandbox_denies_is_a_violation(student):
    """PermissionError from there is no ordinary exception; the place in the code is said."""
    transcript = play(student("import os\ndef relu_forward(x):\n    os.fork()\n"), FORWARD)
    assert transcript.outcome == "violated"
    assert (transcript.error["type"], transcript.error["file"]) == ("PermissionError", "layers.py")


@locked
def test_an_attempt_that_is_caught_is_noted_for_staff(student):
    """Right numbers keep their marks, and the attempt is told."""
    source = """
    def relu_forward(x):
        try:
            open("/proc/self/mounts")
        except OSError:
            pass
        return np.maximum(0, x), x
    """
    transcript = play(student(source), FORWARD)
    assert transcript.outcome == "returned"
    assert transcript.tried == ("open /proc/self/mounts",)


@locked
def test_a_system_call_that_nobody_needs_ends_the_process(student):
    """The check is lost with the reason, and the next one runs in a new process."""
    process = student("import ctypes\ndef relu_forward(x):\n    ctypes.CDLL(None).unshare(0x10000000)\n")
    transcript = play(process, FORWARD)
    assert transcript.outcome == "violated"
    assert transcript.error["message"] == "The code made a system call that the sandbox forbids, and was ended."
