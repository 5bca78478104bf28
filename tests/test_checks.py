"""The checks themselves: discovered, well-formed, fair, and matched by templates and recorded answers."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

import solutions
from grader.cells import readable
from grader.course import parts as checks
from grader.course.assignments import all_assignments, find_assignment, select
from grader.course.catalogue import FILE as SENTENCES
from grader.errors import MalformedCheck, Refused
from grader.expectations import Matches, Verdict, Within, matches
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.mistakes import ignored
from grader.oracle import PUBLIC_SEED, key
from grader.oracle.live import LiveOracle
from grader.oracle.recorded import FILE, RecordedOracle, read, record, sentences
from grader.scenarios import text_of
from grader.shapes import fitted
from grader.spec import Part, normal
from grader.tolerance import differing, judges_of
from grader.worker import student
from grader.worker.loader import Loader
from grader.worker.packages import SOLVERS, USUAL
from solutions.measures import two_layer_loss
from tests.diagnosing import plain

ASSIGNMENTS = list(all_assignments().values())
HOMES = [assignment for assignment in ASSIGNMENTS if any(p.assignment == assignment.slug for p in assignment.parts)]
CHECKS = [check for part in checks.all_parts() for check in part.checks.values() if not check.needs_data]


TRAINS = ("two_layer_net", "cs231n_2016_a1")  # their answers are dear, and for the most part the same
# What known mistakes come to in these is dear: of them only those are played here that are looked up in the file.
# `make test-processors` plays all of them, on this processor too.
DEAR = (*TRAINS, "convnets", "fully_connected_nets", "two_layer_model")
SAMPLED = 10  # one mistake in so many is looked up


def answers_of(assignment):
    """What is asked of an assignment's answers, in one process."""
    group = "training" if assignment.slug in TRAINS else assignment.slug
    return pytest.param(assignment, id=assignment.slug, marks=pytest.mark.xdist_group(f"answers {group}"))


@pytest.fixture(params=[answers_of(one) for one in HOMES])
def assignment(request):
    """Each assignment in turn, all that is asked of it in one process."""
    return request.param


@pytest.fixture(scope="module")
def public():
    """The live oracle on the public seed, its answers shared."""
    return LiveOracle(PUBLIC_SEED, public=True)


def test_every_part_belongs_to_an_assignment():
    """What is discovered can be graded."""
    assert [part for assignment in ASSIGNMENTS for part in assignment.parts] != []
    assert {part.slug for part in checks.all_parts()} == {p.slug for a in ASSIGNMENTS for p in a.parts}


@pytest.fixture
def write_part(course):
    """Put a file beside the checks, as whoever adds a part does, for one test."""

    def write(text, name="extra"):
        (course() / "student_template" / "checks" / f"{name}.py").write_text(text)
        return name

    return write


HEAD = "from grader.spec import Part, normal\nfrom grader.expectations import matches\n"
PART = HEAD + "part = Part('extra', 'Extra', assignment='layers', needs=('f',))\n"
CHECK = "@part.check(points=1, inputs={'x': normal(2)}, expect=[matches('x')])\n"


def test_a_file_dropped_into_the_folder_is_a_part(write_part):
    """Nothing else has to be told about it."""
    write_part(PART + CHECK + "def forward(code, x):\n    'Forward pass.'\n    return {'x': x}\n")
    assert [part.slug for part in checks.all_parts() if part.slug == "extra"] == ["extra"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import absent_module\n", "No module named 'absent_module'"),
        ("x = 1\n", "it defines no `part = Part"),
        (PART, "its part has no check"),
        (
            PART.replace("'extra'", "'other'") + CHECK + "def f(code, x):\n    'F.'\n",
            "the file and the part share one name",
        ),
        (PART + CHECK + "def f(code, x):\n    return {}\n", "has no docstring"),
        (PART + CHECK + "def f(code, y):\n    'F.'\n", "does not take the inputs ['x']"),
        (
            PART + CHECK.replace("[matches('x')]", "[]") + "def f(code, x):\n    'F.'\n",
            "must expect at least one array",
        ),
    ],
)
def test_a_malformed_part_is_an_error_that_names_the_file(write_part, text, reason):
    """Whoever wrote it learns where and what, before any student is graded."""
    with pytest.raises(MalformedCheck) as error:
        checks.load_part(write_part(text))
    assert str(error.value).startswith("student_template/checks/extra.py: ")
    assert reason in str(error.value)


