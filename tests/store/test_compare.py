"""Two stores, or two runs of one, person by person."""

from __future__ import annotations

import json

import pytest

from grader.cli import main
from tests.store.saved import key, put, store_in


@pytest.fixture
def folders(tmp_path):
    """Two folders of reports: one mark moved, one lost, one the same, two in one only."""
    with store_in(tmp_path / "a", ada=1.0, ben=2.0, cleo=3.0, dan=1.5):
        pass
    with store_in(tmp_path / "b", cleo=3.0, zoe=2.0) as store:
        put(store, "ada", 2.5, key(checks="d", numpy="2.1"))
        put(store, "ben", None, "")
    return tmp_path / "a", tmp_path / "b"


def test_two_folders_are_compared_person_by_person(folders, tmp_path, capsys):
    """Old, new, the difference and its reason; who is in one only. Exit code 1, since they differ."""
    first, second = map(str, folders)
    assert main(["compare", first, second, "--json", str(tmp_path / "c.json")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ada: 1 of 3 → 2.5 of 3, +1.5 (the checks and NumPy (2.0 → 2.1) changed)",
        "ben: 2 of 3 → no mark (it is not known what the result before was made of)",
        f"dan: only in {first}, 1.5 of 3",
        f"zoe: only in {second}, 2 of 3",
        "4 differ, 1 are the same.",
    ]
    fields = json.loads((tmp_path / "c.json").read_text("utf-8"))
    assert (fields["equal"], fields["same_seed"]) == (False, True)
    people = {one["key"]: one for one in fields["people"]}
    assert (people["ada"]["old"], people["ada"]["new"], people["ada"]["delta"]) == (1.0, 2.5, 1.5)
    assert (people["cleo"]["equal"], people["zoe"]["only"], people["zoe"]["old"]) == (True, second, None)


def test_equal_folders_are_equal(folders, capsys):
    """Exit code 0; other seeds are said."""
    assert main(["compare", str(folders[0]), str(folders[0])]) == 0
    assert capsys.readouterr().out == "All 4 are the same.\n"
    with store_in(folders[1].parent / "c", seed=9, ada=1.0, ben=2.0, cleo=3.0, dan=1.5):
        pass
    assert main(["compare", str(folders[0]), str(folders[1].parent / "c")]) == 0
    assert "different seeds" in capsys.readouterr().out


def test_two_runs_of_one_folder_are_compared(folders, capsys):
    """With the reasons of all that happened in between."""
    with store_in(folders[0]) as store:
        put(store, "ada", 2.0, key(submission="b"))
    with store_in(folders[0], eve=1.0) as store:
        put(store, "ada", 3.0, key(submission="b", checks="d"))
    assert main(["compare", f"{folders[0]}@1", str(folders[0])]) == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        "ada: 1 of 3 → 3 of 3, +2 (what was handed in changed; the checks changed)",
        f"eve: only in {folders[0]}, 1 of 3",
    ]
    assert main(["compare", f"{folders[0]}@1", f"{folders[0]}@2"]) == 1
    assert "ada: 1 of 3 → 2 of 3, +1 (what was handed in changed)" in capsys.readouterr().out
    assert main(["compare", f"{folders[0]}@1", f"{folders[0]}@9"]) == 2
    assert "has no run 9" in capsys.readouterr().err


def test_what_was_set_by_hand_is_a_reason(folders, tmp_path, capsys):
    """Where grading gave the same."""
    with store_in(tmp_path / "c", cleo=3.0) as store:
        store.override("cleo", "", 1.0, "copied")
    with store_in(tmp_path / "d", cleo=3.0):
        pass
    assert main(["compare", str(tmp_path / "d"), str(tmp_path / "c")]) == 1
    assert "set by hand or the policy differs" in capsys.readouterr().out
