"""Records are as the standard library's dataclasses, whoever asks."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import ClassVar

import pytest

from grader import records
from grader.model import CheckResult, Note, Status
from grader.records import as_dict, dataclass, field


@dataclass(frozen=True, slots=True)
class Point:
    """A record."""

    x: int
    y: float = 2.0
    marks: list[str] = field(default_factory=list)
    KIND: ClassVar[str] = "point"

    @property
    def total(self) -> float:
        """Their sum."""
        return self.x + self.y


@dataclass(frozen=True, slots=True)
class Spot(Point):
    """One that has more."""

    z: int = 3


@dataclass(eq=False)
class Free:
    """One that may change."""

    name: str
    other: str = ""


def test_values_come_by_place_and_by_name() -> None:
    assert Point(1) == Point(x=1, y=2.0, marks=[])
    assert Point(1) != Point(2)
    assert Point(1) != Spot(1)
    assert Point(1).total == 3
    assert Spot(1, 2, ["a"], 4).z == 4
    assert repr(Point(1)) == "Point(x=1, y=2.0, marks=[])"
    assert Point.KIND == "point"


def test_each_has_lists_of_its_own() -> None:
    first, second = Point(1), Point(1)
    first.marks.append("a")
    assert second.marks == []


def test_it_says_what_is_missing_or_too_much() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'w'"):
        Point(1, w=2)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["x", "w"])
def test_frozen_ones_stay_as_they_are(name: str) -> None:
    point = Point(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(point, name, 3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(point, "x")


def test_others_change_and_are_told_apart() -> None:
    free = Free("a")
    free.name = "b"
    assert free.name == "b"
    assert Free("a") != Free("a")
    assert len({Free("a"), Free("a")}) == 2


def test_equal_ones_have_one_hash() -> None:
    assert len({Note("a", "b"), Note("a", "b"), Note("a", "c")}) == 2


@pytest.mark.parametrize("replaced", [records.replace, dataclasses.replace])
def test_replaced(replaced: type) -> None:
    assert replaced(Spot(1, 5.0), z=7) == Spot(1, 5.0, [], 7)


def test_the_standard_library_knows_them() -> None:
    assert dataclasses.is_dataclass(Point)
    assert [one.name for one in dataclasses.fields(Spot)] == ["x", "y", "marks", "z"]
    assert dataclasses.fields(Spot(1))[1].default == 2.0
    assert dataclasses.asdict(Point(1)) == as_dict(Point(1)) == {"x": 1, "y": 2.0, "marks": []}
    assert dataclasses.astuple(Spot(1)) == (1, 2.0, [], 3)


def test_records_in_records_are_written_as_dictionaries() -> None:
    check = CheckResult("a", "A", Status.PASSED, 1, 1, 0.5, notes=(Note("b", "c"),))
    assert as_dict({"all": [check]}) == {"all": [dataclasses.asdict(check)]}


def test_they_are_copied() -> None:
    assert copy.copy(Point(1)) == copy.deepcopy(Point(1)) == pickle.loads(pickle.dumps(Point(1))) == Point(1)
