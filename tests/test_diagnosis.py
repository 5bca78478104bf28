"""Which mistake is named: by numbers, by two together, by the cases that fail, and when none is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from grader.by_array import gives_alone
from grader.course.catalogue import Catalogue, live
from grader.course.parts import load_part
from grader.diagnosis import Graded, explained, variant_of
from grader.fitting import is_certain, may_explain
from grader.judging import Played, judge
from grader.mistakes import Mistake, Pattern, Together
from grader.oracle import live as oracles
from grader.oracle.live import LiveOracle
from grader.worker.client import Transcript
from solutions.mistakes import ORDER
from tests.conftest import ROOT
from tests.diagnosing import changed, diagnoses
from tests.test_judging import CHECK, WANT, played

DOUBLED = {"dx": WANT["dx"] * 2}
TRIPLED = {"dw": WANT["dw"] * 3}


class Oracle:
    """Knows two mistakes of every case, dx doubled and dw tripled, and a pattern of the demo part."""

    answers = {"doubled": DOUBLED, "tripled": TRIPLED, "doubled+tripled": DOUBLED | TRIPLED}  # noqa: RUF012
    catalogue = Catalogue(
        (
            *(
                Mistake(code, ("demo",), f"It is {code}.", "Look there.", lambda ref: {})
                for code in ("doubled", "tripled")
            ),
            Pattern("only-at-pad-0", ("demo",), ("demo/backward",), frozenset({"pad 0"}), frozenset(), "At pad 0.", ""),
        )
    )

    def mistaken(self, check, case, wrong):
        return self.answers.get(wrong.code, {})

    def matters(self, check, wrong):
        return True


def wrong(case, **arrays):
    """The case with these arrays returned."""
    case.transcript.values.update(arrays)
    return case


def codes(cases, *, others=()):
    """The codes that the check of these cases gets, and whether they are certain."""
    graded = [Graded(CHECK, cases, judge(CHECK, cases, public=True)), *others]
    return [(item.code, item.certain) for item in explained(graded, Oracle())[0].diagnosis]


def test_the_mistake_that_reproduces_the_numbers_is_the_diagnosis():
    """In every case that there is: certain."""
    assert codes([wrong(one, **DOUBLED) for one in played("right", "right", "right")]) == [("doubled", True)]


def test_a_mistake_that_explains_only_some_cases_is_only_likely():
    """The other failed case has another cause as well. One that explains less than half of them is not said."""
    for number, said in ((1, [("doubled", False)]), (2, [])):
        cases = played("dx", "dx", "dx dw")
        for case in cases[-number:]:
            case.transcript.values["dw"] = WANT["dw"] * 7
        assert [found for found in codes(cases) if found[0] == "doubled"] == said


def test_two_mistakes_that_the_cases_do_not_tell_apart_are_only_likely(monkeypatch):
    """One of them was made, and both give the same numbers: they are told in one sentence."""
    monkeypatch.setattr(Oracle, "answers", {"doubled": DOUBLED, "tripled": DOUBLED})
    cases = [wrong(one, **DOUBLED) for one in played("right", "right", "right")]
    assert codes(cases) == [("doubled-or-tripled", False)]


def test_of_two_that_the_cases_do_not_tell_apart_the_one_is_told_that_fits_another_check(monkeypatch):
    """The other would have changed that check as well, and something else is certain of it."""
    other = replace(CHECK, slug="other")

    def mistaken(self, check, case, mistake):
        here = {"doubled": DOUBLED, "tripled": DOUBLED}
        there = {"tripled": TRIPLED, "own": DOUBLED | TRIPLED}
        return (here if check is CHECK else there).get(mistake.code, {})

    monkeypatch.setattr(Oracle, "mistaken", mistaken)
    found = [Mistake(code, ("demo",), f"It is {code}.", "", lambda ref: {}) for code in ("tripled", "doubled", "own")]
    monkeypatch.setattr(Oracle, "catalogue", Catalogue(tuple(found)))
    failed = [wrong(one, **DOUBLED, **TRIPLED) for one in played("right", "right", "right")]
    cases = [wrong(one, **DOUBLED) for one in played("right", "right", "right")]
    assert codes(cases, others=[Graded(other, failed, judge(other, failed, public=True))]) == [("doubled", True)]


def test_two_mistakes_of_one_sentence_are_one(monkeypatch):
    """Two ways to write it are no either and or."""
    both = [Mistake(code, ("demo",), "It is doubled.", "", lambda ref: {}) for code in ("doubled", "again")]
    monkeypatch.setattr(Oracle, "catalogue", Catalogue(tuple(both)))
    monkeypatch.setattr(Oracle, "answers", {"doubled": DOUBLED, "again": DOUBLED})
    cases = [wrong(one, **DOUBLED) for one in played("right", "right", "right")]
    assert codes(cases) == [("doubled", True)]


def test_what_the_cases_show_stands_before_what_is_likely(monkeypatch):
    """The pattern is certain of what it says."""
    monkeypatch.setattr(Oracle, "answers", {"doubled": DOUBLED, "tripled": DOUBLED})
    first, second, third = played("right", "right", "right")
    monkeypatch.setattr(Oracle, "mistaken", lambda self, check, case, wrong: DOUBLED if case.name == "pad 0" else {})
    assert codes([first, wrong(second, **DOUBLED), third]) == [("only-at-pad-0", True), ("doubled-or-tripled", False)]


def test_a_mistake_that_would_spoil_what_is_right_is_not_said():
    """Where it was made, dx is wrong in all cases, and in one of those that failed it is right."""
    first, second, third = played("right", "right", "dw")
    cases = [wrong(first, **DOUBLED), wrong(second, **DOUBLED), third]
    assert not any(item[0] == "doubled" for item in codes(cases))


def test_what_a_ruled_out_mistake_explains_too_is_not_said(monkeypatch):
    """The student's may be a third one, which looks like both in these cases."""
    first, second, third = played("right", "dx", "right")

    def mistaken(self, check, case, wrong):
        return {"doubled": DOUBLED, "tripled": {} if case.name == "pad 0" else DOUBLED}.get(wrong.code, {})

    monkeypatch.setattr(Oracle, "mistaken", mistaken)
    assert not any(item[0] in ("doubled", "tripled") for item in codes([wrong(first, **DOUBLED), second, third]))


