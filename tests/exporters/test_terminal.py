"""What the terminal shows."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from grader.exporters import html, lines, terminal
from grader.model import ErrorInfo, Isolation, Note, NotebookRun, PartResult, Question, Status, SubmissionInfo
from tests.results import failed_check, result


def shown(show, *arguments, width=200):
    stream = io.StringIO()
    show(*arguments, Console(file=stream, width=width, force_terminal=True, no_color=True))
    return stream.getvalue()


def test_a_failed_check_shows_cause_error_and_findings():
    """The diagnosis with its hint, the place of the error, the finding's sentence."""
    text = shown(terminal.show, result())
    assert "✗ backward" in text
    assert "The slice is empty. Look at pad 0." in text
    assert "cell 3, line 7: ValueError: no" in text
    assert "✗ dx is off." in text
    assert "1.5 of 3 points." in text


def test_a_submission_that_was_not_graded_shows_the_reason_and_no_score():
    """Not 0."""
    text = shown(terminal.show, result(score=None))
    assert "Not graded: The file is broken." in text
    assert "points" not in text
    table = shown(lambda *given: terminal.show_class(*given, {"ben": "ben (Ben Roe)"}), [result(), result("ben", None)])
    assert "ben (Ben Roe)" in table and "conv/backward failed" in table
    assert "not graded" in table
    assert "The file is broken." in table


def test_only_what_is_known_of_a_submission_is_printed():
    """One that was not graded has no assignment, no seed, and nothing of it ran."""
    unknown = result(score=None, assignment=None, seed=None)
    assert lines.plain(unknown) == "ada\n\nNot graded: The file is broken.\n"
    assert lines.plain(result()).startswith("ada   layers   seed 5   isolation process\n")
    assert "public seed 5" in lines.plain(result(public=True))


def test_the_files_that_were_graded_are_named():
    """Few by name, of many the others by number; the notebook that was run too."""

    def of(*files: str) -> str:
        return lines.plain(result(submission=SubmissionInfo("ada", "0" * 64, files)))

    assert "\nCode from a/layers.py and work.ipynb\n" in of("a/layers.py", "work.ipynb")
    assert "\nCode from 0.py, 1.py, 2.py and 3.py\n" in of(*(f"{i}.py" for i in range(4)))
    assert "\nCode from 0.py, 1.py, 2.py and 6 more\n" in of(*(f"{i}.py" for i in range(9)))
    assert "\nCode from a b.py\n" in of("a\n\x1b[31mb.py")
    assert "Code from" not in of()
    run = NotebookRun(3, 3, 1.0, file="work.ipynb")
    assert "\nNotebook work.ipynb: 3 of 3 cells ran" in lines.plain(result(notebook=run))


def test_answers_in_words_are_counted_in_one_line():
    """To read, checked, missing; no question, no line."""
    to_read, checked, missing = (
        Question("a", "Why?", "So.", True),
        Question("b", "Which?", "2", False, "The choice is right."),
        Question("c", "How?", " ", True),
    )

    def line(*questions: Question) -> str:
        text = shown(terminal.show, replace(result(), questions=questions))
        return next((line for line in text.splitlines() if "Inline" in line), "").strip()

    assert "Inline questions: 1 answer to read (no marks)." in line(to_read)
    assert "2 answers to read, 1 checked, 1 without an answer (no marks)." in line(to_read, to_read, checked, missing)
    assert line() == ""


def test_markup_in_names_is_shown_as_text():
    """A student called [bold] is called [bold]."""
    assert "[bold]eve[/bold]" in shown(terminal.show_class, [result("[bold]eve[/bold]")])


def test_a_class_says_whom_to_look_at():
    """Who ran into the sandbox, and with what; the honest are not named."""
    note = Note("sandbox", "The code tried to open /etc/shadow; the sandbox denied it.")
    broken = replace(failed_check(), status=Status.VIOLATED, notes=(note,), error=ErrorInfo("Violated", "Ended."))
    eve = result("eve", parts=(PartResult("conv", "Convolution", 0.0, 3.0, (broken,)),))
    text = shown(terminal.show_class, [result(), eve])
    assert "Please look at these yourself:" in text
    assert "  eve: The code tried to open /etc/shadow" in text
    assert eve.flags == [note.sentence, "backward: Ended."]
    assert "yourself" not in shown(terminal.show_class, [result()])
    assert note.sentence in html.index([result(), eve], title="Layers")


def test_one_cause_is_told_once_with_the_students_line():
    """What fails by the same line as a check above only refers to it; marks stand under what went wrong."""
    place = {"file": "work.ipynb", "cell": 3, "line": 2, "source": "    out = x.dot(w", "column": 16, "end": 17}
    first, second = (
        replace(
            failed_check(),
            slug=slug,
            status=Status.MISSING,
            findings=(),
            diagnosis=(),
            error=ErrorInfo("SyntaxError", f"{slug} stands in cell 3, which does not parse.", **place),
        )
        for slug in ("forward", "backward")
    )
    part = replace(result().parts[0], checks=(first, second))
    shown = lines.plain(replace(result(), parts=(part,)))
    assert "      cell 3, line 2: forward stands in cell 3, which does not parse.\n" in shown
    assert "        2 |     out = x.dot(w\n          |                ^\n" in shown
    assert "      As above, in forward: cell 3, line 2.\n" in shown
    assert "backward stands" not in shown
    several = replace(result(), parts=(part,), submission=replace(result().submission, files=("a.ipynb", "work.ipynb")))
    assert "\n      work.ipynb, cell 3, line 2: forward stands" in lines.plain(several)
    absent = replace(first, error=ErrorInfo("Missing", "TwoLayerNet is not defined in the submission."))
    shown = lines.plain(replace(result(), parts=(replace(part, checks=(absent, replace(absent, slug="loss"))),)))
    assert shown.count("TwoLayerNet is not defined") == 1 and "      As above, in forward.\n" in shown


@pytest.mark.parametrize(
    ("statuses", "of", "said"),
    [
        ([Status.PASSED, Status.PASSED], 5, "2 of 5 checks ran. They passed; the others are still to be checked."),
        ([Status.PASSED], 5, "1 of 5 checks ran. It passed; the others are still to be checked."),
        ([Status.PASSED, Status.FAILED], 5, "2 of 5 checks ran."),
        ([Status.PASSED], 1, "All public checks passed; hidden checks run when it is graded."),
        ([Status.PASSED], 0, "All public checks passed; hidden checks run when it is graded."),
        ([Status.PASSED, Status.SKIPPED], 2, "1 of 2 checks was skipped. All others passed."),
    ],
)
def test_a_part_is_never_all_of_it(statuses, of, said):
    """Where some checks were picked it is said how many ran; 0: nobody knows how many there are."""
    checks = tuple(replace(failed_check(), status=status) for status in statuses)
    part = replace(result().parts[0], checks=checks)
    whole = replace(result(), parts=(part,), all_checks=of, public=True)
    assert lines.verdict(whole) == f"1.5 of 3 points. {said}"
    assert lines.plain(whole).endswith(f"{said}\n")


def test_where_nothing_locks_code_in_that_is_explained():
    """In a sentence, wherever the level is process and code was run."""
    assert lines.UNLOCKED in lines.plain(result())
    assert lines.UNLOCKED not in lines.plain(replace(result(), isolation=Isolation("lockdown")))
