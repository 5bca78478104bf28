"""``grader export``: marks in the form that another system takes, for teaching assistants."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import PASSED, Commands, add_course, add_isolation, seed
from grader.commands._output import say, without_failing, write_whole
from grader.errors import Refused
from grader.words import listing

if TYPE_CHECKING:
    from grader.exporters.roundtrip import Plan
    from grader.exporters.targets import IntoTheirs, OfPerson
    from grader.gradebook import Row

AUTOGRADER = "gradescope-autograder"


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    export = commands.add_parser("export", help="write marks in the form that another system takes")
    add_course(export)
    export.add_argument(
        "format",
        metavar="FORMAT",
        help="canvas, moodle, blackboard, gradescope, prairielearn, classroom50, junit, sarif, nbgrader, csv or json; "
        f"or {AUTOGRADER}, which is made of no marks",
    )
    export.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="the folder that `grade` wrote")
    export.add_argument(
        "--out", type=Path, metavar="F", help="the file to write, or the folder where everyone has one (- to print it)"
    )
    export.add_argument(
        "--into",
        type=Path,
        metavar="EXPORT",
        help="canvas, moodle, blackboard: the file that you exported there, of which one column is filled in",
    )
    export.add_argument("--column", metavar="TITLE", help="the column to fill in (that of the assignment)")
    export.add_argument("--comments", action="store_true", help="also write the mark and its deductions as a comment")
    export.add_argument("--student", metavar="KEY", help="of this person only")
    export.add_argument("--dry-run", action="store_true", help="write nothing; show what would change")
    rest = export.add_argument_group("canvas, over the network (the token is read from CANVAS_TOKEN)")
    rest.add_argument("--url", metavar="URL", help="its address, as https://canvas.example.edu")
    rest.add_argument("--course-id", type=int, metavar="N", help="the number in the course's address")
    rest.add_argument("--assignment-id", type=int, metavar="N", help="the number in the assignment's address")
    rest.add_argument("--files", type=Path, metavar="DIR", help="attach the files in DIR/<key>/ to the comments")
    own = export.add_argument_group(f"{AUTOGRADER}: the zip that Gradescope takes as an autograder")
    own.add_argument("--assignment", metavar="A", help="the assignment that it grades")
    own.add_argument("--seed", type=seed, metavar="S", help="the hidden seed (a secret random one if not given)")
    add_isolation(own)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    if options.format == AUTOGRADER:
        return _autograder(options)
    from grader.exporters.github import commands_stopped
    from grader.exporters.targets import TARGETS, IntoTheirs, OfClass

    target = TARGETS.get(options.format)
    if target is None:
        known = [*TARGETS, AUTOGRADER]
        near = difflib.get_close_matches(options.format, known, n=1, cutoff=0.3) or known
        raise Refused(f"There is no format {options.format}; do you mean {listing(near)}?")
    _refuse_misfits(options, theirs=isinstance(target, IntoTheirs))
    rows = _chosen(_rows(options.folder), options.student)
    without_failing()
    with commands_stopped():
        if options.url:
            _send(rows, options)
        elif isinstance(target, IntoTheirs):
            _fill(target, rows, options)
        elif isinstance(target, OfClass):
            _write(options, target.text(rows))
        else:
            _write_each(target, rows, options)
    return PASSED


def _autograder(options: argparse.Namespace) -> int:
    """Write the zip that grades on Gradescope; only its owner may read it, for it holds solutions and seed."""
    from secrets import randbits

    from grader.autograder import autograder
    from grader.course.assignments import find_assignment
    from grader.sandbox import LEVELS

    if not (options.assignment and options.out):
        raise Refused(f"{AUTOGRADER} needs --assignment, and --out for the zip.")
    if options.isolation not in (None, *LEVELS):
        raise Refused(f"There is no isolation level {options.isolation}; the levels are {listing([*LEVELS])}.")
    drawn = randbits(32) if options.seed is None else options.seed
    content = autograder(find_assignment(options.assignment), drawn, options.isolation)
    if not options.dry_run:
        write_whole(options.out, content)
    print(f"{options.out}: {len(content) / 1e6:.1f} MB, with solutions and the seed {drawn}; for Gradescope alone.")
    return PASSED


def _refuse_misfits(options: argparse.Namespace, *, theirs: bool) -> None:
    """Refuse what this format does not take, and what is missing."""
    given = {"--into": options.into, "--column": options.column, "--comments": options.comments}
    own = {"--assignment": options.assignment, "--seed": options.seed, "--isolation": options.isolation}
    _refuse(own, tuple(own), options.format)
    if options.folder is None:
        raise Refused(f"{options.format} needs --from, the folder that `grade` wrote.")
    network = {"--course-id": options.course_id, "--assignment-id": options.assignment_id, "--files": options.files}
    if options.url and options.format != "canvas":
        raise Refused(f"--url is for canvas, not for {options.format}.")
    if options.url:
        _refuse(given, ("--into", "--column"), "--url")
        missing = [name for name in ("--course-id", "--assignment-id") if network[name] is None]
        if missing:
            raise Refused(f"--url also needs {listing(missing)}, the numbers in the assignment's address.")
        return
    _refuse(network, tuple(network), options.format if options.format != "canvas" else "canvas without --url")
    if not theirs:
        _refuse(given, tuple(given), options.format)
    elif not options.into:
        or_url = ", or --url to send the marks" if options.format == "canvas" else ""
        raise Refused(f"{options.format} needs --into, the file that you exported there{or_url}.")
    if options.out is None and not options.dry_run:
        raise Refused("Say with --out where to write, or --dry-run to see what would change.")
    if options.into and options.out and os.path.abspath(options.into) == os.path.abspath(options.out):
        raise Refused(f"--out {options.out} is your own export; name another file, so that you can compare them.")


def _refuse(given: dict[str, object], names: Sequence[str], what: str) -> None:
    misfits = [name for name in names if given[name] not in (None, False)]
    if misfits:
        does, it = ("do", "them") if len(misfits) > 1 else ("does", "it")
        raise Refused(f"{listing(misfits)} {does} not fit {what}; leave {it} out.")


def _rows(folder: Path) -> list[Row]:
    """The gradebook of a graded class, as its policy counts; Refused if it is empty."""
    from grader.store.opening import store_to_read
    from grader.store.store import gradebook_rows

    with store_to_read(folder) as store:
        rows = list(gradebook_rows(store, store.policy))
    if not rows:
        raise Refused(f"{folder} holds no result yet; grade the class first.")
    return rows


def _chosen(rows: list[Row], student: str | None) -> list[Row]:
    if student is None:
        return rows
    from grader.exporters.matching import somebody

    return [somebody(rows, student)]


def _write(options: argparse.Namespace, text: str, path: Path | None = None) -> None:
    path = path or options.out
    if options.dry_run:
        say(f"{path or options.format} would have {len(text.encode())} bytes; nothing was written.")
    elif str(path) == "-":
        sys.stdout.write(text)
    else:
        write_whole(path, text.encode())


def _write_each(target: OfPerson, rows: list[Row], options: argparse.Namespace) -> None:
    """A file a person: that of one at --out, those of several in folders by their keys."""
    from grader.feedback.cleaning import for_student, places

    private = places(options.folder)
    rows = [for_student(row, private) for row in rows]  # students see these files
    if options.student:
        _write(options, target.text(rows[0]))
        return
    if target.alone or str(options.out) == "-":
        raise Refused(f"{options.format} is a file for one person; say with --student for whom.")
    texts = {row.person.key: target.text(row) for row in rows}
    folder = options.out or Path()
    for key, text in texts.items():
        _write(options, text, folder / _folder(key) / target.file)
    if not options.dry_run:
        print(f"{len(texts)} files {target.file} in {folder}.")


def _folder(key: str) -> str:
    """The key as the name of a folder, which leads nowhere else."""
    return re.sub(r"[/\\\x00-\x1f]|\A\.+\Z", lambda signs: "".join(f"%{ord(sign):02X}" for sign in signs[0]), key)


def _fill(target: IntoTheirs, rows: list[Row], options: argparse.Namespace) -> None:
    """Fill in the teacher's own export."""
    from grader.exporters.roundtrip import fill
    from grader.exporters.sheet import read_sheet

    try:
        data = options.into.read_bytes()
    except OSError as error:
        raise Refused(f"{options.into} cannot be read: {error.strerror or error}.") from None
    sheet = read_sheet(data, options.into.name)
    wanted = [options.column] if options.column else _titles(rows) if target.titled else []
    plan = fill(sheet, target.columns(sheet, wanted), rows, comments=options.comments)
    if not options.dry_run:
        if str(options.out) == "-":
            sys.stdout.buffer.write(sheet.to_bytes())
            return
        write_whole(options.out, sheet.to_bytes())
    _show(plan, options, f"in {options.out}")


