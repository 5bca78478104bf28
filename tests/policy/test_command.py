"""``grader policy``: a changed policy for a class that is graded already, without grading."""

from __future__ import annotations

import contextlib
import csv

import pytest

from grader.cli import main
from grader.model import Result
from grader.people import Attempt
from grader.store import ledger
from grader.store.records import POLICY, Handed, Run
from grader.store.store import Store
from tests.policy.made import ADA, BEN, DEADLINE, after, graded
from tests.policy.test_marks import DAY, HOUR
from tests.results import result

TENTH = f'deadline = {DEADLINE.isoformat()}\n[deduction]\nper_day = "10% of max"\n'


def keep(store: Store, person, attempt: Attempt | None, one: Result) -> None:
    store.save(Handed(person, attempt), one, "{}", one.to_json())


@pytest.fixture
def folder(tmp_path):
    """Ada handed in a day late, and better than two days before; Ben did in time."""
    with contextlib.closing(Store(tmp_path / "grades.db")) as store:
        store.begin(Run("grade", 123456789, {}, {"assignment": "layers", "recognised": True}, {}))
        keep(store, ADA, after(-DAY, number=1), graded(28))
        keep(store, ADA, after(DAY, number=2), graded(30))
        keep(store, BEN, after(-HOUR), graded(20))
        store.end("done")
    return tmp_path


def table(folder):
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def changes(folder):
    with contextlib.closing(Store(folder / "grades.db")) as store:
        return [change for change in ledger.changes(store.db) if change.what == POLICY]


def apply(folder, text: str, *more: str) -> int:
    (folder / "policy.toml").write_text(text)
    return main(["policy", str(folder), *more])


def test_a_policy_moves_marks_and_says_from_what_to_what(folder, capsys):
    """In the table, the report, the class's page and the record of changes, with the sentence; no check runs."""
    assert apply(folder, TENTH) == 0
    out, err = capsys.readouterr()
    sentence = (
        "Handed in 1 day after the deadline (5 March 2026, 23:59 UTC+1): 1 started day at 10 % of the maximum, so "
    )
    assert out.startswith(
        f"1234 (Ada Lovelace): 30 of 34 → 26.6 of 34. {sentence}3.4 points deducted.\n1 mark changes."
    )
    assert f"Policy: {folder / 'policy.toml'}." in err
    rows = table(folder)
    assert [rows["1234"][name] for name in ("raw_score", "deductions", "score", "late")] == ["30", "3.4", "26.6", "yes"]
    assert [rows["99"][name] for name in ("raw_score", "deductions", "score", "late")] == ["20", "0", "20", "no"]
    for page in ("1234/report.html", "index.html"):
        assert sentence in (folder / page).read_text("utf-8")
    (change,) = changes(folder)
    assert (change.person, change.old, change.new, change.raw) == ("1234", 30, 26.6, 30)
    assert change.why.startswith(sentence)


def test_another_policy_and_none_any_more(folder, capsys):
    """Each shows what changes by it; the same once more changes nothing."""
    apply(folder, TENTH)
    capsys.readouterr()
    assert apply(folder, TENTH) == 0
    assert capsys.readouterr().out == "0 marks change.\n"
    assert apply(folder, f'{TENTH}cap = "5% of max"') == 0
    assert "26.6 of 34 → 28.3 of 34" in capsys.readouterr().out
    assert main(["policy", str(folder), "--none"]) == 0
    assert "28.3 of 34 → 30 of 34" in capsys.readouterr().out
    assert table(folder)["1234"]["deductions"] == "0"
    assert [(change.old, change.new) for change in changes(folder)] == [(30, 26.6), (26.6, 28.3), (28.3, 30)]


def test_the_best_attempt_is_the_best_after_deductions(folder, capsys):
    """Here the earlier one, which was in time."""
    assert apply(folder, f'attempts = "best"\n{TENTH}') == 0
    assert "30 of 34 → 28 of 34." in capsys.readouterr().out
    assert table(folder)["1234"]["attempt"] == "1"
    assert "attempt 1 of 2" in (folder / "1234/report.html").read_text("utf-8")


def test_a_dry_run_writes_nothing(folder, capsys):
    """And shows the same."""
    before = (folder / "grades.db").read_bytes()
    files = sorted(folder.iterdir())
    assert apply(folder, TENTH, "--dry-run") == 0
    assert "26.6 of 34" in capsys.readouterr().out
    assert (folder / "grades.db").read_bytes() == before
    written = set(folder.iterdir()) - {*files, folder / "policy.toml"}
    assert all(path.name.startswith("grades.db-") for path in written)  # SQLite's own, for who reads


def test_slips_are_told_and_what_cannot_be_is_refused(folder, capsys):
    """Nothing is written then."""
    assert apply(folder, f'excused = ["bne"]\n{TENTH}', "--dry-run") == 0
    assert 'The policy\'s excused names "bne", who is not in the class; did you mean "ben"?' in capsys.readouterr().err
    assert apply(folder, 'grase = "1 h"') == 2
    assert 'did you mean "grace"?' in capsys.readouterr().err
    (folder / "policy.toml").unlink()
    assert main(["policy", str(folder)]) == 2
    assert "There is no policy" in capsys.readouterr().err
    assert changes(folder) == []


def test_who_handed_in_nothing_gets_0_once_the_deadline_is_over(folder, capsys):
    """Only where the policy says so, and out of what the class's work is out of."""
    with contextlib.closing(Store(folder / "grades.db")) as store:
        keep(store, BEN.__class__("7", "Cy"), None, result("7", None, reason="Nothing was handed in."))
    assert apply(folder, TENTH) == 0
    assert table(folder)["7"]["score"] == ""
    assert apply(folder, f"missing = 0\n{TENTH}") == 0
    row = table(folder)["7"]
    assert (row["score"], row["max_score"], row["attempt"]) == ("0", "34", "")
    assert row["reason"] == "Nothing was handed in by 5 March 2026, 23:59 UTC+1: 0 points."
    assert "7 (Cy): no mark → 0 of 34. Nothing was handed in by 5 March" in capsys.readouterr().out
    assert apply(folder, f"missing = 0\n{TENTH.replace('2026', '2999')}") == 0
    assert table(folder)["7"]["score"] == ""
