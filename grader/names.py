"""Which names a top-level statement binds, and which it uses; what the extraction follows."""

from __future__ import annotations

import ast
import functools
import symtable
from collections import Counter
from collections.abc import Iterator

from grader.limits import MAX_NESTED

FRAMEWORKS = {"nn", "torch", "tf", "tensorflow", "keras"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Import = ast.Import | ast.ImportFrom
CLOSED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom),
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
Scopes = dict[tuple[str, int], list[symtable.SymbolTable]]


@functools.lru_cache(maxsize=20_000)  # asked for several times of each; grader.extract empties it
def binds(node: ast.stmt) -> frozenset[str]:
    """The top-level names that a statement binds, or changes where they stand.

    Besides definitions, imports and assignments, in blocks too: `Net.loss = f`, `setattr(Net, "loss", f)`,
    `CONFIG.update(...)` and the decorator `@add_to(Net)` change what Net and CONFIG are.
    """
    return frozenset(_bound(node))


def _bound(statement: ast.AST) -> Iterator[str]:
    todo = [statement]
    while todo:
        node = todo.pop()
        yield from _bound_by(node)
        if not _is_closed(node):
            todo.extend(ast.iter_child_nodes(node))


def _is_closed(node: ast.AST) -> bool:
    """Whether what is in a node is its own, or is what its target changes."""
    target = isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store)
    return target or isinstance(node, CLOSED)


def _bound_by(node: ast.AST) -> Iterator[str]:
    """What a node binds by itself, whatever is in it."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*")
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        for decorator in node.decorator_list:
            yield from _changed_by_decorator(decorator)
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
        yield from _root(node)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _changed_by_call(node.value)


def _changed_by_call(call: ast.Call) -> Iterator[str]:
    """`setattr(Net, ...)` changes Net; `CONFIG.update(...)` changes CONFIG."""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        yield call.func.value.id
    elif isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
        yield from _root(call.args[0])


def _changed_by_decorator(decorator: ast.expr) -> Iterator[str]:
    """`@add_to(Net)` may change Net, `@clip.register` changes clip."""
    if isinstance(decorator, ast.Call):
        yield from (argument.id for argument in decorator.args if isinstance(argument, ast.Name))
        decorator = decorator.func
    if isinstance(decorator, ast.Attribute):
        yield from _root(decorator)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def stars(node: ast.stmt) -> bool:
    """Whether a statement holds a star import, which may bind anything."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    blocks = ast.walk(node) if hasattr(node, "body") or hasattr(node, "cases") else [node]
    return any(isinstance(item, ast.ImportFrom) and item.names[0].name == "*" for item in blocks)


def scopes_of(table: symtable.SymbolTable) -> Scopes:
    """The scopes at the top level, by name and line: a name may be defined many times."""
    scopes: Scopes = {}
    for child in table.get_children():
        scopes.setdefault((child.get_name(), child.get_lineno()), []).append(child)
    return scopes


def uses(node: ast.stmt, scopes: Scopes) -> frozenset[str]:
    """The outside names that a statement reads: at the top level by AST, inside functions by their ``scopes``."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return frozenset(item.id for item in ast.walk(node) if isinstance(item, ast.Name))
    outside = {name for scope in scopes.get((node.name, node.lineno), ()) for name in _globals(scope)}
    # Decorators, bases, defaults and annotations are evaluated at the top level.
    parts = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    return frozenset(outside | {item.id for part in parts for item in ast.walk(part) if isinstance(item, ast.Name)})


def _globals(outer: symtable.SymbolTable) -> Iterator[str]:
    """The global names read in a function or class body, nested scopes included; `x = x` in a class reads one."""
    scopes = [outer]
    while scopes:
        scope = scopes.pop()
        in_class = scope.get_type() == "class"
        # get_symbols() would look through all nested scopes for each symbol.
        for name, flags in scope._table.symbols.items():  # type: ignore[attr-defined]
            symbol = symtable.Symbol(name, flags)
            if symbol.is_global() or (in_class and symbol.is_referenced() and symbol.is_assigned()):
                yield name
        scopes += scope.get_children()


def is_stub(node: ast.stmt) -> bool:
    """Whether a function, or every method of a class but its __init__, only raises NotImplementedError."""
    if isinstance(node, ast.ClassDef):
        methods = [item for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))]
        others = [method for method in methods if method.name != "__init__"]
        return bool(others) and all(map(is_stub, others))
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    *above, last = node.body
    raises = isinstance(last, ast.Raise) and any(
        isinstance(item, ast.Name) and item.id == "NotImplementedError" for item in ast.walk(last)
    )
    # Given lines may stand above; one that returns something is written.
    return raises and not any(isinstance(item, (ast.Return, ast.Yield)) for part in above for item in ast.walk(part))


def returns_nothing(node: ast.stmt) -> bool:
    """Whether a function is written, and no line of it returns or yields anything."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or is_unfilled(node):
        return False
    given = [item for item in ast.walk(node) if isinstance(item, (ast.Return, ast.Yield, ast.YieldFrom))]
    # A starter's lines only set names to None, or to what they take from the arguments.
    computes = any(isinstance(item, (ast.For, ast.While, ast.BinOp, ast.AugAssign)) for item in ast.walk(node))
    return computes and all(isinstance(item, ast.Return) and item.value is None for item in given)


