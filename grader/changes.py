"""The small changes of a function that slips suggest, in its syntax tree.

What changes is an axis, an operator, a number, a name for another that the function has, a call for one of its family;
something is left out, or a factor put in.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from grader.own_names import alike, bound_from, names_of, names_of_loops
from grader.records import dataclass

MOST_NAMES, MOST_OTHERS = 12, 20  # of the function's own, as an index or a factor, and in the place of another
MOST_STEPS = 3  # that numbers of loops are multiplied with
AXES_ALIKE = "axes alike"  # the kind of a change that is made in several lines
AXES: tuple[object, ...] = (0, 1, -1, (0, 2, 3), (2, 3), (1, 2, 3), (2, 3, 4), (0, 1), (1, 2), 2)
NUMBERS = (0.0, 0.5, 2.0, 3.0, 1e-5, 1e-7, 1e-8, 0.9, 0.99, 0.999)
FAMILIES = (
    ("sum", "mean", "max", "min", "var", "std", "prod"),
    ("argmax", "argmin", "argsort"),
    ("maximum", "minimum"),
    ("rand", "randn"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("exp", "log", "log2", "log10"),
    ("sqrt", "square", "abs"),
    ("hstack", "vstack"),
)
REDUCING = set(FAMILIES[0]) | set(FAMILIES[1])
OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.Gt, ast.GtE, ast.LtE),
    ast.Gt: (ast.Lt, ast.LtE, ast.GtE),
    ast.LtE: (ast.GtE, ast.Lt),
    ast.GtE: (ast.LtE, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}


Change = tuple[int, str, int, Callable[[], None], Callable[[], None]]  # how unlikely, kind, line, to do and to undo it


def changes(function: ast.FunctionDef) -> Iterator[Change]:
    """Every change that is made, in the order of the places in the tree."""
    loops = names_of_loops(function)
    names = list(dict.fromkeys([*loops, *names_of(function)]))
    bound = bound_from(function)
    keys = list(
        dict.fromkeys(
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.isidentifier()
        )
    )
    yield from _of_all(function)
    yield from _as_far(function, loops)
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            places: list[tuple[object, int | None]] = [(value, None)]
            if isinstance(value, list):
                places = [(one, at) for at, one in enumerate(value)]
            for node, at in places:
                if isinstance(node, ast.AST):
                    line = getattr(node, "lineno", getattr(parent, "lineno", 0))
                    known = [name for name in names if bound.get(name, 0) < line]
                    yield from _of_place(_Place(parent, field, at), node, known, loops, keys)


def _of_all(function: ast.FunctionDef) -> Iterator[Change]:
    """One change in every place of its kind: the axes of all sums and means, or of those in a line."""
    calls = [one for one in ast.walk(function) if isinstance(one, ast.Call) and _called(one) in REDUCING]
    for several in (
        calls,
        *([one for one in calls if one.lineno == line] for line in dict.fromkeys(one.lineno for one in calls)),
    ):
        if len(several) > 1:
            yield from _along(several)


def _as_far(function: ast.FunctionDef, loops: Sequence[str]) -> Iterator[Change]:
    """A loop's number times what such a number is multiplied with elsewhere: i * stride for i."""
    products = [one for one in ast.walk(function) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)]
    steps = {ast.unparse(one.right): one.right for one in products if getattr(one.left, "id", "") in loops}
    inside = {id(one.left) for one in products} | {id(one.right) for one in products}
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            several = value if isinstance(value, list) else [value]
            for at, node in enumerate(several):
                if isinstance(node, ast.Name) and node.id in loops and id(node) not in inside:
                    place = _Place(parent, field, at if several is value else None)
                    for step in [*steps.values()][:MOST_STEPS] if isinstance(node.ctx, ast.Load) else ():
                        yield place.instead(2, "absent", node, ast.BinOp(node, ast.Mult(), step))


def _along(calls: Sequence[ast.Call]) -> Iterator[Change]:
    kind = "axis" if len({one.lineno for one in calls}) == 1 else AXES_ALIKE
    old = [one.keywords for one in calls]
    for axis in (0, 1, -1, (0, 2, 3), (2, 3), (1, 2, 3), (2, 3, 4)):
        for keepdims in (True, False):
            new = [
                ast.keyword("axis", _literal(axis)),
                *([ast.keyword("keepdims", ast.Constant(True))] if keepdims else []),
            ]
            yield (
                3 if kind == AXES_ALIKE else 2,
                kind,
                calls[0].lineno,
                partial(_give, calls, [new] * len(calls)),
                partial(_give, calls, old),
            )