def test_a_slug_cannot_be_used_twice():
    """The second check of a name would silently replace the first."""
    part = Part("p", "P", assignment="a", needs=())

    def forward(code, x):
        """Forward."""

    declare = part.check(points=1, inputs={"x": normal(1)}, expect=[matches("x")])
    declare(forward)
    with pytest.raises(MalformedCheck, match="declared twice"):
        declare(forward)


def same(one, other):
    """Whether two cases have the same inputs."""
    return one.keys() == other.keys() and all(
        np.array_equal(value, other[name], equal_nan=value.dtype.kind == "f") for name, value in one.items()
    )


def test_inputs_depend_on_the_seed_and_on_nothing_else():
    """The same seed draws the same arrays, in whatever order cases are drawn."""
    odd = []
    for check in CHECKS:
        first = [check.inputs(case, 5) for case in check.cases]
        again = [check.inputs(case, 5) for case in reversed(check.cases)]
        odd += [check.name] * (not all(map(same, first, reversed(again))))
    assert odd == []


def published(check):
    """The points for what is the same in every hidden run."""
    drawn = [{case.name: check.inputs(case, seed, hidden=True) for case in check.cases} for seed in (1, 2, 3)]
    return sum(
        case.points for case in check.cases if all(same(drawn[0][case.name], other[case.name]) for other in drawn[1:])
    )


def test_published_answers_are_worth_a_quarter_at_most_in_a_hidden_run():
    """There the course's own case is another, so that typing in what is published is no work."""
    assert [check.name for check in CHECKS if published(check) > check.points / 4 + 1e-9] == []


def test_hidden_seeds_change_what_a_check_asks():
    """Answers to the public seed are of no use: some case has other inputs. (The course's toy data is fixed.)"""
    unchanged = [
        check.name
        for check in CHECKS
        if all(same(check.inputs(case, 1), check.inputs(case, 2)) for case in check.cases)
    ]
    assert unchanged == []


def test_every_limit_is_wider_than_rounding_and_narrower_than_a_mistake():
    """A relative error of 1e-10 to 1e-4, mostly 1e-8; a difference of none at all, or of 1e-12 to 1e-6."""
    sane = {Matches: lambda limit: 1e-10 <= limit <= 1e-4, Within: lambda limit: not limit or 1e-12 <= limit <= 1e-6}
    limits = [
        (check.name, judge.name, type(judge), judge.limit)
        for part in checks.all_parts()
        for check in part.checks.values()
        for judge in judges_of(check.expect).values()
        if isinstance(judge, (Matches, Within))
    ]
    assert [one for one in limits if not sane[one[2]](one[3])] == []
    assert sum(limit == 1e-8 for *_, limit in limits) > 0.75 * len(limits)


NEEDS = [name for assignment in ASSIGNMENTS for name in assignment.needs]
SPECIMENS = Path(__file__).parent / "specimens"
UNUSUAL = {
    "cifar10": "cifar10/package_in_loops",
    "cnn_objects": "cnn_objects/loops",
    "cnn_objects_extended": "cnn_objects_extended/loops",
    "cnn_fundamentals": "cnn_fundamentals/loops",
    "gradient_check": "gradient_check/loops",
    "lenet_by_hand": "lenet_by_hand/loops",
    "lenet_classes": "lenet_classes/loops",
    "batch_norm": "batch_norm/loops",
    "dropout": "dropout/loops_p_drops",
    "fast_layers": "fast_layers/im2col_package",
    "layer_norm": "layer_norm/loops",
    "fully_connected": "fully_connected/package_in_loops",
    "fully_connected_nets": "fully_connected_nets/package_2018",
    "convnets": "convnets/layer_objects",
    "layers": "layers/loops",
    "two_layer_model": "two_layer_model/package_with_loops",
    "two_layer_net": "more/two_layer_net/loops_and_einsum",
    "cs231n_2016_a1": "more/two_layer_net/loops_and_einsum",
}
QUICK = {  # 40,000 iterations of training, or images of full size, would take minutes in loops
    "training": "two_layer_net/perfect",
    "conv_pool_defaults": "cnn_objects/perfect",
    "full_size": "cnn_fundamentals/perfect",
    "stopping": "lenet_classes/perfect",
}


