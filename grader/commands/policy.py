"""``grader policy``: a changed policy for a graded class, without grading anything."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import PASSED, Commands
from grader.commands._output import say
from grader.errors import Refused

if TYPE_CHECKING:
    from grader.gradebook import Row
    from grader.policy import Policy
    from grader.store.store import Store


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    policy = commands.add_parser("policy", help="apply a changed policy to a graded class, without grading anything")
    policy.add_argument("folder", type=Path, metavar="DIR", help="the folder that `grader grade` has written")
    which = policy.add_mutually_exclusive_group()
    which.add_argument("--policy", type=Path, metavar="FILE", help="the policy (DIR/policy.toml, else the one applied)")
    which.add_argument("--none", action="store_true", help="apply none any more: raw scores count")
    policy.add_argument("--dry-run", action="store_true", help="show which marks would change, and write nothing")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.commands._policies import chosen
    from grader.policy import Policy
    from grader.store.opening import store_to_read, store_to_write

    rule, where = (Policy(), "") if options.none else chosen(options.policy, [], options.folder)
    if rule is None:
        raise Refused(f"There is no policy: {options.folder} holds no policy.toml and none was applied; name --policy.")
    say(f"Policy: {where or 'none'}.")
    if options.dry_run:
        with store_to_read(options.folder) as store:
            changed = _changed(store, rule)
        _show(changed)
        print("Nothing was written.")
        return PASSED
    with store_to_write(options.folder, "policy", say) as store:
        changed = _changed(store, rule)
        _apply(store, options.folder, changed)
    _show(changed)
    return PASSED


def _changed(store: Store, rule: Policy) -> list[tuple[Row, Row]]:
    """The rows before and after of those whose mark, or what is said of it, changes; the store has the new policy then.

    Refused if the policy names several people at once.
    """
    from grader.commands._policies import stored
    from grader.policy import parse_policy
    from grader.store.rows import candidates

    tried = candidates(store.db)
    old = parse_policy(stored(store), "the policy that was applied before")
    before, (after, store.policy) = _rows(tried, old)[0], _rows(tried, rule)
    for sentence in rule.remarks([row.person for row in after], [row.result for row in after]):
        say(f"The policy's {sentence}")
    return [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]


def _rows(tried: Mapping[str, Sequence[Row]], rule: Policy) -> tuple[list[Row], Policy]:
    """The rows that count, and the policy with what it knows of the class."""
    rule = rule.for_class([row for rows in tried.values() for row in rows])
    return [rule.counted(rows) for rows in tried.values()], rule


def _apply(store: Store, out: Path, changed: Sequence[tuple[Row, Row]]) -> None:
    from grader.batch.reports import Gradebook, page_of, write_report

    store.apply_policy(again=True)
    book = Gradebook(store, out)
    for _, row in changed:
        write_report(row.person.key, row.result.to_json(), page_of(row), out)
    book.write(store.changes())


def _show(changed: Sequence[tuple[Row, Row]]) -> None:
    """Old and new score of each person, and why."""
    from grader.exporters.github import commands_stopped
    from grader.store.records import shown
    from grader.words import inert

    moved = [(old, new) for old, new in changed if _counts(old) != _counts(new)]
    with commands_stopped():
        for old, new in moved:
            who = f"{new.person.key} ({new.person.name})" if new.person.name else new.person.key
            scores = " → ".join(shown(row.mark.score, row.mark.max_score) for row in (old, new))
            why = " ".join(one.sentence for one in new.mark.adjustments)
            print(" ".join(inert(f"{who}: {scores}. {why}").split()))
        print(f"{len(moved)} marks change." if len(moved) != 1 else "1 mark changes.")


def _counts(row: Row) -> tuple[float | None, float | None]:
    return row.mark.score, row.mark.max_score
