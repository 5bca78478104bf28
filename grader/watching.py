"""When the files of a submission change: saved in place, by renaming a new file over the old, or deleted and back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.errors import Refused
from grader.intake.snapshot import SOURCES

LOOK_MILLISECONDS = 500  # how often it is looked whether what is watched is still the same folder


def changes(path: Path) -> Iterator[None]:
    """Yields whenever a notebook or module at or below ``path`` has changed, until Ctrl-C; Refused without watchfiles.

    A file is watched through its folder, since editors put a new one in its place. A folder that was deleted is waited
    for until it is back. Other files, such as a report that is written beside, are no change.
    """
    try:
        import watchfiles
    except ImportError:
        raise Refused("--watch needs the package watchfiles: `python -m pip install watchfiles` installs it.") from None

    lone = not path.is_dir()
    folder = path.absolute().parent if lone else path.absolute()

    def matters(change: watchfiles.Change, changed: str) -> bool:
        name = os.path.basename(changed)
        return name == path.name if lone else name.endswith(SOURCES) and not name.startswith(".")

    def watch() -> Iterator[None]:
        while True:
            identity = _identity(folder)
            if identity is None:
                time.sleep(LOOK_MILLISECONDS / 1000)
                continue
            options: dict[str, Any] = {
                "rust_timeout": LOOK_MILLISECONDS,
                "yield_on_timeout": True,
                "raise_interrupt": True,
            }
            try:
                for seen in watchfiles.watch(folder, watch_filter=matters, recursive=not lone, **options):
                    if seen or _identity(folder) != identity:
                        yield
                    if _identity(folder) != identity:
                        break  # it is another folder now, or none: watch anew
            except FileNotFoundError:
                continue  # it went away just now
            except KeyboardInterrupt:  # Ctrl-C, which is how watching ends
                return

    return watch()


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
