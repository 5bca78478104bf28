"""From a submission to what the student process executes: chosen by AST, nothing is run here.

From a notebook come the statements that bind the wanted functions and classes, and, transitively, the
imports, constants and functions that those use. From a module come its functions, classes and constants,
with what they use. What remains out is what would cost time or fail: training runs, plots, data loading.
Statements keep their order, so the last definition of a name wins, as in a notebook.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from grader.cells import CellText, readable
from grader.course.folder import current
from grader.mangled import cut_off, notes_on_cells, notes_on_files, unfilled_again
from grader.model import Note
from grader.names import binds, is_stub, left_none, of_framework, stars, uses
from grader.program import Broken, Program
from grader.slips import slip_of
from grader.submission import Cell, SourceFile, Submission

# In what does not parse
DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)
WORD = re.compile(r"\w+")

# Libraries, perhaps not installed, with modules whose names students give to files too (torch.optim).
LIBRARIES = {"torch", "torchvision", "tensorflow", "keras", "scipy", "sklearn", "matplotlib", "PIL"}


def extract(
    submission: Submission,
    wanted: Iterable[str],
    notebook: str = "",
    *,
    starters: Mapping[str, str] | None = None,
    modules_first: bool = False,
) -> Program:
    """Extract the wanted functions and classes; a file or cell that does not parse is left out and listed.

    Where several files define a name, one that was filled in is taken before a starter's stub, a notebook
    before a module, or with ``modules_first`` after it, the notebook of that file name before others, then the file
    that defines most of them. Where a module that ``starters`` gives for a name defines it, though as a stub, no other
    module counts: a class of one exercise has the name of another's.
    """
    wanted = list(wanted)
    entries = _entries(wanted, submission.files, notebook, starters or {}, modules_first)
    mentioned = _mentioned(submission.files)
    several = sum(file.is_notebook for file in submission.files) > 1
    units: dict[str, list[dict[str, object]]] = {}
    notes: list[Note] = []
    others = {}
    for file in submission.files:
        if file.is_notebook and file.path not in entries.values():
            continue
        names = {name for name, path in entries.items() if path == file.path}
        texts = parsed_cells(file)[0]
        taken = _needed(texts, names if file.is_notebook else names | mentioned, module=not file.is_notebook)
        units[file.path] = _cells(file, texts, taken, several)
        if file.is_notebook:
            others[file.path] = {name for text in texts for name in _defined(text)}
        if names:
            notes += notes_on_cells(file.path, texts, taken, names)
    parsed = {file.path: parsed_cells(file) for file in submission.files}
    notes += notes_on_files(entries, {path: texts for path, (texts, _) in parsed.items()})
    broken = tuple(item for _, items in parsed.values() for item in items)
    packages = tuple(sorted(_absent_packages(submission.files)))
    for kept in (parsed_cells, binds):
        kept.cache_clear()  # trees are large, and a class is long
    return Program(
        units,
        entries,
        _roots(entries.values()),
        broken,
        tuple(wanted),
        packages,
        submission.files,
        tuple(notes),
        others,
    )


def defined_names(submission: Submission) -> set[str]:
    """The names that the submission defines at the top level, also in cells that do not parse."""
    names = {name for file in submission.files for text in parsed_cells(file)[0] for name in _defined(text)}
    broken = [item.text for file in submission.files for item in parsed_cells(file)[1]]
    return names | {name for text in broken for name in DEFINED.findall(text)}


def main_notebook(submission: Submission, names: Iterable[str], name: str = "") -> SourceFile | None:
    """The notebook that has most to do with the wanted names: it defines or mentions more of them than any other.

    Of those that have as much to do with them, the one of that file name.
    """
    wanted = set(names)

    def rank(file: SourceFile) -> tuple[int, bool]:
        return len(wanted & {word for cell in file.cells for word in WORD.findall(cell.text)}), file.path.split("/")[
            -1
        ] == name

    return max((file for file in submission.files if file.is_notebook), key=rank, default=None)


def broken_definition(program: Program, name: str) -> Broken | None:
    """The broken cell or module that defines a name, if one does."""
    return next((item for item in program.broken if name in item.names), None)


@functools.lru_cache(maxsize=256)
def parsed_cells(file: SourceFile) -> tuple[list[CellText], list[Broken]]:
    """The cells of a file that parse, and those that do not."""
    good, broken = [], []
    for cell in file.cells:
        try:
            good.append(readable(cell, notebook=file.is_notebook))
        except SyntaxError as error:
            line, message = _said(error, cell, good)
            column = error.offset if line == error.lineno and (error.offset or 0) > 0 else None
            broken.append(Broken(file.path, cell.number, line, message, cell.text, column))
        except (ValueError, RecursionError, MemoryError) as error:
            broken.append(Broken(file.path, cell.number, None, f"it cannot be parsed ({error})", cell.text))
    return good, broken


def _said(error: SyntaxError, cell: Cell, above: list[CellText]) -> tuple[int | None, str]:
    """The line where a text stops to be Python, and why, where more is known than the parser says."""
    slip = slip_of(cell.text)
    if slip:
        return slip
    rest = cut_off(above, cell.number) if error.msg == "unexpected indent" and cell.text[:1].isspace() else ""
    return error.lineno, f"{error.msg}, as if it went on with {rest}" if rest else error.msg


def _entries(
    wanted: list[str], files: Iterable[SourceFile], notebook: str, starters: Mapping[str, str], modules_first: bool
) -> dict[str, str]:
    """For each wanted name the file to take it from."""
    defined, written, complete, imported = {}, {}, {}, {}
    bodies = {file.path: [node for text in parsed_cells(file)[0] for node in text.tree.body] for file in files}
    for path, nodes in bodies.items():
        names = {name for node in nodes if not _is_import(node) for name in binds(node)}
        defined[path] = names & set(wanted)
    times = Counter(name for names in defined.values() for name in names)
    for file in files:
        nodes = bodies[file.path]
        names = {name for name in defined[file.path] if times[name] > 1}  # what one file alone defines is no question
        written[file.path] = names and names & {
            name for node in nodes if not (is_stub(node) or of_framework(node)) for name in binds(node)
        }
        # Starters of later years leave variables None instead of raising.
        complete[file.path] = {
            name
            for node in nodes
            if (bound := written[file.path] & set(binds(node))) and next(left_none(node), None) is None
            for name in bound
        }
        imported[file.path] = {name for node in nodes if _is_import(node) for name in binds(node)}
    # sorted() is stable, and files come nearest to the root first.
    ranked = sorted(
        files,
        key=lambda file: (
            file.is_notebook if modules_first else not file.is_notebook,
            file.path.rpartition("/")[2] != notebook,
            not file.is_notebook and not _stem(file.path).isidentifier(),  # fc_net-bn.py beside fc_net.py
            -len(complete[file.path]),
            -len(written[file.path]),
            -len(defined[file.path]),
        ),
    )
    entries = {}
    for name in wanted:
        # An imported name counts last: `from mine import forward as forward_naive`.
        usual = [file for file in ranked if _stem(file.path) == starters.get(name) and name in defined[file.path]]
        own = _starters_first(ranked, usual, modules_first) if usual else ranked
        kinds = (complete, written, defined, imported)
        hits = (file.path for names in kinds for file in own if name in names[file.path])
        if (hit := next(hits, None)) is not None:
            entries[name] = hit
    return entries


def _starters_first(ranked: list[SourceFile], usual: list[SourceFile], modules_first: bool) -> list[SourceFile]:
    """The files where the starter puts a function, which are there, and notebooks: no module of another part."""
    notebooks = [file for file in ranked if file.is_notebook]
    return [*usual, *notebooks] if modules_first else [*notebooks, *usual]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _roots(entry_files: Iterable[str]) -> list[str]:
    """The folders above the entry files, nearest first: where `import package.layers` may find its package."""
    folders = []
    for path in entry_files:
        parts = path.split("/")[:-1]
        folders += ["/".join(parts[:n]) for n in range(len(parts), -1, -1)]
    return list(dict.fromkeys([*folders, ""]))


def _absent_packages(files: Iterable[SourceFile]) -> set[str]:
    """Packages that modules of the submission are imported from though they lie in no such folder: flat files."""
    names = [file.path.removesuffix(".py").removesuffix("/__init__").split("/") for file in files]
    folders, modules = {part for parts in names for part in parts[:-1]}, {parts[-1] for parts in names}
    nodes = [node for file in files for text in parsed_cells(file)[0] for node in text.nodes]
    dotted = [node.module.split(".") for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    dotted += [alias.name.split(".") for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    of_course = set() if folders & set(current().packages) else set(current().packages)
    return {
        part
        for parts in dotted
        if (parts[-1] in modules or parts[0] in of_course) and not LIBRARIES & set(parts)
        for part in parts[:-1]
        if part not in folders | modules
    }


def _mentioned(files: Iterable[SourceFile]) -> set[str]:
    """The names that some file may take from another: imported ones, attributes, and any name after a star import."""
    nodes = [node for file in files for text in parsed_cells(file)[0] for node in text.nodes]
    names = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    if "*" in names:
        names |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    if len(list(files)) > 1:
        names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return names


def _cells(
    file: SourceFile, texts: list[CellText], taken: list[tuple[int, int]], several: bool
) -> list[dict[str, object]]:
    """The cells of a file with the statements to execute; labels name the file where cells alone could be confused."""
    kept: dict[int, list[int]] = {}
    for at, index in taken:
        kept.setdefault(at, []).append(index)
    cells: list[dict[str, object]] = []
    for position, text in enumerate(texts):
        statements = [
            {"index": index, "binds": sorted(binds(node)) + ["*"] * stars(node)}
            for index in kept.get(position, ())
            for node in [text.tree.body[index]]
        ]
        if statements:
            cell = f"cell {text.number}" if text.number else ""
            label = ", ".join([file.path, cell] if several and cell else [cell or file.path])
            cells.append(
                {"file": file.path, "cell": text.number, "label": label, "text": text.source, "statements": statements}
            )
    return cells


def _needed(texts: list[CellText], names: set[str], *, module: bool) -> list[tuple[int, int]]:
    """The statements (cell, index) that bind the names, and what those use, transitively."""
    stubs = unfilled_again(texts)
    places = [(at, index) for at, text in enumerate(texts) for index in range(len(text.tree.body))]
    places = [place for place in places if place not in stubs]
    nodes = {place: texts[place[0]].tree.body[place[1]] for place in places}
    imported = {name for node in nodes.values() if _is_import(node) for name in binds(node)}
    # plt.show() changes nothing of plt that a function could need; CONFIG.update(...) does change CONFIG.
    bound = {
        place: binds(node) - imported if isinstance(node, ast.Expr) else binds(node) for place, node in nodes.items()
    }
    binders: dict[str, set[tuple[int, int]]] = {}
    for place in places:
        if not (module and _is_main_part(nodes[place])):
            for name in bound[place]:
                binders.setdefault(name, set()).add(place)
    taken = {place for name in names for place in binders.get(name, ())}
    taken |= {place for place, node in nodes.items() if stars(node) or _is_future(node) or (module and _always(node))}
    todo = list(taken)
    while todo:
        at, _ = place = todo.pop()
        for name in uses(nodes[place], texts[at].scopes):
            new = binders.pop(name, set()) - taken  # once is enough: from then on all are taken
            taken |= new
            todo += new
    return sorted(taken)


def _always(node: ast.stmt) -> bool:
    """What a module always gives: definitions, and assignments that call nothing."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return not any(isinstance(item, (ast.Call, ast.Await)) for item in ast.walk(node))
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _is_main_part(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(item, ast.Name) and item.id == "__name__" for item in ast.walk(node.test)
    )


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _defined(text: CellText) -> Iterator[str]:
    """The names that a cell defines; an imported name is defined elsewhere."""
    for node in text.tree.body:
        if not _is_import(node):
            yield from binds(node)
