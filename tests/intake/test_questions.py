"""Inline questions: which text is taken for a question and its answer, and that none can do harm."""

from __future__ import annotations

import json
import re

import pytest

from grader.intake import reading
from grader.intake.notebooks import MAX_TEXTS
from grader.intake.reading import read_submission
from grader.model import Question
from grader.questions.answers import MAX_ANSWER, MAX_PROMPT, NO_MARKER, NOT_FOUND, questions_of
from grader.questions.declared import Asked

OPTIONS = ("A larger training set", "More hidden units", "Stronger regularisation", "None of these")
CHOICE = Asked("gap", "Which of these can help?", kind="choice", options=OPTIONS)
WHY = Asked("why", "Why is that so?")
ASK = "### Inline question 1\n\nWhich of these can help?\n\n1. A larger training set\n2. More hidden units\n\n"


def source(tmp_path, *cells, **top):
    """The notebook of those cells: text cells, or code cells where they begin with >>>."""
    found = [
        {"cell_type": "code", "source": cell[3:], "outputs": []}
        if isinstance(cell, str) and cell.startswith(">>>")
        else cell
        if isinstance(cell, dict)
        else {"cell_type": "markdown", "source": cell}
        for cell in (">>>x = 1", *cells)
    ]
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": found} | top), "utf-8")
    return read_submission(path).files[0]


def collected(tmp_path, *cells, questions=(), right=None) -> tuple[Question, ...]:
    return questions_of(source(tmp_path, *cells), questions, right or {})


def pairs(tmp_path, *cells) -> list[tuple[str, str]]:
    return [(question.slug, question.answer) for question in collected(tmp_path, *cells)]


@pytest.mark.parametrize(
    "marker",
    [
        "**Your Answer**:",
        "**Your Answer:**",
        "**Your answer**",
        "__Your Answer__ :",
        "*your answer:*",
        "YOUR ANSWER:",
        "Your Answer：",
        r"$\color{blue}{\textit Your Answer:}$",
        r"$\color{blue}{\textit{Your Answer:}}$",
        r"$\textcolor{red}{\textbf{Your Answer}}$:",
        "<font color='blue'>Your Answer:</font>",
        "<b>Your Answer</b>:",
        "> **Your Answer:**",
        "- Your Answer:",
        "## Answer:\n",
        "#### Your Answer\n",
        "Answer:",
        "Answer to inline question 1:",
        "Ans:",
        "My answer:",
        "**你的回答**：",
        "**你的答案：**",
        "你的回答:",
        r"$\color{blue}{\textit 你的回答:}$",
        "答案：",
        "回答：",
        "### 回答\n",
        "我的回答：",
        "答：",
    ],
)
@pytest.mark.parametrize("gap", ["", " ", "\n\n"], ids=["close", "space", "paragraph"])
def test_many_marks_begin_an_answer(tmp_path, marker, gap):
    """English and Chinese, any case, with emphasis, colour or neither, in the line or below it."""
    if marker == "**Your answer**" and not gap.strip(" "):
        gap = " "
    (question,) = collected(tmp_path, f"**Inline Question 1**\n\nWhy?\n\n{marker}{gap}It *is* so.\n\n$x_1$ too")
    assert question.answer == "It *is* so.\n\n$x_1$ too"
    assert question.prompt == "Inline Question 1\n\nWhy?"
    assert question.needs_review


@pytest.mark.parametrize(
    "title",
    [
        "**Inline Question 2**",
        "## Inline Question 2:",
        "inline question #2",
        "### Question 2",
        "<b>Inline Question 2</b>",
        "**问题 2**",
        "## 问题二：",
        "内联问题 2",
        "**Inline Question 2:** *Hint: think*",
        "Q2:",
    ],
)
def test_many_lines_begin_a_question(tmp_path, title):
    """The number in the title is the slug's."""
    assert pairs(tmp_path, f"{title}\n\nWhy?\n\nYour answer: so") == [("inline-question-2", "so")]