def _titles(rows: Sequence[Row]) -> list[str]:
    """How the assignment may be called; none if the class has several."""
    from grader.course.assignments import all_assignments

    slugs = list(dict.fromkeys(row.result.assignment for row in rows if row.result.assignment))
    if len(slugs) != 1:
        return []
    known = all_assignments().get(slugs[0])
    return [*([known.title] if known else []), slugs[0]]


def _show(plan: Plan, options: argparse.Namespace, where: str) -> None:
    """The difference, whoever is left over, and the counts; what needs a look goes to stderr."""
    from grader.exporters.github import one_line

    for sentence in plan.said:
        say(sentence)
    if options.dry_run:
        for change in plan.changes:
            print(one_line(f"{change.who}: {change.old or 'nothing'} → {change.new}"))
    for who in plan.unknown:
        print(one_line(f"{who}: no result here, left as it is"))
    for who in plan.missing:
        print(one_line(f"{who}: has a result here, and is not there"))
    many = len(plan.changes)
    verb = "would change; nothing was written" if options.dry_run else f"changed {where}"
    print(one_line(f"“{plan.title}”: {many} {'mark' if many == 1 else 'marks'} {verb}, {plan.unchanged} the same."))


def _send(rows: list[Row], options: argparse.Namespace) -> None:
    """Send the marks to Canvas."""
    from grader.exporters.canvas_rest import Canvas, Place

    token = os.environ.get("CANVAS_TOKEN", "").strip()
    if not token:
        raise Refused("Set CANVAS_TOKEN to an access token of Canvas (Account, Settings, New access token).")
    canvas = Canvas(Place(options.url, options.course_id, options.assignment_id, token))
    upload = canvas.plan(rows, comments=options.comments)
    if not options.dry_run:
        upload.plan.said += canvas.send(upload)
        if options.files:
            upload.plan.said += canvas.attach(upload, _files(upload.rows, options.files))
    _show(upload.plan, options, "in Canvas")


def _files(rows: dict[int, Row], folder: Path) -> dict[int, list[Path]]:
    """The files of each person, in the folder called by their key."""
    from grader.feedback.layouts import folders

    if not folder.is_dir():
        raise Refused(f"--files {folder} is no folder; give the one that holds a folder a person.")
    paths = folders([*rows.values()]).paths  # as `grader feedback` calls them
    found = {user: (folder / paths[row.person.key]).parent for user, row in rows.items()}
    return {
        user: sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))
        for user, place in found.items()
        if place.is_dir()
    }
