"""The command ``grader``, also ``python -m grader``."""

from __future__ import annotations

import sys

from grader.machine.system import FORKS


def main() -> int:
    """Run the command line; imports nothing before it is known whether this process stays."""
    if sys.argv[1:2] in (["check"], ["ci"]) and FORKS:  # off this one
        from grader.environment import leave_secrets

        leave_secrets()
    from grader import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
