"""The HTML reports: their words, their safety, their size, and what a real browser shows of them."""

from __future__ import annotations

import base64
import dataclasses
import math
import re
import struct
import zlib
from urllib.parse import unquote

import pytest

from grader import resources
from grader.errors import HarnessError
from grader.exporters import _causes, _digest, _figures, html, lines
from grader.hints import hint_for
from grader.model import (
    CellError,
    Curve,
    Diagnosis,
    ErrorInfo,
    Finding,
    Note,
    NotebookRun,
    Question,
    Result,
    Status,
    SubmissionInfo,
)
from tests.exporters import samples

XRANGE = "name 'xrange' is not defined"
ITERITEMS = "'dict' object has no attribute 'iteritems'"
HOSTILE = '</title><script>alert(1)</script><img src=x onerror="alert(1)">\u202egnp.\x1b[31m\x00\ud800'


def words(page: str) -> str:
    """The page's text, tags removed and spaces joined."""
    text = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", text).replace("&#39;", "'")


def without_own_script(page: str) -> str:
    """The page as it is to someone who runs no script; whatever else is one stays."""
    return page.replace(f"<script>{html._script().text}</script>", "", 1)


def with_check(check_changes: dict, **changes) -> Result:
    """The sample Result, cut to one part of one check."""
    check = dataclasses.replace(samples.two_layer_net().checks[2], **check_changes)
    part = dataclasses.replace(samples.two_layer_net(), checks=(check,))
    return dataclasses.replace(samples.mixed(), parts=(part,), **changes)


@pytest.mark.parametrize("name", ["sample-report.html", "sample-index.html"])
def test_samples_are_current(name):
    """The checked-in sample is what the exporter makes; rewrite it with ``python -m tests.exporters.samples``."""
    assert (samples.REPORTS / name).read_text("utf-8") == samples.sample_pages()[name]


@pytest.mark.parametrize("name", ["sample-report.html", "sample-index.html", "public"])
def test_pages_ask_nobody_for_anything(name):
    """There is no address, no script but our own and no handler in a page, and its policy forbids them."""
    page = html.report(samples.public()) if name == "public" else samples.sample_pages()[name]
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    page = without_own_script(page)
    assert not re.search(r"https?:|<script|<link|@import|url\(|javascript:|\son\w+=", page, re.I)
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)', page))


def test_hostile_text_is_shown_not_run():
    """Markup, controls and bidi overrides in every text of a student end up as plain, visible characters."""
    error = ErrorInfo(HOSTILE, HOSTILE, 3, 1, HOSTILE, HOSTILE)
    result = with_check(
        {"status": Status.CRASHED, "error": error, "diagnosis": ()},
        student=HOSTILE,
        submission=SubmissionInfo(HOSTILE, "", (HOSTILE,)),
        notebook=NotebookRun(1, 1, 1.0, (CellError(1, 1, HOSTILE, HOSTILE),), HOSTILE),
        questions=(Question("q", HOSTILE, HOSTILE, True),),
    )
    for page in (html.report(result), html.index([result], title=HOSTILE, changes={HOSTILE: 1.0})):
        assert "<script" not in without_own_script(page)
        assert "<img src=x" not in page
        assert not re.search(r"[\x00\x1b\u202e\ud800]", page)
        assert r"\u202egnp.\x00\ud800" in page


def test_names_of_people_stay_as_they_are():
    """Letters of any script, joiners included, are not mistaken for hostile characters."""
    for name in ("محمد علي", "ക്\u200dഷ", "Zoë", "孙悟空"):
        assert name in html.report(samples.not_graded(name))


@pytest.mark.parametrize("name", ["Zoë", "a b#c?d%", "javascript:alert(1)", "..\\x", '"><b>'])
def test_links_go_to_the_students_folder(name):
    """A link is the quoted folder name and nothing else."""
    page = html.index([samples.not_graded(name)], title="Class")
    links = re.findall(r'href="([^"#]+)"', page)
    assert links
    assert {unquote(link) for link in links} == {f"{name}/report.html"}
    assert not re.search(r"[:?#]", links[0])