def test_a_case_that_never_ended_is_explained_by_nothing():
    """So no cause is certain there."""
    first, second, third = played("right", "right", "died")
    assert codes([wrong(first, **DOUBLED), wrong(second, **DOUBLED), third]) == [("doubled", False)]


@pytest.mark.parametrize(("factor", "found"), [(1 + 4e-8, [("doubled", True)]), (1 + 6e-8, [])])
def test_a_mistake_that_shows_in_small_numbers_only_is_told_from_rounding(monkeypatch, factor, found):
    """What is off by 4e-8 is named if just that is what the mistake gives, and not if it is off by something else."""
    nearly = {"dx": WANT["dx"] * (1 + 4e-8)}
    monkeypatch.setattr(Oracle, "answers", {"doubled": nearly})
    cases = [wrong(one, dx=WANT["dx"] * factor) for one in played("right", "right", "right")]
    assert [item for item in codes(cases) if item[0] == "doubled"] == found


def test_two_mistakes_together_are_both_named():
    """Neither alone gives these numbers."""
    cases = [wrong(one, **DOUBLED, **TRIPLED) for one in played("right", "right", "right")]
    assert codes(cases) == [("doubled", True), ("tripled", True)]


def test_a_passed_case_rules_a_mistake_out():
    """Whoever passes where it would show did not make it."""
    first, *rest = played("right", "right", "right")
    assert codes([wrong(first, **DOUBLED), *rest]) == []


def test_a_passed_check_rules_a_mistake_out(monkeypatch):
    """It would have changed that check too, unless its function is written apart."""
    monkeypatch.setattr(Oracle, "answers", {"doubled": DOUBLED})
    for independent, found in ((False, []), (True, [("doubled", True)])):
        other = replace(CHECK, slug="other", independent=independent)
        passed = played("right", "right", "right")
        others = [Graded(other, passed, judge(other, passed, public=True))]
        cases = [wrong(one, **DOUBLED) for one in played("right", "right", "right")]
        assert [item for item in codes(cases, others=others) if item[0] == "doubled"] == found


def test_numbers_that_are_only_near_are_not_those_of_a_mistake():
    """What is off by a thousandth was made by something else."""
    cases = [wrong(one, dx=DOUBLED["dx"] * 1.001) for one in played("right", "right", "right")]
    assert not any(item[0] == "doubled" for item in codes(cases))


