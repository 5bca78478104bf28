"""What can be graded: an assignment is a folder in ``student_template/`` and the parts that name it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from grader.course.adjusting import ADJUSTING, adjusted, renamed
from grader.course.folder import Course, current
from grader.course.keys import NUMBER, checked, read, refuse_unknown
from grader.course.modules import PUBLIC
from grader.course.parts import all_parts, load_part, part_names
from grader.errors import MalformedCheck, NothingFound, Refused
from grader.extract import defined_names
from grader.model import NotAsked
from grader.questions.declared import Asked, asked
from grader.records import dataclass, replace
from grader.shown import Shown, shown
from grader.spec import Check, Part
from grader.submission import Submission
from grader.words import did_you_mean, listing
from grader.worker.packages import USUAL

REQUIRED = ("title", "summary", "source", "notebook")
KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys((*REQUIRED, "convention", "differences"), str),
    **dict.fromkeys(("parts", "names", "notebooks", "allow", "questions", "shows"), list),
    "template": bool,
    "recognised": bool,
    "alone": bool,
    "carried": NUMBER,
    "repeat": NUMBER,
    **ADJUSTING,
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment; ``folder`` holds its template notebook and the recorded public answers of its own parts.

    It is recognised by the file names ``notebooks`` and the functions and classes ``names``, those that its starter
    gives included. One that is not ``recognised`` is known by its notebook's file name alone, since what it asks for
    stands in many a submission to others; one that is ``alone`` only where its notebook is the only one. One that is
    not ``template`` has no template notebook, since the course gives its own. ``carried`` is the share of the points
    for error carried forward, ``repeat`` what a cause costs that was charged before; ``differences`` says what
    gradients by differences earn: "flag" (all) or "zero". Students' code may use the packages ``allow`` besides NumPy.
    ``not_asked`` are parts and checks that one submission does not ask for: then they are not among its
    parts.
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
    shows: tuple[Shown, ...] = ()
    notebooks: tuple[str, ...] = ()
    template: bool = True
    recognised: bool = True
    alone: bool = False
    carried: float = 0.5
    repeat: float = 0.5
    differences: str = "flag"
    allow: tuple[str, ...] = USUAL
    not_asked: tuple[NotAsked, ...] = ()

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


def all_assignments() -> dict[str, Assignment]:
    """Every assignment of the course by its slug; MalformedCheck names the file that does not hold what it must."""
    return _all(current())


@functools.cache
def _all(course: Course) -> dict[str, Assignment]:
    return {file.parent.name: _read(course, file) for file in sorted(course.public.glob("*/assignment.toml"))}


def _read(course: Course, file: Path) -> Assignment:
    """An assignment from its description; its parts are imported when they are first asked for.

    A description that lists no ``parts`` has those whose files name it, and one that lists no ``names`` is known by
    what its parts need: both need every part, or its own, to be imported at once.
    """
    slug = file.parent.name
    where = f"{PUBLIC}/{slug}/{file.name}"
    text = checked(read(file, where), KINDS, where)
    lacking = [name for name in REQUIRED if name not in text]
    if lacking:
        raise MalformedCheck(f"{where}: it lacks {', '.join(lacking)}.")
    if text.get("differences", "flag") not in ("flag", "zero"):
        raise MalformedCheck(f"{where}: differences is {text['differences']!r}; it takes flag and zero.")
    for share in ("carried", "repeat"):
        if not 0 <= text.get(share, 0.5) <= 1:
            raise MalformedCheck(f"{where}: {share} is {text[share]!r}; it takes a share from 0 to 1.")

    @functools.cache
    def load() -> tuple[Part, ...]:
        if "parts" not in text:
            parts = [part for part in all_parts() if part.assignment == slug]
        else:
            refuse_unknown(text["parts"], part_names(), where, "part")
            parts = [load_part(name) for name in text["parts"]]
        return adjusted(parts, course, text, where)

    assignment = Assignment(
        slug,
        **{name: text[name] for name in REQUIRED},
        convention=text.get("convention", ""),
        folder=file.parent,
        load=load,
        names=tuple(renamed(name, course, text) for name in text.get("names", ())),
        questions=asked(text.get("questions", []), where),
        shows=shown(text.get("shows", []), where),
        notebooks=tuple(text.get("notebooks", [text["notebook"]])),
        template=text.get("template", True),
        recognised=text.get("recognised", True),
        alone=text.get("alone", False),
        carried=text.get("carried", 0.5),
        repeat=text.get("repeat", 0.5),
        differences=text.get("differences", "flag"),
        allow=(*USUAL, *text.get("allow", ())),
    )
    return assignment if assignment.names else replace(assignment, names=tuple(assignment.needs))


def find_assignment(slug: str) -> Assignment:
    """The assignment of that name; Refused lists those that there are."""
    known = all_assignments()
    if slug not in known:
        near = did_you_mean(slug, known)
        raise Refused(f"There is no assignment {slug!r}; there are: {', '.join(known) or 'none'}.{near}")
    return known[slug]


def recognise(submission: Submission) -> Assignment:
    """The assignment whose notebooks are there, and whose names; Refused if the submission defines none of any.

    Names count by their F-score: those of the assignment that are there, and those there that are the assignment's.
    A draw goes to the assignment of which more notebooks, then more names are there, then to one with a template.
    """
    defined = defined_names(submission)
    files = {file.path.rpartition("/")[2] for file in submission.files}
    notebooks = [name for name in files if name.endswith(".ipynb")]
    known = [one for one in all_assignments().values() if one.recognised or one.notebook in files]
    known = [one for one in known if not one.alone or notebooks == [one.notebook]]
    of_any = defined & {name for assignment in known for name in assignment.names}

    def likeness(assignment: Assignment) -> tuple[float, int, int, bool]:
        names, notebooks = defined & set(assignment.names), files & set(assignment.notebooks)
        if not names and assignment.notebook not in files:
            return 0.0, 0, 0, False
        score = 2 * len(names) / (len(assignment.names) + len(of_any)) + len(notebooks) / len(assignment.notebooks)
        return round(score, 6), len(notebooks), len(names), assignment.template

    best = max(known, key=likeness)
    if not any(likeness(best)[:3]):
        wanted = ", ".join(all_assignments())
        raise NothingFound(
            f"{submission.path} defines no function or class of any assignment; "
            f"name the assignment with --assignment ({wanted}), or check that this is the right file."
        )
    by_name = files & set(best.notebooks)
    dropped = of_any - set(best.names)
    return best if by_name or not dropped - given_by(best, dropped) else _covering(defined, best, known, likeness)


def given_by(assignment: Assignment, names: Iterable[str]) -> set[str]:
    """Those of the names that the assignment's own template defines: students need not write them."""
    template = assignment.folder / assignment.notebook
    text = template.read_text("utf-8") if assignment.template and template.is_file() else ""
    return {name for name in names if f"def {name}(" in text or f"class {name}" in text}


