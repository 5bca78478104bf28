"""The words in which checks are written: parts, checks, cases and inputs.

A check is a *scenario*: a short function that only calls things and returned named arrays. It runs in the
student's process, where it arrives as text (see grader.scenarios), with the student's functions, and in the grader
with the reference's.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from grader.errors import MalformedCheck
from grader.expectations import Array, Expectation
from grader.records import dataclass, field

if TYPE_CHECKING:
    from grader.data_set import DataSet

Inputs = dict[str, Array]
# The generator in quotes: numpy.random is imported at its first use, and a student process may need none.
Draw = Callable[["np.random.Generator"], Any]
Recipe = Mapping[str, Any] | Callable[["np.random.Generator"], Mapping[str, Any]]
DataRecipe = Callable[["np.random.Generator", "DataSet"], Mapping[str, Any]]
Truth = Callable[["DataSet"], Mapping[str, Any]]
Scenario = Callable[..., Mapping[str, Any]]


MOVED = 0.02  # of the standard deviation


def normal(*shape: int, scale: float = 1.0, shift: float = 0.0) -> Draw:
    """Draw an array of the given shape from a normal distribution (float64)."""
    return lambda rng: shift + scale * rng.standard_normal(shape)


def integers(low: int, high: int, *shape: int) -> Draw:
    """Draw an array of integers from low to high - 1, such as class labels (int64)."""
    return lambda rng: rng.integers(low, high, shape)


def like(array: Array, rng: np.random.Generator) -> Array:
    """Other numbers in the place of published ones, each moved so little that what is special about them stays.

    Whole numbers stay as they are, since they may be sizes or labels; so does what is the same everywhere.
    """
    if array.dtype.kind != "f" or not array.ndim or np.ptp(array) == 0:
        return array
    return array + MOVED * np.std(array) * rng.standard_normal(array.shape)


def cache_of(forward: Callable[[], Any], documented: Any) -> Any:
    """The cache that a forward pass returns, or the ``documented`` one where it raises or is not written yet.

    So a backward pass that keeps to the course's docstring is judged by itself.
    """
    try:
        _, cache = forward()
    except Exception:
        return documented
    return documented if cache is None else cache


@dataclass(frozen=True, slots=True)
class Case:
    """One set of inputs of a check, worth some of its points; ``name`` is "" for the course's own case."""

    name: str
    recipe: Recipe | DataRecipe
    points: float
    anew: Recipe | None = None  # the same in hidden runs, where the recipe gives what the course has published


@dataclass(frozen=True, slots=True)
class GradientOf:
    """Of which forward pass a backward pass is the gradient: that of the check ``forward`` of the same part.

    ``wrt`` maps each gradient that is returned to the input that it belongs to. ``output`` is what the forward pass
    returns, ``upstream`` the input that holds the gradient of it; None for a loss.
    """

    forward: str
    wrt: Mapping[str, str]
    output: str = "out"
    upstream: str | None = "dout"


