"""Templates as Jinja compiles them, kept beside them in ``__pycache__`` as Python keeps its modules.

Compiling takes as long as some hundred reports. What is kept serves one Python, one Jinja and one state of the code
that the templates use, for Jinja works out what is constant as it compiles; where nothing can be written, nothing is.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """A file a template: the digest of its source, then its code. Jinja's own cache would read a pickle."""

    def __init__(self, folder: Path) -> None:
        """Keep what is compiled of the templates in ``folder``."""
        self._folder = folder / "__pycache__"
        used = hashlib.sha256(jinja2.__version__.encode())
        for file in sorted(Path(__file__).parent.glob("*.py")):
            used.update(file.read_bytes())
        self._for = f"{sys.implementation.cache_tag}-{used.hexdigest()[:16]}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The template's own name: what differs besides its source is in the name of the file."""
        return name.replace("/", "-")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code, if there is some of this source."""
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
            digest, code = self._file(bucket).read_bytes().split(b"\n", 1)
            if digest.decode() == bucket.checksum:
                bucket.code = marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code in the place of any older one; as for modules, not where Python was told to write none."""
        if sys.dont_write_bytecode or bucket.code is None:
            return
        file = self._file(bucket)
        part = file.with_name(f"{file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            mode = self._folder.parent.stat().st_mode & 0o777  # who may read the templates may read these
            if not self._folder.is_dir():
                self._folder.mkdir(exist_ok=True)
                self._folder.chmod(mode)
            part.write_bytes(bucket.checksum.encode() + b"\n" + marshal.dumps(bucket.code))
            part.chmod(mode & 0o666)
            os.replace(part, file)
            for old in self._folder.glob(f"{bucket.key}.{sys.implementation.cache_tag}-*"):
                if old.name != file.name:
                    old.unlink(missing_ok=True)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{self._for}"
