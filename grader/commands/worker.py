"""``grader worker``: grades for a run that was started elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import PASSED, Commands, add_course, add_data, add_isolation, jobs
from grader.commands._output import closed_box, open_data, say
from grader.errors import Refused


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    worker = commands.add_parser("worker", help="grade on this machine for a run of `grade --engine` elsewhere")
    add_course(worker)
    worker.add_argument("address", metavar="ADDRESS", help="the scheduler, as tls://HOST:8786")
    add_certificates(worker)
    worker.add_argument("--jobs", type=jobs, metavar="N", help="submissions at a time (as processors and memory allow)")
    add_isolation(worker)
    add_data(worker)


def add_certificates(parser: argparse.ArgumentParser) -> None:
    """--certificates."""
    parser.add_argument(
        "--certificates",
        type=Path,
        metavar="DIR",
        help="the folder that `grader cluster-certificates` filled, for tls:// addresses",
    )


def need_dask() -> None:
    """Refused if the packages of the extra are not installed."""
    try:
        import cryptography  # noqa: F401
        import distributed  # noqa: F401
    except ImportError:
        raise Refused("Several machines need Dask: install it with `pip install 'grader[cluster]'`.") from None


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    need_dask()
    from grader.batch.work import Terms
    from grader.batch.workshop import affordable_jobs, can_employ
    from grader.cluster.certificates import security_of
    from grader.cluster.node import serve
    from grader.leftovers import run_folder
    from grader.limits import NotebookLimits
    from grader.model import locks

    security_of(options.address, options.certificates)  # refuses before anything takes long
    if options.isolation and not locks(options.isolation):
        raise Refused(f"A worker locks student code in; the isolation level {options.isolation} is refused.")
    if not can_employ():
        raise Refused("A worker needs Linux, and judges that are processes of their own.")
    with run_folder():
        data = open_data(options)
        size = Terms(0, notebook=NotebookLimits(), data=str(data.folder) if data else None).size
        many = affordable_jobs(options.jobs, size, say)
        box = closed_box(options.isolation)
        try:
            serve(options.address, options.certificates, many, box, data, say)
        finally:
            box.close()
    return PASSED
