"""A table in a text file, kept as it is written: every field with its quotes, every line with its end.

``csv`` forgets how a field was written. Here what is not set stays byte for byte.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from grader.errors import Refused

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
DELIMITERS = ",;\t|"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of Excel and LibreOffice
QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
NAMED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # a first line by which Excel is told the delimiter


@dataclass(slots=True)
class Line:
    """The fields of one line as they are written, and its end ("" at the end of the file); ``number`` counts from 1."""

    number: int
    fields: list[str]
    end: str

    def value(self, column: int) -> str:
        """What a field says, without quotes and outer white space; "" where there is none."""
        return unquoted(self.fields[column]) if column < len(self.fields) else ""

    @property
    def is_blank(self) -> bool:
        """Whether no field says anything."""
        return not any(unquoted(raw) for raw in self.fields)


@dataclass(slots=True)
class Sheet:
    """A file: its lines before the header, the header, and the lines below it."""

    encoding: str
    bom: bytes
    delimiter: str
    before: list[Line]
    header: Line
    lines: list[Line]
    name: str = ""
    _all: list[Line] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """What the fields of the header say."""
        return [unquoted(raw) for raw in self.header.fields]

    def set(self, line: Line, column: int, value: str) -> None:
        """Write a value into a field, quoted if the old one was, if it must be, or if the others of its line are."""
        old = line.fields[column]
        others = [raw for raw in line.fields if raw]
        quoted = old.startswith('"') or (not old and bool(others) and all(raw.startswith('"') for raw in others))
        if quoted or any(sign in value for sign in f'{self.delimiter}"\r\n'):
            value = '"' + value.replace('"', '""') + '"'
        line.fields[column] = value

    def to_bytes(self) -> bytes:
        """The file."""
        text = "".join(self.delimiter.join(line.fields) + line.end for line in self._all)
        return self.bom + text.encode(self.encoding, "xmlcharrefreplace")


def read_sheet(data: bytes, name: str) -> Sheet:
    """The table in a file; Refused if it holds none, or if it would not be written back as it was."""
    if data.startswith(WORKBOOKS):
        raise Refused(f"{name} is a workbook of a spreadsheet; export it once more as CSV, or save it so.")
    text, encoding, bom = _decoded(data)
    found = _parsed(text, name)
    if found is None:
        raise Refused(f"{name} is no table with a header; give the file that your gradebook exported.")
    delimiter, lines = found
    index = next(i for i, line in enumerate(lines) if not line.is_blank and not _names_delimiter(line, delimiter))
    sheet = Sheet(encoding, bom, delimiter, lines[:index], lines[index], lines[index + 1 :], name, lines)
    if sheet.to_bytes() != data:
        raise Refused(f"{name} cannot be kept byte for byte; export it once more, as UTF-8.")
    return sheet


def unquoted(raw: str) -> str:
    """What a field says, without quotes and outer white space."""
    if raw.startswith('"'):
        body, _, rest = raw[1:].rpartition('"') if raw.count('"') > 1 else (raw[1:], "", "")
        raw = body.replace('""', '"') + rest
    return raw.strip().strip("\ufeff")


def _decoded(data: bytes) -> tuple[str, str, bytes]:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _text(data[len(bom) :], encoding), encoding, bom
    if b"\0" in data[:200]:  # UTF-16 without its mark
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return _text(data, encoding), encoding, b""
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding, b""
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1", b""


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(f"The file begins as {encoding} and goes on as something else; export it once more.") from None


def _parsed(text: str, name: str) -> tuple[str, list[Line]] | None:
    """The lines by the delimiter under which most are as long as the header, and the header is longest."""
    named = NAMED.match(text)
    best: tuple[float, int] = (0, 1)
    found, unclosed = None, None
    for delimiter in named[1] if named else DELIMITERS:
        lines, closed = _split(text, delimiter)
        full = [line for line in lines if not line.is_blank and not _names_delimiter(line, delimiter)]
        width = len(full[0].fields) if full else 0
        score = (sum(len(line.fields) == width for line in full) / max(1, len(full)), width)
        if width > 1 and score > best:
            best, found, unclosed = score, (delimiter, lines), closed
    if unclosed:
        raise Refused(f"In {name} a quote that opens in line {unclosed} is never closed; export it once more.")
    return found


def _names_delimiter(line: Line, delimiter: str) -> bool:
    return line.number == 1 and NAMED.fullmatch(delimiter.join(line.fields)) is not None


def _split(text: str, delimiter: str) -> tuple[list[Line], int | None]:
    """The text in lines of fields; and the line of the file in which a quote opens that is never closed."""
    lines, fields, at, number, start, opened = [], list[str](), 0, 1, 1, None
    while at < len(text) or fields:
        begin = at
        if text.startswith('"', at):
            whole = QUOTED.match(text, at)
            if not whole:
                opened = opened or number
                at = len(text)
            else:
                at = whole.end()
        while at < len(text) and text[at] != delimiter and text[at] not in "\r\n":
            at += 1
        fields.append(text[begin:at])
        number += len(re.findall(r"\r\n?|\n", fields[-1]))
        if text.startswith(delimiter, at):
            at += 1
            if at == len(text):
                fields.append("")
            else:
                continue
        end = "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]
        at += len(end)
        lines.append(Line(start, fields, end))
        number += bool(end)
        fields, start = [], number
    return lines, opened
