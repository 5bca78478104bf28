"""The CIFAR-10 data set in the grader: what is taken, what is refused, and its checks with a small one."""

from __future__ import annotations

import json
import pickle
import tomllib
from pathlib import Path

import numpy as np
import pytest

import solutions
from grader.cli import main
from grader.course.asking import asked_of
from grader.course.assignments import find_assignment, recognise, select
from grader.errors import Refused
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.model import Status
from grader.oracle.data_set import with_data
from grader.oracle.live import LiveOracle
from grader.oracle.recorded import RecordedOracle
from grader.sandbox import LEVELS, open_box
from student_template.data_sets.cifar10 import open_data_set, sizes
from tests.data_sets.files import array, batch, learnable, text, write_cifar10
from tests.test_specimens import checks_of, statuses

ROOT = Path(__file__).parents[1] / "specimens" / "cifar10"
SPECIMENS = sorted(path.parent for path in ROOT.glob("*/expect.toml") if "[with_data" in path.read_text("utf-8"))
PERFECT = ROOT / "perfect/cifar10.ipynb"


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A folder with a small data set that can be learned."""
    return write_cifar10(tmp_path_factory.mktemp("data") / "cifar-10-batches-py")


@pytest.fixture(scope="session")
def data(folder):
    """The same, read."""
    return open_data_set(folder)


def grade(path: Path, oracle, box):
    assignment = find_assignment("cifar10")
    return grade_submission(read_submission(path), assignment, assignment.checks, oracle, box)


def test_the_full_set_is_split_as_in_the_course():
    """49000, 1000 and 1000 images; the defaults of get_CIFAR10_data say the same."""
    assert sizes(50000, 10000) == (49000, 1000, 1000)


def test_the_reader_gives_what_unpickling_gives(folder, data):
    """Rows, columns, colours; labels in order; the mean of the images that train."""
    with open(folder / "data_batch_2", "rb") as file:
        content = pickle.load(file, encoding="latin1")
    image = data.X_train[203]
    for colour in range(3):
        for row in (0, 1, 31):
            start = 1024 * colour + 32 * row
            np.testing.assert_array_equal(image[row, :, colour], content["data"][3, start : start + 32])
    assert list(data.y_train[200:400]) == content["labels"]
    np.testing.assert_allclose(data.mean_image.reshape(32, 32, 3), data.X_train[:980].mean(axis=0))
    assert (data.X_train.shape, data.X_test.shape) == ((1000, 32, 32, 3), (200, 32, 32, 3))


def test_the_reference_reads_the_same(folder, data):
    """solutions.load_CIFAR10, from the files."""
    for ours, theirs in zip(
        solutions.load_CIFAR10(str(folder)), (data.X_train, data.y_train, data.X_test, data.y_test), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_the_reference_preprocesses_like_slow_loops():
    """One pixel at a time; too few images are refused."""
    rng = np.random.default_rng(1)
    X, y, X_test, y_test = rng.random((9, 32, 32, 3)), np.arange(9), rng.random((3, 32, 32, 3)), np.arange(3)
    found = solutions.get_CIFAR10_data(X, y, X_test, y_test, 5, 3, 2)
    for rows, images in zip(found[::2], (X[:5], X[5:8], X_test[:2]), strict=True):
        for row, image in zip(rows, images, strict=True):
            for i, j, c in ((0, 0, 0), (4, 7, 1), (31, 30, 2)):
                mean = sum(X[n, i, j, c] for n in range(5)) / 5
                assert row[(i * 32 + j) * 3 + c] == pytest.approx(image[i, j, c] - mean, abs=1e-12)
    assert [list(labels) for labels in found[1::2]] == [[0, 1, 2, 3, 4], [5, 6, 7], [0, 1]]
    with pytest.raises(ValueError, match="X_train has 9 images, but 10 are asked for"):
        solutions.get_CIFAR10_data(X, y, X_test, y_test, 5, 5, 2)


@pytest.mark.slow
@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda path: path.name)
def test_a_specimen_gets_its_verdict_with_the_data_set(specimen, data, shared_box):
    """Statuses and diagnoses as expect.toml has them under with_data, on the public seed."""
    expect = tomllib.loads((specimen / "expect.toml").read_text("utf-8"))["with_data"]
    result = grade(specimen, with_data(RecordedOracle(find_assignment("cifar10")), data), shared_box)
    assert statuses(result) == expect["checks"]
    diagnoses = {name: check.diagnosis[0].code for name, check in checks_of(result).items() if check.diagnosis}
    assert diagnoses == expect.get("diagnosis", {})
    assert result.max_score == 23


@pytest.mark.slow
@pytest.mark.parametrize("specimen", ["perfect", "rows_and_columns_swapped"])
def test_hidden_seeds_with_the_live_reference_say_the_same(specimen, data, box):
    """The checks that need the data set do not need the solutions."""
    expect = tomllib.loads((ROOT / specimen / "expect.toml").read_text("utf-8"))["with_data"]
    result = grade(ROOT / specimen, with_data(LiveOracle(77), data), box)
    assert statuses(result) == expect["checks"]


def test_without_the_data_set_checks_are_skipped_with_the_reason(box):
    """They count for no score and no maximum; a part that is skipped whole is 0 of 0."""
    result = grade(PERFECT, RecordedOracle(find_assignment("cifar10")), box)
    skipped = {name: check for name, check in checks_of(result).items() if check.status is Status.SKIPPED}
    assert list(skipped) == ["cifar10_data/load", "cifar10_training/default_training", "cifar10_training/best_net"]
    assert {check.notes[0].sentence for check in skipped.values()} == {
        "It needs the CIFAR-10 data set, which was not given (--data DIR)."
    }
    assert [(part.score, part.max_score) for part in result.parts] == [(10, 10), (0, 0)]
    assert (result.status, result.score, result.max_score) == ("graded", 10, 10)


GETS = """
def get_CIFAR10_data(num_training=49000, num_validation=1000, num_test=1000, num_dev=500):
    {within}
    images, labels, tests, test_labels = {loader}("cs231n/datasets/cifar-10-batches-py")
    last = num_training + num_validation
    some = np.random.choice(num_training, num_dev, replace=False)
    parts = images[:num_training], images[num_training:last], tests[:num_test]
    rows = [(part - parts[0].mean(axis=0)).reshape(len(part), -1) for part in parts]
    return (rows[0], labels[:num_training], rows[1], labels[num_training:last], rows[2], test_labels[:num_test],
            rows[0][some], labels[some])

