"""Whose an entry of a class is, as the store keeps it."""

from __future__ import annotations

from grader.intake.layouts import Entry
from grader.people import Person
from grader.store.records import Handed


def handed(entry: Entry) -> Handed:
    """The person of an entry and the attempt that it holds."""
    return Handed(Person(entry.student))
