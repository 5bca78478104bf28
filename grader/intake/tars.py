"""Tar archives, also compressed by gzip, as lists of members; neither names nor headers are believed.

A compressed one is unpacked into a temporary file first, with its bytes counted, so that its members can be read in
any order, as a zip's.
"""

from __future__ import annotations

import gzip
import tarfile
import tempfile
from typing import IO, cast

from grader.errors import Refused
from grader.intake.members import Member, fault_of_name, is_left_out, parts_of

CHUNK = 1 << 16
NOWHERE = "/grader-nowhere"  # the folder that the data filter is asked about; nothing is written to it


class TarArchive:
    """An open tar, of at most so many members."""

    def __init__(self, file: IO[bytes], most_members: int) -> None:
        self._tar = tarfile.TarFile(fileobj=file, errorlevel=2)
        self.members: list[Member] = []
        self.count = 0
        for info in self._tar:
            self.count += 1
            if self.count > most_members:
                return  # whoever opened it looks at the count
            member = _member(info)
            if member.fault or not is_left_out(member.parts):
                self.members.append(member)

    def open(self, member: Member) -> IO[bytes]:
        """The bytes of a member."""
        return cast(IO[bytes], self._tar.extractfile(member.header))


def decompressed(file: IO[bytes], most: int, most_of: str) -> IO[bytes]:
    """A temporary file with what a gzip file holds; Refused, with the sentence ``most_of``, beyond so many bytes."""
    spool = tempfile.TemporaryFile(prefix="grader-")  # noqa: SIM115 - whoever asked for it closes it
    try:
        size = 0
        with gzip.GzipFile(fileobj=file, mode="rb") as source:
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > most:
                    raise Refused(most_of)
                spool.write(piece)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return cast(IO[bytes], spool)


def _member(info: tarfile.TarInfo) -> Member:
    fault = fault_of_name(info.name)
    if fault:
        fault += "; pack your own folder again"
    elif not is_left_out(parts_of(info.name)):
        fault = _fault(info)
    return Member(info, info.name, parts_of(info.name), info.isdir(), info.size, info.size, fault)


def _fault(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return "is a link; put the file itself into the archive"
    if info.issparse() or not (info.isreg() or info.isdir()):
        return "is a special file; hand in your notebooks and modules only"
    try:
        tarfile.data_filter(info, NOWHERE)
    except tarfile.FilterError as error:
        return f"cannot be unpacked safely ({error}); pack your own folder again"
    return ""
