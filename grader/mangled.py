"""What is amiss with the cells that code was taken from, in words; none of it carries marks.

A name may be defined twice, with one definition that counts; an import may stand below its use; a cell may look like
the rest of the one above; a file may look like two notebooks, one after the other.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from grader.cells import CellText
from grader.model import Note
from grader.names import Definition, binds, is_unfilled, left_none, of_framework, uses
from grader.records import dataclass
from grader.words import listing

Place = tuple[int, int]  # a cell's position among those that parse, and the index of a statement in it
GLUED = 3  # names that all come again, at least: fewer are just written anew
MOST = 5  # notes of one kind
TIMES = {2: "twice"}


@dataclass(frozen=True, slots=True)
class _Defined:
    """A top-level statement that gives a name its value."""

    place: Place
    node: ast.stmt


def unfilled_again(texts: list[CellText]) -> set[Place]:
    """Where a starter's stub stands below a definition of the same name that is filled in: it does not count."""
    found = [
        (_Defined((at, index), node), node.name)
        for at, text in enumerate(texts)
        for index, node in enumerate(text.tree.body)
        if isinstance(node, Definition) and not node.decorator_list
    ]
    times = Counter(name for _, name in found)
    filled, again = set(), set()
    for one, name in found:
        if times[name] > 1 and is_unfilled(one.node):
            again |= {one.place} if name in filled else set()
        else:
            filled.add(name)
    return again


def notes_on_cells(file: str, texts: list[CellText], taken: Collection[Place], names: set[str]) -> Iterator[Note]:
    """What to say of the statements that were ``taken`` from a file for the graded ``names``."""
    left_out = unfilled_again(texts)
    several = _several(texts, {*taken, *left_out}, names)
    glued = _glued(file, texts, several, names, left_out)
    if glued:
        yield glued
    said = [
        Note("defined-twice", _twice(file, texts, name, found, left_out))
        for name, found in several.items()
        if not (glued and name in names) and len({content(one.node) for one in found}) > 1
    ]
    yield from said[:MOST]
    yield from list(_late_imports(file, texts, sorted(taken)))[:MOST]
    yield from _rests(file, texts, taken, names)


def notes_on_files(entries: Mapping[str, str], texts: Mapping[str, list[CellText]]) -> Iterator[Note]:
    """Of files that define graded names too, filled in and in another way, which one counts."""
    if len(texts) < 2:
        return
    found = {file: dict(_finished(several, entries)) for file, several in texts.items()}
    pairs: dict[tuple[str, str], list[str]] = {}
    for name, entry in entries.items():
        others = [file for file, nodes in found.items() if name in nodes and file != entry]
        if others and name in found[entry]:
            counted = content(found[entry][name])
            for file in others:
                if content(found[file][name]) != counted:
                    pairs.setdefault((file, entry), []).append(name)
    for (file, entry), names in list(pairs.items())[:MOST]:
        yield Note("defined-twice", f"{file} defines {listing(names, MOST)} too, in another way; {entry} counts.")


def _finished(texts: list[CellText], names: Collection[str]) -> Iterator[tuple[str, Definition]]:
    """The definitions of these names that leave nothing to be filled in."""
    nodes = [node for text in texts for node in text.tree.body if isinstance(node, Definition) and node.name in names]
    for node in nodes:
        if not (is_unfilled(node) or of_framework(node)) and next(left_none(node), None) is None:
            yield node.name, node


def cut_off(texts: list[CellText], number: int | None) -> str:
    """What a cell that begins with an indent seems to go on with: the end of the cell above it, or ""."""
    above = texts[-1] if texts else None
    if above is None or number is None or above.number != number - 1 or not above.tree.body:
        return ""
    last = above.tree.body[-1]
    return f"{last.name} of cell {above.number}" if isinstance(last, Definition) else ""


def _several(texts: list[CellText], places: set[Place], names: set[str]) -> dict[str, list[_Defined]]:
    """The definitions of each name that has more than one, in order; assignments count for the graded names."""
    found: dict[str, list[_Defined]] = {}
    for at, index in sorted(places):
        node = texts[at].tree.body[index]
        if isinstance(node, Definition) and not node.decorator_list:
            found.setdefault(node.name, []).append(_Defined((at, index), node))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id in names and not _wraps(node.value, target.id):
                    found.setdefault(target.id, []).append(_Defined((at, index), node))
    return {name: several for name, several in found.items() if len(several) > 1}


