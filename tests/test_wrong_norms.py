"""Wrong normalisations, update rules, losses and simple layers are told what is wrong with them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import solutions
from grader.course.catalogue import live
from tests import wrong_norms, wrong_rules
from tests.diagnosing import asks, changed, diagnoses

TABLES = (wrong_norms, wrong_rules)
WRONG = [(table, *row) for table in TABLES for row in table.WRONG]
WITH_ANOTHER = [(table, *row) for table in TABLES for row in table.WITH_ANOTHER]


# Pairs of mistakes take long to look for.
pytestmark = pytest.mark.slow


def by_part(rows, id_of):
    """Rows, each with whatever else asks about the assignment of its check, which stands behind table and source."""
    return [pytest.param(row, id=id_of(row), marks=asks(row[0].ASSIGNMENT[row[2].partition("/")[0]])) for row in rows]


@pytest.mark.parametrize("wrong", by_part([*WRONG, *WITH_ANOTHER], lambda wrong: f"{wrong[2]}-{wrong[3]}"))
def test_a_wrong_function_is_told_what_is_wrong(wrong, oracle):
    """The mistake that was made comes first, and is certain; where none is named, nothing certain is said."""
    table, source, check, code, *changes = wrong
    part = check.partition("/")[0]
    code_of = changed(source, table.FUNCTION[check], *changes)
    status, found = diagnoses(table.ASSIGNMENT[part], part, code_of, oracle)[check]
    assert status != "passed"
    assert [item.code for item in found if item.specific and item.certain][:1] == [code] * bool(code)


@asks("batch_norm")
def test_two_roots_in_one_layer_are_told_each_in_its_pass(oracle):
    """eps beside the root in the forward pass, and under it in one stage of the backward pass only."""
    staged = wrong_norms.BATCH.replace("0.5 / std", "0.5 / np.sqrt(var + eps)")
    code_of = changed(staged, "batchnorm_forward", "np.sqrt(var + eps)", "np.sqrt(var) + eps")
    found = diagnoses("batch_norm", "batch_norm", code_of, oracle)
    told = {check: [item.code for item in items] for check, (_, items) in found.items() if items}
    assert told["batch_norm/train_mode"] == ["batchnorm-eps-outside-root-training"]
    assert told["batch_norm/backward"] == ["batchnorm-backward-std-plus-eps-staged"]


def test_nine_in_ten_are_told():
    """Of the wrong functions written down here, all but a few get a certain diagnosis."""
    for table in TABLES:
        told = [code for _, _, code, *_ in table.WRONG if code]
        assert len(told) >= 0.9 * len(table.WRONG)


RIGHT = {(table, source, check.partition("/")[0]) for table, source, check, *_ in WRONG}


@pytest.mark.parametrize("right", by_part(sorted(RIGHT, key=lambda row: str(row[1:])), lambda row: row[2]))
def test_the_right_version_of_them_passes(right, oracle):
    """What is changed above is right before."""
    table, source, part = right
    code = changed(source, "")
    assert {str(status) for status, _ in diagnoses(table.ASSIGNMENT[part], part, code, oracle).values()} == {"passed"}


PATTERNS = [item for part in ("group_norm", "update_rules", "dropout", "affine") for item in live().patterns_of(part)]


@pytest.mark.parametrize("item", PATTERNS, ids=lambda item: item.code)
def test_no_two_patterns_tell_of_the_same_cases(item):
    """Each is told apart from all others of its checks."""
    for check in item.checks:
        part = check.partition("/")[0]
        assert [other.code for other in live().patterns_of(part) if other.fits(check, set(item.fails))] == [item.code]


@asks("layer_norm")
@pytest.mark.parametrize("axes", [1, 4])
def test_group_normalisation_takes_parameters_as_either_docstring_has_them(axes, oracle):
    """(C,) or (1, C, 1, 1), whichever the student's function needs."""

    def forward(x, gamma, beta, G, gn_param):
        if gamma.ndim != axes:
            raise ValueError(f"gamma has shape {gamma.shape}")
        shape = (1, -1, 1, 1)
        return solutions.spatial_groupnorm_forward(x, gamma.reshape(shape), beta.reshape(shape), G, gn_param)

    def backward(dout, cache):
        dx, dgamma, dbeta = solutions.spatial_groupnorm_backward(dout, cache)
        return (dx, dgamma.ravel(), dbeta.ravel()) if axes == 1 else (dx, dgamma, dbeta)

    code = SimpleNamespace(spatial_groupnorm_forward=forward, spatial_groupnorm_backward=backward)
    found = diagnoses("layer_norm", "group_norm", code, oracle)
    assert {status for status, _ in found.values()} == {"passed"}
