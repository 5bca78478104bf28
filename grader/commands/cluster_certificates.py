"""``grader cluster-certificates``: what the machines of a cluster know each other by."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import PASSED, Commands


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    made = commands.add_parser("cluster-certificates", help="make the certificate by which machines know each other")
    made.add_argument("folder", type=Path, metavar="DIR", help="the folder of the certificate and its key, new")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.commands.worker import need_dask

    need_dask()
    from grader.cluster.certificates import CERTIFICATE, KEY, make_certificates

    make_certificates(options.folder)
    files = f"--tls-ca-file {options.folder / CERTIFICATE} --tls-cert {options.folder / CERTIFICATE}"
    print(f"Copy {options.folder} to each machine; who has it may give work and sees submissions and marks.")
    print(
        f"The scheduler: dask scheduler --preload grader.cluster.scheduler --protocol tls {files} "
        f"--tls-key {options.folder / KEY}"
    )
    print(f"A worker:      grader worker tls://HOST:8786 --certificates {options.folder}")
    print(f"A run:         grader grade PATH --out DIR --engine tls://HOST:8786 --certificates {options.folder}")
    return PASSED
