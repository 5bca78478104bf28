"""Zip archives as lists of members; neither names nor headers are believed."""

from __future__ import annotations

import contextlib
import stat
import zipfile
from typing import IO

from grader.intake.members import Member, fault_of_name, is_left_out, parts_of
from grader.records import replace

HEADER_SIZE = 30  # of a member, without its name
ENCRYPTED = 0x1 | 0x40  # flag bits: with a password, with a certificate
UTF8 = 0x800
# Deflate unpacks in bounded pieces; zipfile's bzip2 and LZMA do not, and homework never has them.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class ZipArchive:
    """An open zip. Raises what zipfile raises for a damaged one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)
        infos = self._zip.infolist()
        self.count = len(infos)
        shared = _that_share(infos)
        self.members = [
            replace(member, fault=member.fault or "and another file share their bytes, as zip bombs do")
            if id(member.header) in shared
            else member
            for member in map(_member, infos)
            if member.fault or not is_left_out(member.parts)
        ]

    def open(self, member: Member) -> IO[bytes]:
        """The bytes of a member."""
        return self._zip.open(member.header)


def _member(info: zipfile.ZipInfo) -> Member:
    name = _name(info)
    parts = parts_of(name)
    if fault := fault_of_name(name):
        return Member(
            info, name, parts, info.is_dir(), info.file_size, info.compress_size, f"{fault}; pack your own folder again"
        )
    fault = "" if is_left_out(parts) else _fault(info)
    return Member(info, name, parts, info.is_dir(), info.file_size, info.compress_size, fault)


def _name(info: zipfile.ZipInfo) -> str:
    """The member's whole name. Many tools write UTF-8 without saying so, which zipfile takes for code page 437."""
    if not info.flag_bits & UTF8:
        with contextlib.suppress(UnicodeError):
            return info.orig_filename.encode("cp437").decode("utf-8")
    return info.orig_filename


def _fault(info: zipfile.ZipInfo) -> str:
    """What is wrong with a member, and what to do; empty if nothing is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a symbolic link; put the file itself into the zip"
    if kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG):
        return "is a special file; hand in your notebooks and modules only"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted; zip your files again without a password"
    if info.compress_type not in METHODS:
        return f"is compressed by method {info.compress_type}, which is not read; make an ordinary zip (deflate)"
    return ""


def _that_share(infos: list[zipfile.ZipInfo]) -> set[int]:
    """The headers (by id) whose bytes are also another's: many names for one member make gigabytes of megabytes."""
    shared: set[int] = set()
    end, last = 0, None
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end and last is not None:
            shared |= {id(info), id(last)}
        if (until := info.header_offset + HEADER_SIZE + info.compress_size) > end:
            end, last = until, info
    return shared