@dataclass(frozen=True, slots=True)
class Check:
    """A scenario, the cases to play it with, and what to expect of the arrays that it returns.

    With ``needs_data`` it is skipped unless the data set is given; ``truth`` is what then stands instead of the
    reference's answer. ``reference`` is its part's. ``independent``: its function repeats what others do in lines of
    its own, so that what is right here may be wrong there. ``builds_on``: the checks of what it makes use of; only if
    none of them failed are two mistakes at once looked for here. ``rename`` says what students call those functions
    that have other names in this course. ``own`` is the limit of the course's own case, if the course's tolerance is
    wider than ours; that it is right to ours as well has ``precise`` points. ``apart``: the course grades the arrays
    apart, so they share the points of a case. ``asks``: the functions of which one has to be defined, called or named
    in a submission's text for this check to be asked of it, where the part is.
    """

    part: str
    slug: str
    title: str
    scenario: Scenario
    cases: tuple[Case, ...]
    expect: tuple[Expectation, ...]
    seconds: float
    needs_data: bool = False
    truth: Truth | None = None
    gradient_of: GradientOf | None = None
    timed: bool = False
    independent: bool = False
    builds_on: tuple[str, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    own: float | None = None
    precise: float = 0.0
    apart: bool = False
    asks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``part/check``, unique in the project."""
        return f"{self.part}/{self.slug}"

    @property
    def points(self) -> float:
        """What the check is worth in all."""
        return round(sum(case.points for case in self.cases) + self.precise, 6)

    def inputs(self, case: Case, seed: int, data: DataSet | None = None, *, hidden: bool = False) -> Inputs:
        """The arrays of one case, the same for the same seed (and data set) whatever else is drawn.

        In a ``hidden`` run the course's own case is drawn anew where it does not depend on the seed: the right answers
        to what is published can be typed in.
        """
        rng = np.random.default_rng([seed, crc32(f"{self.name}/{case.name}".encode())])
        drawn = self._drawn(case.anew if hidden and case.anew else case.recipe, rng, data)
        if hidden and not case.anew and not case.name and not self.needs_data and self._is_published(case, drawn):
            return {name: like(value, rng) for name, value in drawn.items()}
        return drawn

    def _drawn(self, recipe: Recipe | DataRecipe, rng: np.random.Generator, data: DataSet | None) -> Inputs:
        arguments = (rng, data) if self.needs_data else (rng,)
        given = recipe(*arguments) if callable(recipe) else recipe
        return {name: np.asarray(item(rng) if callable(item) else item) for name, item in given.items()}

    def _is_published(self, case: Case, drawn: Inputs) -> bool:
        again = [self.inputs(case, seed) for seed in (0, 1)]
        return all(np.array_equal(value, one[name]) for one in again for name, value in drawn.items())

    def settings(self, case: Case) -> dict[str, Any]:
        """The single numbers and words among the inputs of a case that no seed changes, such as pad or mode."""
        drawn = [self.inputs(case, seed) for seed in (0, 1)] if not self.needs_data else [{}]
        single = [{name: value.item() for name, value in one.items() if not value.ndim} for one in drawn]
        return {name: value for name, value in single[0].items() if single[-1].get(name) == value}

    def play(self, code: object, inputs: Inputs) -> Mapping[str, Any]:
        """Run the scenario on copies of the inputs; single numbers arrive as Python numbers.

        NumPy's global generator is seeded first, so that code that draws from it repeats its numbers; in a process
        that has not imported it no code does.
        """
        if "numpy.random" in sys.modules:
            np.random.seed(231)
        return self.call(code, inputs)

    def call(self, code: object, inputs: Inputs) -> Mapping[str, Any]:
        """The same without seeding."""
        arguments = {name: value.item() if value.ndim == 0 else value.copy() for name, value in inputs.items()}
        return self.scenario(code, **arguments)


@dataclass(frozen=True, slots=True)
class FromVariable:
    """A ``function`` that may be handed in as the cells that make a ``variable`` of what the names ``given`` hold."""

    function: str
    variable: str
    given: tuple[str, ...]


@dataclass
class Part:
    """A group of checks of an assignment; each file in the course's ``checks/`` defines one, named ``part``.

    ``needs`` lists the functions and classes that the scenarios call; ``order`` is its place in the assignment,
    ``starter`` the module of the course's own package in which students write them. Of a ``timed`` part the report
    says how much faster the reference is.
    ``reference`` names the reference of those whose name two exercises share: {"Net": "DeeperNet"}.
    ``frames`` are classes as the starter gives them, without the methods that students write but for their signatures
    (``...``): who pastes methods alone is graded on them in it. ``variables`` are functions that may be handed in as a
    variable, and the cells that make it (both: grader.forms).
    """

    slug: str
    title: str
    assignment: str
    needs: tuple[str, ...]
    order: int = 0
    starter: str = ""
    timed: bool = False
    checks: dict[str, Check] = field(default_factory=dict)
    reference: Mapping[str, str] = field(default_factory=dict)
    frames: tuple[type, ...] = ()
    variables: tuple[FromVariable, ...] = ()

    @property
    def points(self) -> float:
        """What the part is worth in all."""
        return round(sum(check.points for check in self.checks.values()), 6)

    def check(
        self,
        *,
        points: float,
        inputs: Recipe,
        expect: list[Expectation],
        anew: Recipe | None = None,
        edges: Mapping[str, Recipe] | None = None,
        edge_points: float = 0.0,
        seconds: float = 10.0,
        gradient_of: GradientOf | None = None,
        independent: bool = False,
        builds_on: tuple[str, ...] = (),
        own: float | None = None,
        apart: bool = False,
        asks: tuple[str, ...] = (),
    ) -> Callable[[Scenario], Scenario]:
        """Declare a scenario as a check; its name is the slug, its docstring the line that students read.

        Parameters
        ----------
        points, inputs : what the course's own case is worth, and how its inputs are drawn: a mapping from
            argument to ``normal(...)``, ``integers(...)`` or a constant, or a function of the generator.
        anew : how they are drawn in hidden runs, if ``inputs`` are published; else such arrays are like them.
        edges, edge_points : further cases by name (pad 0, other strides, ...), which share their points evenly.
        expect : what the returned arrays must satisfy.
        seconds : wall-clock limit for each case.
        gradient_of : of which check's forward pass this is the gradient, if error is to be carried forward.
        independent : whether students write its function apart from those of the other checks: see Check.
        builds_on : the checks of the part of what it makes use of: see Check.
        own : the course's own tolerance for its own case: see Check. Our precision is one more edge case then.
        apart : whether the arrays share the points of a case: see Check.
        asks : the functions that it is asked with, if not with the part: see Check.
        """

        share = edge_points / (len(edges) + (own is not None)) if edges else 0.0
        cases = [
            Case("", inputs, points, anew),
            *(Case(name, recipe, share) for name, recipe in (edges or {}).items()),
        ]
        if edge_points and not edges:
            raise MalformedCheck(f"A check of {self.slug} has edge_points but no edges.")
        options = {"gradient_of": gradient_of, "independent": independent, "builds_on": builds_on, "apart": apart}
        options["asks"] = asks
        precise = share if own is not None else 0.0
        return self._declare(cases, expect, seconds, **options, own=own, precise=precise)

    def data_check(
        self,
        *,
        points: float,
        inputs: DataRecipe,
        expect: list[Expectation],
        seconds: float,
        truth: Truth | None = None,
        asks: tuple[str, ...] = (),
    ) -> Callable[[Scenario], Scenario]:
        """Declare a check that is skipped unless the course's data set is given.

        Parameters
        ----------
        inputs : how the inputs are drawn, as a function of the generator and the data set.
        truth : what the expectations compare with or measure on, as a function of the data set; it never reaches the
            student's process. Without it, the scenario is played with the data set's reader.
        points, expect, seconds, asks : as of ``check``.
        """
        return self._declare([Case("", inputs, points)], expect, seconds, needs_data=True, truth=truth, asks=asks)

    def _declare(
        self, cases: Sequence[Case], expect: Sequence[Expectation], seconds: float, **options: Any
    ) -> Callable[[Scenario], Scenario]:
        def declare(scenario: Scenario) -> Scenario:
            slug = scenario.__name__
            if slug in self.checks:
                raise MalformedCheck(f"The check {self.slug}/{slug} is declared twice.")
            title = (inspect.getdoc(scenario) or "").partition("\n")[0]
            check = Check(
                self.slug,
                slug,
                title,
                scenario,
                tuple(cases),
                tuple(expect),
                seconds,
                reference=self.reference,
                timed=self.timed,
                **options,
            )
            _validate(check)
            self.checks[slug] = check
            return scenario

        return declare


def _validate(check: Check) -> None:
    """Refuse a declaration that could only fail later, in front of a student."""
    if not check.title:
        raise MalformedCheck(f"The check {check.name} has no docstring; students read its first line.")
    names = [expectation.name for expectation in check.expect]
    if len(names) != len(set(names)) or not names:
        raise MalformedCheck(f"The check {check.name} must expect at least one array, each of them once.")
    signature = inspect.signature(check.scenario)
    for case in check.cases:
        if callable(case.recipe):
            continue  # what it gives shows when it is played: the tests do
        drawn = case.recipe
        try:
            signature.bind(None, **drawn)
        except TypeError as error:
            name = f"case {case.name!r}" if case.name else "course's own case"
            raise MalformedCheck(
                f"The scenario of {check.name} does not take the inputs {list(drawn)} of its {name}: {error}."
            ) from None
