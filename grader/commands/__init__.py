"""The commands, a module each: ``declare`` adds its parser, ``run`` runs it and returns an exit code.

Imports of the grader are made inside ``run``, so that ``grader --help`` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from grader import __version__
from grader.commands._options import EXIT_CODES
from grader.words import did_you_mean

COMPLETES = "_ARGCOMPLETE"  # the variable with which a shell asks how a command line may go on
# In the order of the help.
COMMANDS = (
    *("check", "ci", "grade", "regrade", "policy", "override", "history", "compare", "merge", "feedback", "export"),
    *("agree", "mistakes", "release", "doctor", "assignments", "worker", "cluster-certificates"),
)


def module_of(command: str) -> ModuleType:
    """The module of a command; one that is not asked for is not imported."""
    return importlib.import_module(f"grader.commands.{command.replace('-', '_')}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; names may also stand behind options, which argparse alone does not take."""
    arguments = sys.argv[1:] if arguments is None else arguments
    asked = [arguments[0]] if arguments and arguments[0] in COMMANDS and COMPLETES not in os.environ else COMMANDS
    parser = _parser(asked)
    complete(parser)
    options, rest = parser.parse_known_args(arguments)
    if rest and (not hasattr(options, "names") or any(word.startswith("-") for word in rest)):
        unknown = next((word for word in rest if word.startswith("-")), "").partition("=")[0]
        near = did_you_mean(unknown, parser.options_of(options.command)) if unknown else ""
        parser.error(f"unrecognized arguments: {' '.join(rest)}.{near}".rstrip("."))
    if rest:
        options.names += rest
    return options


class Parser(argparse.ArgumentParser):
    """Answers a misspelt word with the nearest one that it knows."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2; without any word with the list of commands."""
        wrong = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if message == "the following arguments are required: COMMAND":
            self.print_help(sys.stderr)
            self.exit(2)
        if wrong and self.prog == "grader" and os.path.lexists(wrong[1]):
            message = f"{wrong[1]} is a file or folder, and no command. Did you mean grader check {wrong[1]}?"
        elif wrong:
            message += "." + did_you_mean(wrong[1], re.findall(r"[\w-]+", wrong[2]))
        super().error(message)

    def options_of(self, command: str) -> list[str]:
        """The long options of a command."""
        (commands,) = (action for action in self._actions if isinstance(action, argparse._SubParsersAction))
        return [word for word in commands.choices[command]._option_string_actions if word.startswith("--")]


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell if it asks how a command line may go on; it does so by running the command, with a variable."""
    if COMPLETES in os.environ:
        try:
            import argcomplete
        except ImportError:
            return
        argcomplete.autocomplete(parser)


def _parser(known: Sequence[str] = COMMANDS) -> Parser:
    parser = Parser(
        prog="grader",
        description="Grades deep-learning assignments written in NumPy, and says why something is wrong.",
        epilog=f"Exit codes: {'; '.join(f'{code} {words}' for code, words in EXIT_CODES.items())}.".replace("`", ""),
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    for command in known:
        module_of(command).declare(commands)
    return parser


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of a command."""
    commands = argparse.ArgumentParser().add_subparsers()
    module_of(command).declare(commands)
    return commands.choices[command]
