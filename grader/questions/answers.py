"""The Questions of a Result: those that the assignment names, then the others of its notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.limits import MAX_ANSWER, MAX_PROMPT, MAX_QUESTIONS
from grader.model import Question
from grader.questions.cells import Written, written
from grader.questions.choices import chosen, holds
from grader.questions.declared import Asked
from grader.submission import SourceFile
from grader.words import plain_text

NOT_FOUND = "The question was not found in a notebook."
NO_MARKER = 'No line such as "Your Answer:" says where the answer begins; it may stand among the question\'s text.'
UNCLEAR = "The choice could not be read with certainty."


def questions_of(
    notebook: SourceFile | None, declared: Sequence[Asked], right: Mapping[str, frozenset[int]]
) -> tuple[Question, ...]:
    """The inline questions of a notebook with what was answered, at most MAX_QUESTIONS beyond the declared ones.

    Choices are compared with ``right``, by the question's slug, as far as it names them; the right ones are in no
    Question.
    """
    left = written(notebook.prose) if notebook else []
    questions = []
    for asked in declared:
        same = [item for item in left if _is(item, asked)]
        found = next((item for item in same if item.answer), same[0] if same else None)
        left = [item for item in left if item not in same]  # asked in two languages, it is one question
        questions.append(_declared(asked, found, right.get(asked.slug)))
    slugs = {asked.slug for asked in declared}
    return (*questions, *_others(left[:MAX_QUESTIONS], slugs))


def _is(item: Written, asked: Asked) -> bool:
    text = _squeezed([item.prompt, *([] if item.segments else item.asks)])
    if any(_squeezed([phrase]) in text for phrase in (*asked.find, asked.prompt)):
        return True
    return any(holds(text, options) for options in (asked.options, *asked.wordings))


def _squeezed(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).casefold().split())


def _declared(asked: Asked, found: Written | None, right: frozenset[int] | None) -> Question:
    prompt = plain_text(asked.text, MAX_PROMPT)
    if not found:
        return Question(asked.slug, prompt, "", True, NOT_FOUND)
    if not found.segments:
        return Question(asked.slug, prompt, _unmarked(found, asked), True, NO_MARKER)
    answer = plain_text(found.answer, MAX_ANSWER)
    if asked.kind == "text" or not answer:
        return Question(asked.slug, prompt, answer, True)
    explained = any(segment.explanation and segment.text for segment in found.segments)
    notes, review = [], asked.explain or explained or right is None
    if right is not None:
        picks = chosen(plain_text(found.choice, MAX_ANSWER), asked.options, asked.wordings)
        review |= picks is None
        notes.append(UNCLEAR if picks is None else f"The choice is {'right' if picks == right else 'wrong'}.")
    if asked.explain and not explained:
        notes.append("No explanation was found.")
    return Question(asked.slug, prompt, answer, review, " ".join(notes))


def _unmarked(found: Written, asked: Asked) -> str:
    """What stands in a question without a marker, apart from the question itself."""
    given = {_squeezed([line]) for line in asked.text.split("\n")} | {_squeezed([asked.prompt])}
    return plain_text("\n".join(line for line in found.asks if _squeezed([line]) not in given), MAX_ANSWER)


def _others(found: Sequence[Written], slugs: set[str]) -> list[Question]:
    """The questions that no assignment declares, numbered by their titles as far as those differ."""
    questions, taken = [], set(slugs)
    for place, item in enumerate(found, start=1):
        number = (item.title.number if item.title else None) or place
        while f"inline-question-{number}" in taken:
            number += 1
        slug = f"inline-question-{number}"
        taken.add(slug)
        # What a marker without a title belongs to is right above it: the end of a long text.
        prompt = item.prompt if item.title else item.prompt[-MAX_PROMPT:]
        note = "" if item.segments else NO_MARKER
        questions.append(
            Question(slug, plain_text(prompt, MAX_PROMPT), plain_text(item.answer, MAX_ANSWER), True, note)
        )
    return questions
