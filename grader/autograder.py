"""Gradescope's autograder: the zip whose root holds ``setup.sh`` and ``run_autograder``.

https://gradescope-autograders.readthedocs.io/en/latest/specs/. The zip is unpacked into ``/autograder/source`` when
Gradescope builds its image, which has a network; a submission then lies in ``/autograder/submission``. It holds the
course with its secret half, and the seed: only staff can see what is uploaded there.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader import resources
from grader.course.assignments import Assignment
from grader.course.folder import DESCRIPTION, current
from grader.course.modules import PUBLIC, SECRET
from grader.errors import Refused

PACKAGE = Path(__file__).resolve().parent
LOCK = "requirements/image.lock"
LEFT_OUT = re.compile(r"(?:\A|/)(?:__pycache__|\.ipynb_checkpoints)/|\.(?:pyc|nbi|nbc)\Z")
LONG_AGO = (2020, 1, 1, 0, 0, 0)  # the same content is the same zip

SETUP = """\
#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: a Python from 3.11 on, the packages by their hashes, the grader.
set -euo pipefail
here=${AUTOGRADER:-/autograder}/source

usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        if usable "$python"; then return 0; fi
    done
    return 1
}
if ! find_python; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq python3.11 python3.11-venv || apt-get install -y -qq python3 python3-venv
    find_python || { echo "There is no Python from 3.11 on here: choose a newer image of Gradescope."; exit 1; }
fi

"$python" -m venv "$here/venv"
python=$here/venv/bin/python
"$python" -m pip install --quiet --require-hashes --requirement "$here/image.lock"
echo "$here/engine" >"$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/grader.pth"

# The image runs on other processors than it is built on.
export NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= GRADER_COURSE=$here/course
if [ -e "$here/course/solutions/__main__.py" ]; then (cd "$here/course" && "$python" -m solutions); fi
"$python" -m grader doctor || true  # says in the log of the build which isolation level there is
"""

RUN = """\
#!/usr/bin/env bash
# Runs for every submission. What it prints is for staff; what students see is results.json.
here=${{AUTOGRADER:-/autograder}}
export NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= GRADER_COURSE=$here/source/course
graded=$(mktemp -d)/graded
results=$here/results/results.json
grader() {{ "$here/source/venv/bin/python" -m grader "$@"; }}

mkdir -p "$here/results"
rm -f "$results"
# What is slow is timed out, and the rest has its points, before Gradescope ends all of it (mostly after 10 minutes).
grader grade "$here/submission" --out "$graded" --layout one --assignment {assignment} --seed {seed}{isolation} \\
    --student-seconds 200
code=$?
grader export gradescope --from "$graded" --student submission --out "$results"
if [ ! -s "$results" ]; then
    # Without a score nobody has 0 for it: Gradescope says that the autograder failed, and staff can run it again.
    said="This was not graded: the autograder itself failed (exit code $code). It is not your fault; tell your staff."
    printf '{{"output": "%s", "stdout_visibility": "hidden", "tests": []}}\\n' "$said" >"$results"
fi
"""


def autograder(assignment: Assignment, seed: int, isolation: str | None = None) -> bytes:
    """The zip for an assignment, all of whose submissions get this seed; Refused without the secret half."""
    run = RUN.format(assignment=assignment.slug, seed=seed, isolation=f" --isolation {isolation}" if isolation else "")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in (
            ("setup.sh", SETUP.encode(), 0o755),
            ("run_autograder", run.encode(), 0o755),
            *((name, path.read_bytes(), 0o644) for name, path in _files()),
        ):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _files() -> Iterator[tuple[str, Path]]:
    """What lies beside the two scripts, by its name in the zip."""
    course, lock = current(), PACKAGE.parent / LOCK
    if not course.secret.is_dir():
        raise Refused(f"{course.folder} has no folder {SECRET}; an autograder is made from the whole course.")
    if not lock.is_file():
        raise Refused(f"{lock} does not exist: an autograder is made with the grader in a checkout.")
    yield "image.lock", lock
    yield f"course/{DESCRIPTION}", course.folder / DESCRIPTION
    for place, folder in (
        ("engine/grader", PACKAGE),
        ("engine/reports/templates", resources.folder("reports")),
        (f"course/{PUBLIC}", course.public),
        (f"course/{SECRET}", course.secret),
    ):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not LEFT_OUT.search(name):
                yield f"{place}/{name}", path
