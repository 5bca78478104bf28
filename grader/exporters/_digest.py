"""What the reports conclude from the Results of a class: groups, rates, distributions. All pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.exporters._causes import FAILING
from grader.model import CheckResult, Result, Status
from grader.records import dataclass, field


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
