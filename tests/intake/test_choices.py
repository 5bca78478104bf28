"""Declared questions and their choices: what is read of an answer, what is told, what is refused."""

from __future__ import annotations

import pytest

from grader.course.assignments import all_assignments
from grader.course.folder import current
from grader.errors import MalformedCheck
from grader.intake.reading import read_submission
from grader.questions.answers import UNCLEAR, questions_of
from grader.questions.choices import chosen
from grader.questions.declared import Asked, asked, right_choices
from tests.intake.test_questions import ASK, CHOICE, OPTIONS, collected


@pytest.mark.parametrize(
    ("answer", "picks"),
    [
        ("1, 3", {1, 3}),
        ("1 and 3.", {1, 3}),
        ("**1** & **3**", {1, 3}),
        ("(1)(3)", {1, 3}),
        ("①③", {1, 3}),
        ("１、３", {1, 3}),
        ("A, c", {1, 3}),
        ("a) and c)", {1, 3}),
        ("Options 1 and 3", {1, 3}),
        ("选 1 和 3", {1, 3}),
        ("第1、3项", {1, 3}),
        ("4", {4}),
        ("none of these", {4}),
        ("1. A larger training set\n3. *Stronger regularisation*", {1, 3}),
        ("A larger training set", {1}),
        ("- [x] A larger training set\n- [ ] More hidden units\n- [X] 3. Stronger regularisation", {1, 3}),
        ("13", None),
        ("1, 5", None),
        ("not 2", None),
        ("不选 2", None),
        ("all but 2", None),
        ("1. True\n2. False", None),
        ("2. A larger training set", None),
        ("a larger one, I think", None),
        ("- [ ] A larger training set", None),
        ("1, 3 since 2 makes it worse", None),
        ("1" * 5000, None),
        ("", None),
    ],
)
def test_choices_are_read_where_they_are_plain(answer, picks):
    """Numbers, letters, ticks and copied options; anything else is for a person."""
    assert chosen(answer, OPTIONS) == (None if picks is None else frozenset(picks))


CHINESE = """### 内联问题

哪些办法有用?

1. Collect more pictures. 收集更多图片。
2. A wider layer. 更宽的层。
3. Penalise large weights. 惩罚大的权重。
4. Nothing here. 都不是。

Your answer: """
WORDED = ("Collect more pictures", "A wider layer", "Penalise large weights", "Nothing here")


@pytest.mark.parametrize(
    "answer",
    ["1, 3", "1. Collect more pictures. 收集图片\n3. Penalise large weights", "Penalise large weights。\n1"],
)
def test_a_question_in_another_language_is_known_by_its_options(tmp_path, answer):
    """The options may be worded otherwise, as the assignment lists, and have a translation beside them."""
    asked_so = Asked("gap", "Which of these can help?", kind="choice", options=OPTIONS, wordings=(WORDED,))
    right = {"gap": frozenset({1, 3})}
    (question,) = collected(tmp_path, f"{CHINESE}{answer}", questions=[asked_so], right=right)
    picks = "The choice is right." if not answer.endswith("\n1") else UNCLEAR
    assert (question.slug, question.note) == ("gap", picks)


def test_a_declared_question_is_listed_once(tmp_path):
    """In two languages in one notebook, it is one question, with the answer that there is."""
    asked_so = Asked("gap", "Which of these can help?", kind="choice", options=OPTIONS, wordings=(WORDED,))
    both = f"{ASK}3. Stronger regularisation\n4. None of these\n\nYour answer: 略\n\n{CHINESE}2"
    found = collected(tmp_path, both, questions=[asked_so])
    assert [(question.slug, question.answer) for question in found] == [("gap", "2")]


