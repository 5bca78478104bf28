"""What becomes of a text that was pasted, saved or merged in a way that leaves no Python: told from the text alone."""

from __future__ import annotations

import re

CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
NUMBERED = re.compile(r"\A\s*+(\d{1,5})(?:[.:|)]|\b)(?!\w)")
PROMPT = re.compile(r"(?:>>>|\.\.\.|(?:In|Out) ?\[\d+\]:)(?: |$)")
PREFIX = re.compile(r"^(?:[ \t]*+\d{1,5}[.:|)]?+ ?|(?:>>>|\.\.\.|In ?\[\d+\]:) ?)", re.MULTILINE)
ENOUGH = 3  # lines in a row
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def slip_of(text: str) -> tuple[int, str] | None:
    """The line and the cause of a text that does not parse, where the cause is plain; None for others."""
    marker = CONFLICT.search(text)
    if marker:
        return text.count("\n", 0, marker.start()) + 1, f"a merge left its marker {marker[0].strip()} in it"
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if PROMPT.match(lines[first]):
        return first + 1, "its lines begin with the prompts of a console, which are not code: remove them"
    if _is_numbered([line for line in lines if line.strip()]):
        return first + 1, "its lines begin with their numbers, as an editor shows them beside the code: remove them"
    return None


def without_prefixes(text: str) -> str:
    """A text without the numbers or prompts that its lines begin with."""
    return PREFIX.sub("", text)


def _is_numbered(lines: list[str]) -> bool:
    """Whether the first lines count: 1, 2, 3, or 12, 13, 14."""
    numbers = [int(found[1]) for line in lines[: ENOUGH + 1] if (found := NUMBERED.match(line))]
    return len(numbers) >= ENOUGH and len(numbers) == len(lines[: ENOUGH + 1]) and numbers == sorted(set(numbers))


def is_utf_16(data: bytes) -> bool:
    """Whether bytes look like text in UTF-16, as Windows writes it: every other one is zero."""
    some = data[:200]
    few, many = sorted((some[::2].count(0), some[1::2].count(0)))
    return data.startswith(UTF_16) or (len(some) > 20 and few == 0 and many > len(some) // 4)
