"""Every attack gets its verdict at every locked level, harms nobody, and works where nothing is locked.

One folder an attack: the submission, or ``make.py`` which writes it, and ``expect.toml``. Those with the same settings
are graded as one class, beside an honest neighbour.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from grader.exporters import terminal
from grader.model import CheckResult, Result, Status
from grader.sandbox import LEVELS
from tests.attacks import batches
from tests.attacks.batches import LOCKED, ROOT, alike, expectation, grade, levels_of, put
from tests.attacks.scene import Scene

ATTACKS = sorted(path.parent.name for path in ROOT.glob("*/expect.toml"))
# With nbclient too; those that are made for it run with nothing else.
BY_NBCLIENT = ("notebook_answers_in_odd_types", "notebook_connects", "notebook_daemon", "notebook_kills_driver",
               "notebook_output_flood", "notebook_reads_driver", "notebook_reads_solutions",
               "notebook_starts_programs")  # fmt: skip
# They reach what there is one of, the grader's process or its folder of reports: where nothing protects they are alone.
OF_THE_GRADER = ("notebook_signals_by_file_owner", "plants_link_in_reports", "renices_grader", "signals_by_file_owner")
SUCCESS = "ATTACK SUCCEEDED"
LIMIT = 10 * batches.TIME_FACTOR  # seconds of a check of these
SECONDS = 120.0  # a batch that takes longer hangs, however busy the machine is
BUSY = 30.0  # seconds that a busy machine may take to end a check
MEMORY = 300 << 20  # bytes that a batch may add to the grader's peak
HANG_SECONDS = 0.5

# The verdicts of docs/security.md, and the statuses that a check has with them.
VERDICTS = {
    "CE": {Status.FAILED},
    "WA": {Status.FAILED},
    "TLE": {Status.TIMED_OUT},
    "MLE": {Status.CRASHED, Status.FAILED, Status.VIOLATED},
    "OLE": {Status.PASSED, Status.VIOLATED},
    "RTE": {Status.CRASHED},
    "SV": {Status.VIOLATED},
    "OK": {Status.PASSED},
}


HERE = [name for name in ATTACKS if expectation(name).get("machine", platform.machine()) == platform.machine()]
BATCHES = alike(HERE, levels_of)


def shows(name: str) -> str:
    """By what an attack is seen to succeed where nothing protects."""
    return expectation(name)["unprotected"].get("shows", "message")


# Those whose own exception, files or listeners say that they succeeded where nothing protects: in one class too.
TOLD = [name for name in HERE if expectation(name)["unprotected"]["how"] == "process"
        and shows(name) in ("message", "listener", "changed") and name not in OF_THE_GRADER]  # fmt: skip
TELLING = alike(TOLD, lambda expect: ["process"])


def check_of(result: Result, slug: str) -> CheckResult:
    return next(check for check in result.checks if check.slug == slug)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came of a batch: the results of the attacks by name, what staff see of each, and what else was found."""

    results: dict[str, Result]
    shown: dict[str, dict[str, str]]
    control: Result
    secret: str
    harm: dict[str, object]
    seconds: float
    memory: int  # bytes added to the grader's peak


@functools.cache
def aftermath(names: tuple[str, ...], level: str, engine: str | None = None) -> Aftermath:
    """Grade a batch, once for all tests that look at it."""
    with Scene() as scene:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        results = grade(scene, level, names, engine)
        seconds = time.monotonic() - started
        psutil.wait_procs(scene.left_behind(), timeout=60)  # what ends with a process that a student killed
        harm = {
            "processes": scene.left_behind(),
            "folders": list(scene.temporary.iterdir()),
            "changed": scene.changed(),
            "reached": scene.reached(),
        }
        control = results.pop("control")
        assert sorted(results) == sorted(names)
        # What results look like does not depend on the level.
        shown = {name: outputs(result, scene) for name, result in results.items() if level == LOCKED[-1]}
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) << 10
        return Aftermath(results, shown, control, scene.secret.read_text(), harm, seconds, memory)


def by_batch(name: str, level: str) -> Any:
    """An attack at a level as parameters; those of a batch in one process, which grades it once."""
    number = list(BATCHES.values()).index(BATCHES[name]) if name in BATCHES else 0
    return pytest.param(name, level, id=f"{name}-{level}", marks=pytest.mark.xdist_group(f"{level} {number}"))


AT = [by_batch(name, level) for level in LOCKED for name in ATTACKS if level in levels_of(expectation(name))]