X_train, y_train, X_val, y_val, X_test, y_test, X_dev, y_dev = get_CIFAR10_data()
"""
IMPORT = "from cs231n.data_utils import load_CIFAR10"


@pytest.mark.parametrize(
    ("above", "form"),
    [
        (f"import numpy as np\n{IMPORT}", {"within": "pass", "loader": "load_CIFAR10"}),
        ("import numpy as np", {"within": IMPORT, "loader": "load_CIFAR10"}),
        ("import numpy as np", {"within": "import cs231n.data_utils", "loader": "cs231n.data_utils.load_CIFAR10"}),
    ],
)
def test_the_courses_own_form_loads_by_itself(shared_box, write_notebook, above, form):
    """With a loader that is imported from a package that is not there, wherever; the data it loads are the grader's."""
    path = write_notebook(above, GETS.format(**form), name="two_layer_net.ipynb")
    submission = read_submission(path)
    assignment = find_assignment("cs231n_2019_a1_q4")
    checks = select(assignment, ["split", "preprocessing"])
    result = grade_submission(submission, assignment, checks, RecordedOracle(assignment), shared_box)
    assert [check.status for check in result.checks] == [Status.PASSED] * 2
    asked = asked_of(recognise(submission), submission)
    assert (asked.slug, [item.slug for item in asked.not_asked][-1]) == (assignment.slug, "cifar10_training")


