"""Workers, schedulers and runs that end in the middle: nobody is lost, nobody is there twice, every result is right.

All programs are real. A fault comes when some are done and a worker has the slow one, until it is told to go on; where
it cannot be told, when the first is done. Workers that a test leaves alive serve the next: they are as good as new.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.batch.workshop import Worker
from grader.cluster.engine import ClusterWorkshop
from grader.cluster.local import MOST_FAILED, WORKS, Hands
from grader.intake.layouts import open_entries
from tests.cluster.conftest import LATE, USUAL, Programs, Stock, results
from tests.courses.conftest import CLUSTERS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("waiting")]
REFUSED = "This worker refuses the work of a run: it has another course content."
# A run that waits for workers for 10 seconds instead of 60.
IMPATIENT = """
import sys
from grader.cluster import starter
starter.SILENCE, starter.LOOKS = 10.0, 1.0
from grader.cli import main
sys.exit(main(sys.argv[1:]))
"""


def once_each(said: str, *students: str) -> bool:
    """Whether a run told of each student once."""
    lines = [line.split() for line in said.splitlines()]
    told = [line[1] for line in lines if len(line) > 1 and "/" in line[0] and line[0][0].isdigit()]
    return sorted(told) == sorted(students)


EVERYONE = ("ada", "bob", "cyd", "dan", "eve", "fay")


def at_the_slow_one(programs: Programs, stock: Stock, run: subprocess.Popen) -> int:
    """Wait until a worker has the slow one and a run has all others, by another worker or thread; who has it.

    With one place it may be in a bag with others, or go first.
    """
    worker = stock.begun()
    programs.hears(run, "6/7")
    assert run.poll() is None
    return worker


def as_of_six(out: Path, students: Path, class_of_six: Path) -> dict[str, object]:
    """The results of a run of others as if they lay where the six do."""
    return json.loads(json.dumps(results(out)).replace(str(students), str(class_of_six)))


def same(out: Path, students: Path, class_of_six: Path, local_results: dict[str, object]) -> bool:
    """Whether a run has graded all seven, and six of them as a local run does."""
    found = as_of_six(out, students, class_of_six)
    return found.pop("hal")["status"] == "graded" and found == local_results


def test_the_task_of_a_worker_that_is_silent_is_done_by_another(
    programs, standing, stock, class_of_seven, class_of_six, local_results, tmp_path
):
    """When it has given no sign of life for half a minute; if it wakes up it works for the next."""
    workers = {worker.pid: worker for worker in stock.workers(2)}
    run = programs.run(class_of_seven, tmp_path / "out", *stock.options)
    first = at_the_slow_one(programs, stock, run)
    os.killpg(first, signal.SIGSTOP)
    second = stock.begun()
    assert {first, second} == set(workers)
    stock.go_on()
    assert run.wait() == 4, run.said.read_text()
    assert same(tmp_path / "out", class_of_seven, class_of_six, local_results)
    assert once_each(run.said.read_text(), *EVERYONE, "hal")
    os.killpg(first, signal.SIGCONT)  # as who waits for a processor too long: it was given up, and is not dead
    programs.hears(workers[first], f"works for {standing} again")
    stock.end([workers[first]])  # it may wait to be told for ever


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200m", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_worker_whose_disk_is_full_ends_and_others_get_its_work(
    programs, standing, certificates, stock, class_of_six, local_results, tmp_path, small_disk
):
    """It says so where it runs; nobody is "not graded" for it."""
    stock.workers(1)
    first = programs.worker(standing, certificates, TMPDIR=str(small_disk))
    with contextlib.suppress(OSError), (small_disk / "full").open("wb") as file:
        file.write(bytes(150 << 20))
    run = programs.run(class_of_six, tmp_path / "out", *stock.options)
    assert run.wait() == 4, run.said.read_text()
    assert results(tmp_path / "out") == local_results
    assert first.wait() == 3 and "This worker ends, and others get its work" in first.said.read_text()


@pytest.fixture
def network():
    """A network of its own for a worker: its name, the scheduler's address in it, and what cuts it."""
    name, here, there = f"grader{os.getpid()}", f"gr{os.getpid()}a"[:15], f"gr{os.getpid()}b"[:15]
    inside = ["ip", "netns", "exec", name, "ip"]
    steps = [
        ["ip", "netns", "add", name],
        ["ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", name],
        ["ip", "addr", "add", "10.231.77.1/30", "dev", here],
        ["ip", "link", "set", here, "up"],
        [*inside, "addr", "add", "10.231.77.2/30", "dev", there],
        [*inside, "link", "set", there, "up"],
        [*inside, "link", "set", "lo", "up"],
    ]
    try:
        for step in steps:
            if not shutil.which("ip") or subprocess.run(step, check=False, capture_output=True).returncode:
                pytest.skip("no network of its own can be made here")
        yield name, "10.231.77.1", lambda: subprocess.run(["ip", "link", "set", here, "down"], check=True)
    finally:
        if shutil.which("ip"):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
            subprocess.run(["ip", "link", "del", here], check=False, capture_output=True)


