"""A Result as a piece of HTML for the output of a notebook's cell: the lines of the command, with looks.

It takes its colours and sizes from what is around it, so that it fits light and dark front ends; no script, no request.
"""

from __future__ import annotations

from html import escape

from grader.exporters.lines import DEEP, Line, lines
from grader.model import Result

STYLE = (
    ".grader-check{font-size:.93em;line-height:1.5;max-width:60em}"
    ".grader-check div{white-space:pre-wrap}"
    ".grader-check .mono{font-family:monospace}"
    ".grader-check .bold{font-weight:600}"
    ".grader-check .dim{opacity:.75}"
    ".grader-check .good{border-left:.25em solid #2da44e;padding-left:.5em}"
    ".grader-check .wrong{border-left:.25em solid #d1242f;padding-left:.5em}"
    ".grader-check .open{border-left:.25em solid #bf8700;padding-left:.5em}"
)
COLOURS = {"green": "good", "red": "wrong", "magenta": "wrong", "yellow": "open", "cyan": "open"}


def html(result: Result) -> str:
    """The piece; students' text is escaped, and has no controls and no signs that turn its direction."""
    rows = "\n".join(map(_row, lines(result)))
    label = "Result of the check"
    return f'<div class="grader-check" role="group" aria-label="{label}"><style>{STYLE}</style>\n{rows}\n</div>'


def _row(line: Line) -> str:
    looks = {look for _, look in line.pieces}
    frame = next((COLOURS[look] for look in looks if line.cut and look in COLOURS), "")
    mono = "mono" if line.cut or line.indent > DEEP else ""
    pieces = "".join(_piece(text, look) for text, look in line.pieces)
    names = " ".join(filter(None, (frame, mono)))
    classes = f' class="{names}"' if names else ""
    style = f' style="margin-left:{line.indent / 2:g}em"' if line.indent else ""
    return f"<div{classes}{style}>{pieces}</div>"


def _piece(text: str, look: str) -> str:
    shown = escape(text.strip("\n"))
    words = [word for word in look.split() if word in ("bold", "dim")]
    return f'<span class="{" ".join(words)}">{shown}</span>' if words else shown