@pytest.mark.parametrize(("dx", "found"), [([np.nan, 2], True), ([2, np.nan], False), ([np.nan, np.inf], False)])
def test_what_is_no_number_must_stand_where_a_mistake_puts_it(monkeypatch, dx, found):
    """As it gives itself away by just that."""
    monkeypatch.setattr(Oracle, "answers", {"doubled": {"dx": np.array([np.nan, 2.0])}})
    cases = [wrong(one, dx=np.array(dx, float)) for one in played("right", "right", "right")]
    assert (("doubled", True) in codes(cases)) == found


def test_the_cases_that_fail_can_name_a_mistake():
    """Where no variant gives the numbers."""
    first, second, third = played("right", "right", "right")
    rng = np.random.default_rng(1)
    found = codes([first, wrong(second, dx=rng.standard_normal(2)), third])
    assert found[0] == ("only-at-pad-0", True)


def test_a_raise_fits_a_mistake_that_raises(monkeypatch):
    """As long as other cases are explained by their numbers."""
    monkeypatch.setattr(
        Oracle, "mistaken", lambda self, check, case, wrong: None if case.name == "pad 0" else self.answers[wrong.code]
    )
    first, raised, third = played("right", "raised", "right")
    assert codes([wrong(first, **DOUBLED), raised, wrong(third, **DOUBLED)]) == [("doubled", True)]


def test_a_mistake_that_raises_does_not_explain_an_assert_of_the_students_own(monkeypatch):
    """They wrote down what must hold; that it does not is not the mistake's doing."""
    monkeypatch.setattr(
        Oracle, "mistaken", lambda self, check, case, wrong: None if case.name == "pad 0" else self.answers[wrong.code]
    )
    first, raised, third = played("right", "raised", "right")
    raised.transcript.error["type"] = "AssertionError"
    cases = [wrong(first, **DOUBLED), raised, wrong(third, **DOUBLED)]
    assert codes(cases) == [("doubled", False)]


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize(("times", "first"), [((2.0, 1.0, 3.0), 1), ((0.06, 0.05, 0.07), 0)])
def test_a_mistake_is_played_in_the_quickest_failed_case_first(monkeypatch, times, first, alone):
    """Where it gives something else there, it is not played in the others; of about the same time it is always one."""
    asked = []

    def mistaken(self, check, case, mistake):
        asked.append(case.name)
        return DOUBLED

    monkeypatch.setattr(Oracle, "mistaken", mistaken)
    cases = [wrong(one, **TRIPLED) for one in played("right", "right", "right")]
    cases = [replace(one, transcript=replace(one.transcript, seconds=n)) for one, n in zip(cases, times, strict=True)]
    one = Graded(CHECK, cases, judge(CHECK, cases, public=True))
    given = variant_of(Oracle(), Oracle.catalogue.mistakes[0])
    assert not (gives_alone(one, "dw", given) if alone else is_certain(one, given))
    assert asked == [CHECK.cases[first].name]


@pytest.mark.parametrize(("seconds", "is_played"), [(0.001, True), (0.1, False)])
def test_what_a_passed_check_rules_out_is_not_played_where_it_takes_long(monkeypatch, seconds, is_played):
    """A training is dear to play; where it is quick, most mistakes end sooner by their numbers."""
    asked = set()

    def mistaken(self, check, case, mistake):
        asked.add(check.slug)
        return self.answers.get(mistake.code, {})

    monkeypatch.setattr(Oracle, "mistaken", mistaken)
    monkeypatch.setattr(Oracle, "answers", {"doubled": DOUBLED, "tripled": DOUBLED})
    other = replace(CHECK, slug="other")
    passed, cases = played("right", "right", "right"), played("right", "right", "right")
    cases = [replace(one, transcript=replace(one.transcript, seconds=seconds)) for one in cases]
    others = [Graded(other, passed, judge(other, passed, public=True))]
    assert not [item for item in codes([wrong(one, **DOUBLED) for one in cases], others=others) if item[1]]
    assert "other" in asked
    assert (CHECK.slug in asked) is is_played


@pytest.mark.parametrize(("other", "played_together"), [(DOUBLED, True), (TRIPLED, False)])
def test_two_mistakes_are_played_together_only_if_they_change_all_that_is_wrong(monkeypatch, other, played_together):
    """An array that neither changes by itself is not changed by both."""
    both = {"dx": WANT["dx"] * 6, "dw": WANT["dw"] * 6}
    asked = set()

    def mistaken(self, check, case, mistake):
        asked.add(mistake.code)
        return {"doubled": other, "tripled": TRIPLED}.get(mistake.code, both)

    monkeypatch.setattr(Oracle, "mistaken", mistaken)
    told = codes([wrong(one, **both) for one in played("right", "right", "right")])
    assert ("doubled+tripled" in asked) is played_together
    assert ([code for code, certain in told if certain] == ["doubled", "tripled"]) is played_together