EVERY_PACKAGE = (*USUAL, *SOLVERS)  # what is closed to a process stays closed to it, and other tests need SciPy


@functools.cache
def right_code(folder):
    """A specimen loaded as a student's process loads it, in this one: it is played thousands of times."""
    program = extract(read_submission(SPECIMENS / folder), NEEDS)
    modules, finders = dict(sys.modules), list(sys.meta_path)
    try:
        return Loader(program.as_message(), EVERY_PACKAGE, print).load()
    finally:
        for name in sys.modules.keys() - modules.keys():
            del sys.modules[name]
        sys.modules.update(modules)
        sys.meta_path[:] = finders


def played(check, inputs, code):
    """What the scenario of a check comes to with some code: how it ended, and its arrays."""
    scenario = {"name": check.scenario.__name__, "label": check.name, "text": text_of(check.scenario)}
    with np.errstate(all="ignore"):
        head, values = student.play({"scenario": scenario, "rename": dict(check.rename)}, inputs, code, {})
    return head, {name: plain(value) for name, value in values.items()}


SEEDS, SEEDS_OF_EDGES = 200, 20
SEEDS_OF_DEAR = 50  # of what takes hundredths of a second to play
DEAR_TO_PLAY = ("best_model", "conv_pool", "delta", "dropout", "full_size", "overfit", "training")


def without_twins():
    """The checks, but of those that ask and expect the same in two editions of an exercise the first only."""
    found = {}
    for check in CHECKS:
        asked = tuple((case.name, case.points) for case in check.cases)
        found.setdefault((check.scenario, asked, tuple(check.expect), tuple(check.reference.items())), check)
    return list(found.values())


@pytest.mark.fairness
@pytest.mark.parametrize("check", without_twins(), ids=lambda check: check.name)
def test_checks_are_fair_on_200_seeds(check):
    """Right code that adds up in another order (plain loops, einsum) passes on every seed.

    The course's own case has 200 seeds, the edges, which differ in sizes and settings, 20. Trainings have fewer.
    """
    seeds = SEEDS_OF_DEAR if check.slug in DEAR_TO_PLAY else SEEDS
    code = right_code(QUICK.get(check.slug, UNUSUAL[checks.load_part(check.part).assignment]))
    asked = set()
    for seed in range(seeds):
        oracle = LiveOracle(seed)
        for case in check.cases if seed < SEEDS_OF_EDGES else check.cases[:1]:
            inputs = oracle.inputs(check, case)
            this = (case.name, *(value.tobytes() for value in inputs.values()))
            if this in asked:  # the course's own data is the same on every seed
                continue
            asked.add(this)
            head, values = played(check, inputs, code)
            assert head["outcome"] == "returned", (seed, case.name, head["error"])
            want = oracle.answer(check, case)
            values = fitted(values, want)
            for expectation in check.expect:
                verdict = expectation.judge(values, want, inputs, False)
                assert not isinstance(verdict, Verdict) or verdict.ok, (seed, case.name, verdict.message)


@pytest.mark.slow
@pytest.mark.parametrize("assignment", [answers_of(one) for one in HOMES if one.slug not in DEAR])
def test_recorded_answers_are_those_of_the_live_reference(assignment, public):
    """The file beside the template holds what the reference gives now, on any processor: `make answers` records it.

    The same mistakes show in the same arrays, and no value differs by what the check that judges it would notice.
    """
    live = record(assignment, public)
    recorded = read(assignment.folder / FILE)
    assert sorted(recorded) == sorted(live)
    expect = {key(check, case): check.expect for check in assignment.checks for case in check.cases}
    for name, value in live.items():
        place = name.removeprefix("in/").removeprefix("out/").rpartition("/")[0]
        place = place.split("/", 2)[2] if name.startswith("not/") else place
        last = name.rpartition("/")[2]
        assert differing(expect[place], {last: recorded[name]}, {last: value}) == {}, name


