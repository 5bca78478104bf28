"""Compile or load every kernel once, at image build and before a class: ``python -m solutions``.

A stamp in the cache's directory says that it holds every kernel. Without the stamp a process compiles under a lock, so
that of several cold ones only the first compiles and the others load what it left.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from solutions.affine import affine_forward
from solutions.batch_norm import batchnorm_backward, batchnorm_forward
from solutions.conv import blas_backward, blas_forward, conv_backward_naive, conv_forward_naive
from solutions.convolution_2d import conv_full
from solutions.image_conv import general_conv
from solutions.jit import STAMPS, cache_directory, compiled_here, is_jit_on, target
from solutions.layer_norm import layernorm_backward, layernorm_forward
from solutions.losses import softmax_loss, svm_loss
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive
from solutions.pooling_2d import max_pool_2d, mean_pool_2d

COMPILING = "Compiling the reference solutions, once on this machine: about ten seconds."
WAITING = "Another process is compiling the reference solutions; waiting for it."


def warm_up(tell: Callable[[str], object] = lambda sentence: None) -> int:
    """Have every kernel ready; return how many had to be compiled (0 with a warm cache).

    ``tell`` is given a sentence before anything that takes long: compiling, or waiting for a process that does.
    """
    if not is_jit_on():
        return 0
    stamp = cache_directory() / _stamp_name()
    if stamp.exists():
        _run_every_kernel()
        return compiled_here()
    with _only_one(stamp.parent, tell):
        if not stamp.exists():
            tell(COMPILING)
        _run_every_kernel()
        with contextlib.suppress(OSError):
            stamp.touch()
    return compiled_here()


def _stamp_name() -> str:
    """A name that changes with all that the compiled code depends on: the sources, the versions and the CPU."""
    state = hashlib.sha256(target().encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        state.update(source.read_bytes())
    return STAMPS.replace("*", state.hexdigest()[:16])


@contextlib.contextmanager
def _only_one(directory: Path, tell: Callable[[str], object]) -> Iterator[None]:
    """Hold the directory's lock, which ends with the process; no lock where the system or the disk has none."""
    try:
        import fcntl

        file = (directory / "warm-up.lock").open("a")
    except (ImportError, OSError):
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(WAITING)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass
        yield


def _run_every_kernel() -> None:
    """Call each kernel on tiny inputs, which loads it from the cache or compiles it."""
    affine_forward(np.ones((1, 1)), np.ones((1, 1)), np.ones(1))
    image = np.ones((1, 1, 2, 2))
    out, conv = conv_forward_naive(image, image, np.ones(1), {"stride": 1, "pad": 0})
    conv_backward_naive(out, conv)
    blas_forward(image, image, np.ones(1), 1, 0, out)
    blas_backward(out, image, image, 1, 0, np.zeros(image.shape), np.zeros(image.shape), np.zeros(1))
    out, pool = max_pool_forward_naive(image, {"pool_height": 2, "pool_width": 2, "stride": 2})
    max_pool_backward_naive(out, pool)
    general_conv(image, image)
    conv_full(np.ones((1, 1)), np.ones((1, 1)))
    mean_pool_2d(np.ones((1, 1)), 1)
    max_pool_2d(np.ones((1, 1)), 1)
    out, norm = batchnorm_forward(np.ones((2, 1)), np.ones(1), np.ones(1), {"mode": "train"})
    batchnorm_backward(out, norm)
    out, layer = layernorm_forward(np.ones((1, 2)), np.ones(2), np.ones(2), {})
    layernorm_backward(out, layer)
    softmax_loss(np.ones((1, 2)), np.zeros(1, int))
    svm_loss(np.ones((1, 2)), np.zeros(1, int))