BEST = """
best_net, best = None, -1
for rate in rates:
    net = TwoLayerNet(X_train.shape[1], 30, 10)
    net.train(X_train, y_train, X_val, y_val, num_iters=60, batch_size=100, learning_rate=rate, reg=0.1)
    accuracy = np.mean(net.predict(X_val) == y_val)
    if accuracy > best:
        best_net, best = net, accuracy
print(best_net.predict(X_test))
"""


@pytest.mark.parametrize(("cell", "status"), [(BEST, Status.PASSED), ("best_net = None\npass\n", Status.MISSING)])
def test_the_best_network_may_be_a_variable(data, shared_box, write_notebook, cell, status):
    """What makes it runs on the grader's images, and only weights come back; left None it is not there."""
    notebook = json.loads(PERFECT.read_text("utf-8"))
    net = next("".join(c["source"]) for c in notebook["cells"] if "".join(c["source"]).startswith("class TwoLayerNet"))
    path = write_notebook("import numpy as np\nrates = [1e-5, 1e-3]", net, cell, name="two_layer_net.ipynb")
    assignment = find_assignment("cs231n_2019_a1_q4")
    checks = select(assignment, ["best_net"])
    oracle = with_data(RecordedOracle(assignment), data)
    result = grade_submission(read_submission(path), assignment, checks, oracle, shared_box)
    assert [check.status for check in result.checks] == [status], result.checks[0]
    assert [note.code for note in result.notes if note.code == "variable"] == ["variable"] * (status is Status.PASSED)


def test_weights_that_are_no_weights_are_told_so(data, shared_box, write_notebook):
    """W1 of another shape, None, and numbers that are not finite fail with a sentence; a missing class is missing."""
    for value, sentence in [
        ("np.ones((5, 7))", "W1 has shape (5, 7); expected (3072, 7)."),
        ("np.ones(7)", "W1 is an array of shape (7,); expected one of shape (3072, hidden units)."),
        ("None", "W1 is None; expected one of shape (3072, hidden units)."),
        ("np.full((3072, 7), np.nan)", "W1 has 21504 of 21504 values that are NaN or infinite."),
        ("np.ones((3072, 8))", "b1 has shape (7,); expected (8,)."),
    ]:
        path = write_notebook(
            "import numpy as np",
            "def train_best_net(X_train, y_train, X_val, y_val):\n"
            f"    return {{'W1': {value}, 'b1': np.ones(7), 'W2': np.ones((7, 10)), 'b2': np.ones(10)}}",
        )
        checks = checks_of(grade(path, with_data(RecordedOracle(find_assignment("cifar10")), data), shared_box))
        assert checks["cifar10_training/best_net"].findings[0].message == sentence
        assert checks["cifar10_training/default_training"].status is Status.MISSING


def test_the_tuned_network_never_sees_the_images_that_it_is_measured_on(data):
    """Neither among those to train on nor among those to validate: training on all that was handed out is no help."""
    (check,) = [check for check in find_assignment("cifar10").checks if check.slug == "best_net"]
    inputs = check.inputs(check.cases[0], 1, data)
    assert {name: len(value) for name, value in inputs.items()} == {
        **{"X": 960, "y": 960, "X_val": 20, "y_val": 20},
        "mean_image": 3072,
    }
    handed_out = {row.tobytes() for name in ("X", "X_val") for row in inputs[name]}
    assert len(handed_out) == 980
    measured = (check.truth(data)["X_val"] + data.mean_image).round().astype(np.uint8)
    assert handed_out.isdisjoint(row.tobytes() for row in measured)
    assert {row.tobytes() for row in measured} <= {image.tobytes() for image in data.X_train[980:]}


@pytest.fixture
def broken(tmp_path):
    """A folder with a data set, to be broken by the test."""
    return write_cifar10(tmp_path / "set", batch_size=10, test_size=10)


def rewrite(folder: Path, rows: np.ndarray, labels: list[int]) -> None:
    (folder / "data_batch_3").write_bytes(batch(rows, labels))


TEN, LABELS = learnable(10, np.random.default_rng(2))


