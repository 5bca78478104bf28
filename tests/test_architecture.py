"""What may import what: down the line of ARCHITECTURE.md, never back up; and the engine knows no exercise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# From the top: a module imports from its own floor or from those below. The longest name that fits says the floor.
FLOORS = (
    "grader.cli grader.__main__",
    "grader.commands",
    "grader.release grader.autograder grader.named_causes grader.agreement",
    "grader.selfcheck grader.beside grader.inline",
    "grader.cluster",
    "grader.batch grader.judges",
    "grader.exporters grader.feedback grader.policy grader.store",
    "grader.grading grader.remarks",
    "grader.afterwards",
    "grader.repeats grader.inherited grader.one_place grader.left_over grader.other_shapes grader.not_finite "
    "grader.below",
    "grader.unwritten grader.absence",
    "grader.diagnosis grader.by_array grader.fitting grader.pairs grader.precision grader.differences "
    "grader.carried grader.patience",
    "grader.oracle grader.data_set",
    "grader.judging grader.evidence grader.relations grader.related grader.regions grader.whereabouts grader.places "
    "grader.unkept grader.callees",
    "grader.worker grader.notebook grader.measures",
    "grader.course.assignments grader.course.asking",
    "grader.compat grader.questions grader.intake grader.shown grader.watching",
    "grader.course grader.scenarios grader.worker.packages grader.worker.finders",
    "grader.extract grader.program grader.forms grader.mangled grader.cells grader.names grader.history",
    "grader.shares",
    "grader.conventions grader.spec grader.distributions grader.tolerance grader.shapes "
    "grader.mistakes grader.patches grader.rebuilt",
    "grader.expectations grader.gradebook",
    "grader.forks",
    "grader.sandbox",
    "grader.course.folder grader.course.modules grader.course.keys",
    "grader",  # what imports little or nothing of the project: model, errors, words, limits, lock, ...
)


def imports(file: Path) -> Iterator[str]:
    """The modules of the project that a file imports, wherever in it, but for those that only types need."""
    tree = ast.parse(file.read_text("utf-8"))
    for_types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{name.name}" for name in node.names]
            yield from ([name for name in inside if is_module(name)] or [node.module])
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or place.is_dir()


def floor(module: str) -> int:
    """How far down a module is."""
    fitting = {
        prefix: number
        for number, names in enumerate(FLOORS)
        for prefix in names.split()
        if module == prefix or module.startswith(f"{prefix}.")
    }
    return fitting[max(fitting, key=len)]


MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((ROOT / "grader").rglob("*.py"))
}


def test_imports_go_down_the_line():
    """A module that needs something from above belongs further up, or what it needs further down."""
    up = [
        f"{module} imports {name}"
        for module, file in MODULES.items()
        for name in imports(file)
        if name.startswith("grader") and floor(name) < floor(module)
    ]
    assert up == []


def test_the_engine_imports_nothing_of_a_course():
    """Its two halves are bound by grader.course.modules, wherever they lie."""
    halves = ("student_template", "solutions")
    assert [
        f"{module} imports {name}"
        for module, file in MODULES.items()
        for name in imports(file)
        if name.split(".")[0] in halves
    ] == []


def test_the_engine_knows_no_exercise():
    """Neither a course nor a layer of it is named in the engine."""
    named = re.compile("cs231n|cifar|TwoLayer|batchnorm|conv_forward|affine", re.IGNORECASE)
    assert [module for module, file in MODULES.items() if named.search(file.read_text("utf-8"))] == []