@pytest.mark.parametrize(("name", "level"), AT)
def test_an_attack_gets_its_verdict_and_harms_nobody(name: str, level: str):
    """The verdict, bounded time and memory, nothing left, changed or reached, and the control at 100 %."""
    judge_batch(name, level)


@pytest.mark.xdist_group("nbclient")
@pytest.mark.parametrize("name", BY_NBCLIENT)
def test_an_attack_on_the_stand_in_harms_nobody_either(name: str):
    """What notebooks attack in the default engine they attack in nbclient's too, at the strongest level."""
    level = next(level for level in LOCKED if not LEVELS[level].missing() or level == LOCKED[-1])
    judge_batch(name, level, "nbclient")


def judge_batch(name: str, level: str, engine: str | None = None) -> None:
    missing = LEVELS[level].missing()
    if missing:
        pytest.skip(f"LEVEL {level.upper()} NOT TESTED: {missing}")
    expect = expectation(name)
    skip_elsewhere(expect)
    want = expect["locked"] | expect.get(level, {})
    names = BY_NBCLIENT if engine else BATCHES[name]
    after = aftermath(names, level, engine)
    judge_attack(after.results[name], want)
    if level == LOCKED[-1]:
        judge_outputs(after.shown[name], want)
    assert after.secret not in after.results[name].to_json()
    assert (after.control.status, after.control.score) == ("graded", after.control.max_score), "the honest neighbour"
    assert after.control.isolation.level == level
    assert set(after.control.isolation.probes.values()) == {"denied"}
    assert after.harm == {"processes": [], "folders": [], "changed": False, "reached": False}, names
    assert after.seconds < len(names) * (SECONDS + want.get("seconds", 0))
    assert after.memory < MEMORY


def judge_attack(result: Result, want: dict[str, Any]) -> None:
    text = result.to_json()
    assert SUCCESS not in text
    assert want.get("words", "") in text
    verdicts = [want["verdict"]] if isinstance(want["verdict"], str) else want["verdict"]
    if verdicts == ["REJ"]:
        assert (result.status, result.score) == ("not_graded", None)
        assert result.reason
        return
    assert result.status == "graded", result.reason
    forward, backward = check_of(result, "forward"), check_of(result, "backward")
    assert backward.status in set().union(*(VERDICTS[verdict] for verdict in verdicts))
    assert forward.status == want.get("forward", "passed"), "only the attacking function loses its check"
    assert backward.seconds < LIMIT + BUSY, "it loses its time limit, and no more"
    if verdicts == ["MLE"]:
        assert "emory" in text or "MB" in text
    if want.get("note"):
        assert want["note"] in {note.code for note in backward.notes}
    if "executed" in want:
        assert result.notebook is not None
        assert (result.notebook.trouble, result.notebook.executed) == (None, want["executed"])
    if "cell" in want:
        assert result.notebook is not None
        wanted = {want["cell"]} if isinstance(want["cell"], str) else set(want["cell"])
        assert wanted & {error.type for error in result.notebook.errors}


def outputs(result: Result, scene: Scene) -> dict[str, str]:
    """What staff look at: the class's files, the student's, and the terminal."""
    out = scene.folder / "out"
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    terminal.show(result, screen)
    terminal.show_class([result], screen)
    shown = {path.name: path.read_text("utf-8") for path in [*out.glob("*.*"), *(out / result.student).glob("*")]
             if path.suffix != ".db"}  # fmt: skip
    return shown | {"terminal": screen.file.getvalue()}


def judge_outputs(shown: dict[str, str], want: dict[str, Any]) -> None:
    """They hold these texts, or do not (``absent``, ``present``: file or "terminal" -> texts)."""
    for name, texts in want.get("absent", {}).items():
        assert [text for text in texts if text in shown[name]] == []
    for name, texts in want.get("present", {}).items():
        assert [text for text in texts if text not in shown[name]] == []


def skip_elsewhere(expect: dict[str, Any]) -> None:
    """Skip attacks that are written for one kind of processor."""
    if expect.get("machine", platform.machine()) != platform.machine():
        pytest.skip(f"it is made for {expect['machine']}")


