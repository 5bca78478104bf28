"""Which policy holds for a folder of results, and what it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.policy import Policy
    from grader.store.store import Store


def chosen(named: Path | None, folders: Iterable[Path], out: Path) -> tuple[Policy | None, str]:
    """The policy that is named, else the one that lies in these folders, else the one that the results in ``out`` have.

    With where it is from, for people; None if there is none. Refused if it cannot be read.
    """
    from grader.policy import find_policy, parse_policy, read_policy
    from grader.store.opening import NAME, store_to_read

    if path := named or find_policy([*folders, out]):
        return _asked_now(read_policy(path)), str(path)
    if not (out / NAME).is_file():
        return None, ""
    with store_to_read(out) as store:
        text = stored(store)
    where = f"the one that {out / NAME} keeps"
    return (_asked_now(parse_policy(text, where)), where) if text else (None, "")


def stored(store: Store) -> str:
    """The text of the policy that was applied last; "" if there is none."""
    from grader.store.ledger import policy_text

    return policy_text(store.db)


def _asked_now(policy: Policy) -> Policy:
    return replace(policy, now=datetime.now(UTC))
