"""Moodle: the grading worksheet with our marks in it (what it takes: mod/assign/feedback/offline of Moodle).

Its headers are in the language of whoever downloaded it. It passes over rows that are unchanged, empty, locked, out of
range, or changed more than a minute after the worksheet was made, without a word; so that is said here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from grader.errors import Refused
from grader.exporters import numbers
from grader.exporters.roundtrip import Columns, column_named, same, value_of
from grader.exporters.sheet import Line, Sheet

# Moodle's own translations of: Grade; Maximum grade; Grade can be changed; No; Last modified (grade); the comments.
WORDS = {
    "grade": "Grade|Bewertung|Note|Calificación|Valutazione|Cijfer|Avaliação|Nota|Qualificació|Оценка|成绩|評点|評定"
    "|성적|Betyg|Not|Cualificación|Kalifikazioa|Оцінка|Ocena|Karakter|Hodnocení|Arvosana",
    "highest": "Maximum grade|Bestwertung|Note maximale|Calificación máxima|Valutazione massima|Maximaal cijfer"
    "|Nota máxima|Qualificació màxima|Максимальная оценка|最高分|最大評点|최대 성적|Maxbetyg|Enyüksek not"
    "|Cualificación máxima|Gehieneko kalifikazioa|Максимальна оцінка",
    "changeable": "Grade can be changed|Bewertung kann geändert werden|La note peut être modifiée"
    "|La calificación puede ser cambiada|La valutazione può essere cambiata|Het cijfer kan gewijzigd worden"
    "|A nota pode ser alterada.|Es pot canviar la qualificació|Nota pode ser alterada|Оценка может быть изменена"
    "|允许更改成绩|評点変更可|Betyg kan ändras|Not değiştirilebilir|A cualificación pode seren cambiada"
    "|Kalifikazioa alda daiteke|Оцінка може бути змінена",
    "no": "No|Nein|Non|Nee|Não|Нет|否|Nej|Hayır|Ez|Ні|아니오|Nie",
    "graded": "Last modified (grade)|Zuletzt geändert (Bewertung)|Dernière modification (note)"
    "|Última modificación (calificación)|Ultima modifica (valutazione)|Laatst gewijzigd (beoordeling)"
    "|Última atualização (avaliação)|Darrera modificació (qualificació)|Последнее изменение (оценка)"
    "|上次修改（评分）|最終更新日時 (評定)|마지막 수정됨(성적)|Senast modifierat (betyg)|Son düzenleme (not)"
    "|Última modificación (cualificación)|Azken aldaketa (kalifikazioa)|Востаннє змінювалося (оцінка)",
    "comment": "Feedback comments|Feedback als Kommentar|Feedback par commentaires|Comentarios de retroalimentación"
    "|Commenti|Feedback tekstvak|Comentários de feedback|Comentaris de retroacció.|Отзыв в виде комментария|反馈意见"
    "|フィードバックコメント|피드백 코멘트|Återkopplingskommentarer|Geri bildirim yorumları|Comentarios"
    "|Feedback-iruzkinak|Відгук - коментарем",
}
PARTICIPANT = re.compile(r"\A(?P<word>\D+)(?P<id>\d+)")
ADDRESS = re.compile(r"\A[^@\s]+@[^@\s]+")
ENGLISH = re.compile(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, |\d{4}-\d\d-\d\d")  # what strtotime of PHP reads


def columns(sheet: Sheet, wanted: Sequence[str]) -> Columns:
    """Where things stand, by the headers, else by what is below; ``wanted`` names the column of grades if it does."""
    lines = [line for line in sheet.lines if not line.is_blank]
    whole = [line for line in lines if len(line.fields) == len(sheet.header.fields)]
    places = range(len(sheet.titles))
    who = next((place for place in places if _holds(whole, place, PARTICIPANT)), None)
    if who is None:
        raise Refused(
            f"{sheet.name} is no grading worksheet of Moodle: no column holds “Participant 123” and the like."
        )
    grade = _grade(sheet, whole, wanted)
    highest = _highest(sheet, whole, grade)
    email = next((place for place in places if place != who and _holds(whole, place, ADDRESS)), None)
    ids = {"participant": lambda line: _participant(line.value(who))}
    return Columns(
        grade=grade,
        ids=ids | ({} if email is None else {"email": value_of(email)}),
        names=_names(whole, who + 1, {grade, email}),
        people=lines,
        highest=lambda line: numbers.read(line.value(highest)),
        neighbours=(highest,),
        comment=_called(sheet, "comment"),
        locked=_lock(sheet),
        strict=True,
        said=(*_unknown_locks(sheet), *_stale(whole, _called(sheet, "graded"))),
    )


def _participant(text: str) -> str:
    found = PARTICIPANT.fullmatch(text)
    return found["id"] if found else ""


def _holds(lines: Sequence[Line], column: int, pattern: re.Pattern[str]) -> bool:
    return bool(lines) and all(pattern.fullmatch(line.value(column)) for line in lines)


def _names(lines: Sequence[Line], column: int, others: set[int | None]) -> tuple[int, ...]:
    """The column of full names, beside that of participants; where marking is blind, there is none."""
    values = [line.value(column) for line in lines]
    repeated = len({*values}) <= len(values) // 2
    return () if column in others or repeated or not any(values) else (column,)


def _called(sheet: Sheet, word: str) -> int | None:
    """The one column whose header is among Moodle's translations."""
    found = _all_called(sheet, word)
    return found[0] if len(found) == 1 else None