def test_report_stays_small_whatever_students_write():
    """Megabytes of messages, tracebacks, cells and answers still make a report of at most 300 kB with every point."""
    error = ErrorInfo("E" * 9_000, "<" * 90_000, 3, 1, "&\n" * 90_000, "f" * 9_000)
    crash = dataclasses.replace(samples.two_layer_net().checks[2], status=Status.CRASHED, error=error)
    checks = tuple(dataclasses.replace(crash, slug=f"c{i}", title=f"Check {i}.") for i in range(60))
    run = NotebookRun(900, 900, 1.0, tuple(CellError(i, 1, "E", '"' * 9_000) for i in range(900)))
    questions = tuple(Question(f"q{i}", "Why?", "'" * 90_000, True) for i in range(30))
    part = dataclasses.replace(samples.two_layer_net(), checks=checks)
    result = dataclasses.replace(samples.mixed(), parts=(part,), notebook=run, questions=questions)
    page = html.report(result)
    assert len(page.encode()) <= html.LIMIT_BYTES
    assert all(f"<h4>Check {i} <code" in page for i in range(60))


def facts(page: str) -> dict[str, str]:
    """The facts in the head of a page, also those that are folded away."""
    head = page.partition('<dl class="facts">')[2].partition("</header>")[0]
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", head))


def test_the_head_says_what_is_known_and_no_more():
    """Which files were graded; Numba where it ran, for it does not in a public run; no seed where nothing was drawn."""
    known = facts(html.report(samples.mixed()))
    assert known["Numba"] == samples.VERSIONS["numba"]
    assert known["Code from"] == "ConvolutionalNetworks.ipynb and cs231n/layers.py"
    public = dataclasses.replace(samples.public(), versions=samples.VERSIONS | {"numba": None})
    page = html.report(public)
    assert list(facts(page)) == [name for name in known if name != "Numba"]
    assert "not installed" not in page
    page = html.report(samples.not_graded())
    assert list(facts(page)) == ["Grader", "Python", "NumPy", "Submission"]
    assert not re.search(r"\bNone\b|\bnone\b|not recognised", words(page))
    assert "not recognised" not in words(html.index([samples.not_graded()], title="Class"))


def test_many_files_are_counted_and_the_current_folder_is_no_name():
    """A report is the same from wherever a check is started."""
    names = tuple(f"part{i}.py" for i in range(9))
    page = html.report(dataclasses.replace(samples.mixed(), submission=SubmissionInfo(".", "", names)))
    assert facts(page)["Code from"] == "part0.py, part1.py, part2.py and 6 more"
    assert "Submission" not in facts(page)


def test_answers_in_words_are_shown_as_text():
    """Question, options, answer and remark; lines stay, markdown and markup are signs, nothing is cut."""
    answer = "**1** and [3](javascript:alert(1))\n\n<b>so</b> " + "y" * 3900
    questions = (
        Question("a", "Which?\n1. One\n2. Two", answer, True, "The choice is wrong."),
        Question("b", "Why?", " \n", True),
        Question("c", "How?", "2", False),
    )
    page = html.report(dataclasses.replace(samples.mixed(), questions=questions))
    assert '<h3>Which?</h3>\n<p class="asks">1. One\n2. Two</p>' in page
    assert "<blockquote>**1** and [3](javascript:alert(1))\n\n&lt;b&gt;so&lt;/b&gt; yyy" in page
    assert "y" * 3900 in page
    assert "The choice is wrong." in page
    assert page.count("No answer.") == 1
    assert (page.count("Needs review by a person"), page.count("No review needed")) == (2, 1)


def test_many_questions_are_counted():
    """Those that are not shown are in the JSON, for who has it."""
    questions = tuple(Question(f"q{i}", "Why?", "So.", True) for i in range(50))
    many = dataclasses.replace(samples.mixed(), questions=questions)
    assert "10 more questions in result.json." in words(html.report(many, index_href="../index.html"))
    assert "10 more questions not shown." in words(html.report(many))


def test_ordinary_report_is_not_cut():
    """The sample fits with all of its figures and tracebacks."""
    page = html.report(samples.mixed())
    assert len(page.encode()) < 100_000
    assert page.count("data:image/png") == 3
    assert "dx_pad[n, :, i:i+HH, j:j+WW]" in page


