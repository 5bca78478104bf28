"""What the README and the docs say of commands, files and output is so."""

from __future__ import annotations

import argparse
import importlib.util
import re
import shlex
import tomllib
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path

import pytest

from grader import commands as cli_commands
from grader.commands import COMMANDS
from tests import readme
from tests.test_cli import WORKED, grader

ROOT = Path(__file__).parents[1]
TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (readme.README, *sorted(ROOT.glob("docs/*.md")), ROOT / "student_template/check.yml")
}
PROSE = "\n".join(TEXTS.values())
BLOCKS = re.findall(r"^```[^`\n]*\n(.*?)^```", PROSE, re.DOTALL | re.MULTILINE)
LINES = "\n".join(BLOCKS).replace("\\\n", " ").splitlines()
# A command may be a step of a job, and may be called by where it was installed.
SHOWN = [re.sub(r"^(?:- )?(?:run: )?(?:\S*[/\\])?(?=\w)", "", line.strip()) for line in LINES]
NAMED = re.findall(r"`([^`\n]+)`", PROSE)
DOCKERS = {"--cpus", "--cpuset-cpus", "--memory", "--pids-limit", "--rm", "--target", "--tmpfs"}
PIPS_AND_GITS = {"--force-reinstall", "--no-deps", "--user", "--before", "--depth"}


def numbered(line: str) -> str:
    """A line of a script with numbers for the variables that stand for some."""
    return re.sub(r"\$(SEED|shard)\b|\$\{\{ matrix\.shard \}\}", "1", line)


def commands(lines: list[str], program: str) -> list[list[str]]:
    """The arguments of each line that is a command of the program."""
    words = [shlex.split(numbered(line), comments=True)[1:] for line in lines if line.startswith(f"{program} ")]
    return [[*takewhile(lambda word: word not in ("|", "||", "&&", ">"), line)] for line in words]


def known_options() -> set[str]:
    parsers = [cli_commands._parser()]
    for parser in parsers:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
    return {option for parser in parsers for action in parser._actions for option in action.option_strings}


def test_the_tables_are_current():
    """They are made from the assignments and from what `grader --help` says; write them anew with ``make readme``."""
    for name in readme.TABLES:
        assert TEXTS[name] == readme.current(name)
    help_text = " ".join(grader("--help").stdout.split())
    for code, words in cli_commands.EXIT_CODES.items():
        assert f"{code} {words}".replace("`", "") in help_text


@pytest.mark.parametrize(
    "arguments",
    [*commands(SHOWN, "grader"), *(["check", *names] for names in commands(SHOWN + NAMED, "%grade"))],
    ids=" ".join,
)
def test_every_command_that_is_shown_can_be_given(arguments):
    """As it stands."""
    assert cli_commands.parse(arguments).command == arguments[0]


def test_every_page_is_in_the_list_of_pages():
    """A page that nothing leads to would not be found; the site is built from the lists at the end of docs/index.md."""
    lists = re.findall(r"^```\{toctree\}\n(.*?)^```", TEXTS["docs/index.md"], re.DOTALL | re.MULTILINE)
    patterns = [line for block in lists for line in block.splitlines() if line and not line.startswith(":")]
    pages = [Path(name).stem for name in TEXTS if name.startswith("docs/") and name != "docs/index.md"]
    assert [page for page in pages if not any(fnmatch(page, pattern) for pattern in patterns)] == []


def test_the_readme_is_one_screen():
    """What it is, two commands, and where the rest is."""
    assert len(TEXTS["README.md"].splitlines()) <= 45


def test_every_command_option_target_module_and_extra_that_is_named_is_there():
    """Also in the middle of a sentence."""
    assert {command for command, *_ in commands(NAMED, "grader")} <= set(COMMANDS)
    assert (
        set(re.findall(r"(?:^| )(--[a-z-]+)", "\n".join(NAMED), re.MULTILINE))
        <= known_options() | DOCKERS | PIPS_AND_GITS
    )
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {target for arguments in commands(SHOWN + NAMED, "make") for target in arguments} <= targets
    modules = {arguments[1] for arguments in commands(SHOWN + NAMED, "python") if arguments[0] == "-m"}
    assert modules and all(importlib.util.find_spec(module) for module in modules)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = {extra for extras in re.findall(r"pip install [^\n`]*\.\[([\w,]+)\]", PROSE) for extra in extras.split(",")}
    assert named and named <= set(extras)


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_is_named_is_there(name):
    """Links, and paths in the project."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXTS[name])
    paths = re.findall(r"`((?:grader|tests|docs|solutions|student_template|benchmarks|\.ci)/[\w./]*)`", TEXTS[name])
    made = ("benchmarks/out/",)
    missing = [link for link in links if not (ROOT / name).parent.joinpath(link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists() and path not in made]
    assert missing == []


def test_the_first_example_is_what_the_check_prints():
    """Line by line; three dots stand for the rest of a line."""
    (block,) = (block for block in BLOCKS if block.startswith("Two-layer network"))
    printed = grader("check", WORKED).stdout.split("\n\n")
    (part,) = (part.splitlines() for part in printed if part.startswith("Two-layer network"))
    for line, real in zip(block.splitlines(), part, strict=True):
        start, dots, _ = line.partition(" ...")
        assert real.startswith(start) if dots else real == line
