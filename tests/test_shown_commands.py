"""Every command that the docs show is run: page by page, in order, on a small class that lies where the page says.

What needs another machine is run by the tests that are named for it in ``ELSEWHERE``.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli import main
from tests.courses.conftest import CLUSTERS
from tests.test_cli import grader
from tests.test_readme import TEXTS, commands

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("shown commands")]
LAYERS = Path(__file__).parent / "specimens/layers"
PAGES = ("students", "ci", "teaching-assistants", "policy", "store", "exports", "teachers")  # in this order
ELSEWHERE = {
    "docs/autograders.md": "tests/courses/test_autograders.py",
    "docs/containers.md": "tests/image",
    "docs/install.md": "tests/test_install.py",
    "docs/scaling.md": "tests/cluster and tests/image/test_cluster.py and tests/batch/test_job_files.py",
    "--url": "tests/exporters/test_canvas_rest.py",
    "--watch": "tests/test_waiting.py",
    "# .github/workflows/grade.yml": "tests/courses/test_staff_job.py",
}
OWN_PROCESS = ("check", "ci")  # student code is forked off it
FAILING = ("check", "ci", "compare")  # 1: some check failed, some mark differs
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Layers (501)
 Points Possible,,,,,34
Ada,1,,ada,A,
Ben,2,,ben,A,
"""
MOODLE = """\
Identifier,Full name,Status,Grade,Maximum Grade,Feedback comments
Participant 1,ada,Submitted,,34.00,
Participant 2,ben,Submitted,,34.00,
"""
TRUTH = {"eve/course": {"units": {"all": {"root": ".", "functions": {"relu_forward": {"verdict": "right"}}}}}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with all that the pages name."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "submissions").mkdir()
    for name, specimen in (("ada", "perfect"), ("ben", "pad_hard_coded")):
        shutil.copy(LAYERS / specimen / "layers.ipynb", desk / "submissions" / f"{name}.ipynb")
    with zipfile.ZipFile(desk / "submissions.zip", "w") as archive:
        for file in (desk / "submissions").iterdir():
            archive.write(file, file.name)
    (desk / "policy.toml").write_text(re.search(r"```toml\n(.*?)```", TEXTS["docs/policy.md"], re.DOTALL)[1])
    (desk / "roster.csv").write_text("login,name\nada,Ada\nben,Ben\n")
    (desk / "export.csv").write_text(CANVAS)
    (desk / "worksheet.csv").write_text(MOODLE)
    (desk / "verdicts.json").write_text(json.dumps({"repos": TRUTH}))
    shutil.copytree(CLUSTERS, desk / "mine")
    return desk


def shown(page: str) -> Iterator[list[str]]:
    """The commands of a page that are run here."""
    blocks = re.findall(r"^```[^`\n]*\n(.*?)^```", TEXTS[f"docs/{page}.md"], re.DOTALL | re.MULTILINE)
    lines = [line.strip() for line in "\n".join(blocks).replace("\\\n", " ").splitlines()]
    staffs = lines.index("# .github/workflows/grade.yml") if page == "ci" else None  # a test runs it whole
    for words in commands(lines[:staffs], "grader"):
        if not ELSEWHERE.keys() & {*words}:
            yield words


def prepared(page: str, desk: Path) -> Path:
    """The folder in which a page's commands are given."""
    if page in ("students", "ci"):
        folder = desk / page
        folder.mkdir()
        shutil.copy(LAYERS / "pad_hard_coded/layers.ipynb", folder)
        return folder
    if page == "teachers":
        shutil.rmtree(desk / "submissions")
        shutil.copytree(desk / "mine/specimens/kmeans", desk / "submissions")
        shutil.rmtree(desk / "graded")
    return desk


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work_in_their_order(page: str, desk: Path, monkeypatch):
    """As they stand; none ends with a traceback, or with another exit code than it should."""
    monkeypatch.chdir(prepared(page, desk))
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    given = list(shown(page))
    assert given
    for words in given:
        if words[0] == "merge":
            for name, who in (("section-a", "ada"), ("section-b", "ben")):
                run(
                    [
                        "grade",
                        f"submissions/{who}.ipynb",
                        "--only",
                        "relu",
                        "--no-notebook",
                        "--seed",
                        "1",
                        "--out",
                        name,
                    ],
                    page,
                )
        if words[0] == "agree":
            shutil.copytree(LAYERS / "perfect", "submissions/eve__course")
        code, said = run(words, page)
        assert code in ((0, 1) if words[0] in FAILING else (0,)), f"grader {' '.join(words)}\n{said}"


def run(words: list[str], page: str) -> tuple[int, str]:
    """The exit code of a command, and what it said."""
    if words[0] in OWN_PROCESS or page == "teachers":  # a process has one course
        done = grader(*words)
        return done.returncode, done.stdout + done.stderr
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        return main(words), out.getvalue()


def test_no_page_is_left_out():
    """Of those that show a command in a block."""
    blocks = {
        name: re.findall(r"^```[^`\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE) for name, text in TEXTS.items()
    }
    showing = {
        name for name, found in blocks.items() if re.search(r"^(?:- run: )?grader \w", "".join(found), re.MULTILINE)
    }
    assert showing - {f"docs/{page}.md" for page in PAGES} <= ELSEWHERE.keys()
    root = Path(__file__).parents[1]
    assert all((root / place).exists() for places in ELSEWHERE.values() for place in places.split(" and "))
