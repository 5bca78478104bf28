"""Numba's compiled kernels: warm against cold, on a read-only place, and the same bits everywhere (bars 4 and 6)."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Options
from benchmarks.measure import Failed, python, ratios

# Convolution and pooling at grading sizes; the digest of all bits that come back.
HASH = """
import hashlib, numpy as np
from solutions.conv import conv_forward_naive, conv_backward_naive
from solutions.max_pool import max_pool_forward_naive, max_pool_backward_naive
from solutions.affine import affine_forward, affine_backward
rng, digest = np.random.default_rng(231), hashlib.sha256()
def add(*arrays):
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
for stride, pad, H, W in ((1, 1, 5, 5), (2, 0, 7, 9), (1, 2, 6, 4)):
    x, w, b = rng.standard_normal((4, 3, H, W)), rng.standard_normal((2, 3, 3, 3)), rng.standard_normal(2)
    out, cache = conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    add(out, *conv_backward_naive(rng.standard_normal(out.shape), cache))
out, cache = max_pool_forward_naive(rng.standard_normal((3, 2, 6, 6)), dict(pool_height=2, pool_width=2, stride=2))
add(out, max_pool_backward_naive(rng.standard_normal(out.shape), cache))
out, cache = affine_forward(rng.standard_normal((10, 4, 5)), rng.standard_normal((20, 7)), rng.standard_normal(7))
add(out, *affine_backward(rng.standard_normal(out.shape), cache))
print("digest", digest.hexdigest())
"""
TARGETS = {
    "this processor, 2 threads": {},
    "generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "Haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2"},
}
TWO_THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "2")
ONE_THREAD = dict.fromkeys(TWO_THREADS, "1")


def measure(options: Options) -> Iterator[Figure]:
    """Yield warm over cold CPU, kernels compiled again, and whether all digests are one."""
    yield from _warm_and_cold(1 if options.quick else 2)
    yield _same_bits(options)


def _warm_and_cold(rounds: int) -> Iterator[Figure]:
    cold, warm, again = [], [], []
    with tempfile.TemporaryDirectory() as place:
        for number in range(rounds):
            cache = Path(place) / str(number)
            env = {"NUMBA_CACHE_DIR": str(cache)}
            cold.append(python("-m", "solutions", env=env).cpu)
            runs = [python("-m", "solutions", env=env) for _ in range(3)]
            warm.append(min(run.cpu for run in runs))
            again.append(float(_compiled(runs[-1].output)))
        yield Figure("all kernels, cold", tuple(cold), "s CPU")
        yield Figure("all kernels, warm", ratios(warm, cold), "of cold", bar=6, limit=0.1)
        yield Figure("compiled again, warm", tuple(again), "kernels", bar=6, limit=0)
        yield _read_only(cache)


def _read_only(cache: Path) -> Figure:
    """Grant nothing that a superuser has, close the cache, and see whether it is still used."""
    what, limit = "compiled again, on a read-only cache", 0
    command = "import sys, solutions.warmup as w; print(w.warm_up(), 'of')"
    prefix: list[str] = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            return Figure(what, (), bar=6, limit=limit, note="the superuser writes everywhere, and setpriv is not here")
        prefix = ["setpriv", "--bounding-set", "-dac_override"]
    for path in (cache, *cache.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        used = python("-c", command, env={"NUMBA_CACHE_DIR": str(cache)}, prefix=prefix)
        return Figure(what, (float(_compiled(used.output)),), "kernels", bar=6, limit=limit)
    except Failed as error:
        return Figure(what, (), bar=6, limit=limit, note=str(error))
    finally:
        for path in (cache, *cache.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def _compiled(output: str) -> int:
    found = re.search(r"^(\d+) of", output, re.MULTILINE)
    if not found:
        raise Failed(f"`python -m solutions` did not say how many kernels it compiled: {output[-200:]!r}")
    return int(found[1])


def _same_bits(options: Options) -> Figure:
    what, unit = f"same bits: this processor, 1 thread, and {', '.join(TARGETS)}", "different digests"
    if options.quick:
        return Figure(what, (), unit, bar=4, limit=1, note="left out of the quick run: it compiles three times")
    with tempfile.TemporaryDirectory() as place:
        digests = {_digest(ONE_THREAD)}
        for name, target in TARGETS.items():
            threads = TWO_THREADS if "threads" in name else ONE_THREAD
            try:
                digests.add(_digest({**threads, **target, "NUMBA_CACHE_DIR": str(Path(place) / name)}))
            except Failed as error:
                return Figure(what, (), unit, bar=4, limit=1, note=f"{name}: {error}")
    return Figure(what, (float(len(digests)),), unit, bar=4, limit=1)


def _digest(env: dict[str, str]) -> str:
    return python("-c", HASH, env=env).output.split("digest")[-1].strip()
