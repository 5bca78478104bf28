"""Every attack gets its verdict at every locked level, harms nobody, and works where nothing is locked.

One folder an attack: the submission, or ``make.py`` which writes it, and ``expect.toml``.
"""

from __future__ import annotations

import importlib.util
import io
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.exporters import terminal
from grader.grading import NotebookLimits
from grader.intake.layouts import open_entries
from grader.model import CheckResult, Result, Status
from grader.sandbox import LEVELS, open_box
from tests.attacks.scene import Scene

ROOT = Path(__file__).parent
ATTACKS = sorted(path.parent.name for path in ROOT.glob("*/expect.toml"))
LOCKED = [level for level in LEVELS if level != "process"]
# With nbclient too; those that are made for it run with nothing else.
BY_NBCLIENT = ("notebook_answers_in_odd_types", "notebook_connects", "notebook_daemon", "notebook_kills_driver",
               "notebook_output_flood", "notebook_reads_driver", "notebook_reads_solutions",
               "notebook_starts_programs")  # fmt: skip
SUCCESS = "ATTACK SUCCEEDED"
TIME_FACTOR = 0.2
LIMIT = 10 * TIME_FACTOR  # seconds of a check of these
SECONDS = 120.0  # a batch that takes longer hangs, however busy the machine is
BUSY = 30.0  # seconds that a busy machine may take to end a check
MEMORY = 300 << 20  # bytes that a batch may add to the grader's peak
HANG_SECONDS = 1.0

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


def expectation(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name / "expect.toml").read_text("utf-8"))


def put(name: str, scene: Scene) -> None:
    """Put the attack's submission into the class: made by its own program, or copied with the scene filled in."""
    folder = ROOT / name
    maker = folder / "make.py"
    if maker.exists():
        spec = importlib.util.spec_from_file_location(f"make_{name}", maker)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.make(scene.submissions, scene)
        return
    target = scene.submissions / "attack"
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_file() and path.name != "expect.toml" and "__pycache__" not in path.parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(scene.fill_in(path.read_text("utf-8")), "utf-8")


def grade(scene: Scene, level: str, expect: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Result]:
    """Grade the class of two, the attack and the control, side by side; the results by student."""
    monkeypatch.setattr(tempfile, "tempdir", str(scene.temporary))
    settings = Settings(
        out=scene.folder / "out",
        assignment="layers",
        seed=7,
        jobs=2,
        only=("relu",),
        notebook=NotebookLimits(2.0, 5.0, expect.get("engine")) if expect.get("notebook") else None,
        time_factor=TIME_FACTOR,
        compat=expect.get("compat", False),
    )
    box = open_box(level)
    try:
        with open_entries([scene.submissions], "class") as entries:
            outcome = grade_class(entries, settings, box, lambda result: None)
    finally:
        box.close()
    return {result.student: result for result in outcome.results}


def check_of(result: Result, slug: str) -> CheckResult:
    return next(check for check in result.checks if check.slug == slug)


@pytest.mark.parametrize("level", LOCKED)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_its_verdict_and_harms_nobody(name: str, level: str, monkeypatch: pytest.MonkeyPatch):
    """The verdict, bounded time and memory, nothing left, changed or reached, and the control at 100 %."""
    judge_batch(name, level, expectation(name), monkeypatch)


@pytest.mark.parametrize("name", BY_NBCLIENT)
def test_an_attack_on_the_stand_in_harms_nobody_either(name: str, monkeypatch: pytest.MonkeyPatch):
    """What notebooks attack in the default engine they attack in nbclient's too, at the strongest level."""
    level = next(level for level in LOCKED if not LEVELS[level].missing() or level == LOCKED[-1])
    judge_batch(name, level, expectation(name) | {"engine": "nbclient"}, monkeypatch)


def judge_batch(name: str, level: str, expect: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    missing = LEVELS[level].missing()
    if missing:
        pytest.skip(f"LEVEL {level.upper()} NOT TESTED: {missing}")
    skip_elsewhere(expect)
    want = expect["locked"] | expect.get(level, {})
    with Scene() as scene:
        put(name, scene)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        results = grade(scene, level, expect, monkeypatch)
        seconds = time.monotonic() - started
        attack, control = results.pop(expect.get("student", "attack")), results.pop("control")
        assert results == {}
        judge_attack(attack, want)
        judge_outputs(attack, scene, want)
        assert (control.status, control.score) == ("graded", control.max_score), "the honest neighbour"
        assert control.isolation.level == level
        assert set(control.isolation.probes.values()) == {"denied"}
        psutil.wait_procs(scene.left_behind(), timeout=60)  # what ends with a process that a student killed
        assert scene.left_behind() == []
        assert list(scene.temporary.iterdir()) == [], "every folder is removed, whatever was made in it"
        assert not scene.changed()
        assert not scene.reached()
        assert seconds < SECONDS + want.get("seconds", 0)
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) << 10 < MEMORY
        assert scene.secret.read_text() not in attack.to_json()


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


