"""What the grader decides, as JSON on stdout: `python -m tests.processors.decisions`, in any environment.

Measured numbers are left out, as their last digits may differ; what a student is told and given may not.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from grader.course.assignments import all_assignments
from grader.model import CheckResult
from grader.oracle import PUBLIC_SEED, key
from grader.oracle.live import LiveOracle
from grader.oracle.recorded import FILE, read, record
from grader.sandbox import open_box, own_level
from grader.tolerance import differing
from grader.worker import processes
from tests.test_specimens import ROOT, checks_of, grade, live

CHOSEN = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")  # what stands for another processor
# Some of every topic, and of those the ones whose numbers come near to what a limit or another mistake gives.
SPECIMENS = (
    *("batch_norm/eps_absent", "batch_norm/loops", "cifar10/planes_not_moved", "cnn_fundamentals/turned_gradients"),
    *("cnn_objects/rotation_forgotten", "convnets/reg_loss_not_halved", "cs231n_2016_a1/biases_only"),
    *("dropout/scaled_at_test", "fast_layers/im2col_package", "fast_layers/pool_overwrites"),
    *("fully_connected/adam_keeps_corrected_moments", "fully_connected/softmax_sum_overflows"),
    *("fully_connected_nets/all_penalised", "layer_norm/eps_absent_per_channel", "layers/conv_slice_pad_zero"),
    *("more/two_layer_net/loops_and_einsum", "two_layer_model/epsilon_outside_the_root"),
    "two_layer_net/regularisation_factor",
)


def answers() -> dict[str, Any]:
    """The names of all that would be recorded here, and of what differs from what is recorded by what a check sees."""
    oracle = LiveOracle(PUBLIC_SEED, public=True)
    names: list[str] = []
    odd: list[str] = []
    for assignment in all_assignments().values():
        made, path = record(assignment, oracle), assignment.folder / FILE
        recorded = read(path) if made else {}
        names += [f"{assignment.slug}/{name}" for name in made]
        expect = {key(check, case): check.expect for check in assignment.checks for case in check.cases}
        for name in made.keys() & recorded.keys():
            place, _, last = name.rpartition("/")
            place = place.split("/", 2 if name.startswith("not/") else 1)[-1]
            if differing(expect[place], {last: made[name]}, {last: recorded[name]}):
                odd.append(name)
    return {"names": sorted(names), "odd": sorted(odd)}


def told(check: CheckResult) -> dict[str, Any]:
    """The verdict of a check and what is said of it."""
    return {
        "status": str(check.status),
        "points": check.points,
        "findings": [[finding.name, finding.ok] for finding in check.findings],
        "diagnosis": [[item.code, item.certain, item.sentence] for item in check.diagnosis],
        "notes": [note.code for note in check.notes if note.code != "speed"],
    }


def gradings() -> dict[str, Any]:
    """What each specimen is told on a hidden seed, its code played on this processor too."""
    plain = processes.clean_environment
    more = {name: os.environ[name] for name in CHOSEN if name in os.environ}
    processes.clean_environment = lambda home: plain(home) | more
    box = open_box(own_level())
    try:
        graded = {name: checks_of(grade(ROOT / name, live, box)) for name in SPECIMENS}
    finally:
        box.close()
    return {name: {slug: told(check) for slug, check in checks.items()} for name, checks in graded.items()}


def blas() -> str:
    """The processor that NumPy's own OpenBLAS computes for; empty where it has another BLAS."""
    folders = [Path(np.__file__).parents[1] / "numpy.libs", Path(np.__file__).parent / ".dylibs"]
    for path in (path for folder in folders for path in folder.glob("*openblas*")):
        library = ctypes.CDLL(str(path))
        for name in ("scipy_openblas_get_corename64_", "openblas_get_corename64_", "openblas_get_corename"):
            if hasattr(library, name):
                ask = getattr(library, name)
                ask.restype = ctypes.c_char_p
                return str(ask().decode())
    return ""


def main() -> None:
    """Decide, and say it."""
    vectors = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    machine = {"blas": blas(), "vectors": vectors}
    json.dump({"machine": machine, "answers": answers(), "gradings": gradings()}, sys.stdout)


if __name__ == "__main__":
    main()