def unprotected() -> Iterator[Any]:
    """The attacks that succeed where nothing protects as parameters; those that are run together in one process."""
    classes = list(TELLING.values())
    for name in ATTACKS:
        together = f"unprotected {classes.index(TELLING[name])}" if name in TELLING else "naive"
        if expectation(name)["unprotected"]["how"] != "never":
            alone = name not in TELLING and expectation(name)["unprotected"]["how"] != "naive"
            yield pytest.param(name, marks=[] if alone else [pytest.mark.xdist_group(together)])


@pytest.mark.parametrize("name", list(unprotected()))
def test_the_attack_works_where_nothing_protects(name: str):
    """Against a judge in the student's own process, or at level 0, it succeeds: the test above is not vacuous."""
    expect = expectation(name)
    skip_elsewhere(expect)
    if expect["unprotected"].get("root") and os.geteuid() != 0:
        pytest.skip("only root may do it")
    if expect["unprotected"]["how"] == "naive":
        assert fools(naive_judges()[name], shows(name))
        return
    # One that its neighbours kept from it succeeds alone.
    together = name in TELLING and name in told_together(TELLING[name])
    # A race that an attack may lose is one that it needs to win once.
    assert together or any(succeeds(name, expect) for _ in range(expect["unprotected"].get("tries", 1)))


@functools.cache
def told_together(names: tuple[str, ...]) -> set[str]:
    """Those of a class of attacks at level 0 that succeeded, by what they say or by what became of their own scenes."""
    with contextlib.ExitStack() as stack:
        own = {name: stack.enter_context(Scene()) for name in names if shows(name) != "message"}
        results = grade(stack.enter_context(Scene()), "process", names, own=own)
        seen = {
            "message": lambda name: tells_success(results[name]),
            "listener": lambda name: own[name].reached(),
            "changed": lambda name: own[name].touched(),
        }
        return {name for name in names if seen[shows(name)](name)}


def succeeds(name: str, expect: dict[str, Any]) -> bool:
    """Run an attack unprotected; whether it reaches what it wants."""
    with Scene() as scene:
        if expect["unprotected"]["how"] == "command":
            put(name, scene, scene.submissions)
            command = [sys.executable, *expect["unprotected"]["command"]]
            subprocess.run(command, cwd=scene.submissions / "attack", capture_output=True, timeout=SECONDS)
            return scene.changed()
        result = grade(scene, "process", [name])[name]
        evidence = {
            "message": lambda: tells_success(result),
            "listener": scene.reached,
            "changed": scene.changed,
            "process": lambda: scene.left_behind() != [],
            "trouble": lambda: bool(result.notebook and result.notebook.trouble),
        }
        return evidence[shows(name)]()


def tells_success(result: Result) -> bool:
    """Whether an exception says so; tracebacks do not count, they quote the line that may say so."""
    messages = [check.error.message for check in result.checks if check.error]
    messages += [error.message for error in result.notebook.errors] if result.notebook else []
    return any(SUCCESS in message for message in messages)


@functools.cache
def naive_judges() -> dict[str, tuple[int | None, str]]:
    """How judges in the students' own processes ended, None if they did not, and what they said; by attack."""
    names = [name for name in HERE if expectation(name)["unprotected"]["how"] == "naive"]
    with Scene() as scene:
        folders = {name: scene.folder / f"{name}{'-hang' * (shows(name) == 'hang')}" for name in names}
        for name, folder in folders.items():
            folder.mkdir()
            put(name, scene, folder)
        places = [str(folder / "attack") for folder in folders.values()]
        command = [sys.executable, str(ROOT / "naive_judge.py"), str(HANG_SECONDS), *places]
        done = subprocess.run(command, cwd=scene.temporary, capture_output=True, text=True, timeout=SECONDS)
        codes = json.loads(done.stdout)
        ended = {name: (codes[place], Path(place, "output")) for name, place in zip(folders, places, strict=True)}
        return {name: (code, output.read_text()) for name, (code, output) in ended.items()}


def fools(ended: tuple[int | None, str], shows: str) -> bool:
    """Whether the judge said "full marks", or ended with exit code 0 (``exit``), or never ended (``hang``)."""
    code, said = ended
    if shows == "hang":
        return code is None
    return code == 0 and ("full marks" in said) == (shows != "exit")


def test_the_suite_holds_what_beats_other_graders():
    """At least fifty attacks, among them the seven that other graders give full marks or lose work to."""
    seven = {"patched_allclose", "reads_stack_frame", "reads_answer_file", "lying_eq", "endless_loop", "os_exit_0"}
    assert seven | {"daemon_outlives"} <= set(ATTACKS)
    assert len(ATTACKS) >= 50
