"""Notebooks of other languages than Python, and code for frameworks that build a graph instead of computing."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Collection, Iterator

from grader.errors import NothingFound
from grader.extract import defined_names, parsed_cells
from grader.intake.notebooks import language_of
from grader.names import Definition, uses
from grader.submission import SourceFile, Submission
from grader.words import plain_text

MOST = 5  # notebooks that are named
WRITTEN = {"matlab": "MATLAB", "octave": "GNU Octave", "julia": "Julia", "javascript": "JavaScript"}
GRAPHS = {"theano": "Theano", "lasagne": "Lasagne", "paddle": "PaddlePaddle", "caffe": "Caffe"}


def said_of_languages(submission: Submission) -> Iterator[str]:
    """The notebooks whose kernel speaks another language than Python: perhaps a wrong kernel, perhaps a wrong file."""
    for file in [file for file in submission.files if file.is_notebook][:MOST]:
        if language := _other_language(submission, file):
            named = WRITTEN.get(language.lower(), language)
            yield plain_text(
                f"{file.path} is a notebook of {named}, by its kernel, and this grader reads Python: choose a "
                "Python kernel in Jupyter (Kernel, Change kernel), or give the right file."
            )


def refuse_other_languages(submission: Submission, names: Collection[str], allowed: Collection[str] = ()) -> None:
    """NothingFound for what holds none of the asked ``names`` in Python, or makes all of them with such a framework."""
    others = submission.files and all(_other_language(submission, file) for file in submission.files)
    if others and not defined_names(submission).intersection(names):
        raise NothingFound(" ".join(said_of_languages(submission)))
    made, own = set[str](), False
    for file in submission.files:
        found = _made_with(file, names, set(GRAPHS) - set(allowed))
        made |= found or set()
        own |= found is not None and not found
    if made and not own:
        with_them = " and ".join(sorted(GRAPHS[name] for name in made))
        raise NothingFound(
            f"This is code for {with_them}, which builds a graph and leaves the work to the framework; the exercise "
            "asks for code of your own with NumPy. None of it was run."
        )


def _other_language(submission: Submission, file: SourceFile) -> str:
    """The language of a notebook's kernel, if it is not Python; "" also for a module."""
    place = submission.root / file.place if submission.root else submission.file
    with contextlib.suppress(OSError):
        language = language_of(place.read_bytes()) if place and file.is_notebook else ""
        return "" if language.lower().startswith(("python", "ipython")) else language
    return ""


def _made_with(file: SourceFile, names: Collection[str], graphs: set[str]) -> set[str] | None:
    """The frameworks of which a file makes all asked functions and classes that it defines; None if it is of neither.

    Empty if one of them is made without.
    """
    texts = parsed_cells(file)[0]
    aliases = {name: name for name in graphs}
    for node in [node for text in texts for node in text.nodes]:
        if isinstance(node, ast.ImportFrom) and node.module and (top := node.module.partition(".")[0]) in graphs:
            aliases |= {alias.asname or alias.name: top for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if (top := alias.name.partition(".")[0]) in graphs:
                    aliases[alias.asname or top] = top
    loaded = {
        aliases[node.id] for text in texts for node in text.nodes if isinstance(node, ast.Name) and node.id in aliases
    }
    defined = [(node, text) for text in texts for node in text.tree.body if isinstance(node, Definition)]
    asked = [(node, text) for node, text in defined if node.name in names]
    if not loaded:
        return set() if asked else None
    return loaded if all(uses(node, text.scopes) & aliases.keys() for node, text in asked) else set()
