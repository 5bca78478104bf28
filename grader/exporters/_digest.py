"""What the reports conclude from Results: root causes, groups, rates. All pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.model import CheckResult, Diagnosis, Result, Status
from grader.records import dataclass, field

# These cost marks. Skipped checks were not judged, and a grader_error is never the student's.
FAILING = frozenset({Status.FAILED, Status.CRASHED, Status.TIMED_OUT, Status.MISSING, Status.VIOLATED})


@dataclass(slots=True)
class Cause:
    """Failing checks that probably one fix would turn; ``places`` are (part, check) positions in the Result."""

    checks: list[CheckResult] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)

    @property
    def lost(self) -> float:
        """The points that these checks cost."""
        return sum(check.max_points - check.points for check in self.checks)


def root_causes(result: Result) -> list[Cause]:
    """Group failing checks by a sure diagnosis, else by the place of the error, else singly; the costliest first."""
    causes: dict[tuple[object, ...], Cause] = {}
    for i, part in enumerate(result.parts, 1):
        for j, check in enumerate(part.checks, 1):
            if check.status not in FAILING:
                continue
            said = leading(check)
            key: tuple[object, ...] = ("diagnosis", said.code) if said else cause_of(check) or ("check", i, j)
            cause = causes.setdefault(key, Cause())
            cause.checks.append(check)
            cause.places.append((i, j))
    return sorted(causes.values(), key=lambda cause: -cause.lost)


def leading(check: CheckResult) -> Diagnosis | None:
    """The diagnosis that may stand for a check where there is room for one sentence: never one that is only likely."""
    return next((item for item in check.diagnosis[:1] if item.certain or not item.specific), None)


def cause_of(check: CheckResult) -> tuple[object, ...] | None:
    """What the checks that fail by an exception at one place have in common; None for others."""
    error = check.error
    if error is None or error.line is None:
        return None
    return "error", error.type, error.file, error.cell, error.line


def is_graded(result: Result) -> bool:
    """Whether there is a score at all: "not graded" is not 0."""
    return result.status == "graded" and result.score is not None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Scores of the graded submissions, in percent of the maximum; ``bins`` counts ten equal ranges."""

    bins: tuple[int, ...]
    mean: float
    median: float


def distribution(results: Sequence[Result]) -> Distribution | None:
    """Describe the scores; None if no submission has one."""
    percents = [
        100 * result.score / result.max_score
        for result in results
        if is_graded(result) and result.score is not None and result.max_score
    ]
    if not percents:
        return None
    counts = Counter(min(9, max(0, int(percent // 10))) for percent in percents)
    import statistics  # with fractions and decimals it takes as long as all of a student's report

    return Distribution(tuple(counts[k] for k in range(10)), statistics.fmean(percents), statistics.median(percents))


@dataclass(slots=True)
class Rate:
    """How one check went over the class."""

    part: str
    title: str
    statuses: Counter[Status] = field(default_factory=Counter)

    @property
    def judged(self) -> int:
        """In how many submissions it was judged: not where it was skipped or the grader had trouble."""
        return self.statuses.total() - self.statuses[Status.SKIPPED] - self.statuses[Status.GRADER_ERROR]

    @property
    def percent(self) -> float | None:
        """The share that passed, of those judged; None if none was."""
        return 100 * self.statuses[Status.PASSED] / self.judged if self.judged else None


def pass_rates(results: Sequence[Result]) -> list[Rate]:
    """One Rate per check, in the order of the parts."""
    rates: dict[tuple[str, str], Rate] = {}
    for result in results:
        for part in result.parts:
            for check in part.checks:
                rate = rates.setdefault((part.slug, check.slug), Rate(part.title, check.title.removesuffix(".")))
                rate.statuses[check.status] += 1
    return list(rates.values())


def columns(results: Sequence[Result]) -> dict[str, dict[str, str]]:
    """The titles of all checks by part and check, in the order of the parts."""
    found: dict[str, dict[str, str]] = {}
    for result in results:
        for part in result.parts:
            titles = found.setdefault(part.slug, {})
            for check in part.checks:
                titles.setdefault(check.slug, check.title.removesuffix("."))
    return found


def statuses(results: Sequence[Result]) -> dict[str, dict[tuple[str, str], Status]]:
    """How each check ended, by student and then by part and check."""
    return {
        result.student: {(part.slug, check.slug): check.status for part in result.parts for check in part.checks}
        for result in results
    }


@dataclass(slots=True)
class Cluster:
    """Students whose checks fail for one reason: a diagnosis' code, else an exception's type, else "".

    ``sentence`` is the first example's, ``word`` says how checks end that fail for no known reason.
    """

    reason: str
    word: str
    sentence: str
    students: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


def clusters(results: Sequence[Result]) -> list[Cluster]:
    """Group failing checks by reason, those without a known one by check; the most students first."""
    found: dict[tuple[str, ...], Cluster] = {}
    for result in results:
        for part in result.parts:
            for check in part.checks:
                if check.status not in FAILING:
                    continue
                title = f"{part.title} – {check.title.removesuffix('.')}"
                reason, sentence = _reason(check)
                key = (reason,) if reason else ("", part.slug, check.slug, check.status)
                cluster = found.setdefault(key, Cluster(reason, check.status.replace("_", " "), sentence))
                if result.student not in cluster.students[-1:]:
                    cluster.students.append(result.student)
                if title not in cluster.checks:
                    cluster.checks.append(title)
    return sorted(found.values(), key=lambda cluster: -len(cluster.students))


def _reason(check: CheckResult) -> tuple[str, str]:
    if check.diagnosis:
        return check.diagnosis[0].code, check.diagnosis[0].sentence
    if check.error:
        return check.error.type, check.error.message
    wrong = [finding.message for finding in check.findings if not finding.ok]
    return "", wrong[0] if wrong else ""


def seconds(result: Result) -> float:
    """The time that the checks and the notebook took."""
    return sum(check.seconds for check in result.checks) + (result.notebook.seconds if result.notebook else 0.0)
