"""Nobody gets marks without the work: one folder an attack, with ``marks.toml``, graded beside honest neighbours.

``marks.toml`` names the assignment and its checks (``only``), the ``most`` that each of some checks may give, the notes
that staff must find there (``notes``), and the ``honest`` specimen, which must have all marks without such a note. With
``recognised`` the class is not told the assignment, and has two honest ones. Attacks on the same checks are one class.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.intake.layouts import open_entries
from grader.model import Result
from grader.sandbox import LEVELS, open_box
from tests.attacks.batches import SEARCH

ROOT = Path(__file__).parent
SPECIMENS = ROOT.parent / "specimens"
ATTACKS = sorted(path.parent.name for path in ROOT.glob("*/marks.toml"))
LOCKED = [level for level in LEVELS if level != "process"]
# These look for the grader; what the others return is judged in the same way wherever they were locked in.
AT_EVERY_LEVEL = ("easiest_assignment", "imports_measures", "searches_for_rules", "types_in_answers")


def classes() -> dict[tuple[Any, ...], list[str]]:
    """The attacks that are graded together, by what their classes are asked and at which level."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for name in ATTACKS:
        expect = expectation(name)
        own = name if expect.get("recognised") else ""  # by what its neighbours handed in, so it is alone with them
        asked = (expect["assignment"], *expect["only"], own)
        for level in LOCKED if name in AT_EVERY_LEVEL else LOCKED[-1:]:
            found.setdefault((*asked, level), []).append(name)
    return found


def expectation(name: str) -> dict[str, Any]:
    """What stands beside an attack."""
    return tomllib.loads((ROOT / name / "marks.toml").read_text("utf-8"))


def put(source: Path, target: Path) -> None:
    """Copy a submission into the class."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.toml", "__pycache__"))


@pytest.mark.parametrize(
    ("names", "level"),
    [pytest.param(names, asked[-1], id=f"{'+'.join(names)}-{asked[-1]}") for asked, names in classes().items()],
)
def test_an_attack_earns_no_more_than_its_work(names: list[str], level: str, tmp_path: Path):
    """And what it does is told to staff; the neighbours have full marks."""
    missing = LEVELS[level].missing()
    if missing:
        pytest.skip(f"LEVEL {level.upper()} NOT TESTED: {missing}")
    expects = {name: expectation(name) for name in names}
    honest = {expect["honest"] for expect in expects.values()}
    for name in names:
        put(ROOT / name, tmp_path / "class" / name)
    for specimen in honest:
        put(SPECIMENS / specimen, tmp_path / "class" / Path(specimen).name)
        if expects[names[0]].get("recognised"):
            put(SPECIMENS / specimen, tmp_path / "class" / "honest-too")
    results = graded(tmp_path, expects[names[0]], level)
    for name, expect in expects.items():
        neighbour = results[Path(expect["honest"]).name]
        assert results[name].assignment == neighbour.assignment == expect["assignment"]
        judge(results[name], expect)
        assert (neighbour.status, neighbour.score) == ("graded", neighbour.max_score), "the honest neighbour"
        assert noted(neighbour) & set(expect.get("notes", [])) == set()


def graded(folder: Path, expect: dict[str, Any], level: str) -> dict[str, Result]:
    """The results of the class in ``folder/class`` by student."""
    settings = Settings(
        folder / "out",
        assignment=None if expect.get("recognised") else expect["assignment"],
        seed=7,
        jobs=1,  # what a judge works out for one it has for the others
        only=tuple(expect["only"]),
        notebook=None,
        search=SEARCH,
    )
    box = open_box(level)
    try:
        with open_entries([folder / "class"], "class") as entries:
            outcome = grade_class(entries, settings, box, lambda result: None)
    finally:
        box.close()
    return {result.student: result for result in outcome.results}


def judge(result: Result, expect: dict[str, Any]) -> None:
    assert result.status == "graded", result.reason
    points = {f"{part.slug}/{check.slug}": check.points for part in result.parts for check in part.checks}
    assert {name: points[name] for name, most in expect["most"].items() if points[name] > most} == {}
    assert set(expect.get("notes", [])) <= noted(result)


def noted(result: Result) -> set[str]:
    """The codes of all notes of a result."""
    notes = [*result.notes, *(note for check in result.checks for note in check.notes)]
    return {note.code for note in notes}