def _give(calls: Sequence[ast.Call], keywords: Sequence[list[ast.keyword]]) -> None:
    for call, given in zip(calls, keywords, strict=True):
        call.keywords = given


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node stands: in a field of its parent, or at an index of a field that is a list."""

    parent: ast.AST
    field: str
    at: int | None

    def put(self, node: ast.AST | Sequence[ast.stmt]) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        elif isinstance(node, ast.AST):
            getattr(self.parent, self.field)[self.at] = node

    def instead(self, rank: int, kind: str, old: ast.AST, new: ast.AST) -> Change:
        """The change that puts another node there."""
        return rank, kind, getattr(old, "lineno", 1), lambda: self.put(new), lambda: self.put(old)


def _of_place(
    place: _Place, node: ast.AST, names: Sequence[str], loops: Sequence[str], keys: Sequence[str]
) -> Iterator[Change]:
    if isinstance(node, ast.stmt):
        yield from _of_statement(place, node, names)
    if isinstance(node, ast.Subscript):
        yield place.instead(3, "index", node, node.value)
        yield from _of_subscript(_Place(node, "slice", None), node.slice, names, loops)
    if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
        return
    if isinstance(node, ast.BinOp):
        for operator in OPERATORS.get(type(node.op), ()):
            yield place.instead(1, "operator", node, ast.BinOp(node.left, operator(), node.right))
        yield place.instead(1, "left out", node, node.left)
        yield place.instead(1, "left out", node, node.right)
        yield place.instead(4, "order", node, ast.BinOp(node.right, node.op, node.left))
        yield from _regrouped(place, node)
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield place.instead(1, "left out", node, one)
    elif isinstance(node, ast.UnaryOp):
        yield place.instead(1, "left out", node, node.operand)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for comparison in COMPARISONS.get(type(node.ops[0]), ()):
            yield place.instead(1, "condition", node, ast.Compare(node.left, [comparison()], node.comparators))
        if isinstance(node.comparators[0], ast.Name):
            for name in names[:MOST_NAMES]:
                entry = ast.Subscript(ast.Name(name, ast.Load()), node.comparators[0], ast.Load())
                yield place.instead(2, "condition", node, ast.Compare(node.left, node.ops, [entry]))
    elif isinstance(node, ast.Constant):
        yield from _of_constant(place, node, keys)
    elif isinstance(node, ast.Name):
        if not isinstance(place.parent, (ast.Call, ast.Attribute)) or place.field != "func" or node.id in names:
            others = [one for one in names if one != node.id][:MOST_OTHERS] if node.id in names else []
            for other in others:
                likely = len(other) <= 3 or alike(node.id, other)
                yield place.instead(2 if likely else 3, "name", node, ast.Name(other, ast.Load()))
    elif isinstance(node, ast.Call):
        yield from _of_call(place, node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield place.instead(1, "left out", node, node.value)
    elif isinstance(node, ast.Tuple) and len(node.elts) > 1:
        yield from _of_tuple(place, node)
    elif isinstance(node, ast.Slice):
        yield from _of_slice(place, node)


def _of_subscript(place: _Place, index: ast.expr, names: Sequence[str], loops: Sequence[str]) -> Iterator[Change]:
    """Each index as one of the function's own names, those of loops first."""
    indices = [(place, index)]
    if isinstance(index, ast.Tuple):
        indices = [(_Place(index, "elts", at), one) for at, one in enumerate(index.elts)]
    for where, one in indices:
        whole = isinstance(one, ast.Slice) and not (one.lower or one.upper)
        for name in () if isinstance(one, ast.Name) else loops if whole else names[:MOST_NAMES]:
            yield where.instead(1 if name in loops and not whole else 2, "index", one, ast.Name(name, ast.Load()))


