"""What holds for all reference solutions: inputs are kept, one specialisation a kernel, the same bits always."""

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

import solutions
from solutions import tiers
from solutions.inputs import as_float64
from solutions.jit import KERNELS

ROOT = Path(solutions.__file__).parents[1]


def play(change=lambda array: array):
    """Call every layer forward and backward, each array first passed through ``change``; return all results."""
    rng = np.random.default_rng(0)

    def draw(*shape):
        return change(rng.normal(size=shape))

    return play_layers(draw) + play_matrices(draw) + play_norms_and_rules(draw) + play_exponentials(draw)


def play_layers(draw):
    """Call the layers of images and of rows, arrays from ``draw``; return all results."""
    results = []
    x, w, b = draw(4, 3, 9, 7), draw(5, 3, 3, 2), draw(5)
    out, cache = solutions.conv_forward_naive(x, w, b, {"stride": 1, "pad": 1})
    results += [out, *solutions.conv_backward_naive(draw(*out.shape), cache)]
    grouped = draw(6, 1, 3, 2)
    results += [solutions.general_conv(x, grouped, draw(6), (2, 1), (1, 0), (1, 2), groups=3)]
    out, cache = solutions.max_pool_forward_naive(x, {"pool_height": 3, "pool_width": 3, "stride": 2})
    results += [out, solutions.max_pool_backward_naive(draw(*out.shape), cache)]
    out, cache = solutions.affine_forward(x, draw(189, 33), draw(33))
    results += [out, *solutions.affine_backward(draw(*out.shape), cache)]
    out, cache = solutions.relu_forward(x)
    results += [out, solutions.relu_backward(draw(*out.shape), cache)]
    x, w, b = draw(2, 8, 23, 24), draw(3, 8, 5, 5), draw(3)  # in several blocks
    out, cache = solutions.conv_forward_fast(x, w, b, {"stride": 1, "pad": 2})
    return [*results, out, *solutions.conv_backward_fast(draw(*out.shape), cache)]


def play_matrices(draw):
    """Call every function on a single matrix, arrays from ``draw``; return all results."""
    x, w = draw(6, 9), draw(3, 2)
    results = [solutions.rot180(w)]
    results += [getattr(solutions, name)(x, w) for name in ("conv_full", "conv_valid", "conv_same", "corr_valid")]
    results += [getattr(solutions, name)(x, w) for name in ("conv_valid_backward", "corr_valid_backward")]
    results += [solutions.mean_pool_2d(x, 3), solutions.max_pool_2d(x, 3), solutions.kron_upsample(x, 2)]
    results += [solutions.mean_pool_2d_backward(w, 3), solutions.max_pool_2d_backward(draw(2, 3), x, 3)]
    images = draw(2, 3, 6, 7)
    return [*results, solutions.prelu(images, draw(3)), *solutions.prelu_backward(draw(2, 3, 6, 7), images, draw(3))]


def play_exponentials(draw):
    """The same for what takes exponentials, whose last bits are those of the machine's library."""
    labels = np.array([0, 3, 2, 3, 1])
    loss, dx = solutions.softmax_loss(draw(5, 4), labels)
    return [np.asarray(loss), dx, solutions.conv_pool_forward(draw(2, 3, 6, 7), draw(4, 3, 3, 2), draw(4), (2, 3))]


def play_norms_and_rules(draw):
    """The same for the SVM loss, batch and layer normalisation, and the update rules."""
    loss, dx = solutions.svm_loss(draw(5, 4), np.array([0, 3, 2, 3, 1]))
    results = [np.asarray(loss), dx]
    bn_param = {"mode": "train", "running_mean": draw(3), "running_var": np.abs(draw(3))}
    out, cache = solutions.batchnorm_forward(draw(6, 3), draw(3), draw(3), bn_param)
    results += [out, bn_param["running_mean"], *solutions.batchnorm_backward(draw(6, 3), cache)]
    out, cache = solutions.spatial_batchnorm_forward(draw(2, 3, 4, 5), draw(3), draw(3), bn_param)
    results += [out, bn_param["running_var"], *solutions.spatial_batchnorm_backward(draw(2, 3, 4, 5), cache)]
    out, cache = solutions.layernorm_forward(draw(4, 6), draw(6), draw(6), {})
    results += [out, *solutions.layernorm_backward(draw(4, 6), cache)]
    out, cache = solutions.spatial_groupnorm_forward(draw(2, 4, 3, 5), draw(4), draw(4), 2, {})
    results += [out, *solutions.spatial_groupnorm_backward(draw(2, 4, 3, 5), cache)]
    w, config = draw(4, 3), {"velocity": draw(4, 3)}
    for rule in (solutions.sgd_momentum, solutions.rmsprop, solutions.adam):
        next_w, _ = rule(w, draw(4, 3), config)
        results.append(next_w)
    return results


def digest():
    """A hash of the bits of all results, exponentials apart."""
    rng = np.random.default_rng(0)

    def draw(*shape):
        return rng.normal(size=shape)

    arrays = play_layers(draw) + play_matrices(draw) + play_norms_and_rules(draw)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def read_only(array):
    array.flags.writeable = False
    return array


