"""Fixtures named by what they give."""

from __future__ import annotations

import builtins
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.compat import convert, runtime

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Convert a text, check that its lines stayed, execute it, and return its names."""
    runtime.install()

    def execute(text: str, *, python2: bool = True, **options: Any) -> dict[str, Any]:
        text = textwrap.dedent(text)
        new = convert(text, python2=python2, **options)
        assert new.count("\n") == text.count("\n")
        names: dict[str, Any] = {"__name__": "work"}
        exec(compile(new, "work", "exec"), names)
        return names

    yield execute
    delattr(builtins, runtime.NAME)