@pytest.mark.parametrize("result", [samples.not_graded(), samples.trouble()])
def test_not_graded_is_never_zero(result):
    """A Result without a score says "Not graded" and why, and shows no number of points for the whole."""
    page = html.report(result)
    assert result.reason in words(page)
    assert '<p class="score none"><strong>Not graded</strong></p>' in page
    assert "not graded</title>" in page
    assert "</strong> <span>/" not in page


def test_grader_trouble_has_no_points():
    """A check that the grader could not run shows "not graded" for its points, and so does its part."""
    page = html.report(samples.trouble())
    speed = words(page[page.index('id="part-2"') : page.index('id="part-3"')])
    assert "0 of 1 passed, 1 not graded not graded Not graded Convolution of a large batch" in speed
    assert "speed/conv_speed not graded" in speed
    assert "Trouble in the grader, not in your code." in speed
    assert "0 / 5" not in speed


def test_index_counts_not_graded_apart():
    """Submissions without a score are listed with their reason, and are in no bin of the histogram."""
    results = [samples.mixed(), samples.not_graded("Tom"), samples.trouble("Eve")]
    assert sum(_digest.distribution(results).bins) == 1
    text = words(html.index(results, title="Class"))
    assert "Graded 1 Not graded 2" in text
    assert "Tom not graded Not graded – – – – –" in text
    assert "The zip holds no notebook and no Python file." in text


def test_skipped_is_not_failed():
    """A skipped check has no points out of its maximum, is no root cause, and is not counted in pass rates."""
    result = with_check({"status": Status.SKIPPED, "points": 0.0, "findings": (), "diagnosis": ()})
    text = words(html.report(result))
    assert "– / 10" in text
    assert "Fix these first" not in text
    assert _digest.pass_rates([result])[0].percent is None


def test_public_run_promises_nothing_about_hidden_checks():
    """A public run says that hidden checks follow, and never that everything passed."""
    passed = words(html.report(samples.public_passed()))
    assert "All public checks passed; hidden checks run when it is graded." in passed
    failed = words(html.report(samples.public()))
    assert "2 of 4 public checks passed; hidden checks run when it is graded." in failed
    for text in (passed, failed):
        assert not re.search(r"all (checks )?passed|every check passed", text, re.I)


def test_expected_values_only_where_there_are_any():
    """Expected numbers are printed in public runs; a hidden Result holds none, so its table has no such row."""
    row = '<th scope="row">expected</th>'
    assert row in html.report(samples.public())
    assert row not in html.report(samples.mixed())


def test_fix_these_first_groups_by_cause():
    """Checks with one diagnosis, or one place of a crash, are one cause; the costliest three come first."""
    causes = _causes.root_causes(samples.mixed())
    assert [cause.lost for cause in causes[:3]] == [12, 8, 6]
    assert [[check.slug for check in cause.checks] for cause in causes[:2]] == [
        ["gradients", "train"],
        ["conv_dx", "conv_dw"],
    ]
    page = html.report(samples.mixed())
    first = page[page.index("Fix these first") : page.index("Still to write")]
    assert first.count("<h3>") == 6
    assert 'href="#check-1-3"' in first
    assert "In cell 14, line 7 of ConvolutionalNetworks.ipynb." in first


def test_costs_name_checks_as_the_command_does():
    """What a cause costs is told with the names that `grader check` takes, not with titles."""
    text = words(html.report(samples.mixed()))
    assert "Costs 12 points in two_layer_net/gradients , two_layer_net/train ." in text
    assert text.count("Training on toy data reaches a loss below 0.02") == 1


def test_a_cause_is_told_once_with_its_first_array():
    """Sentence, hint and the first array's heatmap stand under the cause; other arrays and later checks refer to it."""
    page = html.report(samples.mixed())
    said = "The gradient of the L2 term lacks its factor"
    assert page.count(said) == 2  # once in full, once behind "As above"
    assert page.count("Compare the regularisation in your loss") == 1
    first = page[page.index('id="cause-1"') : page.index('id="cause-2"')]
    shown, _, folded = first.partition('<details class="others">')
    assert "Heatmap of the absolute error of W1" in shown
    assert "of W2" not in shown
    assert "Also wrong: W2 . Right: b1 , b2" in words(folded)
    assert "Heatmap of the absolute error of W2" in folded
    assert f"As above, cause 1 : {said}" in words(page[page.index('id="check-1-4"') :])


