"""Files that people hand in and that no grader of code can read, in words."""

from __future__ import annotations

from collections.abc import Sequence

from grader.intake.naming import ending_of
from grader.words import listing, plain_text, readable

KINDS = {
    "a PDF": ".pdf",
    "a Word document": ".doc .docx .odt .rtf .pages",
    "a web page": ".html .htm .mht .mhtml .webarchive .ipynb.html",
    "a text": ".txt .tex",
    "a picture": ".png .jpg .jpeg .heic .gif .webp .bmp .tif .tiff .svg",
    "a film": ".mp4 .mov .avi .mkv .webm",
    "a presentation": ".ppt .pptx .key .odp",
    "an archive that is not read (zip and tar.gz are)": ".rar .7z .gz .bz2 .xz .tbz .tbz2 .tar.bz2 .tar.xz .zst",
    "a MATLAB file": ".m .mat .mlx",
    "an R file": ".r .rmd .qmd",
    "a shortcut, not the file": ".lnk .url .webloc .gdoc .desktop",
    "a download that did not end": ".crdownload .part .download",
}
KIND_OF = {ending: kind for kind, endings in KINDS.items() for ending in endings.split()}
# What teachers keep beside submissions.
STAFFS = frozenset(
    (
        *(".csv", ".tsv", ".xls", ".xlsx", ".ods", ".toml", ".yml", ".yaml", ".json", ".db", ".sqlite"),
        *(".log", ".md", ".cfg", ".ini", ".sh", ".lock", ".tmp"),
    )
)
STAFFS_NAMES = ("readme", "license", "makefile", "dockerfile", "requirements.txt", "index.html", "timestamp.txt")


def is_staffs(name: str) -> bool:
    """Whether a file beside submissions is likely a teacher's: rosters, notes and settings."""
    return ending_of(name).lower() in STAFFS or name.lower().startswith(STAFFS_NAMES)


def why_unread(names: Sequence[str]) -> str:
    """Why none of these files can be graded, and what to do: a sentence."""
    first = names[0]
    kind = KIND_OF.get(ending_of(first).lower())
    if len(names) == 1 and kind:
        what = f"{plain_text(readable(first), 100)} is {kind}, which is not read"
    elif len(names) == 1:
        what = f"{plain_text(readable(first), 100)} is no notebook, .py file or archive of them"
    else:
        what = f"None of {listing([plain_text(readable(name), 60) for name in names], 4)} is a notebook or .py file"
    return f"{what}; hand in the notebook itself (.ipynb) or the .py files."