def _covering(
    defined: set[str], best: Assignment, known: list[Assignment], likeness: Callable[[Assignment], object]
) -> Assignment:
    """The one of the ``known`` assignments that grades all that ``best`` does of what is defined, and most of the rest.

    Of those that grade as much, the one that the submission looks most like.
    """
    graded = {one.slug: defined.intersection(one.needs) for one in known}
    wider = [one for one in known if graded[one.slug] > graded[best.slug]]
    return max(wider, key=lambda one: (len(graded[one.slug]), likeness(one)), default=best)


def names_of(assignment: Assignment) -> list[str]:
    """All that ``select`` takes."""
    checks = assignment.checks
    names = [name for check in checks for name in (check.part, check.slug, check.name, f"{check.part}_{check.slug}")]
    return list(dict.fromkeys(names))


def _elsewhere(name: str) -> str:
    """Which other assignments have a part or check of that name, to add to a sentence that refuses it."""
    having = [slug for slug, one in all_assignments().items() if name in names_of(one)]
    return f" {listing(having, 4)} {'have' if having[1:] else 'has'} it: name one with --assignment." if having else ""


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
            near = _elsewhere(name) or did_you_mean(name, names_of(assignment))
            said = f"{assignment.slug} has no part or check {name!r}; its parts: {known}; its checks: {checks}."
            raise Refused(said + near)
        picked += hits
    return [check for check in assignment.checks if not names or check in picked]
