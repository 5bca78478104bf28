"""What is the fork engine's alone: kernels that know nothing of each other, and a channel that nobody else can use."""

import json
from pathlib import Path

import pytest

from grader.forks import client
from grader.notebook import forked, run
from grader.sandbox import open_box

pytestmark = pytest.mark.skipif(not forked.is_possible(), reason="kernels are forked on Linux only")

# Searches this process's memory. The word is made of other letters, so that the search finds no copy of its own.
SEARCHES_ITS_MEMORY = """
shifted = b"RDBQDS,NE,@MNSGDQ"
first = bytes([shifted[0] + 1])
found = []
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in list(maps):
        place, rights = line.split()[:2]
        start, end = (int(number, 16) for number in place.split("-"))
        if not rights.startswith("rw") or end - start > 1 << 28:
            continue
        try:
            memory.seek(start)
            piece = memory.read(end - start)
        except (OSError, ValueError, OverflowError):
            continue
        at = piece.find(first + b"ECRET-OF-")
        while at >= 0:
            if bytes(byte - 1 for byte in piece[at : at + len(shifted)]) == shifted:
                found.append(line)
            at = piece.find(first + b"ECRET-OF-", at + 1)
assert not found, found
"""


def write(path: Path, *sources: str) -> Path:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
             for source in sources]  # fmt: skip
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}))
    return path


@pytest.fixture
def box():
    """A box in which kernels share a server, and nothing else is denied."""
    box = open_box("process")
    yield box
    box.close()


def messages(result) -> list[str]:
    assert result.trouble is None
    return [error.message for error in result.errors]


def test_a_kernel_knows_nothing_of_what_its_parent_rehearsed(tmp_path, box):
    """It begins as one that was just started, with the same names for a first cell, and nothing that was shown."""
    shown = "shell = get_ipython()\nraise ValueError(str((shell.execution_count, sorted(globals()), In, Out, _, _i)))"
    path = write(tmp_path / "a.ipynb", shown)
    said, plain = (messages(run(path, None, box, engine=engine)) for engine in ("fork", "nbclient"))
    assert said == plain
    assert "['In', 'Out', '_', '__', '___', " in said[0]


def test_kernels_draw_different_numbers(tmp_path, box):
    """Unseeded numbers of two notebooks are not the same, though both come from one process."""
    path = write(
        tmp_path / "a.ipynb", "import random, numpy as np\nraise ValueError(random.random(), np.random.rand())"
    )
    first, second = (messages(run(path, None, box, engine="fork"))[0].split(",") for _ in range(2))
    assert not set(first) & set(second)


def test_a_kernel_has_one_thread_and_little_open(tmp_path, box):
    """Nothing of the server's is open in a kernel: only the channel, and what its own event loop needs."""
    cell = """
import os
links = [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")]
sockets = sum(link.startswith("socket") for link in links)
raise ValueError(len(os.listdir("/proc/self/task")), sockets, any("stderr.txt" in link for link in links))
"""
    path = write(tmp_path / "a.ipynb", cell)
    for _ in range(2):  # the second comes from a server that has had a kernel
        assert messages(run(path, None, box, engine="fork")) == ["(1, 5, False)"]  # the channel, two pairs that wake


@pytest.mark.slow
def test_a_kernel_that_closes_its_channel_is_not_heard_any_more(tmp_path, box):
    """The run ends at that cell, at once, and says so."""
    path = write(tmp_path / "a.ipynb", "1", "import os, time\nos.closerange(3, 100)\ntime.sleep(1000)", "never")
    result = run(path, None, box, engine="fork")
    assert [(error.cell, error.type) for error in result.errors] == [(2, "KernelDied")]
    assert "closed its connection" in result.errors[0].message


def test_a_server_forks_on_after_kernels_that_died(tmp_path, box):
    """Exits, signals and crashes of kernels leave the server as it was."""
    deaths = ("import os; os._exit(7)", "import os; os.kill(os.getpid(), 9)", "import ctypes; ctypes.string_at(0)")
    causes = [messages(run(write(tmp_path / "a.ipynb", death), None, box, engine="fork"))[0] for death in deaths]
    assert [cause.partition("(")[2].partition(")")[0] for cause in causes] == ["exit code 7", "SIGKILL", "SIGSEGV"]
    server = client._servers[box]["notebook"]
    assert messages(run(write(tmp_path / "a.ipynb", "1"), None, box, engine="fork")) == []
    assert client._servers[box]["notebook"] is server


def test_a_kernel_finds_nothing_of_another_notebook(tmp_path, box):
    """What a notebook before it held is nowhere in a kernel's memory: cells and paths never pass through the server."""
    secret = tmp_path / "SECRET-OF-ANOTHER"
    secret.mkdir()
    run(write(secret / "SECRET-OF-ANOTHER.ipynb", "kept = 'SECRET-OF-ANOTHER'"), secret, box, engine="fork")
    assert messages(run(write(tmp_path / "b.ipynb", SEARCHES_ITS_MEMORY), None, box, engine="fork")) == []
    itself = write(tmp_path / "c.ipynb", "kept = 'SECRET-OF-ANOTHER'", SEARCHES_ITS_MEMORY)
    assert messages(run(itself, None, box, engine="fork")) != [], "the search finds what is there"
