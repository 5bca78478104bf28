"""What students read is idiomatic English: none of the phrases over which a native reader has stumbled."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests.readme import ROOT

# What reads as a translation, and what is said instead.
STILTED = {
    r"\bin the place of\b|\bin each other's place\b": "instead of; are swapped",
    r"\bby the root of it\b": "by its square root",
    r"\bby heart\b|\bof no use\b": "memorising does not help",
    r"\bit should be (to|by|from|at) ": "say the verb again: it should be added to",
    r"\btakes? up the\b|\btakes? up its\b": "is updated with; averages",
    r"\bits? complements?\b|\btheir complements?\b": "1 - momentum",
    r"\bone (row|number|entry|value|mean) an? \w+": "one row per sample",
    r"\bonce an? (sample|layer|step|batch)\b": "once per epoch",
    r"\bbelongs? into\b": "belongs in",
    r"\b(direct way|way through the)\b": "path",
    r"\bnext to none\b": "almost none",
    r"\bthose are right in which\b|\bthe one goes wrong in which\b": "it is right only where",
    r"\b(derivative|gradient) to (the|this|each|a)\b": "with respect to",
    r"\b(twice|\w+ times) too (large|small)\b": "twice as large as it should be",
    r"\b(How many|Which|What) \w+ (has|have) (an?|the|x)\b": "how many axes does an image have",
    r"\bWhich \w+ (has|have) [\w.]+ (if|when)\b": "what is the shape of x when",
    r"\bare others\.": "with other numbers of",
    r"\bis set back\b|\bnot set back\b": "restored",
    r"\btakes? (its argument|the \w+) for the\b": "treats it as; uses it as",
    r"\bwhat (gives|has given) it\b": "say which function returned it",
    r"\bare exchanged\b": "are swapped",
    r"\bthere was trouble\b": "say what failed",
    r"\bA zip is what\b": "is treated like",
}
FORBIDDEN = re.compile("|".join(f"(?:{pattern})" for pattern in STILTED), re.IGNORECASE)


def of_mistakes() -> Iterator[str]:
    """Sentences and hints of the known mistakes, as they are recorded for students."""
    for file in sorted((ROOT / "student_template").glob("*/mistakes.json")):
        for one in json.loads(file.read_text("utf-8")):
            yield from (one.get("sentence", ""), one.get("hint", ""))


def of_the_program() -> Iterator[str]:
    """Every text of several words in the engine and in the checks, without the docstrings of the engine."""
    for root, docs in (("grader", False), ("student_template/checks", True)):
        for file in sorted((ROOT / root).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            skipped = set() if docs else set(map(id, docstrings(tree)))
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
                    yield node.value


def docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions that are docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def of_templates() -> Iterator[str]:
    """The reports, and the notebooks that students are given."""
    for file in sorted((ROOT / "reports/templates").glob("*.j2")):
        yield file.read_text("utf-8")
    for file in sorted((ROOT / "student_template").glob("*/*.ipynb")):
        for cell in json.loads(file.read_text("utf-8"))["cells"]:
            yield "".join(cell["source"])


@pytest.mark.parametrize("source", [of_mistakes, of_the_program, of_templates])
def test_no_phrase_is_stilted(source):
    """Over the whole list of sentences: mistakes and hints, messages and notes, reports and notebooks."""
    texts = [text for text in source() if len(text.split()) > 2]
    assert len(texts) > 8
    found = {(match[0], " ".join(text.split())[:160]) for text in texts if (match := FORBIDDEN.search(text))}
    assert sorted(found) == []


def test_sentences_of_mistakes_are_sentences():
    """They begin with a capital, a name or a number, end with a stop, and state a fact: no question, no order."""
    sentences = {text for text in list(of_mistakes())[::2] if text}
    assert len(sentences) > 800
    assert sorted(one for one in sentences if not one.endswith(".") or "  " in one) == []
    assert sorted(one for one in sentences if re.match(r"(Of|Look|Check|Read|Is|Are|Does|What|Which)\b", one)) == []
    assert sorted(one for one in sentences if re.search(r"[:,] (The|One|It|There|A)\b", one)) == []


def test_a_mistake_is_told_alike_in_every_assignment():
    """One file that is checked by two assignments of one exercise hears one sentence of one mistake."""
    told: dict[str, set[tuple[str, str]]] = {}
    for file in sorted((ROOT / "student_template").glob("*/mistakes.json")):
        for one in json.loads(file.read_text("utf-8")):
            told.setdefault(one["code"], set()).add((one.get("sentence", ""), one.get("hint", "")))
    assert {code: said for code, said in told.items() if len(said) > 1} == {}
