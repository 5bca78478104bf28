"""Wrong convolutions and poolings, as students write them, are told what is wrong with them."""

from __future__ import annotations

import pytest

from grader.course.assignments import find_assignment
from grader.course.catalogue import live
from tests.diagnosing import asks, diagnoses
from tests.wrong_layers import CROP, DX, PADDED, PUT, SIZES, WRONG, code_with

pytestmark = asks("layers")


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]}-{wrong[1]}")
def test_a_wrong_layer_is_told_what_is_wrong(wrong, oracle):
    """The mistake that was made comes first, and is certain."""
    name, code, *changes = wrong
    status, found = diagnoses("layers", name.partition("/")[0], code_with(name, *changes), oracle)[name]
    assert status != "passed"
    assert [item.code for item in found][:1] == [code]
    assert found[0].certain


PATTERNS = [
    (check, item) for part in ("conv", "max_pool") for item in live().patterns_of(part) for check in item.checks
]


@pytest.mark.slow
def test_where_a_layer_is_right_is_told_from_the_cases_that_fail():
    """Each pattern is told apart from all others of its check, and leaves some case right."""
    checks = {check.name: check for slug in ("fast_layers", "layers") for check in find_assignment(slug).checks}
    for name, item in PATTERNS:
        assert set(item.fails) < {case.name for case in checks[name].cases}, (name, item.code)
        known = live().patterns_of(checks[name].part)
        assert [other.code for other in known if other.fits(name, set(item.fails))] == [item.code], name


@pytest.mark.parametrize(
    ("check", "changes", "codes"),
    [
        (
            "conv/forward",
            [PADDED, "xp = np.zeros((N, C, H + 2 * p, W + 2 * p)); xp[:, :, p:-p, p:-p] = x", " + b[f]", ""],
            {"conv-bias-not-added", "conv-raises-at-pad-0"},
        ),
        (
            "conv/forward",
            ["N, C, H, W = x.shape", "N, C, W, H = x.shape"],
            {"conv-rows-from-image-width", "conv-columns-from-image-height"},
        ),
        (
            "conv/backward",
            [CROP, "dxp[:, :, p:-p, p:-p]", "dw[f] +=", "dw[f] ="],
            {"empty-slice-at-pad-0", "conv-dw-last-window"},
        ),
        (
            "conv/backward",
            [DX, DX.replace("+=", "="), "dw[f] +=", "dw[f] ="],
            {"conv-dx-last-window-and-filter", "conv-dw-last-window"},
        ),
        (
            "max_pool/backward",
            [PUT, PUT.replace("+=", "="), SIZES, "    OH, OW = dout.shape[2], 1 + (H - pw) // s\n"],
            {"overlap-assigned", "pool-backward-columns-from-image-height"},
        ),
    ],
)
def test_two_mistakes_at_once_are_both_told(check, changes, codes, oracle):
    """Neither explains the numbers alone."""
    _, found = diagnoses("layers", check.partition("/")[0], code_with(check, *changes), oracle)[check]
    assert {item.code for item in found} == codes
    assert all(item.certain for item in found)


def test_who_adds_up_is_not_told_to(oracle):
    """The sums are there; what is summed comes from another row. No sum is said to be missing."""
    rows = code_with("conv/backward", f"{DX} w[f] * dout[n, f, i, j]", f"{DX} w[f] * dout[n, f, OH - 1 - i, j]")
    status, found = diagnoses("layers", "conv", rows, oracle)["conv/backward"]
    assert status == "failed"
    assert not [item.code for item in found if "last" in item.code or "assigned" in item.code]


def test_the_right_version_of_them_passes(oracle):
    """What is changed above is right before."""
    for part in ("conv", "max_pool"):
        assert {status for status, _ in diagnoses("layers", part, code_with("conv/forward"), oracle).values()} == {
            "passed"
        }
