"""Which policy holds for a folder of results."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.intake.layouts import Entry
    from grader.policy import Policy


def chosen(named: Path | None, folders: Iterable[Path], out: Path) -> tuple[Policy | None, str]:
    """The policy that is named, else the one that lies in these folders, else the one that the results in ``out`` have.

    With where it is from, for people; None if there is none. Refused if it cannot be read.
    """
    from grader.policy import find_policy, parse_policy, read_policy
    from grader.store.ledger import policy_text
    from grader.store.opening import NAME, store_to_read
    from grader.store.rows import NoPolicy

    if path := named or find_policy([*folders, out]):
        return read_policy(path), str(path)
    if not (out / NAME).is_file():
        return None, ""
    with store_to_read(out, NoPolicy()) as store:
        text = policy_text(store.db)
    where = f"the one that {out / NAME} keeps"
    return (parse_policy(text, where), where) if text else (None, "")


def is_handed_in(where: str, entries: Iterable[Entry]) -> bool:
    """Whether a policy lies in somebody's submission: what a student hands in makes no marks."""
    path = Path(where).resolve()
    return any(path.is_relative_to((entry.shown or entry.path).resolve()) for entry in entries)