def is_unfilled(node: ast.stmt) -> bool:
    """Whether a definition is as a starter gives it: a stub, or names set to None and returned, and nothing else."""
    if is_stub(node):
        return True
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    none = _set_to_none(list(node.body)).keys()
    returned = [item for item in node.body if isinstance(item, ast.Return) and item.value is not None]
    return all(map(_only_names, node.body)) and all(
        any(isinstance(name, ast.Name) and name.id in none for name in ast.walk(item)) for item in returned
    )


def _only_names(node: ast.stmt) -> bool:
    """Whether a statement computes nothing: a docstring, pass, or names and None that are assigned or returned."""
    if isinstance(node, (ast.Assign, ast.Return)):
        return not any(
            isinstance(item, ast.expr)
            and not isinstance(item, (ast.Name, ast.Tuple))
            and not (isinstance(item, ast.Constant) and item.value is None)
            for item in ast.walk(node)
        )
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def of_framework(node: ast.stmt) -> bool:
    """Whether it is a class of PyTorch's or TensorFlow's, whose exercises use the names of the NumPy ones again."""
    return isinstance(node, ast.ClassDef) and any(name in FRAMEWORKS for base in node.bases for name in _root(base))


def left_none(tree: ast.AST) -> Iterator[str]:
    """The functions that use a variable which is only ever None, as a starter leaves it to be filled in.

    A method is there as ``name`` and as ``Class.name``, of each class around it. What lies deeper than MAX_NESTED
    definitions is a part of those around it only.
    """
    if not _set_to_none(list(ast.walk(tree))):  # as in most code
        return
    todo: list[tuple[ast.AST, tuple[str, ...], int]] = [(tree, (), 0)]
    while todo:
        node, classes, depth = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _uses_none(node):
            yield node.name
            yield from (f"{name}.{node.name}" for name in classes)
        elif isinstance(node, ast.ClassDef):
            classes = (*classes, node.name)
        if (depth := depth + isinstance(node, Definition)) < MAX_NESTED:
            todo += [(child, classes, depth) for child in ast.iter_child_nodes(node)]


def _uses_none(function: ast.AST) -> bool:
    nodes = list(ast.walk(function))
    none = _set_to_none(nodes)
    if not none:
        return False
    names = [node for node in nodes if isinstance(node, ast.Name)]
    stored = Counter(node.id for node in names if isinstance(node.ctx, ast.Store))
    return any(isinstance(node.ctx, ast.Load) and none[node.id] == stored[node.id] > 0 for node in names)


def _set_to_none(nodes: list[ast.AST]) -> Counter[str]:
    """The names that these nodes set to None, and how often."""
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    return Counter(name for node in assigned for target in node.targets for name in _assigned_none(target, node.value))


def _assigned_none(target: ast.expr, value: ast.expr) -> Iterator[str]:
    """The names that an assignment sets to None, also in `dx, dw = None, None`."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for inner, one in zip(target.elts, value.elts, strict=True):
            yield from _assigned_none(inner, one)
    elif isinstance(target, ast.Name) and isinstance(value, ast.Constant) and value.value is None:
        yield target.id