def test_what_is_missing_is_one_list():
    """Functions that are not there are listed behind what is wrong, each sentence once; their parts are folded."""
    check = dataclasses.replace(
        samples.pooling().checks[1], error=ErrorInfo("Missing", "pool is not defined in the submission.")
    )
    part = dataclasses.replace(samples.pooling(), checks=(check, dataclasses.replace(check, slug="again")))
    page = html.report(dataclasses.replace(samples.mixed(), parts=(samples.convolution(), part)))
    unwritten = words(page[page.index("Still to write") : page.index("Part by part")])
    assert unwritten.count("pool is not defined in the submission.") == 1
    assert "pooling/pool_backward , pooling/again" in unwritten
    assert '<details class="part" id="part-2">' in page


def test_a_crash_has_no_tick():
    """Arrays of the cases before an exception are no success."""
    check = dataclasses.replace(samples.convolution().checks[3], findings=(samples.right("out", 1e-12),))
    part = dataclasses.replace(samples.convolution(), checks=(check,))
    result = dataclasses.replace(samples.mixed(), parts=(part,), questions=())
    assert "#i-passed" not in html.report(result).partition("</header>")[2]
    assert "✓" not in lines.plain(result)


def test_the_students_line_stands_under_the_cause():
    """File, line and marks under what went wrong, once."""
    crash = samples.convolution().checks[3].error
    error = dataclasses.replace(crash, source="    dx[n] += w[f] * dout[n, f, i, j]", column=21, end=37)
    page = html.report(with_check({"status": Status.CRASHED, "error": error, "diagnosis": (), "findings": ()}))
    assert page.count("dx[n] += w[f] * dout[n, f, i, j]") == 1
    cause = page[page.index('id="cause-1"') : page.index("Part by part")]
    assert f"\n{' ' * 20}{'^' * 16}</pre>" in cause


def test_python_2_is_one_line_and_one_cause():
    """Signs of age are one remark; what they break is one cause, with what to do."""
    errors = (
        ErrorInfo("NameError", f"name 'xrange' is not defined. {hint_for(XRANGE)}", 2, 3, file="a.ipynb"),
        ErrorInfo("AttributeError", f"{ITERITEMS}. {hint_for(ITERITEMS)}", 4, 1, file="a.ipynb"),
        ErrorInfo("IndexError", "index 3 is out of bounds", 5, 1, file="a.ipynb"),
    )
    crash = dataclasses.replace(samples.convolution().checks[3], status=Status.CRASHED)
    checks = tuple(dataclasses.replace(crash, slug=f"c{k}", error=error) for k, error in enumerate(errors))
    notes = (
        Note("python2-xrange", "a.ipynb, cell 2: Written for Python 2: line 3 uses xrange."),
        Note("python2-iteritems", "a.ipynb, cell 4: Written for Python 2: line 1 calls iteritems."),
        Note("compat", "It was graded as it is; --compat grades a converted copy."),
    )
    part = dataclasses.replace(samples.convolution(), checks=checks)
    result = dataclasses.replace(samples.mixed(), parts=(part,), notes=notes)
    causes = _causes.root_causes(result)
    assert [(cause.sentence, len(cause.checks)) for cause in causes] == [
        ("The code is written for Python 2.", 2),
        ("IndexError: index 3 is out of bounds", 1),
    ]
    page = words(html.report(result))
    assert page.count("Written for Python 2: line") == 1
    assert page.count("--compat") == 2
    shown = lines.plain(result)
    assert shown.count("Written for Python 2: line") == shown.count("--compat") == 1
    assert shown.index("Written for Python 2") < shown.index(f"\n{part.title}")
    assert shown.count("The code is written for Python 2, as said above: ") == 2
    assert "has no attribute" not in shown and "IndexError: index 3 is out of bounds" in shown


def test_one_line_that_raises_is_one_cause_whatever_it_says():
    """Shapes differ from case to case, and so do the words of the exception that stand in the cause."""
    part, crash = samples.convolution(), samples.convolution().checks[3]
    checks = tuple(
        dataclasses.replace(
            crash,
            slug=f"c{size}",
            status=Status.CRASHED,
            error=ErrorInfo("ValueError", f"shapes ({size},) (4,)", 2, 3, file="a.ipynb"),
            diagnosis=(Diagnosis("shapes", f"Shapes differ (ValueError: shapes ({size},) (4,)).", True),),
        )
        for size in (2, 3)
    )
    result = dataclasses.replace(samples.mixed(), parts=(dataclasses.replace(part, checks=checks),))
    (cause,) = _causes.root_causes(result)
    assert len(cause.checks) == 2
    assert cause.sentence.startswith("Shapes differ")


