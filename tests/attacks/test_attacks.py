"""Every attack gets its verdict at every locked level, harms nobody, and works where nothing is locked.

One folder an attack: the submission, or ``make.py`` which writes it, and ``expect.toml``. Several are graded as one
class, beside an honest neighbour; those whose names or neighbours are the point have a class of their own.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.exporters import terminal
from grader.grading import NotebookLimits
from grader.intake.layouts import Entry, open_entries
from grader.model import CheckResult, Result, Status
from grader.people import Person
from grader.sandbox import LEVELS, open_box
from tests.attacks.scene import Scene

ROOT = Path(__file__).parent
ATTACKS = sorted(path.parent.name for path in ROOT.glob("*/expect.toml"))
LOCKED = [level for level in LEVELS if level != "process"]
# With nbclient too; those that are made for it run with nothing else.
BY_NBCLIENT = ("notebook_answers_in_odd_types", "notebook_connects", "notebook_daemon", "notebook_kills_driver",
               "notebook_output_flood", "notebook_reads_driver", "notebook_reads_solutions",
               "notebook_starts_programs")  # fmt: skip
# What is read before anything is locked in, or judged after, is the same at every level: the quickest that locks.
# So are what the grader reads of a process, and when it ends one that computes.
AT_ONE_LEVEL = ("endless", "fake results", "floods of the grader", "hostile files", "hostile values",
                "text that holds the grader")  # fmt: skip
# They link to what else is in the class's folder.
ALONE = ("class_link_to_class", "class_link_to_neighbour", "links_module_of_neighbour", "lists_submissions")
TOGETHER = 24  # in one class
SUCCESS = "ATTACK SUCCEEDED"
TIME_FACTOR, ENDLESS = 0.2, 0.05  # the second where nothing else is waited for
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


@functools.cache
def expectation(name: str) -> dict[str, Any]:
    """What stands beside an attack; nobody changes it."""
    return tomllib.loads((ROOT / name / "expect.toml").read_text("utf-8"))


def put(name: str, scene: Scene, submissions: Path) -> None:
    """Put the attack's submission into a folder: made by its own program, or copied with the scene filled in."""
    folder = ROOT / name
    maker = folder / "make.py"
    if maker.exists():
        spec = importlib.util.spec_from_file_location(f"make_{name}", maker)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.make(submissions, scene)
        return
    target = submissions / "attack"
    for path in sorted(folder.rglob("*")):
        place = target / path.relative_to(folder)
        if path.is_file() and path.name != "expect.toml" and "__pycache__" not in path.parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(scene.fill_in(path.read_text("utf-8")), "utf-8")


@contextlib.contextmanager
def entries_of(names: Sequence[str], scene: Scene) -> Iterator[list[Entry]]:
    """The class: the honest neighbour, and each attack by its name; one alone keeps the name that it gave itself."""
    with contextlib.ExitStack() as stack:
        if len(names) == 1:
            put(names[0], scene, scene.submissions)
            yield stack.enter_context(open_entries([scene.submissions], "class"))
            return
        entries = stack.enter_context(open_entries([scene.submissions], "class"))
        for name in names:
            folder = scene.folder / "classes" / name
            folder.mkdir(parents=True)
            put(name, scene, folder)
            (entry,) = stack.enter_context(open_entries([folder], "class"))
            entries.append(replace(entry, person=Person(name)))
        yield entries


def grade(scene: Scene, level: str, names: Sequence[str], expect: dict[str, Any]) -> dict[str, Result]:
    """Grade a class of attacks and the control, two side by side; the results by student."""
    settings = Settings(
        out=scene.folder / "out",
        assignment="layers",
        seed=7,
        jobs=2,
        only=("relu/forward", "relu/backward"),  # an attack is in the second: once is enough
        notebook=NotebookLimits(*cell_seconds(expect), expect.get("engine")) if expect.get("notebook") else None,
        time_factor=ENDLESS if expect["kind"] == "endless" else TIME_FACTOR,
        compat=expect.get("compat", False),
    )
    with pytest.MonkeyPatch.context() as monkeypatch, entries_of(names, scene) as entries:
        monkeypatch.setattr(tempfile, "tempdir", str(scene.temporary))
        box = open_box(level)
        try:
            students = [one.student for one in grade_class(entries, settings, box, lambda result: None).results]
        finally:
            box.close()
    return {name: read(settings.out / name / "result.json") for name in students}


def read(file: Path) -> Result:
    """A result that is kept, without the student's own code, in which the words of success stand."""
    fields = json.loads(file.read_text())
    for check in (check for part in fields["parts"] for check in part["checks"]):
        if check["place"]:
            check["place"]["code"] = ""
    return Result.from_dict(fields)


