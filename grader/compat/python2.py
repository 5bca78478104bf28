"""What Python 2's words mean, said in Python 3: whole-number division, lists, and names that stay bound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.compat.edits import Edits, bound_names, imported_as, walk
from grader.compat.old_names import ITERATORS, PYTHON2_ONLY

# Functions that Python 3 lacks, or that give something else there.
BUILTINS = {
    *("apply", "basestring", "cmp", "filter", "intern", "long", "map", "range", "raw_input", "reduce", "round"),
    *("unichr", "unicode", "xrange", "zip"),
}
BRIDGES = ("past", "builtins", "future", "six", "__builtin__")  # modules that give Python 2's or 3's names to both
VIEWS = {"keys", "values", "items"}
METHODS = {"next": "__next__", "__nonzero__": "__bool__", "__div__": "__truediv__", "__rdiv__": "__rtruediv__"}
SIGN = re.compile(r"#[^\n]*|(/|==|!=|<>)")

SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.GeneratorExp, ast.SetComp, ast.DictComp),
)
Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def converted(text: str, tree: ast.Module, *, true_division: bool = False, others: frozenset[str] = frozenset()) -> str:
    """The text, which is Python 3's syntax, with what Python 2 would do; lines stay."""
    edits = Edits(text)
    nodes = list(ast.walk(tree))
    bound = (bound_names(nodes) - set(_bridged(tree))) | others
    pickles = imported_as(nodes, "pickle")
    divides = not true_division and not has_true_division(tree)
    for node in walk(tree):
        if divides:
            _division(node, edits)
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id in BUILTINS and node.id not in bound:
                edits.insert(edits.start(node), "_compat.")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            _method(node, node.func, edits)
            if node.func.attr == "load" and len(node.args) == 1 and not node.keywords and _is_name(node.func, pickles):
                edits.replace(edits.start(node.func), edits.end(node.func), "_compat.load")
        elif isinstance(node, ast.Compare):
            _none(node, edits)
        elif isinstance(node, ast.ClassDef):
            _renamed(node, edits)
    for scope in nodes:
        if isinstance(scope, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            _leaks(scope, edits)
    return edits.result()


def bridged(text: str, tree: ast.Module) -> str:
    """The text of a program for Python 3 with what it imports from `past.builtins`, which need not be installed."""
    names = set(_bridged(tree, ("past", "six"))) & PYTHON2_ONLY
    edits = Edits(text)
    for node in walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            edits.insert(edits.start(node), "_compat.")
    return edits.result()


def has_true_division(tree: ast.Module) -> bool:
    """Whether it says `from __future__ import division`."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "division" for alias in node.names)
        for node in tree.body
    )


def _bridged(tree: ast.Module, modules: tuple[str, ...] = BRIDGES) -> Iterator[str]:
    """Names bound by `from past.builtins import xrange` and the like only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in modules:
            yield from (alias.name for alias in node.names if alias.asname in (None, alias.name))


def _division(node: ast.AST, edits: Edits) -> None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        if _is_float(node.left) or _is_float(node.right):
            return
        at = _sign(edits, edits.end(node.left), edits.start(node.right))
        edits.wrap(node, "_compat.div(", ")")
        edits.replace(at, at + 1, ",")
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and not _is_float(node.value):
        if isinstance(node.value, ast.Tuple):
            return
        # The value ends where the statement does, also if it stands in brackets.
        at = _sign(edits, edits.end(node.target), edits.start(node.value)) + 2
        edits.insert(at, " _compat.Divisor(")
        edits.follow(edits.end(node), ")")


def _is_float(node: ast.expr) -> bool:
    while isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _sign(edits: Edits, start: int, end: int) -> int:
    """The offset of an operator between two nodes: among brackets, comments and line ends only."""
    for found in SIGN.finditer(edits.text, start, end):
        if found[1]:
            return found.start(1)
    raise ValueError("an operator was not found")


def _method(node: ast.Call, func: ast.Attribute, edits: Edits) -> None:
    end = edits.end(func)
    if func.attr in VIEWS and not node.args and not node.keywords:
        edits.wrap(node, "_compat.listed(", ")")
    elif func.attr in ITERATORS and not node.args:
        edits.replace(end - len(func.attr), end, ITERATORS[func.attr])
    elif func.attr == "next" and not node.args and not node.keywords:
        edits.insert(edits.start(node), "_compat.call_next(")
        edits.replace(edits.end(func.value) + _closing(edits, func), edits.end(node), ")")
    elif func.attr == "has_key" and len(node.args) == 1:
        edits.insert(edits.start(node), "_compat.has_key(")
        start = edits.end(func.value) + _closing(edits, func)
        edits.replace(start, edits.text.index("(", end) + 1, ", ")


def _is_name(func: ast.Attribute, names: set[str]) -> bool:
    return isinstance(func.value, ast.Name) and func.value.id in names


def _closing(edits: Edits, func: ast.Attribute) -> int:
    """How far behind its object an attribute's dot stands: brackets around the object come between."""
    between = edits.text[edits.end(func.value) : edits.end(func)]
    return between.rindex(".")


def _none(node: ast.Compare, edits: Edits) -> None:
    """`x == None` was one answer for an array, too."""
    right = node.comparators[0]
    with_none = len(node.ops) == 1 and isinstance(right, ast.Constant) and right.value is None
    if with_none and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        at = _sign(edits, edits.end(node.left), edits.start(right))
        edits.replace(at, at + 2, " is " if isinstance(node.ops[0], ast.Eq) else " is not ")


def _renamed(node: ast.ClassDef, edits: Edits) -> None:
    """Methods that Python 3 calls by another name."""
    taken = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name in METHODS and METHODS[item.name] not in taken:
            if item.name == "next" and "__iter__" not in taken:
                continue
            at = edits.text.index(item.name, edits.text.index("def", edits.start(item)) + 3)
            edits.replace(at, at + len(item.name), METHODS[item.name])


def _leaks(scope: Scope, edits: Edits) -> None:
    """List comprehensions whose variable is read outside of them: they bind it, as Python 2 did.

    `[f(i) for i in x]` becomes `[f(i) for i_ in x if [i := i_]]`.
    """
    comprehensions = list(_own_lists(scope))
    read = set(_read(scope, frozenset())) if comprehensions else set()
    for node in comprehensions:
        for generator in node.generators:
            names = [item for item in ast.walk(generator.target) if isinstance(item, ast.Name)]
            stored = [item for item in names if isinstance(item.ctx, ast.Store)]
            if not any(item.id in read for item in stored) or len(stored) != len(names):
                continue
            for item in stored:
                edits.follow(edits.end(item), "_")
            bindings = ", ".join(f"{item.id} := {item.id}_" for item in stored)
            edits.follow(_end_of_iterable(edits, generator, node), f" if [{bindings}]")


def _own_lists(scope: ast.AST) -> Iterator[ast.ListComp]:
    """The list comprehensions of a scope itself, where an assignment expression is allowed: in no iterable."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.ListComp):
            yield child
            for part in (child.elt, *(test for generator in child.generators for test in generator.ifs)):
                yield from _own_lists(ast.Expr(part))
        elif not isinstance(child, (*SCOPES, ast.JoinedStr)):
            yield from _own_lists(child)


def _read(node: ast.AST, hidden: frozenset[str]) -> Iterator[str]:
    """The names read in a scope and the scopes in it, where no comprehension around the place binds them."""
    if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)):
        targets = [generator.target for generator in node.generators]
        hidden |= {item.id for target in targets for item in ast.walk(target) if isinstance(item, ast.Name)}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in hidden:
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _read(child, hidden)


def _end_of_iterable(edits: Edits, generator: ast.comprehension, node: ast.ListComp) -> int:
    """Behind the iterable and the brackets around it."""
    end, limit = edits.end(generator.iter), edits.end(node) - 1
    start = edits.end(generator.target)
    depth = _unclosed(edits.text[start : edits.start(generator.iter)])
    while depth and end < limit:
        depth -= edits.text[end] == ")"
        end += 1
    return end


def _unclosed(text: str) -> int:
    text = re.sub(r"#[^\n]*", "", text)
    return max(0, text.count("(") - text.count(")"))