def test_likely_is_said_of_uncertain_diagnoses_only():
    """A diagnosis that reproduces the numbers is stated plainly, any other as likely."""
    text = words(html.report(samples.mixed()))
    assert "Likely: Height and width are mixed up" in text
    assert "Likely: The gradient of the L2 term" not in text


def test_what_is_likely_heads_no_list():
    """A cause of "Fix these first", a remark in a pull request and a group of a class say what was measured instead."""
    checks = [check for check in samples.mixed().checks if any(not item.certain for item in check.diagnosis)]
    assert checks
    for check in checks:
        wrong = next(finding.message for finding in check.findings if not finding.ok)
        assert _causes.leading(check) is None
        assert _causes.sentence(check) == wrong
    page = html.report(samples.mixed())
    heads = re.findall(r"<li id=.*?<h3>(.*?)</h3>", page, re.S)
    assert heads and not any("Height and width are mixed up" in head for head in heads)


def test_failures_are_open_and_passed_parts_closed():
    """What needs attention is unfolded, what passed is folded."""
    page = html.report(samples.mixed())
    assert '<details class="part" id="part-1" open>' in page
    assert '<details class="part" id="part-5">' in page
    assert '<details class="check" id="check-1-1">' in page
    assert page.index("Heatmap of the absolute error of W1") < page.index('id="part-1"')


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 between two colours #rrggbb, from 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_contrast(scheme):
    """Every pair of text and paper colours of the style sheet reaches WCAG AA, 4.5 to 1."""
    style = (resources.folder("reports") / "style.css").read_text("utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", style.split(":root {")[1 + scheme]))
    pairs = [(ink, paper) for ink in ("ink", "soft", "accent", "bad", "good") for paper in ("paper", "card", "code-bg")]
    pairs += [(name, f"{name}-bg") for name in ("good", "bad", "warn", "plain", "odd")]
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_check_without_marks_says_so():
    """A check worth nothing shows "no marks" in place of 0 / 0."""
    text = words(html.report(with_check({"points": 0.0, "max_points": 0.0})))
    assert "all four parameters two_layer_net/gradients no marks" in text
    assert "0 / 0" not in text


@pytest.mark.parametrize("status", list(Status))
def test_status_is_icon_and_word(status):
    """Every status has a symbol of its own and a word beside it."""
    page = html.report(with_check({"status": status}))
    assert f'<symbol id="i-{status.value}"' in page
    assert f'<use href="#i-{status.value}"/></svg>{html.WORDS[status]}</span>' in page


def test_notebook_trouble_is_the_graders():
    """Trouble in running the notebook is told as the grader's, beside what ran."""
    run = NotebookRun(9, 4, 3.0, trouble="the kernel did not start")
    text = words(html.report(dataclasses.replace(samples.mixed(), notebook=run)))
    assert "which is not your code's fault: the kernel did not start" in text
    assert "4 of 9 cells ran" in text
    assert "without an error" not in text


@pytest.mark.parametrize(
    ("measured", "limit"), [(None, 1e-8), (math.inf, 1e-8), (math.nan, 1e-8), (0.0, 1e-8), (2.0, 0.0), (5e-324, 1e308)]
)
def test_odd_numbers_are_shown(measured, limit):
    """Values that no log axis can place, and those at the ends of the floats, still make a page."""
    finding = dataclasses.replace(samples.W1, measured=measured, limit=limit)
    curve = Curve("Loss", (math.nan, -1.0, 0.0, math.inf, 2.0, 1.0), (), 0.0)
    page = html.report(with_check({"findings": (finding,), "curves": (curve, Curve("Empty", (), ()))}))
    assert "W1" in page