def _all_called(sheet: Sheet, word: str) -> list[int]:
    words = {same(text) for text in WORDS[word].split("|")}
    return [column for column, title in enumerate(sheet.titles) if same(title) in words]


def _grade(sheet: Sheet, lines: Sequence[Line], wanted: Sequence[str]) -> int:
    """The column of grades: as it was named, as Moodle calls it, or the one before that of one same maximum."""
    if wanted:
        return column_named({place: (title,) for place, title in enumerate(sheet.titles)}, wanted, "column")
    named = _all_called(sheet, "grade")
    beside = [place - 1 for place in range(1, len(sheet.titles)) if _is_maximum(lines, place)]
    likely = [place for place in beside if all(_is_grade(line.value(place)) for line in lines)]
    for found in (named, [place for place in named if place in likely], likely):
        if len(found) == 1:
            return found[0]
    return column_named({place: (title,) for place, title in enumerate(sheet.titles)}, [], "column of grades")


def _is_maximum(lines: Sequence[Line], column: int) -> bool:
    values = {line.value(column) for line in lines}
    return len(values) == 1 and (numbers.read(values.pop()) or 0) > 0


def _is_grade(text: str) -> bool:
    return text in ("", "-") or numbers.read(text) is not None


def _highest(sheet: Sheet, lines: Sequence[Line], grade: int) -> int:
    """The column of the maximum, beside that of grades; Refused if grades are words of a scale."""
    named = _called(sheet, "highest")
    column = grade + 1 if named is None else named
    if any(numbers.read(line.value(column)) is None for line in lines):
        raise Refused(
            f"{sheet.name} has no maximum beside “{sheet.titles[grade]}”; Moodle takes no points for a scale."
        )
    return column


def _lock(sheet: Sheet) -> Callable[[Line], str]:
    column = _called(sheet, "changeable")
    words = {same(text) for text in WORDS["no"].split("|")}
    return lambda line: "is locked in Moodle" if column is not None and same(line.value(column)) in words else ""


def _unknown_locks(sheet: Sheet) -> tuple[str, ...]:
    if _called(sheet, "changeable") is not None:
        return ()
    return ("No column says which grades are locked, or not in a language known here: Moodle passes over those.",)


def _stale(lines: Sequence[Line], graded: int | None) -> tuple[str, ...]:
    """Rows with a grade: what Moodle may pass over without a word."""
    dates = [line.value(graded) for line in lines if line.value(graded) not in ("", "-")] if graded is not None else []
    if not dates:
        return ()
    who = f"{len(dates)} people have a grade in this worksheet already" if len(dates) > 1 else "One person has a grade"
    if all(ENGLISH.match(date) for date in dates):
        return (f"{who}: Moodle passes over whoever was graded anew after it was downloaded.",)
    return (
        f"{who}, with dates that are not in English, which Moodle may fail to read and then passes over: look at "
        "them after the upload, or download it with Moodle in English.",
    )
