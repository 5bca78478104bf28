"""What a notebook is asked to show is there, below the training, with an image; no marks hang on it."""

from __future__ import annotations

import json

import pytest

from grader.course.assignments import find_assignment
from grader.errors import MalformedCheck
from grader.intake.reading import read_submission
from grader.shown import notes_on_what_is_shown, shown
from tests.conftest import notebook_json

SHOWS = find_assignment("cs231n_2019_a1_q4").shows
TRAIN = "stats = net.train(X, y)"
ONE = "plt.subplot(2, 1, 1)\nplt.plot(stats['loss_history'])\nplt.subplot(2, 1, 2)\nplt.plot(stats['val'])"
TWO = f"{ONE}\nplt.plot(stats['train'])"
LOOP = "for name in ('train', 'val'):\n    axes.plot(stats[name])"
IMAGE = [{"output_type": "display_data", "data": {"image/png": "A" * 900}}]
OLD_IMAGE = [{"output_type": "display_data", "png": "A" * 900}]


def said(tmp_path, *cells):
    """The notes for cells given as (source, outputs)."""
    notebook = notebook_json([source for source, _ in cells])
    for cell, (_, outputs) in zip(notebook["cells"][1:], cells, strict=True):
        cell["outputs"] = outputs
    (tmp_path / "work.ipynb").write_text(json.dumps(notebook))
    (file,) = read_submission(tmp_path / "work.ipynb").files
    return [note.sentence for note in notes_on_what_is_shown(file, SHOWS)]


@pytest.mark.parametrize(
    ("cells", "beginning"),
    [
        ([(TRAIN, []), (TWO, IMAGE)], "Shown: training and validation accuracy, two curves in one picture (cell 2)"),
        ([(TRAIN, []), (LOOP, OLD_IMAGE)], "Shown: "),
        ([(f"{TRAIN}\nplt.plot(a, b, c, d)", IMAGE)], "Shown: "),
        (
            [(TRAIN, []), (TWO, [])],
            "Not shown: training and validation accuracy, two curves in one picture. Cell 2 draws",
        ),
        ([(TRAIN, []), (TWO, [{"data": {"image/png": ["A"]}}])], "Not shown: "),  # nothing is in it
        ([(TRAIN, []), (TWO, 3)], "Not shown: "),
        (
            [(TRAIN, []), (ONE, IMAGE)],
            "Not shown: training and validation accuracy, two curves in one picture. No cell",
        ),
        ([(TWO, IMAGE), (TRAIN, [])], "Not shown: "),  # above the training
    ],
)
def test_curves_are_there_below_the_training(tmp_path, cells, beginning):
    """Two in one picture; one in each of two is not that."""
    assert said(tmp_path, *cells)[0].startswith(beginning)


def test_weights_are_shown_by_whatever_draws_pictures(tmp_path):
    """By a function of the student's too."""
    assert said(tmp_path, (TRAIN, []), ("show_net_weights(net)", IMAGE))[1].startswith("Shown: the weights")


@pytest.mark.parametrize("table", [{"title": "x"}, {"title": "x", "lines": 2, "calls": ["f"]}, {"titel": "x"}, 3])
def test_a_picture_that_is_declared_wrongly_is_refused(table):
    """Where it is read."""
    with pytest.raises(MalformedCheck, match="shows"):
        shown([table], "here")