@pytest.mark.slow
def test_the_recorded_oracle_gives_what_is_in_the_file(assignment, public):
    """Inputs, answers and variants, by check and case; of the variants some, as the file itself was compared above."""
    live, recorded = public, RecordedOracle(assignment)
    for check in [check for check in assignment.checks if not check.needs_data]:
        for case in check.cases:
            inputs, answer = recorded.inputs(check, case), recorded.answer(check, case)
            assert inputs.keys() == live.inputs(check, case).keys()
            assert differing(check.expect, inputs, live.inputs(check, case)) == {}
            assert answer.keys() == live.answer(check, case).keys()
            assert differing(check.expect, answer, live.answer(check, case)) == {}
            known = (*live.catalogue.mistakes_of(check.part), *ignored(check))
            for item in known[::SAMPLED]:
                got, want = (oracle.mistaken(check, case, item) for oracle in (recorded, live))
                assert (got is None, sorted(got or {})) == (want is None, sorted(want or {})), (check.name, item.code)
                assert differing(check.expect, got or {}, want or {}) == {}, (check.name, item.code)


def signatures(source: str) -> dict[str, str]:
    """The parameters of each function and method in some source, by name, without annotations."""
    found = {}
    for node in ast.parse(source).body:
        owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for function in node.body if owner else [node]:
            if isinstance(function, ast.FunctionDef):
                for argument in [*function.args.args, *function.args.kwonlyargs]:
                    argument.annotation = None
                found[owner + function.name] = ast.unparse(function.args)
    return found


def test_the_stubs_have_the_signatures_of_the_solutions(assignment):
    """What students fill in can be called exactly as the reference is."""
    if not assignment.template:
        pytest.skip("there are no stubs")
    (file,) = [file for file in read_submission(assignment.folder).files if file.is_notebook]
    stubs = signatures("\n".join(readable(cell, notebook=True).source for cell in file.cells))
    named = {name: reference for part in assignment.parts for name, reference in part.reference.items()}
    for need in assignment.needs:
        source = inspect.getsource(sys.modules[getattr(solutions, named.get(need, need)).__module__])
        wanted = {
            name: parameters
            for name, parameters in signatures(source).items()
            if name == need or (name.startswith(f"{need}.") and not name.startswith(f"{need}._"))
        }
        assert wanted
        assert {name: stubs.get(name) for name in wanted} == wanted


def test_the_measured_loss_is_the_references():
    """The grader's own measure of a network's loss agrees with the solution's."""
    rng = np.random.default_rng(3)
    net = solutions.TwoLayerNet(6, 5, 4)
    net.params = {
        "W1": rng.normal(size=(6, 5)),
        "b1": rng.normal(size=5),
        "W2": rng.normal(size=(5, 4)),
        "b2": rng.normal(size=4),
    }
    X, y = rng.normal(size=(8, 6)), rng.integers(0, 4, 8)
    assert two_layer_loss(net.params, X, y, 0.1) == pytest.approx(net.loss(X, y, reg=0.1)[0], rel=1e-13)


def test_names_pick_parts_and_checks():
    """A part, a check in every part, part/check and part_check; order stays the assignment's."""
    layers = find_assignment("layers")

    def picked(*names):
        return [check.name for check in select(layers, list(names))]

    assert picked("conv") == ["conv/forward", "conv/backward"]
    assert picked("backward") == ["affine/backward", "relu/backward", "conv/backward", "max_pool/backward"]
    assert picked("conv/backward") == picked("conv_backward") == ["conv/backward"]
    assert picked("relu/forward", "affine/forward") == ["affine/forward", "relu/forward"]
    assert len(picked()) == len(layers.checks)
    with pytest.raises(Refused, match="has no part or check 'convolution'; its parts: affine, relu, conv, max_pool"):
        picked("convolution")


def test_the_recorded_sentences_are_those_of_the_catalogue(assignment, public):
    """What students are told is what staff are told; after a change `make answers` records them anew."""
    recorded_now = (assignment.folder / SENTENCES).read_text("utf-8")
    assert recorded_now == sentences(assignment, public)


def test_a_two_layer_network_is_asked_the_same_in_both_assignments_that_have_it():
    """The same cases for the same points: what one pays for a file, the other pays."""
    own, courses = (
        {check.slug: [(case.name, case.points) for case in check.cases] for check in find_assignment(slug).checks}
        for slug in ("two_layer_net", "cs231n_2016_a1")
    )
    assert own == courses