def _regrouped(place: _Place, node: ast.BinOp) -> Iterator[Change]:
    """a / b * c as a / (b * c), and the other way round; a brackets that closed too early."""
    one, another = node.left, node.right
    calls = [each for each in (one, another) if isinstance(each, ast.Call) and each.args and _called(each) in REDUCING]
    if len(calls) == 2 and _called(calls[0]) == _called(calls[1]):  # sum(a) * sum(b) as sum(a * b)
        together = ast.BinOp(calls[0].args[0], node.op, calls[1].args[0])
        new = ast.Call(calls[0].func, [together, *calls[0].args[1:]], calls[0].keywords)
        yield place.instead(2, "order", node, new)
    if isinstance(node.op, ast.Pow) and isinstance(one, ast.Call) and one.args and _called(one) in REDUCING:
        inside = ast.BinOp(one.args[0], node.op, node.right)  # sum(a) ** 2 as sum(a ** 2)
        yield place.instead(1, "order", node, ast.Call(one.func, [inside, *one.args[1:]], one.keywords))
    if isinstance(node.left, ast.BinOp):
        first, inner, second, outer, third = node.left.left, node.left.op, node.left.right, node.op, node.right
        yield place.instead(2, "order", node, ast.BinOp(first, inner, ast.BinOp(second, outer, third)))
    if isinstance(node.right, ast.BinOp):
        first, outer, second, inner, third = node.left, node.op, node.right.left, node.right.op, node.right.right
        yield place.instead(2, "order", node, ast.BinOp(ast.BinOp(first, outer, second), inner, third))


def _of_constant(place: _Place, node: ast.Constant, keys: Sequence[str]) -> Iterator[Change]:
    value = node.value
    if isinstance(place.parent, ast.keyword) and place.parent.arg == "axis":
        for axis in AXES:
            yield place.instead(1, "axis", node, _literal(axis))
    elif isinstance(value, bool):
        yield place.instead(2, "condition", node, ast.Constant(not value))
    elif isinstance(value, int) and isinstance(place.parent, ast.Subscript) and _is_shape(place.parent.value):
        for other in range(4):
            yield place.instead(1, "number", node, ast.Constant(other))
    elif isinstance(value, int):
        for other in (value + 1, value - 1, 0, -1, 2):
            yield place.instead(2 if abs(other - value) == 1 else 3, "number", node, _literal(other))
    elif isinstance(value, float):
        for number in (*NUMBERS, 1.0):
            yield place.instead(2, "number", node, ast.Constant(number))
    elif isinstance(value, str) and value in keys:
        for key in keys:
            yield place.instead(2, "key", node, ast.Constant(key))