def test_what_returned_was_not_made_by_a_mistake_that_raises():
    """And what raised was, for all that is known."""
    cases = played("dx", "raised")
    one = Graded(CHECK, cases, judge(CHECK, cases, public=True))
    assert [may_explain(one, item, None) for item in cases] == [False, True]


def test_what_only_raises_is_explained_by_no_numbers(monkeypatch):
    """That two things raise says nothing yet."""
    monkeypatch.setattr(Oracle, "mistaken", lambda self, check, case, wrong: None)
    assert codes(played("raised", "raised", "raised")) == []


def test_where_no_mistake_is_known_the_numbers_speak():
    """The sentence says that no mistake is named."""
    want = {name: np.random.default_rng(2).standard_normal((3, 4)) for name in WANT}
    wrong = want["dw"] + np.array([[1.0], [0.0], [0.0]])  # in the first row
    cases = [
        Played(case, {}, want, Transcript("returned", 0.1, {"dx": want["dx"], "dw": wrong})) for case in CHECK.cases
    ]
    graded = [Graded(CHECK, cases, judge(CHECK, cases, public=True))]
    (found, *_) = explained(graded, Oracle())[0].diagnosis
    assert not found.specific


def test_mistakes_are_tried_in_an_order_that_is_written_down(course):
    """Not in that of the files' names: one that is called otherwise is tried as before, once the order says so."""
    codes = [item.code for item in live().declared]
    assert len(codes) > 500
    folder = course() / "solutions"
    folder.unlink()
    shutil.copytree(ROOT / "solutions", folder, ignore=shutil.ignore_patterns("__pycache__", "notebooks"))
    mistakes = folder / "mistakes"
    assert set(ORDER) == {path.stem for path in mistakes.glob("*.py")} - {"__init__"}
    (mistakes / "two_layer_net.py").rename(mistakes / "a_first_file.py")
    listed = (mistakes / "__init__.py").read_text("utf-8")
    (mistakes / "__init__.py").write_text(listed.replace('"two_layer_net"', '"a_first_file"'), "utf-8")
    course()
    assert [item.code for item in live().declared] == codes


RAISING = """
import numpy as np

def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    {refuse}
    OH, OW = 1 + (H - ph) // s, 1 + (W - pw) // s
    out = np.zeros((N, C, OH, OW))
    for i in range(OH):
        for j in range(OW):
            out[:, :, i, j] = x[:, :, i * s : i * s + ph, j * s : j * s + pw].max(axis=(2, 3))
    return out, (x, pool_param)
"""


@pytest.mark.parametrize(
    ("refuse", "code"),
    [
        ("assert H == W, H", "own-assert"),
        ("np.zeros(3)[:1.0 * s] if H != W else 0", "size-is-a-float"),
        ("x = x.reshape(x.shape, newshape=x.shape) if H != W else x", "old-numpy"),
        ("np.zeros(2)[C] if C > 2 else 0", "index-beyond-end"),
    ],
)
def test_what_is_refused_in_some_cases_is_told_by_the_exception(refuse, code):
    """An assert of the student's own, or a statement that Python refuses; a guess from the failing cases is not."""
    code_of = changed(RAISING.format(refuse=refuse), "max_pool_forward_naive")
    status, items = diagnoses("layers", "max_pool", code_of, LiveOracle(5))["max_pool/forward"]
    assert status == "crashed"
    assert [item.code for item in items if item.specific][:1] == [code]


def test_what_two_mistakes_give_is_kept_for_some_pairs_only(monkeypatch):
    """All pairs of a long class would fill a judge's memory; what was forgotten is played again."""
    monkeypatch.setattr(oracles, "MOST_TOGETHER", 2)
    oracle = LiveOracle(0)
    check = load_part("affine").checks["backward"]
    case = check.cases[0]
    pairs = [Together(pair) for pair in combinations(oracle.catalogue.mistakes_of("affine")[:4], 2)]
    first = [oracle.mistaken(check, case, pair) for pair in pairs]
    assert len(oracle._together) == 2
    again = [oracle.mistaken(check, case, pair) for pair in pairs]
    for one, other in zip(first, again, strict=True):
        assert (one is None) == (other is None) and (one or {}).keys() == (other or {}).keys()
        assert all(np.array_equal(one[name], other[name]) for name in one or {})
