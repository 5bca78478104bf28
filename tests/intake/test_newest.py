"""Of downloads and attempts that lie in one folder the newest counts, and it is said."""

from __future__ import annotations

import pytest

from grader.intake.reading import read_submission
from tests.intake.classes import zipped
from tests.intake.handed import WORK, notebook, write

STUB = "def relu_forward(x):\n    raise NotImplementedError\n"
CASES = {
    "a second download": (
        {"layers.ipynb": 1, "layers (1).ipynb": 2},
        {"layers.ipynb": 2},
        "layers (1).ipynb is the newest of 2; it counts, and layers.ipynb does not. "
        "What is called layers.ipynb here is the newest one.",
    ),
    "the tenth download": (
        {"layers.ipynb": 1, "layers (9).ipynb": 2, "layers(10).ipynb": 3},
        {"layers.ipynb": 3},
        "layers(10).ipynb is the newest of 3; it counts, and layers.ipynb and layers (9).ipynb do not. "
        "What is called layers.ipynb here is the newest one.",
    ),
    "attempts in folders": (
        {"submission1/layers.ipynb": 1, "submission1/net.ipynb": 1, "submission2/layers.ipynb": 2},
        {"submission2/layers.ipynb": 2},
        "submission2/ is the newest of 2; it counts, and submission1/ does not.",
    ),
    "a starter that was downloaded once more": (
        {"layers.ipynb": 1, "layers (1).ipynb": None},
        {"layers.ipynb": 1},
        "layers (1).ipynb is newer than layers.ipynb, but nothing in it is filled in: layers.ipynb counts.",
    ),
    "nothing filled in": (
        {"layers.ipynb": None, "layers (1).ipynb": None},
        {"layers.ipynb": None},
        "layers (1).ipynb is the newest of 2; it counts, and layers.ipynb does not. "
        "What is called layers.ipynb here is the newest one.",
    ),
    "no copies": ({"layers.ipynb": 1, "layers_final.ipynb": 2, "other (1).ipynb": 3}, None, None),
    "assignments are no attempts": ({"assignment1/a.ipynb": 1, "assignment2/a.ipynb": 2}, None, None),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("files", "counted", "sentence"), CASES.values(), ids=CASES)
def test_the_newest_counts(tmp_path, files, counted, sentence, packed):
    """From a folder and from a zip of it; the one that counts has the name by which others know it."""
    text = {name: notebook(STUB if number is None else WORK.format(number)) for name, number in files.items()}
    folder = write(tmp_path / "ada", text)
    submission = read_submission(zipped(folder) if packed else folder)
    got = {file.path: file.cells[0].text for file in submission.files}
    assert got.keys() == (counted or files).keys()
    for name, number in (counted or files).items():
        assert ("NotImplementedError" if number is None else f"return {number}, x") in got[name]
    assert submission.notes == ((sentence,) if sentence else ())
    for file in submission.files:
        assert (tmp_path / "ada" / file.place).exists()
