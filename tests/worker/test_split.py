"""One's own work, in a process forked off the grader: what it finds there, and what is left when it has ended."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys

import pytest

from grader.forks import split

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

TELLS = """
import gc, json, os, sys

def relu_forward(x):
    try:
        import solutions
        found = True
    except Exception:
        found = False
    raise ValueError(json.dumps({
        "solutions": found,
        "secret": os.environ.get("A_SECRET"),
        "oracles": [type(item).__name__ for item in gc.get_objects() if type(item).__name__ == "RecordedOracle"],
        "answers": any(
            str(name).startswith("out/") for item in gc.get_objects() if type(item) is dict for name in item
        ),
        "folder": os.getcwd() == START,
        "open": sorted(os.listdir("/proc/self/fd"))[:9],
    }))

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


@pytest.fixture
def check(tmp_path):
    """Run `grader check` on a module; its result and its exit code."""

    def run(text, name="relu"):
        (tmp_path / "layers.py").write_text(text.replace("START", repr(str(tmp_path))))
        argv = [sys.executable, "-m", "grader.cli", "check", "layers.py", name, "--assignment", "layers"]
        out = tmp_path / "result.json"
        env = {**os.environ, "A_SECRET": "x", "PYTHONPATH": os.getcwd()}
        done = subprocess.run([*argv, "--json", str(out)], cwd=tmp_path, env=env, capture_output=True, text=True)
        return json.loads(out.read_text()), done

    return run


def test_it_knows_nothing_of_answers_and_of_the_graders_surroundings(check):
    """It was forked before the answers were read, and left the grader's environment, folder and files behind."""
    result, done = check(TELLS, "relu/forward")
    assert done.returncode == 1
    message = result["parts"][0]["checks"][0]["error"]["message"]
    told = json.loads(message[message.index("{") : message.rindex("}") + 1])
    assert told.pop("open")
    assert told == {"solutions": False, "secret": None, "oracles": [], "answers": False, "folder": False}


SEARCHES = """
import ctypes, json, os, re

TOKEN = re.compile(rb"tok[-][0-9a-f]{32}")  # which this text itself does not match

def in_environment():
    try:
        with open("/proc/self/environ", "rb") as file:
            return bool(TOKEN.search(file.read()))
    except PermissionError:  # in a lock; it is a part of the memory anyway
        return False

def in_memory():
    with open("/proc/self/maps") as file:
        maps = [line.split() for line in file]
    places = [tuple(int(end, 16) for end in words[0].split("-")) for words in maps
              if words[1].startswith("r") and not words[-1].startswith("[v")]
    return any(TOKEN.search(ctypes.string_at(start, end - start)) for start, end in places)

def relu_forward(x):
    found = in_memory() or in_environment()
    planted = b"-".join([b"tok", b"0" * 32])
    raise ValueError(json.dumps({"found": found, "finds": in_memory()}))

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


@pytest.mark.slow
def test_a_token_of_the_callers_is_nowhere_in_its_memory(check, monkeypatch):
    """Neither in the environment that the kernel keeps nor in any copy of it; what is there the search does find."""
    monkeypatch.setenv("GRADER_TEST_TOKEN", f"tok-{secrets.token_hex(16)}")
    result, done = check(SEARCHES, "relu/forward")
    assert done.returncode == 1
    message = result["parts"][0]["checks"][0]["error"]["message"]
    told = json.loads(message[message.index("{") : message.rindex("}") + 1])
    assert (told["found"], told["finds"]) == (False, True)


def test_a_grader_with_secrets_forks_nothing_off_itself(monkeypatch, tmp_path):
    """Called from a program that has them, it starts a process of its own for student code."""
    monkeypatch.setattr(split, "may_hold_secrets", lambda: True)
    with pytest.raises(OSError, match="may hold secrets"):
        split.Split(lambda: None, {}, 0, str(tmp_path / "log"))


@pytest.mark.slow
def test_a_process_that_dies_is_replaced(check):
    """The next check gets its own."""
    result, _ = check(
        "import os\n\n\ndef relu_forward(x):\n    os._exit(0)\n\n\n"
        + "def relu_backward(d, c):\n    return d * (c > 0)\n"
    )
    statuses = {item["slug"]: item["status"] for item in result["parts"][0]["checks"]}
    assert statuses["forward"] == "crashed"
    assert statuses["backward"] in ("crashed", "passed")


def test_right_code_passes(check):
    """The usual case."""
    text = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n\n\n"
    _, done = check(text + "def relu_backward(dout, cache):\n    return dout * (cache > 0)\n")
    assert (done.returncode, done.stderr) == (0, "")
