"""What can be graded: an assignment is a folder in ``student_template/`` and the parts that name it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader import resources
from grader.checks import all_parts, load_part, part_names
from grader.errors import MalformedCheck, NothingFound, Refused
from grader.extract import defined_names
from grader.questions.declared import Asked, asked
from grader.spec import Check, Part
from grader.submission import Submission
from grader.words import did_you_mean
from grader.worker.packages import USUAL


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment; ``folder`` holds its template notebook and the recorded public answers of its own parts.

    It is recognised by the file names ``notebooks`` and the functions and classes ``names``, those that its starter
    gives included. One that is not ``template`` has no template notebook, since the course gives its own.
    ``carried`` is the share of the points for error carried forward; ``differences`` says what gradients by differences
    earn: "flag" (all) or "zero". Students' code may use the packages ``allow`` besides NumPy.
    """

    slug: str
    title: str
    summary: str
    source: str
    convention: str
    notebook: str
    folder: Path
    load: Callable[[], tuple[Part, ...]]
    names: tuple[str, ...]
    questions: tuple[Asked, ...] = ()
    notebooks: tuple[str, ...] = ()
    template: bool = True
    carried: float = 0.5
    differences: str = "flag"
    allow: tuple[str, ...] = USUAL

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its parts, with the checks that it has of each; MalformedCheck if one is not as it must be.

        They are imported when they are first asked for.
        """
        return self.load()

    @property
    def needs(self) -> list[str]:
        """The functions and classes that its checks call."""
        return list(dict.fromkeys(name for part in self.parts for name in part.needs))

    @property
    def checks(self) -> list[Check]:
        """All its checks, in order."""
        return [check for part in self.parts for check in part.checks.values()]

    @property
    def points(self) -> float:
        """What it is worth in all."""
        return round(sum(check.points for check in self.checks), 6)

    @property
    def data_points(self) -> float:
        """What those of its checks are worth that are skipped unless a data set is given."""
        return round(sum(check.points for check in self.checks if check.needs_data), 6)


@functools.cache
def all_assignments() -> dict[str, Assignment]:
    """Every assignment by its slug; MalformedCheck names the file that does not hold what it must."""
    found = {}
    for file in sorted(resources.folder("student_template").glob("*/assignment.toml")):
        slug = file.parent.name
        try:
            found[slug] = _read(slug, file)
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise MalformedCheck(f"{_shown(slug)}: {error}.") from None
    return found


def _shown(slug: str) -> str:
    return f"student_template/{slug}/assignment.toml"


def _read(slug: str, file: Path) -> Assignment:
    """An assignment from its description; its parts are imported when they are first asked for.

    A description that lists no ``parts`` has those whose files name it, and one that lists no ``names`` is known by
    what its parts need: both need every part, or its own, to be imported at once.
    """
    text = tomllib.loads(file.read_text("utf-8"))
    values: dict[str, Any] = {name: text[name] for name in ("title", "summary", "source", "notebook")}
    unknown = set(text.get("weights", {})) - {"usual", "edges"}
    if unknown:
        raise KeyError(f"[weights] has {', '.join(sorted(unknown))}; it takes usual and edges")

    if text.get("differences", "flag") not in ("flag", "zero"):
        raise KeyError(f"differences is {text['differences']!r}; it takes flag and zero")

    @functools.cache
    def load() -> tuple[Part, ...]:
        if "parts" not in text:
            parts = [part for part in all_parts() if part.assignment == slug]
        else:
            absent = set(text["parts"]) - part_names()
            if absent:
                raise MalformedCheck(f"{_shown(slug)}: there is no part {', '.join(sorted(absent))}.")
            parts = [load_part(name) for name in text["parts"]]
        return tuple(_weighed(part, text) for part in _without(parts, text.get("without", []), slug))

    assignment = Assignment(
        slug,
        **values,
        convention=text.get("convention", ""),
        folder=file.parent,
        load=load,
        names=tuple(text.get("names", ())),
        questions=asked(text.get("questions", []), _shown(slug)),
        notebooks=tuple(text.get("notebooks", [text["notebook"]])),
        template=text.get("template", True),
        carried=text.get("carried", 0.5),
        differences=text.get("differences", "flag"),
        allow=(*USUAL, *text.get("allow", ())),
    )
    return assignment if assignment.names else replace(assignment, names=tuple(assignment.needs))


def _without(parts: Sequence[Part], names: Sequence[str], slug: str) -> Iterator[Part]:
    """The parts without the checks ``part/check`` that a description leaves out: they are neither run nor counted."""
    absent = set(names) - {check.name for part in parts for check in part.checks.values()}
    if absent:
        raise MalformedCheck(f"{_shown(slug)}: there is no check {', '.join(sorted(absent))} to leave out.")
    for part in parts:
        checks = {check.slug: check for check in part.checks.values() if check.name not in names}
        if not checks:
            raise MalformedCheck(f"{_shown(slug)}: of {part.slug} nothing is left; take it out of the parts.")
        yield part if len(checks) == len(part.checks) else replace(part, checks=checks)


def _weighed(part: Part, text: Mapping[str, Any]) -> Part:
    """The part with the points that the description gives its checks.

    ``[weights]`` multiplies those of all checks, ``usual`` those of the course's own case, ``edges`` those of the
    general contract; ``[points]`` gives both for one check: "conv/backward" = {usual = 2, edges = 6}.
    """
    weights, points = text.get("weights", {}), text.get("points", {})
    if not (weights or any(name.startswith(f"{part.slug}/") for name in points)):
        return part
    checks = {}
    for check in part.checks.values():
        own = points.get(check.name, {})
        usual = own.get("usual", sum(case.points for case in check.cases[:1]) * weights.get("usual", 1.0))
        edges = own.get("edges", sum(case.points for case in check.cases[1:]) * weights.get("edges", 1.0))
        first, *rest = check.cases
        cases = [replace(first, points=usual), *(replace(case, points=edges / len(rest)) for case in rest)]
        checks[check.slug] = replace(check, cases=tuple(cases))
    return replace(part, checks=checks)


def find_assignment(slug: str) -> Assignment:
    """The assignment of that name; Refused lists those that there are."""
    known = all_assignments()
    if slug not in known:
        near = did_you_mean(slug, known)
        raise Refused(f"There is no assignment {slug!r}; there are: {', '.join(known)}.{near}")
    return known[slug]


def recognise(submission: Submission) -> Assignment:
    """The assignment whose notebooks are there, and whose names; Refused if the submission defines none of any.

    Names count by their F-score: those of the assignment that are there, and those there that are the assignment's.
    A draw goes to the assignment of which more notebooks, then more names are there, then to one with a template.
    """
    defined = defined_names(submission)
    files = {file.path.rpartition("/")[2] for file in submission.files}
    known = all_assignments().values()

    of_any = defined & {name for assignment in known for name in assignment.names}

    def likeness(assignment: Assignment) -> tuple[float, int, int, bool]:
        names, notebooks = defined & set(assignment.names), files & set(assignment.notebooks)
        if not names and assignment.notebook not in files:
            return 0.0, 0, 0, False
        score = 2 * len(names) / (len(assignment.names) + len(of_any)) + len(notebooks) / len(assignment.notebooks)
        return round(score, 6), len(notebooks), len(names), assignment.template

    best = max(known, key=likeness)
    if not any(likeness(best)[:3]):
        wanted = ", ".join(assignment.slug for assignment in known)
        raise NothingFound(
            f"{submission.path} defines no function or class of any assignment; "
            f"name the assignment with --assignment ({wanted}), or check that this is the right file."
        )
    return best


def names_of(assignment: Assignment) -> list[str]:
    """All that ``select`` takes."""
    checks = assignment.checks
    names = [name for check in checks for name in (check.part, check.slug, check.name, f"{check.part}_{check.slug}")]
    return list(dict.fromkeys(names))


def select(assignment: Assignment, names: list[str]) -> list[Check]:
    """The checks that the names pick: a part, a check, part/check or part_check; all of them for no name."""
    picked = []
    for name in names:
        hits = [
            check
            for check in assignment.checks
            if name in (check.part, check.slug, check.name, f"{check.part}_{check.slug}")
        ]
        if not hits:
            known = ", ".join(part.slug for part in assignment.parts)
            checks = ", ".join(dict.fromkeys(check.slug for check in assignment.checks))
            near = did_you_mean(name, names_of(assignment))
            said = f"{assignment.slug} has no part or check {name!r}; its parts: {known}; its checks: {checks}."
            raise Refused(said + near)
        picked += hits
    return [check for check in assignment.checks if not names or check in picked]
