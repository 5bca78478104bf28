"""The measuring words of the benchmarks, and the page, on topics that cost nothing."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks import figures, measure, page
from benchmarks.__main__ import TOPICS, _parse, _planned, line
from benchmarks.figures import BARS, Figure
from grader.sandbox import own_level, strongest_level
from tests.benchmarks.page_text import text_of

FAKE = {
    "Fake topic": [
        Figure("quick thing", (0.2, 0.1, 0.4), "of slow thing", bar=1, limit=0.5),
        Figure("slow thing", (3.0,), "of quick thing", bar=2, limit=1.0),
        Figure("share", (0.7,), "of all", bar=3, limit=0.5, at_least=True),
        Figure("half a bar", (1.0,), bar=6, limit=1.0),
        Figure("other half", (), bar=6, limit=1.0, note="<it> is not here"),
        Figure("just a number", (1234567.0,), "bytes"),
    ]
}


def test_rounds_alternate_and_turn_round():
    """Every measure is taken once a round, every other round backwards; the first round is not counted."""
    taken = []
    found = measure.in_turn({name: lambda n=name: taken.append(n) or len(taken) for name in "ab"}, rounds=2)
    assert taken == ["b", "a", "a", "b", "b", "a"]
    assert found == {"a": [3, 6], "b": [4, 5]}


def test_a_call_that_is_too_short_is_repeated():
    """The cost of one call comes from as many calls as can be measured."""
    calls = []
    assert 0 < measure.cpu_a_call(lambda: calls.append(sum(range(100))), at_least=1e-3) < 1e-3
    assert len(calls) > 10


def test_rounds_that_the_rest_of_the_machine_outweighed_do_not_count():
    """One more submission cannot have taken less than no time."""
    assert measure.sound([(2.0, 1.0), (-0.3, 1.0), (1.0, 0.0)]) == [(2.0, 1.0)]


def test_ratios_are_taken_round_by_round():
    """Ours over theirs."""
    assert measure.ratios([1.0, 6.0], [2.0, 3.0]) == (0.5, 2.0)


BURN = "import time\nwhile time.process_time() < 0.2: pass\n"


@pytest.mark.skipif(sys.platform == "win32", reason="waits as POSIX does")
def test_all_descendants_are_counted():
    """A child that is waited for counts, and so does a daemon whose parent has gone."""
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}])"
    assert measure.python("-c", child).cpu >= 0.2
    if sys.platform == "linux":
        lone = f"import os\nif os.fork() == 0:\n    os.setsid()\n    exec({BURN!r})\n    os._exit(0)\n"
        waits = "os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)"  # until it has ended; nobody collects it
        assert measure.python("-c", lone + waits).cpu >= 0.2


@pytest.mark.skipif(sys.platform == "win32", reason="waits as POSIX does")
def test_nothing_is_left_behind(tmp_path):
    """What a command leaves running is killed when it has ended."""
    file = tmp_path / "pid"
    leaves = f"import subprocess; print(subprocess.Popen(['sleep', '600']).pid, file=open({str(file)!r}, 'w'))"
    measure.python("-c", leaves)
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="waits as POSIX does")
def test_memory_is_that_of_the_command():
    """A child's 200 MB are in the sum over all processes, and not in the command's own peak."""
    takes = "import time; x = b'x' * (200 << 20)\nwhile time.process_time() < 0.5: len(x)"
    own = measure.python("-c", takes, memory=True)
    assert own.peak_tree >= own.peak > 200 << 20
    child = measure.python(
        "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {takes!r}])", memory=True
    )
    assert child.peak < 100 << 20 and child.peak_tree > 200 << 20


def test_a_command_that_fails_says_its_last_words():
    """The message names the command, its exit code and the last line."""
    with pytest.raises(measure.Failed, match=r"ended with 1: ZeroDivisionError"):
        measure.python("-c", "1/0")


def test_a_command_has_a_limit(tmp_path):
    """A command that does not end is killed, with a sentence."""
    with pytest.raises(measure.Failed, match="took longer than"):
        measure.run([sys.executable, "-c", "while True: pass"], cwd=tmp_path, seconds=0.2)


def test_a_limit_is_kept_by_the_median():
    """At most or at least; no word without a limit, and none of a figure without values."""
    assert [figure.verdict for figure in FAKE["Fake topic"]] == ["met", "missed", "met", "met", "not measured", ""]


def test_figures_survive_json():
    """What a topic prints is what the report reads."""
    for figure in FAKE["Fake topic"]:
        assert figures.from_dict(json.loads(json.dumps(figure.as_dict()))) == figure


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (0.01234, "0.0123"),
        (0.5, "0.500"),
        (12.34, "12.3"),
        (1234.5, "1234"),
        (1.0, "1.00"),
        (2e-6, "2.00e-06"),
    ],
)
def test_numbers_are_short(value, words):
    """Three digits that matter."""
    assert figures.short(value) == words


def test_a_bar_is_as_good_as_its_worst_figure():
    """A missed figure misses it, one that was not measured leaves it open."""
    verdicts = {bar: page.bar_verdict(found) for bar, found in page.by_bar(FAKE).items()}
    assert list(verdicts) == list(BARS) == list(range(1, 15))
    assert [verdicts[bar] for bar in (1, 2, 3, 4, 6)] == ["met", "missed", "met", "not measured", "met in part"]


def test_the_page_holds_all_figures_and_nothing_from_outside(tmp_path):
    """Every figure with its numbers and bar; self-contained; what is not ours is escaped; no path of this machine."""
    table = {"title": "Verdicts", "head": ["what", "ours"], "rows": [["<b>right</b>", "8 of 8"]]}
    written = page.write(tmp_path, "fake", "Fake & co", FAKE, notes=["A remark."], table=table)
    html = written.read_text("utf-8")
    words = text_of(html)
    for expected in ("Fake & co", "quick thing", "0.200", "0.400", "<it> is not here", "A remark.", "<b>right</b>"):
        assert expected in words
    assert "http" not in html and "src=" not in html and str(tmp_path) not in html and str(measure.ROOT) not in html
    data = json.loads((tmp_path / "fake.json").read_text("utf-8"))
    assert data["bars"]["2"]["verdict"] == "missed"
    assert data["topics"]["Fake topic"][0]["median"] == 0.2
    assert str(measure.ROOT) not in json.dumps(data)


def test_what_more_processors_bring_is_drawn(tmp_path):
    """A point for each number that was measured, beside what a perfect speed-up would give."""
    name = f"{page.PROCESSORS}, namespaces"
    topics = {
        name: [
            Figure("1 processor", (100.0,), "submissions a minute"),
            Figure("1 processor: faster", (1.0,), "times as fast as on 1"),
            Figure("2 processors", (150.0,), "submissions a minute"),
            Figure("4 processors", (), "submissions a minute", note="this machine has 2 processors"),
        ]
    }
    (curve,) = page.curves(topics)
    assert [(many, speed) for _, _, many, speed in curve.points] == [(1, 100.0), (2, 150.0)]
    assert [y for _, y, _, _ in curve.points] == [page.HEIGHT / 2, page.HEIGHT / 4]
    assert curve.ideal == (page.WIDTH, 0)
    html = page.write(tmp_path, "fake", "Fake", topics).read_text("utf-8")
    assert "<svg" in html and "2 processors: 150 submissions a minute" in html
    assert not page.curves({name: topics[name][:1]}) and not page.curves(FAKE)


def test_the_processor_is_said_without_the_machine(tmp_path):
    """Its kind, and how wide its vectors are."""
    file = tmp_path / "cpuinfo"
    file.write_text("processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: sse2 avx2 fma\n")
    assert page.processor(file) == "AMD EPYC, AVX2"
    assert page.processor(tmp_path / "none")


def test_what_depends_on_the_level_is_measured_at_the_default_first():
    """And beside it at the one that is quickest; the quick run at the default alone."""
    planned = [list(_planned(_parse(words))) for words in ([], ["--quick"], ["--isolation", "process"])]
    first = strongest_level()
    assert [level for topic, level in planned[0] if topic == "throughput"] == list(dict.fromkeys([first, own_level()]))
    assert [level for topic, level in planned[0] if topic == "startup"] == [first]
    assert {level for _, level in planned[1]} == {first}
    assert {level for _, level in planned[2]} == {"process"}


def test_a_line_says_the_bar():
    """The terminal's line: median, unit, spread, and whether the bar is met."""
    assert line(FAKE["Fake topic"][0]) == "  quick thing: 0.200 of slow thing (0.100 to 0.400)  bar 1: met"
    assert line(FAKE["Fake topic"][4]) == "  other half: not measured (bar 6): <it> is not here"


def test_every_topic_is_a_module_that_measures():
    """The table of topics names modules that exist and have ``measure``."""
    for topic in TOPICS:
        assert "def measure(options: Options)" in (measure.ROOT / "benchmarks" / f"{topic}.py").read_text("utf-8")


@pytest.mark.slow
def test_one_topic_runs_from_the_command_line(tmp_path):
    """The gradient checks, from the command to the page."""
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "gradients", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=measure.ROOT, capture_output=True, text=True, check=True)
    assert "three directions" in done.stdout
    assert "every coordinate" in text_of((tmp_path / "bench.html").read_text("utf-8"))