def _wraps(value: ast.expr, name: str) -> bool:
    """Whether it is a call that is given what the name stood for: `f = jit(f)`."""
    return isinstance(value, ast.Call) and any(isinstance(item, ast.Name) and item.id == name for item in value.args)


def _glued(
    file: str, texts: list[CellText], several: dict[str, list[_Defined]], names: set[str], left_out: set[Place]
) -> Note | None:
    """That a notebook seems to be two: most graded names of it come first once, and then once more."""
    again = {name: found for name, found in several.items() if name in names}
    if len(again) < max(GLUED, len(names) / 2) or texts[0].number is None:
        return None
    first, last = [found[0].place for found in again.values()], [found[-1].place for found in again.values()]
    if max(first)[0] >= min(last)[0]:
        return None
    parts = [_range(texts[min(part)[0]].number, texts[max(part)[0]].number) for part in (first, last)]
    if not left_out & set(last):
        count = "the later ones count"
    elif left_out.issuperset(last):
        count = "the later ones are not filled in, so the earlier ones count"
    else:
        count = "of each, the last one that is filled in counts"
    return Note(
        "glued",
        f"{file} seems to be two notebooks in one: {len(again)} graded names are defined in {parts[0]}, and again in "
        f"{parts[1]}; {count}.",
    )


def _range(first: int | None, last: int | None) -> str:
    return f"cells {first} to {last}" if first != last else f"cell {first}"


def content(node: ast.AST) -> tuple[object, ...]:
    """All that a tree says, its places and comments aside; by levels, since ast.dump is recursive."""
    return tuple(
        (type(item), *(_own(value) for name, value in ast.iter_fields(item) if name != "type_comment"))
        for item in ast.walk(node)
    )


def _own(value: object) -> object:
    """A field without the nodes in it, which come by themselves."""
    if isinstance(value, list):
        return tuple("" if isinstance(item, ast.AST) else item for item in value)
    return "" if isinstance(value, ast.AST) else (type(value), value)


def _twice(file: str, texts: list[CellText], name: str, found: list[_Defined], left_out: set[Place]) -> str:
    counts = [one for one in found if one.place not in left_out][-1]
    times = TIMES.get(len(found), f"{len(found)} times")
    why = "as the last one that is filled in" if left_out & {one.place for one in found} else "as the last one"
    cells = texts[0].number is not None
    where = [str(texts[one.place[0]].number if cells else one.node.lineno) for one in found]
    counted = texts[counts.place[0]].number if cells else counts.node.lineno
    kind = "cell" if cells else "line"
    many = f"{kind}s {listing(list(dict.fromkeys(where)), MOST)}" if len(set(where)) > 1 else f"{kind} {where[0]}"
    return f"{file}: {name} is defined {times}, in different ways ({many}); that of {kind} {counted} counts, {why}."


def _late_imports(file: str, texts: list[CellText], taken: list[Place]) -> Iterator[Note]:
    """Imports in a cell below one that uses what they import."""
    used: dict[str, int] = {}
    bound: set[str] = set()
    imports = {place for place in taken if isinstance(texts[place[0]].tree.body[place[1]], ast.Import | ast.ImportFrom)}
    for at, index in taken[: taken.index(max(imports)) + 1] if imports else ():
        node = texts[at].tree.body[index]
        new = binds(node) - bound
        if (at, index) in imports:
            for name in sorted(new & used.keys()):
                if used[name] < at:
                    cells = texts[used[name]].number, texts[at].number
                    said = f"{file}: cell {cells[0]} uses {name}, which is imported only later, in cell {cells[1]}."
                    yield Note("late-import", said)
        else:
            for name in uses(node, texts[at].scopes):
                used.setdefault(name, at)
        bound |= new


def _rests(file: str, texts: list[CellText], taken: Collection[Place], names: set[str]) -> Iterator[Note]:
    """Cells that are indented as a whole, and may have been the end of what the cell above defines."""
    positions = {at for at, _ in taken}
    for at, text in enumerate(texts[1:], 1):
        if not text.was_indented or at - 1 not in positions or any(names & binds(node) for node in text.tree.body):
            continue
        if above := cut_off(texts[at - 1 : at], text.number):
            said = f"{file}: cell {text.number} is indented as a whole, as if it went on with {above}"
            yield Note("cut", f"{said}; it was read by itself, as Jupyter runs it.")
