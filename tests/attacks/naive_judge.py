"""How graders that run in the student's process judge: the attacks that fool them must fool this one."""

import importlib.util
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

GIVEN, DOUT = np.linspace(-1, 1, 12).reshape(3, 4), np.linspace(2, 3, 12).reshape(3, 4)


def main(submission: str) -> None:
    """Import the submission, compare what it returns, say "full marks"; exit code 0 is taken for success."""
    answers = [DOUT * (GIVEN > 0)]
    Path("answers.json").write_text(json.dumps(answers[0].tolist()))
    spec = importlib.util.spec_from_file_location("submission", submission)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    expected_answer = answers[0]
    _, cache = module.relu_forward(GIVEN.copy())
    dx = module.relu_backward(DOUT.copy(), cache)
    assert np.allclose(dx, expected_answer)
    assert np.all(dx == expected_answer)
    print("full marks")


def forked(folder: str) -> int:
    """A process in a folder, whose output goes to a file there: its number; in that process itself 0."""
    pid = os.fork()
    if not pid:
        os.chdir(folder)
        os.dup2(os.open("output", os.O_WRONLY | os.O_CREAT, 0o600), 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    return pid


def exit_codes(judges: dict[str, int], endless: float) -> dict[str, int | None]:
    """How each process ended; None if it is still there so many seconds after those that should end by themselves."""
    last = None
    codes: dict[str, int | None] = {}
    while len(codes) < len(judges) and (last is None or time.monotonic() < last + endless):
        for folder in judges.keys() - codes.keys():
            pid, status = os.waitpid(judges[folder], os.WNOHANG)
            if pid:
                codes[folder] = os.waitstatus_to_exitcode(status)
        if last is None and {folder for folder in judges if "-hang/" not in folder} <= codes.keys():
            last = time.monotonic()
        time.sleep(0.01)
    for folder in judges.keys() - codes.keys():
        os.kill(judges[folder], signal.SIGKILL)
        os.waitpid(judges[folder], 0)
        codes[folder] = None
    return codes


if __name__ == "__main__":
    # A process each, forked off one that has NumPy; it ends as this program does.
    judges: dict[str, int] = {}
    for place in sys.argv[2:]:
        judges[place] = forked(place)
        if not judges[place]:
            main("relu.py")
            break
    else:
        print(json.dumps(exit_codes(judges, float(sys.argv[1]))))
