"""The lines that begin a question or an answer, and what is left where nothing was answered.

Every repetition in these patterns is bounded and they see the start of a line only, so that no text of a student's
can keep them busy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

START = 300  # characters of a line that are looked at

# What may surround a marker: headings, quotes, bullets, emphasis, LaTeX such as $\color{blue}{\textit ...}$, tags.
_LATEX = r"\\(?:textcolor|color|textit|textbf|text|emph|it|bf|large|Large)\b(?:\{[A-Za-z]{1,20}\})?"
_TAG = r"</?[A-Za-z][^<>\n]{0,100}>"
_LEAD = rf"\A(?P<lead>(?:[\s#>*_~`$|\[\](){{}}+-]|{_LATEX}|{_TAG}){{0,30}})"
_CLOSE = rf"(?:[*_~`$}}\])]|{_TAG}){{0,8}}"
_NUMBER = r"(?P<number>\d{1,3}|[一二三四五六七八九十]{1,2})"

_TAGS, _TAG_IN_FRONT = re.compile(_TAG), re.compile(rf"\A{_TAG}")

_ANSWERS = (
    r"(?P<own>your|my)?\s{0,3}(?:answer|response|ans)s?(?:\s{1,3}(?:to|for)\s{1,3}(?:inline\s{1,3})?question)?"
    r"|(?P<own_cn>你的|您的|我的)?(?:回答|答案|答复|答覆|解答|答)"
)
_EXPLANATIONS = (
    r"(?P<own_ex>your|my)?\s{0,3}(?:explanation|reasoning|justification)s?"
    r"|(?P<own_ex_cn>你的|您的|我的)?(?:解释|解釋|说明|說明|理由)"
)
_ANSWER = re.compile(
    rf"{_LEAD}(?:(?P<explanation>{_EXPLANATIONS})|{_ANSWERS})\s{{0,3}}(?:{_NUMBER})?"
    rf"(?P<close>{_CLOSE})\s{{0,3}}(?P<colon>[:：])?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"{_LEAD}(?:(?P<inline>[il]nline[\s_-]{{0,3}}question|(?:内联|行内|內聯|行內|内嵌)(?:问题|問題)|思考[题題])"
    r"|question|q(?=\d)|问题|問題|题目|題目|简答题)"
    rf"\s{{0,3}}(?:\#|no\.|第)?\s{{0,3}}(?:{_NUMBER})?(?P<close>{_CLOSE})\s{{0,3}}(?P<colon>[:：.。、])?",
    re.IGNORECASE,
)
# "... why? **Your Answer:** because": an emphasised marker in the middle of a line.
_INSIDE = re.compile(
    r"(?:\*\*|__|<b>|<strong>|\$\\(?:text)?color\{[a-z]{1,20}\}\{\\text(?:it|bf)[ {]{0,2})"
    r"(?=(?:your|my) (?:answer|explanation)|[你您我]的(?:回答|答案|解释|解釋))",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\A\s{0,3}(#{1,6})(?!#)(?=.{0,20}\w)")
_CLOSING = {"*": "*", "_": "_", "~": "~", "`": "`", "$": "$", "{": "}", "[": "]", "(": ")"}
_CHINESE = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)}

# A placeholder is made of these words, and has one of the first.
_ASKING = frozenset("fill write type put enter insert replace todo tbd answer answers explanation".split())
_FILLING = frozenset(
    "please double click edit this it me in out text your response reasoning here below with to the and cell".split()
)
_LEFT_OUT = frozenset(("略", "省略", "从略", "從略", "待定", "暂无", "暫無"))
_DOTS = frozenset("….。·⋯ *_~-")
_PLACEHOLDER_SIGNS = frozenset("请請在此这這里裡处處下面方填写寫入输輸作答回案你您的解释釋内內容待补補充完成")


@dataclass(frozen=True, slots=True)
class Marker:
    """A line that begins an answer or explanation: the level of its heading (0 for none), and the line's rest."""

    label: str
    explanation: bool
    level: int
    rest: str


