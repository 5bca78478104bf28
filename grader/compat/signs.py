"""What shows that code was written for Python 2 or an older NumPy; nothing is converted to look.

A text that parses is judged by its tree, one that does not by its statements with strings and comments blanked out.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.compat.edits import bound_names, imported_as, numpy_names
from grader.compat.masking import Masked, mask, without_magics
from grader.compat.old_names import DEPRECATED, ITERATORS, PYTHON2_MODULES, PYTHON2_ONLY, REMOVED
from grader.compat.old_numpy import old_name, old_scipy, wants_old
from grader.compat.python2 import BRIDGES, has_true_division
from grader.parsing import parse

# Only Python 2 has them, and nothing one writes by mistake looks so.
NAMES = PYTHON2_ONLY - {"cmp"}
MODULES = PYTHON2_MODULES
# Signs of Python 2 by which the whole submission is read so; octal numbers and tabs are left to their file.
WEAK = {"python2-octal", "python2-tabs", "python2-division"}
DIVIDES = "divides with /, which rounds whole numbers down in Python 2"
WORD = re.compile(r"\w+")
STAR = re.compile(r"import\s*\*")
CALLS = re.compile(r"(?<![\w.])(xrange|raw_input)\s*\(")
BINDS = re.compile(r"\b(?:def|as)\s+(xrange|raw_input)\b|\b(xrange|raw_input)\s*=[^=]")
IMPORTS = re.compile(r"import\b([^\n]*)")
SLASH = re.compile(r"(?<!/)/(?!/)")
TRUE_DIVISION = re.compile(r"from\s+__future__\s+import\b([^\n]*)")
DIVISION = re.compile(r"\bdivision\b")
NUMPY_AS = re.compile(r"\bimport\s+numpy\s+as\s+(\w+)")
_OLD = "|".join(map(re.escape, sorted(sorted({*REMOVED, *DEPRECATED}), key=len, reverse=True)))
OLD_NUMPY = re.compile(rf"(?<![\w.])(\w+)\.({_OLD})\b(?!\s*=[^=])")
GUARDS = re.compile(r"\b(?:version_info|PY2|PY3|six)\b")
BEGIN = r"(?:^|;|^\s*(?:if|else|elif|for|while|try|except|finally|with|def|class)\b[^\n]*?:)\s*"
NO_VALUE = r"(?!(?:and|or|if|in|is|for|else|not\s+in|import|from|as)\b)"
STATEMENTS = {
    "python2-print": (re.compile(rf"{BEGIN}print(?:\s+{NO_VALUE}[\w\"'`]|[\"']|\s*>>)"), "prints without parentheses"),
    "python2-except": (
        re.compile(r"^\s*except\s+(?:[\w.]+|\([\w., \n]*\))\s*,\s*\w+\s*:"),
        'writes "except E, e"',
    ),
    "python2-raise": (re.compile(rf"{BEGIN}raise\s+[\w.]+\s*,"), 'writes "raise E, message"'),
    "python2-exec": (re.compile(rf"{BEGIN}exec(?:\s+{NO_VALUE}[\w\"']|[\"'])"), "executes without parentheses"),
    "python2-not-equal": (re.compile(r"[\w\])\"']\s*<>\s*[\w(\[\"'-]"), 'compares with "<>"'),
    "python2-repr": (re.compile(r"[=(,+]\s*`[^`\n]+`"), "writes repr in backticks"),
    "python2-long": (re.compile(r"(?<![\w.])\d+[lL]\b"), "writes a long number such as 1L"),
    "python2-octal": (re.compile(r"(?<![\w.])0++[1-7][0-7]*+(?![\w.])"), "writes an octal number without 0o"),
    "python2-parameters": (re.compile(r"^\s*def\s+\w+\s*\((?:[^():]*,)?\s*\("), "has a tuple as a parameter"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A sign that code was written for Python 2 or an older NumPy: the line where it first shows, and a sentence."""

    code: str
    line: int
    sentence: str


