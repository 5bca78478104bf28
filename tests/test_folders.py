"""Temporary folders: they go, even while another thread removes parts of them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from grader.folders import remove


def fill(folder: Path) -> None:
    for number in range(12):
        nested = folder / "job" / str(number) / "deep"
        nested.mkdir(parents=True)
        (nested / "file").touch()
        (nested.parent / "file").touch()


@pytest.mark.slow
def test_a_folder_goes_while_another_thread_removes_a_part_of_it(tmp_path):
    for attempt in range(60):
        folder = tmp_path / str(attempt)
        fill(folder)
        start = threading.Barrier(2)

        def remove_the_part(part=folder / "job", start=start):
            start.wait()
            remove(part)

        thread = threading.Thread(target=remove_the_part)
        thread.start()
        start.wait()
        remove(folder)
        thread.join()
        assert not folder.exists()
