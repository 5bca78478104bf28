"""The pictures of the docs; ``python -m tests.screenshots`` takes them anew, with Chromium.

What they show is made by the commands themselves; only the class is a made-up one, as the sample reports are.
"""

from __future__ import annotations

import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from grader.exporters import html
from tests.exporters import samples
from tests.exporters.browser import CHROMIUM

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
WORKED = ROOT / "tests/specimens/two_layer_net/regularisation_factor/two_layer_net.ipynb"
COLUMNS = 104
WINDOW = """<!doctype html><meta charset="utf-8"><body style="margin:0;background:%s">
<pre style="margin:0;padding:18px 22px;font:14px/20px 'DejaVu Sans Mono',monospace;color:#d9d9d9"><code
style="font-family:inherit">{code}</code></pre>"""
FIRST = 'def affine_forward(x, w, b):\n    """Compute x w + b."""\n    out = x.reshape(len(x), -1).dot(w)\n'
CELLS = ("%load_ext grader", FIRST + "    return out, (x, w, b)", "%grade affine/forward --assignment layers")


def at_a_terminal(*command: str | Path, cwd: Path) -> str:
    """What a command writes to a terminal, escapes included."""
    ours, theirs = pty.openpty()
    env = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    with subprocess.Popen([*map(str, command)], cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:  # so Linux says that the other end is closed
            pass
    os.close(ours)
    return b"".join(pieces).decode("utf-8").replace("\r\n", "\n")


def terminal(folder: Path) -> tuple[str, int, int]:
    """The worked example at a terminal."""
    shutil.copy(WORKED, folder)
    said = at_a_terminal(sys.executable, "-m", "grader", "check", cwd=folder)
    lines = Text.from_ansi("$ grader check\n" + said.rstrip())
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    console.print(lines)
    page = WINDOW % "#0c0c0c"
    text = console.export_html(theme=MONOKAI, inline_styles=True, code_format=page)
    return text, 920, 20 * (text[text.index("<pre") :].count("\n") + 1)


def report(folder: Path) -> tuple[str, int, int]:
    """Its report."""
    shutil.copy(WORKED, folder)
    command = (sys.executable, "-m", "grader", "check", "--html", "report.html")
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    return (folder / "report.html").read_text("utf-8"), 1000, 1350


def klass(folder: Path) -> tuple[str, int, int]:
    """The page of a class that is made up."""
    rows = samples.gradebook(samples.classroom()[:24])
    return html.index(rows, title="Assignment 2, autumn class"), 1000, 1000


def notebook(folder: Path) -> tuple[str, int, int]:
    """``%grade`` in a notebook, as Jupyter shows it."""
    from nbconvert.exporters import HTMLExporter  # dear to import

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    text, _ = HTMLExporter(require_js_url="", mathjax_url="", jquery_url="").from_notebook_node(book)
    return text, 920, 390


PICTURES: dict[str, Callable[[Path], tuple[str, int, int]]] = {
    "terminal": terminal,
    "report": report,
    "class": klass,
    "notebook": notebook,
}


def take(name: str, path: Path) -> None:
    """Write one picture, as a PNG of at most 256 colours."""
    with tempfile.TemporaryDirectory(prefix="grader-picture-") as place:
        folder = Path(place)
        (folder / "homework").mkdir()
        page, width, height = PICTURES[name](folder / "homework")
        (folder / "page.html").write_text(page, "utf-8")
        command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        command += ["--no-first-run", f"--user-data-dir={folder / 'profile'}", "--hide-scrollbars"]
        command += [f"--window-size={width},{height}", f"--screenshot={folder / 'picture.png'}"]
        subprocess.run([*command, (folder / "page.html").as_uri()], capture_output=True, check=True)
        with Image.open(folder / "picture.png") as picture:
            picture.convert("RGB").quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    if CHROMIUM is None:
        raise SystemExit("No Chromium is on the PATH; install Debian's package chromium.")
    IMAGES.mkdir(exist_ok=True)
    for name in PICTURES:
        take(name, IMAGES / f"{name}.png")
        print(f"docs/images/{name}.png")
