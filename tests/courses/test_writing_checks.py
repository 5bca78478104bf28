"""docs/writing-checks.md: what it shows works as it stands, and what a teacher gets wrong is said with its place."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.wheels import run

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/writing-checks.md").read_text("utf-8")
SHOWN = re.findall(r"^```python\n(.*?)^```", DOCS, re.DOTALL | re.MULTILINE)
CHECKS, KMEANS = "student_template/checks/kmeans.py", "solutions/mistakes/kmeans.py"
SCALE = "def scale_forward(x, factor):\n    return x * factor, (x, factor)\n"


def mistakes(course: Path, name: str):
    return run(sys.executable, "-m", "grader", "mistakes", name, "--course", course)


def test_the_example_of_the_docs_is_a_part_with_its_mistakes(tmp_path):
    """Each piece with the imports that it needs."""
    check, *declared, frames = SHOWN
    files = {
        "course.toml": 'title = "Scales"\n',
        "student_template/checks/scale.py": check,
        "student_template/layers/assignment.toml": 'title = "L"\nsummary = "S"\nsource = "T"\nnotebook = "l.ipynb"\n',
        "solutions/scale.py": SCALE,
        "solutions/naive/scale.py": SCALE,
        "solutions/mistakes/scale.py": "\n\n".join(declared),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    done = mistakes(tmp_path, "layers")
    codes = {line.split()[0] for line in done.stdout.splitlines()}
    assert codes == {"factor-forgotten", "factor-ignored", "square-images-only"}, done.stderr
    exec(compile(frames, "frames", "exec"), {})


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (KMEANS, 'parts=("kmeans",)', 'parts=("kmean",)', "no part 'kmean'; the nearest is"),
        (KMEANS, '"np.mean("', '"np.meen("', "has no 'np.meen(', which a mistake replaces"),
        (
            CHECKS,
            'assignment="kmeans"',
            'assignment="kmean"',
            "no assignment 'kmean'; the",
        ),
        (
            CHECKS,
            'matches("centres"',
            'matches("center"',
            "expects 'center'; what it returns",
        ),
        (
            "solutions/kmeans.py",
            "def update",
            "def updates",
            "fails kmeans/means (usual case): AttributeError: sol",
        ),
    ],
    ids=["a part", "a piece", "an assignment", "an array", "a function"],
)
def test_a_slip_of_a_teachers_is_said_with_its_place(teachers, tmp_path, file, old, new, said):
    """In one line; what does not fit together would not be noticed else."""
    course = Path(shutil.copytree(teachers, tmp_path / "course"))
    text = (course / file).read_text("utf-8")
    assert old in text
    (course / file).write_text(text.replace(old, new), "utf-8")
    done = mistakes(course, "kmeans/means")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), done.stderr
    assert said in done.stderr


def test_a_naive_version_that_is_not_right_is_told(teachers, tmp_path):
    """Its known mistakes would explain nothing."""
    course = Path(shutil.copytree(teachers, tmp_path / "course"))
    naive = course / "solutions/naive/kmeans.py"
    asked = (
        "from pathlib import Path; from grader.course.folder import choose; choose(Path('course'));"
        "from grader.course.assignments import find_assignment; from grader.release import doubts;"
        "print(*doubts(find_assignment('kmeans')))"
    )
    assert run(sys.executable, "-c", asked, cwd=tmp_path).stdout == "\n"
    naive.write_text(naive.read_text("utf-8").replace("np.mean(", "2 * np.mean("), "utf-8")
    said = run(sys.executable, "-c", asked, cwd=tmp_path).stdout
    assert said.startswith("naive/kmeans.py gives other answers than the reference in kmeans/means: ")
