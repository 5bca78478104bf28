"""The parser beside other threads."""

from __future__ import annotations

import ast
import gc
import inspect
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.parsing import parse


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads take turns at every chance, and each object made is one."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    nothing = lambda phase, info: None  # noqa: E731 - called, so that Python runs inside the parser
    sys.setswitchinterval(1e-6)
    gc.set_threshold(1)
    gc.callbacks.append(nothing)
    yield
    gc.callbacks.remove(nothing)
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def parsed_at(depth: int, text: str) -> str:
    return parsed_at(depth - 1, text) if depth else ast.dump(parse(text))


def test_texts_parse_beside_other_threads_at_other_depths(busy_threads: None):
    text = inspect.getsource(inspect)[:6_000].rpartition("\n\n\n")[0]
    with ThreadPoolExecutor(4) as pool:
        dumps = list(pool.map(lambda number: parsed_at(5 * number, text), range(8)))
    assert set(dumps) == {ast.dump(ast.parse(text))}
