"""Pages in a real Chromium, in a frame as wide as a phone, where a script of the test's can ask and touch them."""

from __future__ import annotations

import html as markup
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

BROWSER = [
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER HERE: none of " + ", ".join(NAMES) + " is on PATH"),
    pytest.mark.slow,
]

# The probe runs after the page is laid out; its value is put where --dump-dom prints it.
OUTER = """<script>addEventListener("load", () => {
  const frame = document.querySelector("iframe"), page = frame.contentDocument, root = page.documentElement;
  document.body.textContent = JSON.stringify((() => { %s })());
})</script>"""


def ask(page: str, folder: Path, probe: str, *flags: str, scripts: bool = True) -> Any:
    """Load a page in a frame of 390 x 844, and return what ``probe`` returns of it, the body of a function.

    Without ``scripts`` those of the page do not run, while the probe does.
    """
    sandbox = "" if scripts else 'sandbox="allow-same-origin"'
    frame = f'<iframe {sandbox} width="390" height="844" style="border:0" srcdoc="{markup.escape(page)}"></iframe>'
    (folder / "frame.html").write_text(f"<!doctype html><meta charset=utf-8><body>{frame}{OUTER % probe}", "utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command += ["--no-first-run", f"--user-data-dir={folder / 'profile'}", *flags, "--dump-dom"]
    done = subprocess.run([*command, (folder / "frame.html").as_uri()], capture_output=True, check=True)
    body = re.search(r"<body>(.*)</body>", done.stdout.decode("utf-8"), re.S)
    assert body, done.stderr.decode("utf-8", "replace")
    return json.loads(markup.unescape(body[1]))