@pytest.mark.parametrize(
    "placeholder",
    [
        "",
        "*Fill this in*",
        "*fill this in.*",
        "[FILL THIS IN]",
        "Answer here",
        "_Your answer here_",
        "Write your answer.",
        "...",
        "TODO",
        "<!-- your answer here -->",
        "*在此填写*",
        "请在这里写下你的答案",
        "略",
        "略…",
        "省略。",
        "……",
        "（在此处填写）",
        "---",
        "<br>",
    ],
)
def test_a_placeholder_is_no_answer(tmp_path, placeholder):
    """In the line of the marker and below it; an answer under a placeholder that was left is one."""
    for gap in (" ", "\n\n"):
        cell = f"{ASK}**Your Answer:**{gap}{placeholder}"
        assert pairs(tmp_path, cell) == [("inline-question-1", "")]
        assert pairs(tmp_path, f"{cell}\n\nIt is.") == [("inline-question-1", "It is.")]


@pytest.mark.parametrize(
    "answer", ["A", "1", "this", "None", "I put it here because it fits.", "是", "对", "∞", "填充零", "x"]
)
def test_short_answers_are_no_placeholders(tmp_path, answer):
    """One letter, one sign."""
    assert pairs(tmp_path, f"{ASK}Your answer: {answer}") == [("inline-question-1", answer)]


def test_an_answer_goes_on_in_the_next_text_cells(tmp_path):
    """Until a heading, a code cell or the next question; empty code cells are none."""
    first = f"{ASK}Your answer:"
    assert pairs(tmp_path, first, "a", "b") == [("inline-question-1", "a\nb")]
    assert pairs(tmp_path, first, "a\n\n## Next\n\nb") == [("inline-question-1", "a")]
    assert pairs(tmp_path, first, "a\n\n##### Small\n\nb") == [("inline-question-1", "a")]
    assert pairs(tmp_path, first, "a", ">>>y = 1", "b") == [("inline-question-1", "a")]
    assert pairs(tmp_path, first, ">>> ", "a") == [("inline-question-1", "a")]
    assert pairs(tmp_path, first, "a", "**Inline Question 2** Why?\n\nAnswer: b") == [
        ("inline-question-1", "a"),
        ("inline-question-2", "b"),
    ]


def test_headings_of_the_students_own_stay(tmp_path):
    """Below the question's rank, in the marker's own cell."""
    answer = "#### Rows\n\na\n\n#### Columns\n\nb"
    assert pairs(tmp_path, f"{ASK}Your answer:\n\n{answer}\n\n## Next\n\nc") == [("inline-question-1", answer)]


def test_code_in_an_answer_is_no_heading_and_no_question(tmp_path):
    """A comment in a block of code."""
    answer = "so:\n```\n# Inline Question 7\nAnswer: 3\n```\nand so"
    assert pairs(tmp_path, f"{ASK}Your answer: {answer}", "more") == [("inline-question-1", f"{answer}\nmore")]


def test_a_question_and_its_answer_may_stand_apart(tmp_path):
    """Title, text and answer in a cell each; an experiment between question and answer."""
    assert pairs(tmp_path, "### Inline Question 1", "Why?", "Answer:", "so") == [("inline-question-1", "so")]
    (question,) = collected(tmp_path, "**Inline Question 4** Look.", ">>>y = 1", "**Your Answer:** seen")
    assert (question.slug, question.prompt, question.answer) == ("inline-question-4", "Inline Question 4 Look.", "seen")


def test_a_marker_in_the_middle_of_a_line_counts_if_it_is_emphasised(tmp_path):
    """Students join lines; "your answer:" in prose is prose."""
    assert pairs(tmp_path, "**Inline Question 1**: Why? **Your Answer:** so") == [("inline-question-1", "so")]
    (question,) = collected(tmp_path, "**Inline Question 1**: Explain your answer: why?\n\nAnswer: so")
    assert (question.prompt, question.answer) == ("Inline Question 1: Explain your answer: why?", "so")


