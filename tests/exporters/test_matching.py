"""Who of a gradebook's file is who of the class."""

from __future__ import annotations

import pytest

from grader.exporters.matching import Sought, match
from tests.exporters.classes import row

ADA = row("1001", 1.0, "Ada Lovelace", lms_id="1001", login="ada", sis_id="00123", email="ada@uni.edu")


@pytest.mark.parametrize(
    "ids",
    [
        {"id": "1001"},
        {"participant": "1001"},
        {"sis_id": "00123"},
        {"login": "ADA"},
        {"login": "ada@uni.edu"},
        {"email": "ada@uni.edu"},
        {"id": "", "sis_id": '="00123"'},
        {"id": "1001", "login": "lovelace", "email": "ada@elsewhere.org"},  # an address may be another elsewhere
    ],
)
def test_someone_is_found_by_any_id(ids):
    """Whatever the case, and as spreadsheets write it."""
    assert match([Sought(ids, "Somebody Else")], [ADA])[0].row is ADA


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        ({"id": "1002", "sis_id": "00123"}, "the platform's id is 1002 there and 1001 here"),
        ({"id": "1001", "sis_id": "00124"}, "has another id than"),
        ({"id": "1002", "login": "ada"}, "has another id than"),
    ],
)
def test_who_has_another_id_is_in_doubt(ids, why):
    """One of the two is wrong, and nobody can tell which."""
    (found,) = match([Sought(ids)], [ADA])
    assert found.row is None and why in found.why


def test_a_key_is_an_id_of_the_kind_that_it_is():
    """A registrar's number that happens to be another's number in Canvas finds nobody."""
    registered = row("777", 1.0, "Ada", sis_id="777")
    assert match([Sought({"id": "777"})], [registered])[0].row is None
    assert match([Sought({"sis_id": "777"})], [registered])[0].row is registered
    folder = row("777", 1.0)
    assert match([Sought({"id": "777"})], [folder])[0].row is folder


@pytest.mark.parametrize("ids", [{}, {"id": "1001"}, {"login": "ada"}])
def test_a_name_finds_whom_no_id_finds(ids):
    """In either order; not where an id of the same kind is another."""
    known = row("folder", 1.0, "Ada Lovelace")
    (found,) = match([Sought(ids, "Lovelace, Ada")], [known])
    assert found.row is known and found.by_name
    other = row("folder", 1.0, "Ada Lovelace", lms_id="9", login="lovelace")
    assert (match([Sought(ids, "Lovelace, Ada")], [other])[0].row is other) == (ids == {})


def test_two_of_the_class_with_one_name_are_found_by_ids_only():
    """A name is nobody's then."""
    twins = [row("a", 1.0, "Min Lee"), row("b", 2.0, "Min Lee")]
    found = match([Sought({"login": "b"}, "Lee, Min"), Sought({}, "Lee, Min")], twins)
    assert [each.row for each in found] == [twins[1], None]