def facts(text: str, *, notebook: bool = False, bound: Iterable[str] = ()) -> list[Fact]:
    """The signs in a module or a ``notebook``'s cell, one of each kind, by line.

    ``bound`` are names that other cells bind: `xrange` is no sign where one defines it.
    """
    text = without_magics(text) if notebook else text
    tree, tabs = _tree(text)
    signs, uses = _in_text(text, tabs, set(bound)) if tree is None else _in_nodes(tree, text, set(bound))
    python2 = [Fact(code, line, f"Written for Python 2: line {line} {what}.") for code, line, what in signs]
    every = sorted([*python2, *uses], key=lambda fact: fact.line)
    return list({fact.code: fact for fact in reversed(every)}.values())[::-1]


def is_python2(found: Iterable[Fact]) -> bool:
    """Whether the signs say that all of the submission was written for Python 2."""
    return is_python2_code(fact.code for fact in found)


def is_modern(text: str) -> bool:
    """Whether a text was written for Python 3, or for both: what only Python 3 reads, or imports that bridge."""
    tree, _ = _tree(without_magics(text))
    return tree is not None and any(map(_is_modern, ast.walk(tree)))


def _is_modern(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        module, names = node.module or "", {alias.name for alias in node.names}
        return module.partition(".")[0] in BRIDGES[:-1] or (module == "__future__" and "print_function" in names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        return len(node.args) > 1 or bool(node.keywords)  # Python 2 would print a tuple
    if isinstance(node, ast.arguments):
        return bool(node.kwonlyargs)
    return isinstance(node, (ast.JoinedStr, ast.MatMult, ast.Nonlocal, ast.AnnAssign, ast.NamedExpr))


def is_python2_code(codes: Iterable[str]) -> bool:
    """The same, by the codes alone."""
    return any(code.startswith("python2-") and code not in WEAK for code in codes)


Sign = tuple[str, int, str]  # code, line, what that line does


def _tree(text: str) -> tuple[ast.Module | None, int]:
    """The tree if it parses, and the line where it fails for its tabs."""
    try:
        return parse(text), 0
    except TabError as error:
        return None, error.lineno or 1
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None, 0


def _in_text(text: str, tabs: int, bound: set[str]) -> tuple[list[Sign], list[Fact]]:
    """What shows Python 2, and what an older NumPy, in a text that does not parse."""
    masked = mask(text)
    found = [*_in_statements(masked), *_words(masked, bound)]
    if tabs:
        found.append(("python2-tabs", tabs, "mixes tabs and spaces"))
    if is_python2_code(code for code, _, _ in found):
        slash = SLASH.search(masked.text)
        if slash and not any(map(DIVISION.search, TRUE_DIVISION.findall(masked.text))):
            found.append(("python2-division", masked.text.count("\n", 0, slash.start()) + 1, DIVIDES))
    return found, [_old_numpy(*use) for use in _numpy_in_words(masked.text)]


def _in_nodes(tree: ast.Module, text: str, bound: set[str]) -> tuple[list[Sign], list[Fact]]:
    """The same in a tree, which is walked once for all."""
    nodes = list(ast.walk(tree))
    own = bound_names(nodes)
    found = list(_in_tree(tree, nodes, text, own | bound))
    if is_python2_code(code for code, _, _ in found):
        found += _divisions(tree, nodes)
    return found, [*_old_scipy(nodes), *(_old_numpy(*use) for use in _numpy_in(nodes, own))]


def _in_statements(masked: Masked) -> Iterator[Sign]:
    seen: set[str] = set()
    for first, statement in masked.statements():
        for code, (pattern, what) in STATEMENTS.items():
            if code not in seen and (found := pattern.search(statement)):
                seen.add(code)
                yield code, first + statement.count("\n", 0, found.end()), what


def _words(masked: Masked, bound: set[str]) -> Iterator[Sign]:
    """Names in a text that does not parse: those that it nowhere binds or imports."""
    text = masked.text
    if GUARDS.search(text) or STAR.search(text):
        return
    calls: dict[str, int] = {}
    for found in CALLS.finditer(text):
        calls.setdefault(found[1], found.start())
    if not calls:
        return
    own = {name for names in BINDS.findall(text) for name in names}
    own |= {word for names in IMPORTS.findall(text) for word in WORD.findall(names)}
    for name, start in calls.items():
        if name not in own | bound:
            yield _named(name, text.count("\n", 0, start) + 1)


def _named(name: str, line: int) -> Sign:
    return f"python2-{name.replace('_', '-')}", line, f"uses {name}, which Python 3 does not have"


def _in_tree(tree: ast.Module, nodes: Sequence[ast.AST], text: str, bound: set[str]) -> Iterator[Sign]:
    if GUARDS.search(text):  # code for both asks which one it runs on
        return
    for node in _unguarded(tree) if any(isinstance(node, ast.Try) for node in nodes) else nodes:
        if isinstance(node, ast.Name) and node.id in NAMES and node.id not in bound and "*" not in bound:
            yield _named(node.id, node.lineno)
        elif isinstance(node, ast.Import):
            yield from (_module(alias.name, node.lineno) for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES and not node.level:
            yield _module(node.module, node.lineno)
        elif isinstance(node, ast.Expr) and _prints_to(node.value):
            yield "python2-print", node.lineno, "prints without parentheses"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, own = node.func.attr, node.func.attr in bound
            if (name == "has_key" and len(node.args) == 1 and not own) or (
                name in ITERATORS and not node.args and not own and "pandas" not in text
            ):
                yield f"python2-{name.replace('_', '-')}", node.lineno, f"calls {name}, which Python 3's dict lacks"


def _unguarded(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that stand in no try, which is how code for both asks what there is; level by level."""
    nodes: deque[ast.AST] = deque([tree])
    while nodes:
        node = nodes.popleft()
        if not isinstance(node, ast.Try):
            yield node
            nodes.extend(ast.iter_child_nodes(node))


def _module(name: str, line: int) -> Sign:
    return "python2-module", line, f"imports {name}, which has another name in Python 3"


def _prints_to(node: ast.expr) -> bool:
    """`print >>f, x`, which parses as a shift."""
    first = node.elts[0] if isinstance(node, ast.Tuple) and node.elts else node
    return (
        isinstance(first, ast.BinOp)
        and isinstance(first.op, ast.RShift)
        and isinstance(first.left, ast.Name)
        and first.left.id == "print"
    )


def _divisions(tree: ast.Module, nodes: Iterable[ast.AST]) -> Iterator[Sign]:
    divide = (node for node in nodes if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div))
    lines = [node.lineno for node in divide]
    if lines and not has_true_division(tree):
        yield "python2-division", min(lines), DIVIDES


def _old_scipy(nodes: Sequence[ast.AST]) -> Iterator[Fact]:
    aliases = imported_as(nodes, "scipy")
    for node in nodes if aliases else ():
        if isinstance(node, ast.expr) and (name := old_scipy(node, aliases)):
            what = f"line {node.lineno} uses scipy.{name}, which is NumPy's and no longer SciPy's"
            yield Fact("old-scipy", node.lineno, f"Written for an older SciPy: {what}.")


def _old_numpy(line: int, name: str) -> Fact:
    version = REMOVED.get(name) or DEPRECATED.get(name)
    what = f"np.{name}, which NumPy {version} {'removed' if name in REMOVED else 'deprecated'}" if version else name
    return Fact("old-numpy", line, f"Written for an older NumPy: line {line} uses {what}.")


def _numpy_in(nodes: Sequence[ast.AST], bound: set[str]) -> Iterator[tuple[int, str]]:
    aliases = numpy_names(nodes, bound)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            if (name := old_name(node, aliases)) in REMOVED or name in DEPRECATED:
                yield node.lineno, str(name)
        elif isinstance(node, ast.Call) and (what := wants_old(node, aliases)):
            yield node.lineno, what


def _numpy_in_words(masked: str) -> Iterator[tuple[int, str]]:
    aliases = {"numpy", "np", *NUMPY_AS.findall(masked)}
    first = next((found for found in OLD_NUMPY.finditer(masked) if found[1] in aliases), None)
    if first:  # of one kind the first is told
        yield masked.count("\n", 0, first.start()) + 1, first[2]