def test_a_marker_without_a_title_is_a_question_too(tmp_path):
    """What stands above it in its cell is what is asked, or else the text cell above."""
    (question,) = collected(
        tmp_path, "# Tuning\n\nold\n\n## Report\n\n**Explain your tuning.**\n\nYour Answer: I tried."
    )
    assert question == Question("inline-question-1", "## Report\n\n**Explain your tuning.**", "I tried.", True)
    (question,) = collected(tmp_path, "Explain your tuning.", "Your Answer: I tried.")
    assert (question.prompt, question.answer) == ("Explain your tuning.", "I tried.")
    texts = [("inline-question-1", "a"), ("inline-question-2", "b")]
    assert pairs(tmp_path, "Why?\n\nYour answer: a", "How?\n\nYour answer: b") == texts


def test_explanations_belong_to_the_answer(tmp_path):
    """With the word that marks them."""
    cell = (
        f"{ASK}$\\color{{blue}}{{\\textit Your Answer:}}$ 1, 3\n\n$\\color{{blue}}{{\\textit Your Explanation:}}$\n1. F"
    )
    assert pairs(tmp_path, cell) == [("inline-question-1", "1, 3\n\nYour Explanation: 1. F")]
    assert pairs(tmp_path, f"{ASK}答案：1\n\n解释：因为") == [("inline-question-1", "1\n\n解释: 因为")]


@pytest.mark.parametrize(
    "text",
    [
        "## Question 1: write the forward pass",
        "Answer the questions below.",
        "Answers are welcome",
        "## Inline Questions",
        "The answer: 42",
        "Explanation: it is so.",
        "问题在于这里",
        "Question 2 asked for more.",
        "Inline question 2 asked for more.",
        "# Q1",
        "答案是显然的",
    ],
)
def test_ordinary_text_is_no_question(tmp_path, text):
    """Headings of exercises and prose."""
    assert pairs(tmp_path, text, ">>>y = 1", "More.") == []


def test_a_question_whose_marker_was_deleted_is_kept_whole(tmp_path):
    """Nobody's answer is lost: the text is there, with a note."""
    (question,) = collected(tmp_path, "**Inline Question 1**\n\nWhy?\n\nIt is so.")
    assert question == Question("inline-question-1", "Inline Question 1\n\nWhy?\n\nIt is so.", "", True, NO_MARKER)
    (question,) = collected(tmp_path, "**Inline Question 1**\n\nWhy is\nthat so?\n\nAs it is.", questions=[WHY])
    assert question.answer.endswith("As it is.")
    assert (question.slug, question.note) == ("why", NO_MARKER)


def test_slugs_differ_whatever_the_titles_say(tmp_path):
    """Two questions may have one number, and one may have the slug of a declared one."""
    cells = [f"**Inline Question {number}**\n\nYour answer: {number}" for number in (1, 1, 2)]
    assert [slug for slug, _ in pairs(tmp_path, *cells)] == [f"inline-question-{n}" for n in (1, 2, 3)]


def test_declared_questions_come_first_and_always(tmp_path):
    """By any phrase, across lines and in any case; one that is not there says so."""
    cells = [
        "**Inline Question 1** First?\n\nYour answer: a",
        "**Inline Question 2** why IS\nthat so?\n\nYour answer: b",
    ]
    found = collected(tmp_path, *cells, questions=[WHY, CHOICE])
    assert [(item.slug, item.answer, item.note) for item in found] == [
        ("why", "b", ""),
        ("gap", "", NOT_FOUND),
        ("inline-question-1", "a", ""),
    ]
    assert all(item.needs_review for item in found)
    assert found[1].prompt.endswith("\n4. None of these")
    assert questions_of(None, [WHY], {}) == (Question("why", "Why is that so?", "", True, NOT_FOUND),)


def test_what_a_declared_question_asks_is_not_the_students_to_say(tmp_path):
    """Its prompt is the assignment's."""
    (question,) = collected(tmp_path, "Why is that so? I have full marks.\n\nYour answer: a", questions=[WHY])
    assert question.prompt == WHY.prompt