def _is_shape(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "shape"


def _literal(value: object) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


def _of_call(place: _Place, node: ast.Call) -> Iterator[Change]:
    called, of = _called(node), node.func.value if isinstance(node.func, ast.Attribute) else None
    if of is not None:
        for other in (other for family in FAMILIES if called in family for other in family):
            new = ast.Call(ast.Attribute(of, other, ast.Load()), node.args, node.keywords)
            yield place.instead(1, "call", node, new)
    of_module = isinstance(of, ast.Name) and of.id in ("np", "numpy")
    whole = of if of and not of_module else node.args[0] if node.args else None  # what is given to the function
    if whole is not None and called != "copy":  # what changes by that is another name's array
        yield place.instead(2, "left out", node, whole)
    for one in node.keywords:
        fewer = [each for each in node.keywords if each is not one]
        yield place.instead(2, "left out", node, ast.Call(node.func, node.args, fewer))
    if called == "abs" and of_module:
        yield place.instead(2, "call", node, ast.parse(f"np.maximum({ast.unparse(node.args[0])}, 0)", mode="eval").body)
    if called in REDUCING and of_module and node.args and isinstance(node.args[0], ast.BinOp):
        inside = node.args[0]  # sum(a + b) as sum(a) + b: a bracket that closed too late
        if isinstance(inside.op, (ast.Add, ast.Sub)):
            alone = ast.Call(node.func, [inside.left, *node.args[1:]], node.keywords)
            yield place.instead(2, "order", node, ast.BinOp(alone, inside.op, inside.right))
    if called == "sum" and of_module and node.args:
        squares = ast.BinOp(node.args[0], ast.Pow(), ast.Constant(2))
        yield place.instead(2, "absent", node, ast.Call(node.func, [squares, *node.args[1:]], node.keywords))
    if called in REDUCING:
        given = {one.arg: one for one in node.keywords}
        bare = [one for one in node.keywords if one.arg not in ("axis", "keepdims")]
        first = node.args[:1] if of_module else []
        kept = [given["keepdims"]] if "keepdims" in given else []
        for axis in (None, *AXES):
            of_axis = [] if axis is None else [ast.keyword("axis", _literal(axis))]
            for keepdims in (kept, [ast.keyword("keepdims", ast.Constant(True))], []):
                yield place.instead(2, "axis", node, ast.Call(node.func, first, [*bare, *of_axis, *keepdims]))
    if len(node.args) == 2:
        turned = ast.Call(node.func, node.args[::-1], node.keywords)
        yield place.instead(3, "order", node, turned)
        if called == "reshape":
            yield place.instead(2, "order", node, ast.Attribute(turned, "T", ast.Load()))


def _of_tuple(place: _Place, node: ast.Tuple) -> Iterator[Change]:
    parts = node.elts
    for one in range(len(parts)):
        for other in range(one + 1, len(parts)):
            swapped = [*parts]
            swapped[one], swapped[other] = parts[other], parts[one]
            yield place.instead(2, "order", node, ast.Tuple(swapped, ast.Load()))


def _of_slice(place: _Place, node: ast.Slice) -> Iterator[Change]:
    lower, upper, step = node.lower, node.upper, node.step
    ends = [(None, upper), (lower, None)]
    ends += [(lower, ast.BinOp(upper, operator(), ast.Constant(1))) for operator in (ast.Add, ast.Sub) if upper]
    for one, other in ends:
        yield place.instead(2, "index", node, ast.Slice(one, other, step))


def _of_statement(place: _Place, node: ast.stmt, names: Sequence[str]) -> Iterator[Change]:
    if place.at is not None and isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For)):
        yield place.instead(2, "left out", node, ast.Pass())
    if isinstance(node, ast.AugAssign):
        for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div):
            yield place.instead(1, "assignment", node, ast.AugAssign(node.target, operator(), node.value))
        yield place.instead(1, "assignment", node, ast.Assign([node.target], node.value))
    if (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], (ast.Subscript, ast.Name))
    ):
        for operator in (ast.Add, ast.Sub):
            yield place.instead(1, "assignment", node, ast.AugAssign(node.targets[0], operator(), node.value))
    if isinstance(node, ast.If) and place.at is not None:
        yield from _unwrapped(place, node)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)) and node.value is not None:
        yield from _wrapped(_Place(node, "value", None), node.value, names)
        if isinstance(node.value, ast.Tuple) and isinstance(node, ast.Return):
            for at, one in enumerate(node.value.elts):
                yield from _wrapped(_Place(node.value, "elts", at), one, names)


def _unwrapped(place: _Place, node: ast.If) -> Iterator[Change]:
    body, otherwise, test = node.body, node.orelse, node.test
    yield place.instead(2, "condition", node, ast.If(ast.UnaryOp(ast.Not(), test), body, otherwise))
    yield place.instead(3, "condition", node, ast.If(ast.Constant(True), body, otherwise))


def _wrapped(place: _Place, value: ast.expr, names: Sequence[str]) -> Iterator[Change]:
    """Something more done to a value: a factor, a sign, a sum."""
    line = getattr(value, "lineno", 1)

    def put(new: ast.expr) -> Change:
        return 4, "absent", line, lambda: place.put(new), lambda: place.put(value)

    for operator in (ast.Div, ast.Mult, ast.Add, ast.Sub):
        for name in names[:MOST_NAMES]:
            yield put(ast.BinOp(value, operator(), ast.Name(name, ast.Load())))
    shaped = [f".reshape({name}.shape)" for name in names[:MOST_NAMES]]
    sizes = [f" / len({name})" for name in names[:4]] + [f" / {name}.shape[1]" for name in names[:4]]
    plain = [
        ".sum(axis=0)",
        ".mean(axis=0)",
        ".sum()",
        ".mean()",
        ".T",
        " * 2",
        " / 2",
        " ** 2",
        " ** 0.5",
        ".astype(float)",
        ".copy()",
    ]
    inner = ast.unparse(value)
    for words in (*plain, *shaped, *sizes):
        yield put(ast.parse(f"({inner}){words}", mode="eval").body)
    for call in ("-({})", "np.sqrt({})", "np.log({})", "np.exp({})", "np.maximum({}, 0)", "1 / ({})"):
        yield put(ast.parse(call.format(inner), mode="eval").body)
