"""What a course hands out is enough: the lines for students work as they are printed."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.wheels import PACKAGES, ROOT, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]
TEMPLATE = ROOT / "student_template/dropout/dropout.ipynb"


def test_the_lines_for_students_work_as_they_are_printed(wheel, tmp_path):
    """In a shell, beside wheel and template, without a network: the packages that pip would fetch are lent from here.

    That a released folder and the wheel are enough for any course is shown in tests/courses/test_example.py.
    """
    text = (ROOT / "docs/install.md").read_text("utf-8")
    block = text.partition("<!-- commands")[2].partition("<!-- end of commands")[0]
    venv, install, check = re.search(r"^```\n(.*?)^```", block, re.DOTALL | re.MULTILINE)[1].splitlines()
    for file in (wheel, TEMPLATE):
        shutil.copy(file, tmp_path)
    shell = ("sh", "-ec")
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    made = run(*shell, f"{venv}\n{install}", cwd=tmp_path, env=offline)
    assert made.returncode == 0, made.stderr
    (site,) = tmp_path.glob(".venv/lib/python*/site-packages")
    (site / "packages.pth").write_text("\n".join(filter(PACKAGES.search, sys.path)))
    checked = run(*shell, check, cwd=tmp_path, env=offline)
    assert (checked.returncode, "0 of 9 points." in checked.stdout) == (1, True), checked.stderr
    assert wheel.name in text
