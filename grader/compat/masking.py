"""What of a text is code: strings and comments blanked out, magics found, without parsing it.

Every place keeps its offset, so that what is found in the masked text is found in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.cells import ASSIGNED_MAGIC, LINE_MAGIC, PYTHON_MAGICS

# Prefixes of strings (rb"...") are left as names; an unclosed string ends with its line, an unclosed """ with the text.
PIECE = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\.|[^\\])*?(?:'{3}|\Z)
               |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<continued>\\\n)|(?P<line>\n)|(?P<other>[^\#"'()\[\]{}\\\n]+|\\)""",
    re.DOTALL | re.VERBOSE,
)
VISIBLE = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text of the same length, by lines.

    ``fresh`` are the numbers (from 0) of lines that begin outside of strings, brackets and continued lines;
    ``quoted`` of those that begin within a string; ``magics`` are lines that IPython takes; ``deepest`` is how many
    brackets stand in each other.
    """

    text: str
    fresh: tuple[int, ...]
    quoted: frozenset[int]
    magics: tuple[int, ...] = ()
    deepest: int = 0

    def statements(self) -> list[tuple[int, str]]:
        """The first line (from 1) and the masked text of each logical line that holds code."""
        lines = self.text.split("\n")
        ends = [*self.fresh[1:], len(lines)]
        pairs = [(first + 1, "\n".join(lines[first:end])) for first, end in zip(self.fresh, ends, strict=True)]
        return [(line, text) for line, text in pairs if text.strip()]


def mask(text: str, *, notebook: bool = False) -> Masked:
    """Blank out what is no code; in a ``notebook``'s cell the magics too."""
    pieces: list[str] = []
    fresh, quoted, magics = [], set(), []
    at = line = depth = deepest = 0
    begins = True  # a statement may begin here
    while at < len(text) or begins:
        if begins:
            begins = False
            fresh.append(line)
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if notebook and _is_magic(text[at:end]):
                magics.append(line)
                pieces.append(" " * (end - at))
                at = end
                continue
        piece = PIECE.match(text, at)
        if piece is None:
            break
        kind, found = piece.lastgroup, piece[0]
        at = piece.end()
        if kind == "string":
            quoted |= {line + 1 + n for n in range(found.count("\n"))}
            found = found[0] + VISIBLE.sub(" ", found[1:-1]) + found[-1] if len(found) > 1 else found
        elif kind == "comment":
            found = " " * len(found)
        elif kind == "open":
            depth += 1
            deepest = max(deepest, depth)
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "line":
            begins = depth == 0
        line += found.count("\n")
        pieces.append(found)
    return Masked("".join(pieces), tuple(fresh), frozenset(quoted), tuple(magics), deepest)


def _is_magic(line: str) -> bool:
    return bool(LINE_MAGIC.match(line) or ASSIGNED_MAGIC.match(line))


def without_magics(text: str) -> str:
    """A cell's text with its magics replaced as grader.cells does; empty lines if it holds another language."""
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        words = lines[first][2:].split()
        if not words or words[0] not in PYTHON_MAGICS:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    found = mask("\n".join(lines), notebook=True).magics
    for index in found:
        if assigned := ASSIGNED_MAGIC.match(lines[index]):
            lines[index] = f"{assigned[1]} None"
        else:
            lines[index] = lines[index][: len(lines[index]) - len(lines[index].lstrip())] + "pass"
    return "\n".join(lines)


def expand_tabs(text: str) -> str:
    """Indentation in spaces, a tab reaching to the next multiple of 8 columns, as Python 2 reads it."""
    quoted = mask(text).quoted
    lines = text.split("\n")
    for index, line in enumerate(lines):
        head = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in head and index not in quoted:
            lines[index] = head.expandtabs(8) + line[len(head) :]
    return "\n".join(lines)
