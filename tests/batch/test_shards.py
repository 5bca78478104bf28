"""Shards of a class: everyone is in one, whoever else is there, and merged they are what one run gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from grader.batch.handed import shard_of
from grader.batch.workshop import SWITCH
from grader.cli import main
from grader.intake.layouts import Entry
from grader.people import Person
from tests.attacks.scene import HONEST

GRADE = ["grade", "--layout", "class", "--only", "relu", "--no-notebook", "-q"]
CLASS = ["--assignment", "layers", "--seed", "70107"]
SCALING = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text("utf-8")


def results(out: Path) -> dict[str, tuple[object, ...]]:
    read = [json.loads(path.read_text("utf-8")) for path in out.glob("*/result.json")]
    return {one["student"]: (one["status"], one["score"], one["submission"], one["seed"]) for one in read}


def test_merged_shards_are_what_one_run_gives(tmp_path, monkeypatch, capsys):
    """Also where a shard has nobody, or only what cannot be read; none is lost, none is in two."""
    monkeypatch.setenv(SWITCH, "0")
    (tmp_path / "class").mkdir()
    for name in ("ada", "bob", "cyd"):
        (tmp_path / "class" / f"{name}.py").write_text(f"{HONEST}\n# {name}\n")
    (tmp_path / "class" / "eve.ipynb").write_text("{")
    shards = [tmp_path / f"shard-{number}" for number in range(1, 6)]
    for number, out in enumerate(shards, 1):
        words = [*GRADE, *CLASS, str(tmp_path / "class"), "--out", str(out), "--shard", f"{number}/5"]
        assert main(words) in (0, 4)
    assert [] in [list(out.glob("*/result.json")) for out in shards]
    assert main(["merge", *map(str, shards), "--out", str(tmp_path / "all")]) == 0
    assert main([*GRADE, *CLASS, str(tmp_path / "class"), "--out", str(tmp_path / "one")]) == 4
    assert results(tmp_path / "all") == results(tmp_path / "one")
    assert len((tmp_path / "all" / "grades.csv").read_text("utf-8-sig").splitlines()) == 5


def test_a_shard_is_told_by_the_key_alone():
    """So that whoever joins the class moves nobody; each of many people is in one, and shards are about even."""
    entries = [Entry(Person(f"student{number}"), Path("x")) for number in range(1000)]
    sizes = [sum(shard_of(entry, 8) == which for entry in entries) for which in range(1, 9)]
    assert sum(sizes) == 1000 and min(sizes) > 90 and max(sizes) < 160
    assert shard_of(entries[0], 8) == 5  # as it was in earlier versions


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shard", "1/2"], "--shard needs --seed and --assignment"),
        (["--shard", "1/2", "--seed", "1"], "--shard needs --seed and --assignment"),
    ],
)
def test_shards_have_one_seed_and_one_assignment(words, said, tmp_path, capsys):
    """Which no shard can tell from its own part of the class."""
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_a_shard_is_one_of_its_number(text, tmp_path, capsys):
    """Else the message says how one is written."""
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), f"--shard={text}"])
    assert "a shard is written as 2/8" in capsys.readouterr().err


def blocks(kind: str) -> list[str]:
    return [block.partition("\n```")[0] for block in SCALING.split(f"```{kind}\n")[1:]]


def test_the_files_of_the_docs_are_well_formed():
    """An indexed job whose shards fail one by one, and a matrix of all shards, each with all that a shard needs."""
    job, workflow = [yaml.safe_load(block) for block in blocks("yaml")]
    spec = job["spec"]
    assert (job["apiVersion"], job["kind"], spec["completionMode"]) == ("batch/v1", "Job", "Indexed")
    assert spec["backoffLimitPerIndex"] > 0 and spec["template"]["spec"]["restartPolicy"] == "Never"
    (container,) = spec["template"]["spec"]["containers"]
    assert f"/{spec['completions']}" in container["args"][-1]
    matrix = workflow["jobs"]["shard"]["strategy"]["matrix"]["shard"]
    steps = " ".join(str(step) for step in workflow["jobs"]["shard"]["steps"])
    assert matrix == list(range(1, len(matrix) + 1)) and f"/{len(matrix)}" in steps
    for text in (container["args"][-1], steps, blocks("bash")[0]):
        assert all(option in text for option in ("--seed", "--assignment", "--shard", "--resume"))
