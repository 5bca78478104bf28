"""What a student's check does without what only Linux has; no other system is here, so its absence is made up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.wheels import ROOT, run

WORKED = ROOT / "tests/specimens/two_layer_net/regularisation_factor/two_layer_net.ipynb"
# Landlock, forks, affinities and the signal of a closed terminal are gone before the first line of the grader is read.
WITHOUT = """
import asyncio, os, signal, sys, tempfile
import numpy, psutil, rich.console, sysconfig  # these are of this machine, and stay so
sysconfig.get_config_vars()
sys.platform = {platform!r}
for module, names in ((os, {os!r}), (signal, {signals!r})):
    for name in names:
        delattr(module, name)
sys.modules.update(dict.fromkeys({modules!r}))
from grader.machine import system
vars(system).update(dict.fromkeys({interface!r}, False))
from grader.__main__ import main
sys.argv = ["grader", *sys.argv[1:]]
sys.exit(main())
"""
SYSTEMS = {
    "like macOS": {
        "platform": "darwin",
        "os": ["O_PATH", "sched_getaffinity"],
        "signals": [],
        "modules": [],
        "interface": [],
    },
    "like Windows": {
        "platform": "win32-like",
        "os": ["O_PATH", "sched_getaffinity", "fork", "O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK"],
        "signals": ["SIGHUP"],
        "modules": ["fcntl", "resource", "pwd", "grp", "termios"],
        "interface": ["SESSIONS", "SOCKETS_WITH_PATHS", "POLLS_PIPES", "REMOVES_OPEN_FILES"],
    },
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_verdict_is_the_same_and_the_level_is_explained(system, tmp_path):
    """Without forks, Landlock and the signals of terminals: same points and sentence, level process in a sentence."""
    code = WITHOUT.format(**SYSTEMS[system])
    checked = run(sys.executable, "-c", code, "check", WORKED, "--html", tmp_path / "report.html")
    assert checked.returncode == 1 and checked.stdout, checked.stderr
    assert "The gradient of the regularisation is missing its factor 2." in checked.stdout
    assert "13 of 18 points." in checked.stdout and "isolation process" in checked.stdout
    assert "missing its factor 2" in Path(tmp_path, "report.html").read_text("utf-8")
    assert "Traceback" not in checked.stderr
