"""``grader policy``: a changed policy for a graded class, without grading anything."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import PASSED, Commands, add_course
from grader.commands._output import say, show_lines, words
from grader.errors import Refused

if TYPE_CHECKING:
    from grader.gradebook import Row
    from grader.policy import Policy
    from grader.store.store import Store


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    policy = commands.add_parser("policy", help="apply a changed policy to a graded class, without grading anything")
    add_course(policy)
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
        with store_to_read(options.folder, rule) as store:
            show_lines([*_lines(_changed(store, rule)), "Nothing was written."])
        return PASSED
    with store_to_write(options.folder, words(options), say, rule) as store:
        changed = _changed(store, rule)
        _write(store, options.folder, [new for _, new in changed])
        show_lines(_lines(changed))
    return PASSED


def _changed(store: Store, rule: Policy) -> list[tuple[Row, Row]]:
    """The rows before and after of those whose mark, or what is said of it, changes.

    Refused if the policy names several people at once.
    """
    from grader.policy import Policy, parse_policy
    from grader.store.ledger import policy_text
    from grader.store.store import gradebook_rows

    after = list(gradebook_rows(store, rule))
    for sentence in rule.remarks([row.person for row in after], [row.result for row in after]):
        say(f"The policy's {sentence}")
    applied = Policy()
    with contextlib.suppress(Refused):  # one that an older version could read
        applied = parse_policy(policy_text(store.db))
    return [pair for pair in zip(gradebook_rows(store, applied), after, strict=True) if pair[0] != pair[1]]


def _write(store: Store, out: Path, changed: Sequence[Row]) -> None:
    from grader.batch.reports import Gradebook

    book = Gradebook(store, out)
    store.settle(book.rows.values())
    for row in changed:
        book.write_report(row, row.result.to_json())
    book.write(store.changes())


def _lines(changed: Sequence[tuple[Row, Row]]) -> list[str]:
    """Old and new score of each person whose score changes, and why."""
    from grader.store.records import shown

    lines = []
    for old, new in changed:
        scores = [shown(row.mark.score, row.mark.max_score) for row in (old, new)]
        if scores[0] != scores[1]:
            who = new.person.called
            why = " ".join(one.sentence for one in new.mark.adjustments)
            lines.append(f"{who}: {' → '.join(scores)}. {why}".strip())
    return [*lines, f"{len(lines)} marks change." if len(lines) != 1 else "1 mark changes."]
