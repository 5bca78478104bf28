"""Which variables of the caller's may hold a secret, so that a program which forks starts itself once more."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.environment import AGAIN, is_plain
from grader.machine.system import FORKS

ASKED = "from grader.environment import leave_secrets; leave_secrets(); import os; print(dict(os.environ))"


@pytest.mark.parametrize(
    ("name", "value", "plain"),
    [
        ("LANG", "tr_TR.UTF-8", True),  # by its name
        ("DISPLAY", ":0", True),
        ("SSL_CERT_DIR", os.sep, True),  # a folder that is there
        ("SEARCHED", os.pathsep.join([os.getcwd(), os.sep]), True),
        ("LEVEL", "16", True),
        ("QUIET", "True", True),
        ("EMPTY", "", True),
        ("CLASS_TOKEN", "tok-1234", False),
        ("PIN", "1234", False),
        ("KEY_FILE", "/nowhere/key.pem", False),
        ("SEARCHED", os.pathsep.join([os.sep, "s3cret"]), False),
        ("HTTPS_PROXY", "http://me:s3cret@proxy", False),
    ],
)
def test_a_variable_is_plain_by_its_name_or_by_a_value_that_tells_nothing(name, value, plain):
    """Whoever knows neither may hold a secret."""
    assert is_plain(name, value) is plain


@pytest.mark.skipif(not FORKS, reason="nothing is forked here")
@pytest.mark.parametrize("token", [{}, {"CLASS_TOKEN": "tok-1234"}], ids=["plain", "with a token"])
def test_a_program_starts_once_more_only_where_something_may_be_secret(token):
    """And then without that."""
    kept = {"PATH": os.environ["PATH"], "LEVEL": "16", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run([sys.executable, "-c", ASKED], env=kept | token, capture_output=True, text=True, check=True)
    found = eval(run.stdout)
    assert (AGAIN in found) is bool(token)
    assert {name: found.get(name) for name in (*kept, *token)} == kept | dict.fromkeys(token)