@pytest.mark.parametrize(
    ("breakage", "reason"),
    [
        (lambda d: (d / "data_batch_4").unlink(), "it lacks data_batch_4"),
        (lambda d: (d / "test_batch").rename(d / "data_batch_6"), "it lacks test_batch"),
        (lambda d: rewrite(d, TEN[:, :768], LABELS), "its data have the shape"),
        (lambda d: rewrite(d, TEN, LABELS[:9]), "its labels are not 10 whole numbers"),
        (lambda d: rewrite(d, TEN, [*LABELS[:9], 10]), "its labels are not 10 whole numbers from 0 to 9"),
        (
            lambda d: rewrite(d, np.concatenate([TEN, TEN]), LABELS * 2),
            "its files hold 10, 10, 20, 10, 10 and 10 images",
        ),
        (lambda d: (d / "test_batch").write_bytes(batch(TEN[:3], LABELS[:3])), "10 and 3 images"),
        (
            lambda d: (d / "test_batch").write_bytes(b"\x80\x02" + array(TEN) + b"."),
            "no dictionary with data and labels",
        ),
        (lambda d: (d / "test_batch").write_bytes(pickle.dumps({"data": 1, "labels": print}, 2)), "no plain data"),
        (lambda d: (d / "test_batch").write_bytes(b""), "no batch of the CIFAR-10 data set"),
        (lambda d: (d / "data_batch_1").write_bytes(text(b"x" * 300)[:200]), "no batch of the CIFAR-10 data set"),
    ],
)
def test_a_folder_that_is_not_the_data_set_is_refused(broken, breakage, reason):
    """One sentence that names the file and what is wrong with it."""
    breakage(broken)
    with pytest.raises(Refused, match=reason) as error:
        open_data_set(broken)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("command", [["check"], ["grade", "--out", "OUT", "--no-notebook"]])
def test_a_refused_data_set_ends_before_anything_is_graded(command, broken, tmp_path, capsys):
    """Exit code 2, for both commands; also a folder that is not there."""
    (broken / "test_batch").unlink()
    arguments = [str(tmp_path / "out") if word == "OUT" else word for word in command]
    for place, words in ((broken, "it lacks test_batch"), (tmp_path / "absent", "is no folder")):
        assert main([*arguments, str(PERFECT), "--data", str(place)]) == 2
        assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_grading_with_and_without_the_data_set(folder, tmp_path):
    """Exit code 0 both times, skipped parts are blank; --resume grades again once the data set is given."""
    out = tmp_path / "out"
    common = ["grade", str(PERFECT), "--out", str(out), "--no-notebook", "--seed", "3"]
    with_it, blank = ",23,0,23,23,13,10,", ",10,0,10,10,10,,"  # not judged is not 0
    for data, points, row in (([], (10, 10), blank), (["--data", str(folder)], (23, 23), with_it)):
        assert main([*common, "--resume", *data]) == 0
        (path,) = out.glob("*/result.json")
        result = json.loads(path.read_text())
        assert (result["score"], result["max_score"]) == points
        assert row in (out / "grades.csv").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("level", [level for level in LEVELS if level != "process"])
def test_only_the_data_set_becomes_readable(level, folder, data, write_notebook):
    """A loader can neither read beside the data set's folder nor write into it."""
    if LEVELS[level].missing():
        pytest.skip(f"LEVEL {level.upper()} NOT TESTED: {LEVELS[level].missing()}")
    secret = folder.parent / "secret"
    secret.write_text("answers")
    before = (folder / "test_batch").read_bytes()
    oracle = with_data(RecordedOracle(find_assignment("cifar10")), data)
    for call in (f"open({str(secret)!r})", "open(root + '/test_batch', 'ab')", "open(root + '/new', 'w')"):
        path = write_notebook(f"def load_CIFAR10(root):\n    open(root + '/test_batch').close()\n    {call}.close()\n")
        box = open_box(level)
        try:
            error = checks_of(grade(path, oracle, box))["cifar10_data/load"].error
        finally:
            box.close()
        assert (error.type, error.line) in (("PermissionError", 3), ("FileNotFoundError", 3), ("OSError", 3)), call
    assert (folder / "test_batch").read_bytes() == before
    assert not (folder / "new").exists()