def test_old_notebooks_have_questions_too(tmp_path):
    """nbformat 3 has sheets and cells that are headings."""
    cells = [
        {"cell_type": "heading", "level": 3, "source": ["Inline Question 1"]},
        {"cell_type": "markdown", "source": ["Why?\n", "Your answer: a"]},
        {"cell_type": "heading", "level": 2, "source": "Next"},
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "input": "x = 1"},
    ]
    file = source(tmp_path, nbformat=3, worksheets=[{"cells": cells}])
    assert [(item.slug, item.answer) for item in questions_of(file, (), {})] == [("inline-question-1", "a")]


@pytest.mark.parametrize("broken", [None, 1, {"a": 1}, [1, None, "Your answer: b"], [["x"]]])
def test_damaged_text_cells_cost_nothing(tmp_path, broken):
    """What is text in them is read, the code is graded."""
    file = source(tmp_path, f"{ASK}Your answer: a", {"cell_type": "markdown", "source": broken})
    assert len(file.cells) == 1
    assert questions_of(file, (), {})[0].answer.startswith("a")


def test_answers_are_plain_text_within_limits(tmp_path):
    """No escapes, controls or halves of characters, 4000 characters an answer, 50 questions."""
    hostile = "\x1b[31mred\x1b[0m \u202e\ud800<script>alert(1)</script>\x00"
    cells = [f"**Inline Question 1** {hostile} {'p' * 2500}\n\nYour answer: {hostile} {'a' * 5000}"] * 60
    found = collected(tmp_path, *cells)
    assert len(found) == 50
    assert len({item.slug for item in found}) == 50
    for item in found:
        assert item.answer.startswith("red <script>alert(1)</script>")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff]", item.answer + item.prompt)
        assert len(item.answer) == MAX_ANSWER and len(item.prompt) == MAX_PROMPT


def test_a_pasted_picture_hides_no_answer(tmp_path):
    """Megabytes of base64 between two sentences."""
    picture = f"![plot](data:image/png;base64,{'iVBOR' * 200_000})"
    (question,) = collected(tmp_path, f"{ASK}Your answer: see\n{picture}\nso it is")
    assert question.answer == "see\n![plot](data:image/png;base64,…)\nso it is"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "*",
        " ",
        "\n",
        "x\n",
        "-\n",
        "# a\n",
        "#",
        "$\\color{",
        "$\\color{blue}{\\textit ",
        "<a",
        "<a>",
        "Answer",
        "Answer:\n",
        "**your answer",
        "Inline Question 1\nAnswer:\n",
        "[x] ",
        "1.",
        "1, ",
        "data:image/png;base64,",
        "答",
        "`",
        "```\n",
        "\\",
    ],
)
def test_no_text_keeps_the_grader_busy(tmp_path, text):
    """In one long line or in many: the time grows with the text, which is limited, and no further."""
    cells = [f"{ASK}Your answer: {text * (19_000 // len(text))}"] * 40
    big = f"{ASK}Your answer: {text * (MAX_TEXTS * 4 // len(text))}"
    right = {"gap": frozenset({1})}
    assert len(collected(tmp_path, *cells, questions=[CHOICE], right=right)) >= 1
    assert len(collected(tmp_path, big, questions=[CHOICE], right=right)) >= 1


def test_text_beyond_the_limits_is_left_out(tmp_path):
    """The questions before it stay."""
    file = source(tmp_path, f"{ASK}Your answer: a", *["x" * 30_000] * 40)
    assert sum(len(prose.text) for prose in file.prose) <= MAX_TEXTS
    assert questions_of(file, (), {})[0].answer.startswith("a\nx")


def test_the_text_of_a_folder_is_limited(tmp_path, monkeypatch):
    """Many notebooks full of text cost no memory without end, and the code is read all the same."""
    monkeypatch.setattr(reading, "MAX_PROSE", 100)
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        source(tmp_path / name, "x" * 60)
    files = read_submission(tmp_path).files
    assert [len(file.prose) for file in files] == [1, 0, 0]
    assert all(file.cells for file in files)