def test_a_worker_whose_network_is_cut_is_missed(
    programs, network, certificates, stock, class_of_seven, class_of_six, local_results, tmp_path
):
    """Nothing tells that it is gone but its silence."""
    name, host, cut = network
    address = programs.scheduler(certificates, host)
    inside = stock.heeding(programs, address, "--jobs", "2", within=("ip", "netns", "exec", name))
    run = programs.run(class_of_seven, tmp_path / "out", "--engine", address, "--certificates", str(certificates))
    assert at_the_slow_one(programs, stock, run) == inside.pid
    cut()
    outside = stock.heeding(programs, address)
    assert stock.begun() == outside.pid
    stock.go_on()
    assert run.wait() == 4, run.said.read_text()
    assert same(tmp_path / "out", class_of_seven, class_of_six, local_results)


def test_a_run_whose_scheduler_goes_ends_in_order_and_is_gone_on_with(
    programs, certificates, stock, class_of_seven, class_of_six, local_results, tmp_path
):
    """What was graded is kept; with another scheduler the rest is graded."""
    address = programs.scheduler(certificates)
    worker = stock.heeding(programs, address, "--jobs", "2")
    run = programs.run(class_of_seven, tmp_path / "out", "--engine", address, "--certificates", str(certificates))
    at_the_slow_one(programs, stock, run)
    programs.running[0].kill()
    assert run.wait() == 130, run.said.read_text()
    said = run.said.read_text()
    assert "has gone; the run ends, and what was graded is kept." in said and "Go on with --resume." in said
    assert as_of_six(tmp_path / "out", class_of_seven, class_of_six) == local_results
    stock.go_on()
    assert worker.wait() == 0  # it goes with its scheduler
    stock.workers(1)
    again = programs.run(class_of_seven, tmp_path / "out", *stock.options, "--resume")
    stock.begun()
    stock.go_on()
    assert again.wait() == 4, again.said.read_text()
    assert same(tmp_path / "out", class_of_seven, class_of_six, local_results)


def test_a_run_that_is_killed_is_gone_on_with_on_the_same_cluster(
    programs, stock, class_of_seven, class_of_six, local_results, tmp_path
):
    """The workers are still there for the next run."""
    stock.workers(2)
    run = programs.run(class_of_seven, tmp_path / "out", *stock.options)
    at_the_slow_one(programs, stock, run)
    run.kill()
    run.wait()
    stock.go_on()
    again = programs.run(class_of_seven, tmp_path / "out", *stock.options, "--resume")
    stock.begun()
    stock.go_on()
    assert again.wait() == 4, again.said.read_text()
    assert same(tmp_path / "out", class_of_seven, class_of_six, local_results)


def test_a_worker_that_is_told_to_end_gives_its_work_back(programs, stock, class_of_six, local_results, tmp_path):
    """As a whole: it is no death, which would take the task apart and count against those in it."""
    students = tmp_path / "class"
    shutil.copytree(class_of_six, students)
    (students / "gil.py").write_text(f"{(students / 'eve.py').read_text()}\n# THE SLOW ONE")  # between dan and eve
    both = stock.workers(2)
    before = {worker.pid: len(worker.said.read_text()) for worker in both}
    run = programs.run(students, tmp_path / "out", *stock.options, "--jobs", "1")
    first = stock.begun()
    both.sort(key=lambda worker: worker.pid != first)
    both[0].terminate()
    assert stock.begun() == both[1].pid
    stock.go_on()
    assert run.wait() == 4, run.said.read_text()
    found = as_of_six(tmp_path / "out", students, class_of_six)
    assert found.pop("gil")["status"] == "graded" and found == local_results
    assert once_each(run.said.read_text(), *EVERYONE, "gil")
    assert both[0].wait() == 0
    said = [worker.said.read_text()[before[worker.pid] :] for worker in both]
    tasks = [re.findall(r"^(\d) at once", words, re.MULTILINE) for words in said]
    assert tasks[0][-1] in tasks[1]
    assert said[0].endswith("Stopped.\n")


def test_a_slow_one_at_the_end_is_waited_for_and_goes_elsewhere_when_its_worker_is_killed(
    programs, standing, certificates, stock, class_of_seven, class_of_six, local_results, tmp_path
):
    """All others are done and a worker is idle: that gets it only after the death of the one that has it.

    A worker of another course that comes meanwhile does not get it, and both ends are told.
    """
    workers = {program.pid: program for program in stock.workers(2)}
    run = programs.run(class_of_seven, tmp_path / "out", *stock.options)
    first = at_the_slow_one(programs, stock, run)
    other = programs.worker(standing, certificates, "--course", str(CLUSTERS))  # whoever comes now is looked at, too
    programs.hears(other, REFUSED)
    workers[first].kill()
    second = stock.begun()
    assert {first, second} == set(workers)
    stock.go_on()
    assert run.wait() == 4, run.said.read_text()
    assert same(tmp_path / "out", class_of_seven, class_of_six, local_results)
    assert once_each(run.said.read_text(), *EVERYONE, "hal")
    assert run.said.read_text().count("gets no work: it has another course content.") == 1
    assert other.said.read_text().count(REFUSED) == 1 and other.poll() is None


