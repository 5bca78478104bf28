"""The oracle that reads recorded public answers: needs neither the solutions nor Numba.

One ``.npz`` an assignment, beside its student template: ``in/`` the inputs, ``out/`` the right answers,
``not/<code>/`` what each known mistake gives where that differs, or that it raises.
`python -m grader.oracle.recorded` writes it.
"""

from __future__ import annotations

import io
import json
import math
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from grader.assignments import Assignment
from grader.errors import HarnessError
from grader.expectations import UNMARKED, Arrays
from grader.oracle import PUBLIC_SEED, Answers, Oracle, key
from grader.parsing import by_itself
from grader.spec import Case, Check, Inputs

FILE = "public_answers.npz"
RAISES = "raises"  # stands for the arrays of a mistake that returns none


class RecordedOracle:
    """Reads the files of one assignment: its own, and those of the assignments whose parts it lists."""

    public = True
    data: None = None

    def __init__(self, assignment: Assignment) -> None:
        self.seed = PUBLIC_SEED
        self._arrays: dict[str, np.ndarray] = {}
        for home in dict.fromkeys(part.assignment for part in assignment.parts):
            self._arrays |= read(assignment.folder.parent / home / FILE)

    def inputs(self, check: Check, case: Case) -> Inputs:
        """The recorded inputs."""
        return self._below(f"in/{key(check, case)}/")

    def answer(self, check: Check, case: Case) -> Arrays:
        """The recorded answer; HarnessError if the file is older than the check."""
        found = self._below(f"out/{key(check, case)}/")
        if not found:
            raise HarnessError(f"No answer is recorded for {key(check, case)}; record the answers again.")
        return found

    def seconds(self, check: Check, case: Case) -> None:
        """No reference runs here."""

    def mistaken(self, check: Check, case: Case, code: str) -> Answers:
        """The recorded answer of a known mistake; pairs are not recorded."""
        found = self._below(f"not/{code}/{key(check, case)}/")
        return None if RAISES in found else found

    def matters(self, check: Check, code: str) -> bool:
        """Pairs are not recorded."""
        return False

    def _below(self, prefix: str) -> dict[str, np.ndarray]:
        return {name[len(prefix) :]: array for name, array in self._arrays.items() if name.startswith(prefix)}


def record(assignment: Assignment, oracle: Oracle) -> dict[str, np.ndarray]:
    """All that the file of an assignment holds, of its own parts, computed by the given oracle."""
    from grader.mistakes import ignored, mistakes_of

    arrays: dict[str, np.ndarray] = {}
    own = [part for part in assignment.parts if part.assignment == assignment.slug]
    for check in (check for part in own for check in part.checks.values()):
        unmarked = {item.name for item in check.expect if isinstance(item, UNMARKED)}  # explained by nothing
        for case in () if check.needs_data else check.cases:
            place, answer = key(check, case), oracle.answer(check, case)
            arrays |= {f"in/{place}/{name}": value for name, value in oracle.inputs(check, case).items()}
            arrays |= {f"out/{place}/{name}": value for name, value in answer.items()}
            for item in (*mistakes_of(check.part), *ignored(check)):
                values = oracle.mistaken(check, case, item.code)
                values = {RAISES: np.array(True)} if values is None else values
                arrays |= {
                    f"not/{item.code}/{place}/{name}": value for name, value in values.items() if name not in unmarked
                }
    return arrays


def write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write all arrays as two: their bytes, one after the other, and an index as JSON text.

    Hundreds of small arrays would take more room for their headers than for their numbers. The bytes of the file
    depend on the arrays alone, so that an unchanged file shows no change.
    """
    index, data = {}, bytearray()
    for name, array in arrays.items():
        index[name] = [array.dtype.str, list(array.shape), len(data)]
        data += np.ascontiguousarray(array).tobytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("index", json.dumps(index).encode()), ("data", bytes(data))):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.frombuffer(content, np.uint8), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))  # says "not compressed" unless told again
            archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of such a file; HarnessError if it cannot be read."""
    try:
        with by_itself(), np.load(path, allow_pickle=False) as archive:  # headers are parsed as Python
            index, data = json.loads(archive["index"].tobytes()), archive["data"]
        return {
            name: np.frombuffer(data, dtype, math.prod(shape), start).reshape(shape)
            for name, (dtype, shape, start) in index.items()
        }
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise HarnessError(f"The recorded answers {path} cannot be read: {error}.") from None


def main(slugs: list[str]) -> None:
    """Record the public answers of the given assignments anew, or of all."""
    from grader.assignments import all_assignments, find_assignment
    from grader.oracle.live import LiveOracle

    oracle = LiveOracle(PUBLIC_SEED, public=True)
    for assignment in map(find_assignment, slugs or all_assignments()):
        path = assignment.folder / FILE
        if not any(part.assignment == assignment.slug for part in assignment.parts):
            continue  # it only lists the parts of others
        write(path, record(assignment, oracle))
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
