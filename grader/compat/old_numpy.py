"""What NumPy took and takes no longer: removed names, arrays of one element as numbers, lists of indices."""

from __future__ import annotations

import ast

import numpy

from grader.compat.edits import Edits, bound_names, imported_as, numpy_names, walk
from grader.compat.old_names import DEPRECATED, REMOVED, SCIPYS_OWN

OLD = {*REMOVED, *DEPRECATED, "bool", "long"}
MOST_PARTS = 1 + max(name.count(".") for name in OLD)
RAGGED = {"array", "asarray"}
SIMPLE = (ast.Constant, ast.List, ast.Dict, ast.Set, ast.JoinedStr, ast.ListComp, ast.DictComp, ast.SetComp)


def converted(text: str, tree: ast.Module) -> str:
    """The text with what NumPy 2 lacks; lines stay."""
    edits = Edits(text)
    nodes = list(ast.walk(tree))
    bound = bound_names(nodes)
    aliases = numpy_names(nodes, bound)
    scipy = imported_as(nodes, "scipy")
    numbers = {"int", "float"} - bound
    lists = _lists(tree)
    for node in walk(tree):
        if isinstance(node, ast.Attribute):
            if old_scipy(node, scipy):
                edits.replace(edits.start(node.value), edits.end(node.value), "_compat.scipy")
            _name(node, aliases, edits)
        elif isinstance(node, ast.Call):
            _call(node, aliases, numbers, edits)
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            _element(node, edits)
        elif isinstance(node, ast.Subscript) and _is_list_of_indices(node.slice, lists):
            edits.wrap(node.slice, "_compat.index(", ")")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            _formatted(node, edits)
    return edits.result()


def old_name(node: ast.expr, aliases: set[str]) -> str | None:
    """The name behind `np.` if it is an old one: "int", "lib.pad"."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < MOST_PARTS:
        parts.append(node.attr)
        node = node.value
    name = ".".join(reversed(parts))
    return name if isinstance(node, ast.Name) and node.id in aliases and name in OLD else None


def old_scipy(node: ast.expr, aliases: set[str]) -> str | None:
    """The name behind `scipy.` if it is one of NumPy's functions, which SciPy had as well: "sign"."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _is_numpy(node.value, aliases):
        return node.attr if node.attr not in SCIPYS_OWN and hasattr(numpy, node.attr) else None
    return None


def wants_old(node: ast.Call, aliases: set[str]) -> str | None:
    """What of a call of NumPy's functions is old: `newshape=`, `normed=`, the sum of a generator."""
    if not (isinstance(node.func, ast.Attribute) and _is_numpy(node.func.value, aliases)):
        return None
    keywords = {keyword.arg for keyword in node.keywords}
    if node.func.attr == "reshape" and "newshape" in keywords:
        return "newshape="
    if node.func.attr == "histogram" and "normed" in keywords:
        return "normed="
    if node.func.attr == "sum" and node.args and isinstance(node.args[0], ast.GeneratorExp):
        return "np.sum of a generator"
    return None


def _is_numpy(node: ast.expr, aliases: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in aliases


def _name(node: ast.Attribute, aliases: set[str], edits: Edits) -> None:
    if isinstance(node.ctx, ast.Load) and old_name(node, aliases):
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        edits.replace(edits.start(root), edits.end(root), "_compat.np")


def _call(node: ast.Call, aliases: set[str], numbers: set[str], edits: Edits) -> None:
    func = node.func
    if isinstance(func, ast.Attribute) and _is_numpy(func.value, aliases):
        ragged = func.attr in RAGGED and len(node.args) == 1 and not isinstance(node.args[0], ast.Constant)
        if wants_old(node, aliases) or (ragged and not any(keyword.arg == "dtype" for keyword in node.keywords)):
            edits.replace(edits.start(func.value), edits.end(func.value), "_compat.np")
    elif isinstance(func, ast.Name) and func.id in numbers and len(node.args) == 1 and not node.keywords:
        edits.wrap_argument(node, "_compat.number")


def _element(node: ast.Assign | ast.AugAssign, edits: Edits) -> None:
    """`out[n, f, i, j] = array of one element`, where no index is a slice."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    value = node.value
    if len(targets) != 1 or not isinstance(targets[0], ast.Subscript) or isinstance(value, SIMPLE):
        return
    target = targets[0]
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    if any(isinstance(part, (ast.Slice, ast.Starred)) or _is_ellipsis(part) for part in parts):
        return
    if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
        return  # a dictionary's
    if not _is_plain(target.value) or isinstance(value, (ast.Tuple, ast.Yield, ast.YieldFrom, ast.Await)):
        return
    name = edits.text[edits.start(target.value) : edits.end(target.value)]
    if "\n" not in name:
        edits.wrap(value, "_compat.fit(", f", {name})")


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _is_plain(node: ast.expr) -> bool:
    """A name, or attributes and constant keys of one: reading it twice changes nothing."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Constant, ast.Name)):
            return False
        node = node.value
    return isinstance(node, ast.Name)


def _lists(tree: ast.Module) -> set[str]:
    """Names that a list of something else than numbers is assigned to."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _may_hold_axes(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _may_hold_axes(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _may_hold_axes(node.left) or _may_hold_axes(node.right)
    return isinstance(node, ast.List) and not (node.elts and all(isinstance(item, ast.Constant) for item in node.elts))


def _is_list_of_indices(node: ast.expr, lists: set[str]) -> bool:
    return _may_hold_axes(node) if isinstance(node, ast.List) else isinstance(node, ast.Name) and node.id in lists


def _formatted(node: ast.BinOp, edits: Edits) -> None:
    """`"%d" % array of one element`."""
    left = node.left
    if isinstance(left, ast.Constant) and isinstance(left.value, str) and not isinstance(node.right, SIMPLE):
        words = left.value.replace("%%", "")
        if "%" in words and not any(f"%{sign}" in words for sign in "sra("):
            edits.wrap(node.right, "_compat.number(", ")")
