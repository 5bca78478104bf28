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
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from grader.course.assignments import Assignment
from grader.errors import HarnessError
from grader.expectations import Arrays
from grader.oracle import PUBLIC_SEED, Answers, Oracle, key
from grader.parsing import by_itself
from grader.spec import Case, Check, Inputs

if TYPE_CHECKING:
    from grader.course.catalogue import Catalogue
    from grader.mistakes import Ignored, Mistake, Wrong

FILE = "public_answers.npz"
KINDS = ANSWERS, MISTAKES = "answers", "mistakes"
RAISES = "raises"  # stands for the arrays of a mistake that returns none


class RecordedOracle:
    """Reads the files of one assignment: its own, and those of the assignments whose parts it lists."""

    public = True
    data: None = None

    def __init__(self, assignment: Assignment) -> None:
        self.seed = PUBLIC_SEED
        homes = dict.fromkeys(part.assignment for part in assignment.parts)
        self._folders = tuple(assignment.folder.parent / home for home in homes)
        self._files = [folder / FILE for folder in self._folders]
        self._answers = _by_place(self._files, ANSWERS)
        self._mistaken: dict[str, dict[str, np.ndarray]] | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The recorded sentences."""
        from grader.course.catalogue import recorded  # what passes asks for none

        return recorded(self._folders)

    def inputs(self, check: Check, case: Case) -> Inputs:
        """The recorded inputs."""
        return self._answers.get(f"in/{key(check, case)}", {})

    def answer(self, check: Check, case: Case) -> Arrays:
        """The recorded answer; HarnessError if the file is older than the check."""
        found = self._answers.get(f"out/{key(check, case)}", {})
        if not found:
            raise HarnessError(f"No answer is recorded for {key(check, case)}; record the answers again.")
        return found

    def seconds(self, check: Check, case: Case) -> None:
        """No reference runs here."""

    def mistaken(self, check: Check, case: Case, wrong: Wrong) -> Answers:
        """The recorded answer of a known mistake; several together are not recorded."""
        if self._mistaken is None:
            self._mistaken = _by_place(self._files, MISTAKES)
        found = self._mistaken.get(f"not/{wrong.code}/{key(check, case)}", {})
        return None if RAISES in found else found

    def matters(self, check: Check, wrong: Wrong) -> bool:
        """Several together are not recorded."""
        return False


def _by_place(paths: Iterable[Path], kind: str) -> dict[str, dict[str, np.ndarray]]:
    found: dict[str, dict[str, np.ndarray]] = {}
    for path in paths:
        for name, array in read(path, [kind]).items():
            place, _, last = name.rpartition("/")
            found.setdefault(place, {})[last] = array
    return found


def record(assignment: Assignment, oracle: Oracle) -> dict[str, np.ndarray]:
    """All that the file of an assignment holds, of its own parts, computed by the given oracle."""
    from grader.mistakes import ignored

    arrays: dict[str, np.ndarray] = {}
    own = [part for part in assignment.parts if part.assignment == assignment.slug]
    for check in (check for part in own for check in part.checks.values()):
        for case in () if check.needs_data else check.cases:
            place, answer = key(check, case), oracle.answer(check, case)
            arrays |= {f"in/{place}/{name}": value for name, value in oracle.inputs(check, case).items()}
            arrays |= {f"out/{place}/{name}": value for name, value in answer.items()}
            known: tuple[Mistake | Ignored, ...] = (*oracle.catalogue.mistakes_of(check.part), *ignored(check))
            for item in known:
                values = oracle.mistaken(check, case, item)
                values = {RAISES: np.array(True)} if values is None else values
                arrays |= {f"not/{item.code}/{place}/{name}": value for name, value in values.items()}
    return arrays


def sentences(assignment: Assignment, oracle: Oracle) -> str:
    """What the file of sentences beside it holds, of the assignment's own parts."""
    return oracle.catalogue.to_json(part.slug for part in assignment.parts if part.assignment == assignment.slug)


def write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write all arrays as four, for the answers and for what mistakes give: their bytes, and an index as JSON text.

    Hundreds of small arrays would take more room for their headers than for their numbers, and what passes asks for
    no mistake. The bytes of the file depend on the arrays alone, so that an unchanged file shows no change.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in KINDS:
            index, data = {}, bytearray()
            for name, array in arrays.items():
                if name.startswith("not/") == (kind == MISTAKES):
                    index[name] = [array.dtype.str, list(array.shape), len(data)]
                    data += np.ascontiguousarray(array).tobytes()
            for member, content in (("index", json.dumps(index).encode()), ("data", bytes(data))):
                buffer = io.BytesIO()
                np.lib.format.write_array(buffer, np.frombuffer(content, np.uint8), allow_pickle=False)
                entry = zipfile.ZipInfo(f"{kind}_{member}.npy", (1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def read(path: Path, kinds: Iterable[str] = KINDS) -> dict[str, np.ndarray]:
    """The arrays of such a file, of all kinds or of these; HarnessError if it cannot be read."""
    arrays = {}
    try:
        with by_itself(), np.load(path, allow_pickle=False) as archive:  # headers are parsed as Python
            for kind in kinds:
                index, data = json.loads(archive[f"{kind}_index"].tobytes()), archive[f"{kind}_data"]
                for name, (dtype, shape, start) in index.items():
                    arrays[name] = np.frombuffer(data, dtype, math.prod(shape), start).reshape(shape)
        return arrays
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise HarnessError(f"The recorded answers {path} cannot be read: {error}.") from None


def main(slugs: list[str]) -> None:
    """Record the public answers of the given assignments anew, or of all."""
    from grader.course.assignments import all_assignments, find_assignment
    from grader.course.catalogue import FILE as SENTENCES
    from grader.oracle.live import LiveOracle

    oracle = LiveOracle(PUBLIC_SEED, public=True)
    for assignment in map(find_assignment, slugs or all_assignments()):
        path = assignment.folder / FILE
        if not any(part.assignment == assignment.slug for part in assignment.parts):
            continue  # it only lists the parts of others
        write(path, record(assignment, oracle))
        (assignment.folder / SENTENCES).write_text(sentences(assignment, oracle), "utf-8")
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
