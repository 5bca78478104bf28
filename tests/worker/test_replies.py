"""Replies whose fields have other types are a broken protocol, never a failure of the grader."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.worker import replies
from grader.worker.frames import ProtocolError

fuzz = settings(max_examples=300, derandomize=True, deadline=None, database=None)

ERROR = {"type": "E", "message": "m", "traceback": "", "file": "a.py", "cell": 1, "line": 2, "function": None,
         "scenario": None, "denied": False}  # fmt: skip
PLAYED = {"outcome": "raised", "error": ERROR, "name": "f", "tried": ["x"], "moved": {}, "called": {"f": 3}}
LOADED = {"problems": [ERROR | {"binds": ["f"]}], "names": ["f"], "stand_ins": ["torch"]}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def is_typed(said) -> bool:
    """Whether it holds what its readers take for granted."""
    problems = said.get("problems", [said["error"]] if said.get("error") else [])
    texts = [error.get(name) for error in problems for name in (*replies.TEXTS, *replies.MAYBE_TEXTS)]
    texts += [name for error in problems for name in error.get("binds", [])]
    texts += [*said.get("stand_ins", []), *said.get("tried", ())]
    numbers = [error.get(name) for error in problems for name in replies.NUMBERS]
    return all(text is None or len(text) <= replies.TEXT_LENGTH for text in texts) and all(
        number is None or 0 <= number < 2**31 for number in numbers
    )


@pytest.mark.parametrize("asked", ["play", "load"])
def test_what_an_honest_process_says_is_kept(asked):
    """All of it, but for what nobody reads."""
    said = replies.checked(asked, PLAYED if asked == "play" else LOADED)
    if asked == "play":
        assert said == {**PLAYED, "tried": ("x",)}
    else:
        assert said == {"problems": LOADED["problems"], "stand_ins": ["torch"]}


@fuzz
@given(st.sampled_from(["play", "load"]), st.data())
def test_a_field_of_another_type_breaks_the_protocol(asked, data):
    """One field, or one of an exception's, replaced by any JSON."""
    head = dict(PLAYED if asked == "play" else LOADED)
    name = data.draw(st.sampled_from(sorted(head)))
    if name in ("error", "problems") and data.draw(st.booleans()):
        inner = {**ERROR, data.draw(st.sampled_from([*sorted(ERROR), "binds"])): data.draw(JSON)}
        head[name] = inner if name == "error" else [inner]
    else:
        head[name] = data.draw(JSON)
    with contextlib.suppress(ProtocolError):
        assert is_typed(replies.checked(asked, head))


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        ("play", {"outcome": ["returned"]}),
        ("play", {"outcome": "passed"}),
        ("play", {"error": []}),
        ("play", {"error": ERROR | {"line": 10**4000}}),
        ("play", {"error": ERROR | {"line": True}}),
        ("play", {"error": ERROR | {"line": 1.0}}),
        ("play", {"error": ERROR | {"line": -1}}),
        ("play", {"error": ERROR | {"type": None}}),
        ("play", {"error": ERROR | {"denied": 1}}),
        ("play", {"name": None}),
        ("play", {"tried": "x"}),
        ("play", {"tried": [1]}),
        ("load", {"problems": 5}),
        ("load", {"problems": [[]]}),
        ("load", {"problems": [ERROR | {"binds": [1]}]}),
        ("load", {"problems": [ERROR | {"binds": "f"}]}),
        ("load", {"names": {"f": 1}}),
        ("load", {"stand_ins": [["torch"]]}),
    ],
)
def test_each_field_has_one_type(asked, changes):
    """Also where the other type would do no harm."""
    with pytest.raises(ProtocolError):
        replies.checked(asked, (PLAYED if asked == "play" else LOADED) | changes)


def test_long_texts_and_lists_are_cut():
    """A megabyte of words is not kept for each check."""
    said = replies.checked("play", PLAYED | {"error": ERROR | {"message": "x" * 100_000}, "tried": ["y" * 999] * 999})
    assert (len(said["error"]["message"]), len(said["tried"]), len(said["tried"][0])) == (8000, 5, 200)
    said = replies.checked("load", LOADED | {"problems": LOADED["problems"] * 999, "stand_ins": ["z"] * 999})
    assert (len(said["problems"]), len(said["stand_ins"])) == (50, 20)
