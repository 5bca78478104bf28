"""The one way to compile a kernel, and a compiled cache that also works where it is read-only.

Numba keeps compiled code in ``NUMBA_CACHE_DIR``, else in the package's ``__pycache__``. Where it cannot
write it does not read either: it compiles everything again without a word, or refuses to import. So, before
the first kernel is decorated, such a cache is copied to a directory that only this process uses.
The copy stays valid: the index knows a kernel by its source, byte code and CPU, not by its own place.
"""

from __future__ import annotations

import atexit
import os
import platform
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

if "scipy" in sys.modules:
    import numba
else:  # Numba looks for SciPy's BLAS, which no kernel may call: to import that takes longer than to load all kernels
    sys.modules["scipy"] = None  # type: ignore[assignment]
    try:
        import numba
        import numba.np.arraymath
    finally:
        del sys.modules["scipy"]

from llvmlite.binding import get_host_cpu_name
from numba.core.caching import _CacheLocator  # no public name tells the sub-folder of NUMBA_CACHE_DIR

F = TypeVar("F", bound=Callable[..., Any])

# The name of a file that marks a complete cache (see solutions.warmup).
STAMPS = "complete-*.stamp"

# Every compiled kernel of the package by its name, in order of import; of a module that is executed again the first.
KERNELS: dict[str, Any] = {}

# Numba is untyped, or typed in part, by its version.
_njit: Any = numba.njit
_config: Any = numba.config
_locator: Any = _CacheLocator
_host_cpu_name: Any = get_host_cpu_name
_SUBFOLDER: str = _locator.get_suitable_cache_subpath(__file__)


def kernel(function: F) -> F:
    """Compile a loop with Numba: cached on disk, one thread, IEEE arithmetic in the order that is written.

    Neither ``fastmath`` nor ``parallel``: the same bits on every run, CPU and thread count.
    Nor ``np.dot`` and the like, which Numba hands to SciPy: it is kept from Numba here.
    The cache does not notice a change in another file, so a kernel may call only kernels of its own file,
    and whoever changes these flags must delete the ``*.nbi`` files.
    """
    compiled: F = _njit(cache=True, error_model="numpy")(function)
    KERNELS.setdefault(f"{function.__module__}.{function.__qualname__}", compiled)
    return compiled


def compiled_here() -> int:
    """How many kernels this process had to compile because no cache held them."""
    return sum(sum(k.stats.cache_misses.values()) for k in KERNELS.values()) if is_jit_on() else 0


def is_jit_on() -> bool:
    """Whether kernels are compiled: under NUMBA_DISABLE_JIT=1 they are plain functions without statistics."""
    return not _config.DISABLE_JIT


def target() -> str:
    """What compiled code is for: Python and Numba of these versions, this CPU."""
    cpu = _config.CPU_NAME or _host_cpu_name()
    return f"Python {platform.python_version()}, Numba {numba.__version__}, {cpu} {_config.CPU_FEATURES}"


def cache_directory() -> Path:
    """Where Numba keeps this package's compiled code, if it can write there."""
    if _config.CACHE_DIR:
        return Path(_config.CACHE_DIR) / _SUBFOLDER
    return Path(__file__).parent / "__pycache__"


def cache_places() -> list[Path]:
    """The folders that hold compiled code, for whoever reads it in a process that is locked."""
    return [cache_directory()]


def is_writable(directory: Path) -> bool:
    """Whether a file can be made in a directory, which is made if it does not exist."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()
    except OSError:
        return False
    return True


def private_copy(seed: Path) -> Path:
    """Copy a compiled cache to a fresh directory of mode 0700, to be used as ``NUMBA_CACHE_DIR``.

    The cache holds pickles, so nothing that was lying in the temporary directory before is ever read.
    The copy (some 0.3 MB) goes when the process ends; OSError if there is no room for it anywhere.
    """
    copy = Path(tempfile.mkdtemp(prefix="grader-kernels-"))
    atexit.register(_remove, copy, os.getpid())
    (copy / _SUBFOLDER).mkdir()
    for pattern in ("*.nb[ci]", STAMPS):
        for file in seed.glob(pattern):
            shutil.copyfile(file, copy / _SUBFOLDER / file.name)
    return copy


def _remove(directory: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child that exits must not take its parent's cache away
        shutil.rmtree(directory, ignore_errors=True)


def _make_cache_usable() -> None:
    seed = cache_directory()
    if is_writable(seed):
        return
    if not any(seed.glob("*.nbi")):
        warnings.warn(
            f"Compiled kernels cannot be kept: {seed} is read-only and holds none. "
            "Run `python -m solutions` once where it can be written, or set NUMBA_CACHE_DIR.",
            stacklevel=2,
        )
    _config.CACHE_DIR = str(private_copy(seed))


_make_cache_usable()