def strided(array):
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]))
    wide[..., ::2] = array
    return wide[..., ::2]


def unaligned(array):
    raw = np.zeros(array.nbytes + 1, np.uint8)[1:].view(np.float64).reshape(array.shape)
    raw[...] = array
    return raw


LAYOUTS = {
    "Fortran order": np.asfortranarray,
    "every other element": strided,
    "reversed": lambda array: array[..., ::-1].copy()[..., ::-1],
    "read-only": read_only,
    "big endian": lambda array: array.astype(">f8"),
    "unaligned": unaligned,
    "long double": lambda array: array.astype(np.longdouble),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_an_input_does_not_matter(layout):
    """Memory order, strides, alignment, byte order and flags change no bit of a result."""
    for got, want in zip(play(LAYOUTS[layout]), play(), strict=True):
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_floats_are_computed_in_float64(dtype):
    """A float32 input gives the float64 result of its values."""
    got = play(lambda array: array.astype(dtype))
    want = play(lambda array: array.astype(dtype).astype(np.float64))
    for have, array in zip(got, want, strict=True):
        assert have.dtype == np.float64
        np.testing.assert_array_equal(have, array)


def test_each_kernel_has_one_specialisation(monkeypatch):
    """All these layouts and dtypes, in both tiers, and NumPy integers as stride, compile nothing new."""
    for change in (np.float32, *LAYOUTS.values()):
        play(change)
    monkeypatch.setattr(tiers, "PORTABLE_LIMIT", -1)
    play()
    monkeypatch.undo()
    image = np.ones((1, 1, 3, 3))
    for kind in (int, np.int8, np.uint16, np.int64):
        out, cache = solutions.conv_forward_naive(image, image, np.ones(1), {"stride": kind(1), "pad": kind(1)})
        solutions.conv_backward_naive(out, cache)
        window = {"pool_height": kind(2), "pool_width": kind(2), "stride": kind(1)}
        solutions.max_pool_forward_naive(image, window)
    assert {kernel.__name__: len(kernel.signatures) for kernel in KERNELS.values()} == {
        k.__name__: 1 for k in KERNELS.values()
    }


def test_no_kernel_may_reorder_arithmetic():
    """fastmath and parallel are off everywhere; a warm cache would hide it from the tests of the bits."""
    for kernel in KERNELS.values():
        assert not kernel.targetoptions.get("fastmath")
        assert not kernel.targetoptions.get("parallel")


@pytest.mark.slow
def test_warm_up_runs_every_kernel():
    """After warm_up no first call has to wait for the compiler."""
    code = (
        "import solutions, solutions.jit as jit; solutions.warm_up();"
        "print(len(jit.KERNELS), [len(kernel.signatures) for kernel in jit.KERNELS.values()])"
    )
    assert run(code) == f"{len(KERNELS)} {[1] * len(KERNELS)}"


def test_inputs_are_not_changed():
    """Forward and backward leave x, w, b and dout as they were."""
    kept = []

    def keep(array):
        kept.append((array, array.copy()))
        return array

    play(keep)
    assert kept
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


def test_results_are_not_views_of_inputs():
    """Writing into a result cannot change what the caller passed."""
    given = []
    results = play(lambda array: given.append(array) or array)
    assert not any(np.shares_memory(result, array) for result in results for array in given)


def test_float64_arrays_are_passed_on_without_a_copy():
    """The usual input costs no conversion."""
    array = np.ones((2, 3))
    assert as_float64(array) is array


def run(code, **environment):
    """Run code in a fresh interpreter from the checkout and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


DIGEST = "from tests.solutions.test_kernels import digest; print(digest())"

# Environments of a fresh process that change which instructions compute; for the plainest CPU see test_cache.py.
MACHINES = {
    "one thread": {"NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "two threads": {"NUMBA_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "Haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""},
    "another BLAS kernel": {"OPENBLAS_CORETYPE": "Nehalem"},
    "NumPy without vectors": {
        "NPY_DISABLE_CPU_FEATURES": " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))
    },
}


def test_a_second_run_gives_the_same_bits():
    """Calling everything twice in one process repeats every bit."""
    assert digest() == digest()


# What every kernel has to be compiled for anew is asked by `make test-processors`; the plainest is in test_cache.py.
DEAR = {"Haswell": pytest.mark.processors}


@pytest.mark.slow
@pytest.mark.parametrize("machine", [pytest.param(name, marks=DEAR.get(name, ())) for name in MACHINES])
def test_the_machine_does_not_change_the_bits(machine):
    """The portable tier gives the same hash for any CPU and thread count, in a fresh process."""
    if platform.machine() not in ("x86_64", "AMD64") and "NUMBA_CPU_NAME" in MACHINES[machine]:
        pytest.skip("these targets are named for x86-64")
    if machine == "Haswell" and not get_host_cpu_features().get("avx2"):
        pytest.skip("this CPU cannot run code for Haswell")
    assert run(DIGEST, **MACHINES[machine]) == digest()