def judge_outputs(result: Result, scene: Scene, want: dict[str, Any]) -> None:
    """What staff look at (``absent``, ``present``: file or "terminal" -> texts) holds these texts, or does not."""
    out = scene.folder / "out"
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    terminal.show(result, screen)
    terminal.show_class([result], screen)
    shown = {path.name: path.read_text("utf-8") for path in [*out.glob("*.*"), *(out / result.student).glob("*")]
             if path.suffix != ".db"}  # fmt: skip
    shown["terminal"] = screen.file.getvalue()
    for name, texts in want.get("absent", {}).items():
        assert [text for text in texts if text in shown[name]] == []
    for name, texts in want.get("present", {}).items():
        assert [text for text in texts if text not in shown[name]] == []


def skip_elsewhere(expect: dict[str, Any]) -> None:
    """Skip attacks that are written for one kind of processor."""
    if expect.get("machine", platform.machine()) != platform.machine():
        pytest.skip(f"it is made for {expect['machine']}")


@pytest.mark.parametrize("name", [name for name in ATTACKS if expectation(name)["unprotected"]["how"] != "never"])
def test_the_attack_works_where_nothing_protects(name: str, monkeypatch: pytest.MonkeyPatch):
    """Against a judge in the student's own process, or at level 0, it succeeds: the test above is not vacuous."""
    expect = expectation(name)
    skip_elsewhere(expect)
    if expect["unprotected"].get("root") and os.geteuid() != 0:
        pytest.skip("only root may do it")
    # A race that an attack may lose is one that it needs to win once.
    assert any(succeeds(name, expect, monkeypatch) for _ in range(expect["unprotected"].get("tries", 1)))


def succeeds(name: str, expect: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run an attack unprotected; whether it reaches what it wants."""
    how, shows = expect["unprotected"]["how"], expect["unprotected"].get("shows", "message")
    with Scene() as scene:
        put(name, scene)
        if how == "command":
            command = [sys.executable, *expect["unprotected"]["command"]]
            subprocess.run(command, cwd=scene.submissions / "attack", capture_output=True, timeout=SECONDS)
            return scene.changed()
        if how == "naive":
            return fools_naive_judge(scene, expect["unprotected"].get("shows", "marks"))
        result = grade(scene, "process", expect, monkeypatch)["attack"]
        evidence = {
            "message": lambda: tells_success(result),
            "listener": scene.reached,
            "changed": scene.changed,
            "process": lambda: scene.left_behind() != [],
            "trouble": lambda: bool(result.notebook and result.notebook.trouble),
        }
        return evidence[shows]()


def tells_success(result: Result) -> bool:
    """Whether an exception says so; tracebacks do not count, they quote the line that may say so."""
    messages = [check.error.message for check in result.checks if check.error]
    messages += [error.message for error in result.notebook.errors] if result.notebook else []
    return any(SUCCESS in message for message in messages)


def fools_naive_judge(scene: Scene, shows: str) -> bool:
    """Whether the judge says "full marks", or ends with exit code 0 (``exit``), or never ends (``hang``)."""
    (source,) = (scene.submissions / "attack").glob("*.py")
    command = [sys.executable, str(ROOT / "naive_judge.py"), str(source)]
    try:
        done = subprocess.run(command, cwd=scene.temporary, capture_output=True, text=True, timeout=SECONDS
                              if shows != "hang" else HANG_SECONDS)  # fmt: skip
    except subprocess.TimeoutExpired:
        return shows == "hang"
    if shows == "exit":
        return done.returncode == 0 and "full marks" not in done.stdout
    return done.returncode == 0 and "full marks" in done.stdout


def test_the_suite_holds_what_beats_other_graders():
    """At least fifty attacks, among them the seven that other graders give full marks or lose work to."""
    seven = {"patched_allclose", "reads_stack_frame", "reads_answer_file", "lying_eq", "endless_loop", "os_exit_0"}
    assert seven | {"daemon_outlives"} <= set(ATTACKS)
    assert len(ATTACKS) >= 50