@dataclass(frozen=True, slots=True)
class Title:
    """A line that begins a question; ``inline`` if it says that it is an inline question."""

    text: str
    number: int | None
    inline: bool
    level: int


def split_inside(line: str) -> list[str]:
    """The line, broken before each emphasised marker that stands inside it."""
    cuts = [match.start() for match in _INSIDE.finditer(line)]
    pieces, last = [], 0
    for cut in cuts:
        if re.search(r"\w", line[last:cut]):
            pieces.append(line[last:cut])
            last = cut
    return [*pieces, line[last:]]


def marker(line: str) -> Marker | None:
    """The marker that a line begins with, if any: with a colon, or alone in its line, or "your answer" in bold."""
    match = _ANSWER.match(line[:START])
    if not match:
        return None
    rest = _after(line, match)
    own = any(match[name] for name in ("own", "own_cn", "own_ex", "own_ex_cn"))
    if not (match["colon"] or not rest.strip() or (own and match["close"])):
        return None
    label = line[match.end("lead") : match.start("close")].strip()
    return Marker(label, bool(match["explanation"]), heading(line), rest)


def title(line: str) -> Title | None:
    """The title that a line begins with, if any: "Inline Question 1", "Question 2:", "问题 3"."""
    match = _TITLE.match(line[:START])
    if not match:
        return None
    alone = not _after(line, match).strip()
    if match["number"]:
        if not (alone or match["lead"].strip() or match["colon"]):
            return None  # prose: "Question 2 asked for ..."
    elif not (match["inline"] and (alone or match["colon"])):
        return None
    label = line[match.end("lead") : match.start("close")].strip()
    text = f"{label}{match['colon'] or ''} {_after(line, match).strip()}".strip()
    return Title(text, _number(match["number"]), bool(match["inline"]), heading(line))


def heading(line: str) -> int:
    """The level of a markdown heading, 0 if the line is none."""
    match = _HEADING.match(line[:START])
    return len(match[1]) if match else 0


def is_fence(line: str) -> bool:
    """Whether the line opens or closes a block of code."""
    return line[:10].lstrip().startswith(("```", "~~~"))


def answered(text: str) -> str:
    """The text without leading placeholders and empty lines around it; "" if nothing else is there."""
    lines = text.split("\n")
    first, last = 0, len(lines)
    while first < last and (_says_nothing(lines[first]) or is_placeholder(lines[first])):
        first += 1
    while first < last and _says_nothing(lines[last - 1]):
        last -= 1
    return "\n".join(lines[first:last]).strip()


def is_placeholder(line: str) -> bool:
    """Whether a line asks for an answer ("Fill this in", "Your answer here", "在此填写"), or is none: "略", "…"."""
    if len(line) > START:
        return False
    if line.strip() and _DOTS.issuperset(line.strip()):
        return True
    words = re.findall(r"[^\W_]+", _TAGS.sub(" ", line.replace("<!--", " ").replace("-->", " ")).casefold())
    if (_ASKING | _FILLING).issuperset(words) and not _ASKING.isdisjoint(words):
        return True
    signs = "".join(words)
    return signs in _LEFT_OUT or (len(signs) > 1 and _PLACEHOLDER_SIGNS.issuperset(signs))


def _says_nothing(line: str) -> bool:
    """Whether a line has no letter or digit and no sign beyond ASCII: empty, a rule, stray emphasis."""
    if line.strip().lower() in ("<br>", "<br/>", "<br />"):
        return True
    return not is_fence(line) and not re.search(r"[^\W_]|[^\x00-\x7f\s]", line)


def _after(line: str, match: re.Match[str]) -> str:
    """What follows a marker in its line, without the signs that close what stands before it."""
    rest = line[match.end() :]
    closing = {_CLOSING[sign] for sign in match["lead"] if sign in _CLOSING}
    return _TAG_IN_FRONT.sub("", rest.lstrip("".join(closing)))


def _number(sign: str | None) -> int | None:
    if sign is None or sign.isdigit():
        return int(sign) if sign else None
    return _CHINESE.get(sign)