def test_log_axis_puts_the_limit_left_of_what_exceeds_it():
    """On the axis of an error of 0.8 with a limit of 1e-4, both lie inside, four decades apart."""
    axis = _figures.log_axis(Finding("W1", 0.8, 1e-4, False, ""))
    decade = 100 / 6  # the axis runs from 1e-5 to 1e1
    assert axis.limit == pytest.approx(decade, abs=0.1)
    assert axis.measured == pytest.approx(decade * (math.log10(0.8) + 5), abs=0.1)
    assert [tick.label for tick in axis.ticks] == ["1e-5", "1e-3", "1e-1", "1e1"]


def test_curve_breaks_where_a_log_axis_has_no_place():
    """Values that are not positive leave a gap instead of a wrong point."""
    chart = _figures.curve_chart(Curve("Loss", (1.0, 0.5, math.nan, 0.2, 0.1), ()))
    assert [len(piece.split()) for piece in chart.got] == [2, 2]


def test_long_curve_keeps_its_last_point():
    """A history of 5,000 steps is thinned, and still ends where it ends."""
    chart = _figures.curve_chart(Curve("Loss", tuple(1 + i for i in range(5000)), ()))
    points = chart.got[0].split()
    assert len(points) == 160
    assert points[-1].startswith("1000,")


def test_a_curve_from_the_smallest_to_the_largest_number_is_drawn():
    """Powers of ten beyond those that a float can be are no labels."""
    chart = _figures.curve_chart(Curve("Loss", (5e-324, 1.7e308), ()))
    assert chart is not None
    assert len(chart.got[0].split()) == 2
    assert all(0 <= tick.at <= 100 and math.isfinite(float(tick.label)) for tick in chart.ticks)


@pytest.mark.parametrize("rows", [("0123456789",), ("901", "120", "307"), ("9",)])
def test_heatmap_holds_the_digits(rows):
    """The image's pixels are the digits, four bits each, for odd widths as well."""
    png = base64.b64decode(_figures.heat_png(rows).partition(",")[2])
    start = png.index(b"IDAT") + 4
    (size,) = struct.unpack(">I", png[start - 8 : start - 4])
    lines = zlib.decompress(png[start : start + size])
    stride = len(lines) // len(rows)
    assert [lines[k * stride + 1 : (k + 1) * stride].hex()[: len(rows[0])] for k in range(len(rows))] == list(rows)


def test_clusters_name_the_students_of_each_cause():
    """Failures of a class are grouped by diagnosis or exception, with each student once."""
    results = [samples.mixed(), samples.trouble("Eve"), samples.not_graded()]
    found = {cluster.reason or cluster.checks[0]: cluster.students for cluster in _digest.clusters(results)}
    assert found["reg-gradient-factor"] == ["Zoë Müller-Okafor", "Eve"]
    assert found["IndexError"] == ["Zoë Müller-Okafor"]
    assert found["Max pooling – Backward pass: the gradient goes to the maximum"] == ["Zoë Müller-Okafor"]
    alone = words(html.index(results[:1], title="Class"))
    assert "Of the first: " not in alone
    several = [samples.mixed(), dataclasses.replace(samples.mixed(), student="Ben")]
    assert "Of the first: " in words(html.index(several, title="Class"))


def test_index_says_what_changed():
    """Changes are counted and listed with their direction in words; without a last run there is no such section."""
    results = samples.classroom()[:3]
    text = words(html.index(results, changes={"Amara Adeyemi": 2.5, "Anna-Lena Schäfer": 0.0}, title="Class"))
    assert "1 up, 0 down, 1 unchanged." in text
    assert "up 2.5" in text
    assert "Change since the last run" not in html.index(results, title="Class")


def test_index_of_nobody():
    """A class without submissions is a page, too."""
    assert "Submissions 0" in words(html.index([], title="Class"))


def test_folder_that_is_missing_is_one_sentence(monkeypatch, tmp_path):
    """An installation without its templates says where it looked."""
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "grader")
    with pytest.raises(HarnessError, match=r"reports is neither at .* nor at .*; reinstall the grader\.$"):
        resources.folder("reports")


def test_wheel_folder_comes_before_the_checkout(monkeypatch, tmp_path):
    """Where both exist, the files that were installed with the package are taken."""
    packaged = tmp_path / "grader" / "data" / "reports"
    for place in (packaged, tmp_path / "reports" / "templates"):
        place.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "grader")
    assert resources.folder("reports") == packaged
