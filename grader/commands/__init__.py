"""The commands, a module each: ``declare`` adds its parser, ``run`` runs it and returns an exit code.

Imports of the grader are made inside ``run``, so that ``grader --help`` answers at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from types import ModuleType

from grader import __version__
from grader.commands import (
    agree,
    assignments,
    check,
    compare,
    doctor,
    export,
    feedback,
    grade,
    history,
    merge,
    mistakes,
    override,
    policy,
    regrade,
    release,
)
from grader.commands._options import EXIT_CODES

# In the order of the help.
MODULES = (
    *(check, grade, regrade, policy, override, history, compare, merge, feedback, export),
    *(agree, mistakes, release, doctor, assignments),
)
COMMANDS: dict[str, ModuleType] = {module.__name__.rpartition(".")[2]: module for module in MODULES}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; names may also stand behind options, which argparse alone does not take."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and (not hasattr(options, "names") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.names += rest
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grades deep-learning assignments written in NumPy, and says why something is wrong.",
        epilog=f"Exit codes: {'; '.join(f'{code} {words}' for code, words in EXIT_CODES.items())}.".replace("`", ""),
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    for module in MODULES:
        module.declare(commands)
    return parser


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of a command."""
    commands = argparse.ArgumentParser().add_subparsers()
    COMMANDS[command].declare(commands)
    return commands.choices[command]
