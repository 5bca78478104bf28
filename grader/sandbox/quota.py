"""What student code may leave on disk."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.records import dataclass


def stamp(place: Path | int) -> tuple[int, ...]:
    """What is another once anything was put into a folder; ``place`` may be a descriptor of it. Empty if it is gone.

    It tells whether a folder that was empty still is, at once, and needs no right to look into it. Times may be those
    of the clock's last tick, some ms ago.
    """
    try:
        found = os.stat(place)
    except OSError:
        return ()
    return found.st_ctime_ns, found.st_mtime_ns, found.st_nlink, found.st_size


@dataclass(frozen=True, slots=True)
class Quota:
    """Limits of a folder: bytes in all, and files and folders in all."""

    size: int
    files: int

    def excess(self, folder: Path) -> str:
        """What is too much in ``folder``, in words; empty if nothing. No file is opened, no link followed.

        What cannot be looked into is too much as well: folders without rights, or nested deeper than paths are long.
        """
        size = files = 0
        waiting = [os.fspath(folder)]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        files += 1
                        if files > self.files:
                            return f"more than {self.files} files"
                        with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                            size += entry.stat(follow_symlinks=False).st_size
                            if entry.is_dir(follow_symlinks=False):
                                waiting.append(entry.path)
            except FileNotFoundError:
                continue
            except OSError:
                return "a folder that cannot be looked into"
        return f"more than {self.size >> 20} MB" if size > self.size else ""