@pytest.mark.parametrize(
    ("answer", "note", "review"),
    [
        ("1, 3", "The choice is right.", False),
        ("1", "The choice is wrong.", False),
        ("1, 2, 3", "The choice is wrong.", False),
        ("well", UNCLEAR, True),
        ("", "", True),
        ("1, 3\n\n**Explanation:** so", "The choice is right.", True),
    ],
)
def test_a_choice_is_compared_where_the_right_one_is_known(tmp_path, answer, note, review):
    """It says right or wrong and no more; what is unclear or explained goes to a person."""
    cell = f"{ASK}Your answer: {answer}"
    (question,) = collected(tmp_path, cell, questions=[CHOICE], right={"gap": frozenset({1, 3})})
    assert (question.note, question.needs_review) == (note, review)
    (question,) = collected(tmp_path, cell, questions=[CHOICE])
    assert (question.note, question.needs_review) == ("", True)


def test_a_missing_explanation_is_noted(tmp_path):
    """Where the assignment asks for one."""
    explained = Asked("gap", CHOICE.prompt, kind="choice", options=OPTIONS, explain=True)
    cell = f"{ASK}Your answer: 2\n\nYour explanation: *Fill this in*"
    (question,) = collected(tmp_path, cell, questions=[explained], right={"gap": frozenset({1, 3})})
    assert question.note == "The choice is wrong. No explanation was found."
    assert (question.answer, question.needs_review) == ("2", True)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"slug": "a"}, "slug and prompt are texts"),
        ({"slug": "a", "prompt": "Why?", "right": [1]}, "belong to solutions/questions/"),
        ({"slug": "a", "prompt": "Why?", "kind": "choice"}, "with options"),
        ({"slug": "a", "prompt": "Why?", "options": ["x"]}, "with options"),
        ({"slug": "a", "prompt": "Why?", "kind": "essay"}, "with options"),
        ({"slug": "a", "prompt": "Why?", "kind": "choice", "options": ["x"], "wordings": [["y", "z"]]}, "as many as"),
        ({"slug": "a", "prompt": "Why?", "find": [1]}, "lists of texts"),
        ({"slug": "a", "prompt": "Why?", "public": "yes"}, "true or false"),
        ({"slug": "a", "prompt": "Why?", "point": 3}, "unknown point"),
    ],
)
def test_a_question_that_cannot_work_is_refused(table, reason):
    """With the file and the question; right choices must not stand in a file that ships."""
    with pytest.raises(MalformedCheck, match=reason):
        asked([table], "x.toml")
    with pytest.raises(MalformedCheck, match="one slug"):
        asked([{"slug": "a", "prompt": "Why?"}] * 2, "x.toml")
    with pytest.raises(MalformedCheck, match="are tables"):
        asked("why", "x.toml")


@pytest.mark.parametrize("text", ["[gap]\nright = [5]", "[gap]\nright = 1", "[other]\nright = [1]", "gap = 1", "[gap"])
def test_right_choices_that_cannot_be_are_refused(course, text):
    """Options that there are not, questions that there are not."""
    secret = course() / "solutions"
    secret.unlink()
    questions = secret / "questions"
    questions.mkdir(parents=True)
    assert right_choices("work", (CHOICE,)) == {}
    (questions / "work.toml").write_text("[gap]\nright = [1, 3]")
    assert right_choices("work", (CHOICE,)) == {"gap": frozenset({1, 3})}
    (questions / "work.toml").write_text(text)
    with pytest.raises(MalformedCheck, match=r"solutions/questions/work\.toml"):
        right_choices("work", (CHOICE,))


@pytest.mark.parametrize(
    "assignment", [item for item in all_assignments().values() if item.template], ids=lambda item: item.slug
)
def test_templates_ask_what_the_assignment_declares_and_answer_nothing(assignment):
    """Every declared question is found in the template, unanswered, and there is no other."""
    (file,) = read_submission(assignment.folder / assignment.notebook).files
    found = questions_of(file, assignment.questions, {})
    assert [(item.slug, item.answer, item.note) for item in found] == [
        (question.slug, "", "") for question in assignment.questions
    ]
    for slug in right_choices(assignment.slug, assignment.questions):
        assert slug in {question.slug for question in assignment.questions}


def test_right_choices_do_not_ship():
    """They lie outside of what the wheel takes."""
    right = current().secret / "questions"
    assert not right.is_relative_to(current().public)
    assert (right / "two_layer_net.toml").is_file()
