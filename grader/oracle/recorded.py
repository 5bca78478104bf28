"""The oracle that reads recorded public answers: needs neither the solutions nor Numba.

One ``.npz`` an assignment, beside its student template: ``in/`` the inputs, ``out/`` the right answers,
``not/<code>/`` what each known mistake gives where that differs. `python -m grader.oracle.recorded` writes it.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from grader.assignments import Assignment
from grader.errors import HarnessError
from grader.expectations import Arrays
from grader.oracle import PUBLIC_SEED, Oracle, key
from grader.spec import Case, Check, Inputs

FILE = "public_answers.npz"


class RecordedOracle:
    """Reads one assignment's file."""

    public = True
    data: None = None

    def __init__(self, assignment: Assignment) -> None:
        self.seed = PUBLIC_SEED
        self._file = assignment.folder / FILE
        try:
            with np.load(self._file, allow_pickle=False) as archive:
                self._arrays = {name: archive[name] for name in archive.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise HarnessError(f"The recorded answers {self._file} cannot be read: {error}.") from None

    def inputs(self, check: Check, case: Case) -> Inputs:
        """The recorded inputs."""
        return self._below(f"in/{key(check, case)}/")

    def answer(self, check: Check, case: Case) -> Arrays:
        """The recorded answer; HarnessError if the file is older than the check."""
        found = self._below(f"out/{key(check, case)}/")
        if not found:
            raise HarnessError(f"{self._file} holds no answer for {key(check, case)}; record the answers again.")
        return found

    def variants(self, check: Check, case: Case) -> Mapping[str, Arrays]:
        """The recorded answers of the known mistakes."""
        codes = {name.split("/")[1] for name in self._arrays if name.startswith("not/")}
        answers = {code: self._below(f"not/{code}/{key(check, case)}/") for code in sorted(codes)}
        return {code: {**self.answer(check, case), **arrays} for code, arrays in answers.items() if arrays}

    def _below(self, prefix: str) -> dict[str, np.ndarray]:
        return {name[len(prefix) :]: array for name, array in self._arrays.items() if name.startswith(prefix)}


def record(assignment: Assignment, oracle: Oracle) -> dict[str, np.ndarray]:
    """All that the file of an assignment holds, computed by the given oracle."""
    arrays: dict[str, np.ndarray] = {}
    for check in assignment.checks:
        for case in () if check.needs_data else check.cases:
            place, answer = key(check, case), oracle.answer(check, case)
            arrays |= {f"in/{place}/{name}": value for name, value in oracle.inputs(check, case).items()}
            arrays |= {f"out/{place}/{name}": value for name, value in answer.items()}
            for code, values in oracle.variants(check, case).items():
                arrays |= {
                    f"not/{code}/{place}/{name}": value
                    for name, value in values.items()
                    if not np.array_equal(value, answer[name])
                }
    return arrays


def write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an ``.npz`` whose bytes depend on the arrays alone, so that an unchanged file shows no change."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))  # says "not compressed" unless told again
            archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED)


def main(slugs: list[str]) -> None:
    """Record the public answers of the given assignments anew, or of all."""
    from grader.assignments import all_assignments, find_assignment
    from grader.oracle.live import LiveOracle

    oracle = LiveOracle(PUBLIC_SEED, public=True)
    for assignment in map(find_assignment, slugs or all_assignments()):
        path = assignment.folder / FILE
        write(path, record(assignment, oracle))
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
