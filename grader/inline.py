"""In a student's notebook: ``from grader import check``, ``check("conv_backward")``, or ``%grade conv/backward``.

What the cells define now is graded as ``grader check`` grades a notebook: by that command, in a process of its own,
which locks in the one that runs the code. Nothing is taken from the kernel but the text of cells that were run, and of
modules beside the notebook that it has imported. Standard library only, and IPython where it is there.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import grader
from grader.history import Cells, cells_now
from grader.machine.system import NEEDS_WHOLE_ENVIRONMENT

NO_NOTEBOOK = "check() grades what the cells of a notebook define; in a terminal use `grader check PATH`."
USE = 'check() takes names of parts and checks, and an assignment: check("conv_backward", assignment="layers").'
USAGE = "%grade takes names of parts and checks, and --assignment A: %grade conv/backward"

NOTHING_YET = (
    "No cell that was run defines a function or class of an assignment: run those that do, or name the assignment, as "
    'in check(assignment="layers").'
)


class Said:
    """A sentence, in the place of a result."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.sentence)}</p>"


class Checked:
    """A Result, which notebooks show as HTML and others as text; ``result`` is the record."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def __repr__(self) -> str:
        from grader.exporters import lines

        return lines.plain(self.result)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from grader.exporters import fragment

        return {"text/plain": repr(self), "text/html": fragment.html(self.result)}


def check(*named: Any, assignment: str | None = None) -> Checked | Said:
    """Grade what the cells define now; names pick parts and checks, as those of ``grader check`` do.

    A function or class stands for its name. Comes back as what a notebook shows; nothing is raised for what cannot be
    graded.
    """
    shell = _shell()
    if shell is None:
        return Said(NO_NOTEBOOK)
    names = tuple(getattr(one, "__name__", one) for one in named)
    if not all(isinstance(name, str) for name in (*names, assignment or "")):
        return Said(USE)
    if any(name.startswith("-") for name in (*names, assignment or "")):
        return Said(USAGE)
    cells = cells_now(shell.history_manager.input_hist_raw)
    above = Path(tempfile.mkdtemp(prefix="grader-inline-"))
    notebook = _name(shell)
    try:
        folder = above / Path(notebook).stem  # as the command calls what it has checked
        _write(folder, cells, notebook)
        return _checked(folder, names, assignment, cells, shell.user_ns)
    except OSError as error:
        return Said(f"The check could not be started here: {error.strerror or error}.")
    finally:
        shutil.rmtree(above, ignore_errors=True)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext grader``: makes ``%grade`` known."""
    shell.register_magic_function(_grade, "line", "grade")


def _grade(line: str) -> Checked | Said:
    """``%grade conv/backward``: grade what the cells define now."""
    try:
        words = shlex.split(line)
    except ValueError:
        return Said(USAGE)
    assignment = None
    if "--assignment" in words:
        at = words.index("--assignment")
        if at + 1 == len(words):
            return Said(USAGE)
        assignment = words[at + 1]
        del words[at : at + 2]
    return check(*words, assignment=assignment)


def _shell() -> Any:
    """The running IPython, if this is one."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def _name(shell: Any) -> str:
    """The notebook's file name where the front end tells it; it helps to know the assignment."""
    told = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or ""
    name = Path(str(told)).name
    return name if name.endswith(".ipynb") else "notebook.ipynb"


def _write(folder: Path, cells: Cells, name: str) -> None:
    from grader.intake.notebooks import as_notebook
    from grader.submission import Cell

    folder.mkdir()
    (folder / name).write_text(as_notebook(Cell(None, text) for text in cells.texts), "utf-8")
    for place, path in _modules(Path.cwd()).items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _modules(beside: Path) -> dict[str, Path]:
    """The modules below a folder that the kernel has imported, by their paths in it."""
    found: dict[str, Path] = {}
    own = Path(grader.__file__).parent
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py"):
            path = Path(file)
            inside = path.is_relative_to(beside) and not path.is_relative_to(own)
            if inside and "site-packages" not in path.parts and path.is_file():
                found[path.relative_to(beside).as_posix()] = path
    return found


def _checked(
    folder: Path, names: tuple[str, ...], assignment: str | None, cells: Cells, kernel: dict[str, Any]
) -> Checked | Said:
    """Run the command on a folder, and read its Result back."""
    asked = ["--assignment", assignment] if assignment else []
    # -P: a file of the student's that is called like a module of the grader's is not imported.
    command = [sys.executable, "-P", "-m", "grader", "check", str(folder), *names, *asked, "--json", "-"]
    run = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=_environment(), start_new_session=True
    )
    try:
        fields = json.loads(run.stdout)
    except ValueError:
        said = run.stderr.strip().rpartition("\n")[2].removeprefix("grader: ").replace(f"{folder}{os.sep}", "")
        if "defines no function or class of any assignment" in said:
            return Said(NOTHING_YET)
        return Said(said.replace(str(folder), "The notebook") or "The check ended without a result.")
    from grader.history import what_stays_in_the_kernel
    from grader.model import Result

    result = Result.from_dict(fields)
    result = replace(result, submission=replace(result.submission, path=folder.name))
    return Checked(what_stays_in_the_kernel(result, cells, kernel))


def _environment() -> dict[str, str]:
    """What anyone may know of the kernel's own, and the place of grader, if that is no folder of packages."""
    from grader.environment import AGAIN, is_plain

    kept = {name: value for name, value in os.environ.items() if NEEDS_WHOLE_ENVIRONMENT or is_plain(name, value)}
    kept[AGAIN] = "1"
    place = str(Path(grader.__file__).parents[1])
    if not place.endswith(("site-packages", "dist-packages")):
        paths = [place, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
        kept["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    return kept
