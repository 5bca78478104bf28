"""Fixtures named by what they give."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox import Box, open_box, own_level

WriteNotebook = Callable[..., Path]


def notebook_json(cells: list[str]) -> dict:
    """A notebook of nbformat 4 with the given code cells, after a markdown cell."""
    code = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": textwrap.dedent(cell)}
        for cell in cells
    ]
    markdown = {"cell_type": "markdown", "metadata": {}, "source": "# Work"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [markdown, *code]}


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook with the given code cells and return its path."""

    def write(*cells: str, name: str = "work.ipynb") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook_json(list(cells))), "utf-8")
        return path

    return write


@pytest.fixture
def box() -> Iterator[Box]:
    """The strongest box of this machine, closed in the end."""
    box = open_box()
    yield box
    box.close()


@pytest.fixture(scope="session")
def shared_box() -> Iterator[Box]:
    """One box for all tests that only grade: the quickest that locks, so that they share its clean parent."""
    box = open_box(own_level())
    yield box
    box.close()


@pytest.fixture
def process_box() -> Iterator[Box]:
    """A box of level 0, which denies nothing."""
    box = open_box("process")
    yield box
    box.close()