def cell_seconds(expect: dict[str, Any]) -> tuple[float, float]:
    """The limits of a cell and of all: short for those that run into them, else enough on a busy machine."""
    wanted = [expect, expect["locked"], *(expect.get(level, {}) for level in LOCKED)]
    waits = any("seconds" in want or "CellTimeout" in want.get("cell", ()) for want in wanted)
    return (2.0, 5.0) if waits else (10.0, 20.0)


def levels_of(expect: dict[str, Any]) -> list[str]:
    """The levels at which an attack is graded."""
    return LOCKED[-1:] if expect["kind"] in AT_ONE_LEVEL else LOCKED


def check_of(result: Result, slug: str) -> CheckResult:
    return next(check for check in result.checks if check.slug == slug)


def alike(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The attacks as classes, by their names: those with the same settings together, a few at a time."""
    kinds: dict[tuple[Any, ...], list[str]] = {}
    for name in names:
        expect = expectation(name)
        settings = (
            expect.get("notebook"),
            expect.get("engine"),
            expect.get("compat"),
            cell_seconds(expect),
            expect["kind"] == "endless",
        )
        kinds.setdefault((*settings, *levels_of(expect)), []).append(name)
    batches = [tuple(kind[n : n + TOGETHER]) for kind in kinds.values() for n in range(0, len(kind), TOGETHER)]
    return {name: batch for batch in batches for name in batch}


def is_alone(name: str) -> bool:
    """Whether an attack has a class of its own."""
    return name in ALONE or "student" in expectation(name)


HERE = [name for name in ATTACKS if expectation(name).get("machine", platform.machine()) == platform.machine()]
BATCHES = {name: (name,) for name in HERE if is_alone(name)} | alike([name for name in HERE if not is_alone(name)])
# Those that say of themselves that they succeeded where nothing protects: they are seen as well in one class.
TELLING = alike([name for name in HERE if expectation(name)["unprotected"].get("shows", "message") == "message"
                 and expectation(name)["unprotected"]["how"] == "process"])  # fmt: skip


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
    expect = expectation(names[0]) | ({"engine": engine} if engine else {})
    with Scene() as scene:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        results = grade(scene, level, names, expect)
        seconds = time.monotonic() - started
        psutil.wait_procs(scene.left_behind(), timeout=60)  # what ends with a process that a student killed
        harm = {
            "processes": scene.left_behind(),
            "folders": list(scene.temporary.iterdir()),
            "changed": scene.changed(),
            "reached": scene.reached(),
        }
        control = results.pop("control")
        if len(names) == 1:
            results[names[0]] = results.pop(expect.get("student", "attack"))
        assert sorted(results) == sorted(names)
        shown = {name: outputs(result, scene) for name, result in results.items()}
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
    names = (name,) if engine else BATCHES[name]
    after = aftermath(names, level, engine)
    judge_attack(after.results[name], want)
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
    """The attacks that succeed where nothing protects as parameters; those that are graded together in one process."""
    classes = list(TELLING.values())
    for name in ATTACKS:
        marks = [pytest.mark.xdist_group(f"unprotected {classes.index(TELLING[name])}")] if name in TELLING else []
        if expectation(name)["unprotected"]["how"] != "never":
            yield pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", list(unprotected()))
def test_the_attack_works_where_nothing_protects(name: str):
    """Against a judge in the student's own process, or at level 0, it succeeds: the test above is not vacuous."""
    expect = expectation(name)
    skip_elsewhere(expect)
    if expect["unprotected"].get("root") and os.geteuid() != 0:
        pytest.skip("only root may do it")
    # One that its neighbours kept from it succeeds alone.
    together = name in TELLING and name in told_together(TELLING[name])
    # A race that an attack may lose is one that it needs to win once.
    assert together or any(succeeds(name, expect) for _ in range(expect["unprotected"].get("tries", 1)))


@functools.cache
def told_together(names: tuple[str, ...]) -> set[str]:
    """Those of a class of attacks at level 0 that say that they succeeded."""
    with Scene() as scene:
        results = grade(scene, "process", names, expectation(names[0]))
        return {name for name, result in results.items() if name != "control" and tells_success(result)}


def succeeds(name: str, expect: dict[str, Any]) -> bool:
    """Run an attack unprotected; whether it reaches what it wants."""
    how, shows = expect["unprotected"]["how"], expect["unprotected"].get("shows", "message")
    with Scene() as scene:
        if how in ("command", "naive"):
            put(name, scene, scene.submissions)
        if how == "command":
            command = [sys.executable, *expect["unprotected"]["command"]]
            subprocess.run(command, cwd=scene.submissions / "attack", capture_output=True, timeout=SECONDS)
            return scene.changed()
        if how == "naive":
            return fools_naive_judge(scene, expect["unprotected"].get("shows", "marks"))
        result = grade(scene, "process", [name], expect)["attack"]
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