def test_a_submission_that_kills_every_worker_is_not_graded_and_those_beside_it_are(
    programs, stock, class_of_six, local_results, tmp_path
):
    """Three die of it, first with others in its task as a rule; the fourth grades these. It has no zero, and a cause.

    What memory ran out for on a worker is graded again with nothing beside it.
    """
    students = tmp_path / "class"
    shutil.copytree(class_of_six, students)
    (students / "gil.py").write_text(f"{(students / 'eve.py').read_text()}\n# THE END")  # between dan and eve in size
    (students / "ivy.py").write_text(f"{(students / 'ada.py').read_text()}\n# NO MEMORY")
    workers = stock.workers(4)
    run = programs.run(students, tmp_path / "out", *stock.options, "--jobs", "1")
    assert run.wait() == 3, run.said.read_text()
    found = results(tmp_path / "out")
    gil = found.pop("gil")
    assert gil["status"] == "not_graded" and gil["score"] is None and "3 workers died" in gil["reason"]
    ivy = found.pop("ivy")
    assert ivy["score"] == 4.0 and "with nothing beside it: memory ran out" in json.dumps(ivy)
    assert {name: one["score"] for name, one in found.items()} == {
        name: one["score"] for name, one in local_results.items()
    }
    assert "ivy: memory ran out; it is graded again, with nothing beside it." in run.said.read_text()
    assert once_each(run.said.read_text(), *EVERYONE, "gil", "ivy")
    last = sorted(worker.said.read_text().split()[-3:] for worker in workers if worker.poll() is not None)
    assert last[:2] == [["1", "at", "once"]] * 2 and len(last) == 3


def test_a_run_whose_last_worker_goes_ends_in_order(
    programs, stock, class_of_seven, class_of_six, local_results, tmp_path
):
    """After a while without any; what was graded is kept."""
    workers = stock.workers(2)
    words = ["grade", str(class_of_seven), "--out", str(tmp_path / "out"), *USUAL, *stock.options]
    run = programs.begin("-c", IMPATIENT, *words)
    at_the_slow_one(programs, stock, run)
    stock.end(workers)
    assert run.wait() == 130, run.said.read_text()
    assert "No worker has been there for 10 s; the run ends, and what was graded is kept." in run.said.read_text()
    assert as_of_six(tmp_path / "out", class_of_seven, class_of_six) == local_results


def test_workers_of_this_machine_are_begun_anew(programs, class_of_six, local_results, tmp_path):
    """A run on its own cluster goes on with another one, and says what ended, and leaves no program behind."""
    students = Path(shutil.copytree(class_of_six, tmp_path / "class"))
    waits = "import time\ntime.sleep(8)\ndef relu_forward(x):\n    return x, x\n"  # goes last
    (students / "hal.py").write_text(waits)
    run = programs.run(students, tmp_path / "out", "--engine", "dask", "--jobs", "1")
    programs.hears(run, "1/7")
    (worker,) = [one for one in psutil.Process(run.pid).children() if "worker" in one.cmdline()]
    worker.kill()
    assert run.wait() == 4, run.said.read_text()
    assert same(tmp_path / "out", students, class_of_six, local_results)
    assert "A worker of this machine ended (signal 9)" in run.said.read_text()


@pytest.mark.parametrize(("says", "begun"), [(WORKS, MOST_FAILED + 2), ("nothing", MOST_FAILED + 1)])
def test_workers_that_cannot_start_are_not_begun_for_ever_but_those_that_were_killed_are(tmp_path, says, begun):
    """However soon they die: two submissions in a row kill six."""
    told = queue.SimpleQueue()
    hands = Hands([sys.executable, "-Sc", f"import sys; print({says!r}); sys.exit(9)"], tmp_path, 1, told.put)
    try:
        for _ in range(begun):
            sentence = told.get(timeout=LATE)
            assert "(code 9)" in sentence and sentence.endswith(f"({says}).")
    finally:
        hands.close()
    assert len(hands.pids) == (says == WORKS)


def test_there_are_as_many_workers_as_were_asked_for_until_the_end(tmp_path):
    """Programs of their own, and none is left."""
    hands = Hands([sys.executable, "-Sc", "import signal; signal.pause()"], tmp_path, 2, lambda sentence: None)
    programs = [psutil.Process(pid) for pid in hands.pids]
    hands.close()
    assert len(set(programs)) == 2 and not any(program.is_running() for program in programs)


def test_what_looks_longest_goes_first(tmp_path, shared_box):
    """So that no long one begins when the others are done; what holds nothing goes last."""
    for name, size in (("ada", 10), ("bob", 3000), ("cyd", 200)):
        (tmp_path / f"{name}.py").write_text("#" * size)
    workshop = ClusterWorkshop([Worker(None, None)], "lockdown", lambda sentence: None)
    with open_entries([tmp_path], "class") as entries:
        order = [entry.student for entry, _ in workshop.each(entries, lambda worker, entry: 0)]
    assert order == ["bob", "cyd", "ada"]
