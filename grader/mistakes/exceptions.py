"""Exceptions that are known mistakes: what Python says, and what it means for whoever wrote the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

HINTS = {
    r"module 'numpy(\.\w+)*' has no attribute '(lib\.)?pad'": "NumPy 2 no longer has np.lib.pad; it is np.pad now.",
    r"module 'numpy' has no attribute '(float|int|bool|object)'": (
        "NumPy no longer has np.float, np.int and np.bool; they were Python's own float, int and bool."
    ),
    r"'(numpy\.)?float(64)?' object cannot be interpreted as an integer": (
        "A size or an index is a float here: in Python 3, / gives a float; // divides to a whole number."
    ),
    r"slice indices must be integers": (
        "An index is a float here: in Python 3, / gives a float; // divides to a whole number."
    ),
    r"Cannot take a larger sample than population": (
        "The batch is drawn without replacement, which needs at least batch_size samples."
    ),
    r"name 'xrange' is not defined": "The code is written for Python 2; xrange is called range in Python 3.",
    r"Missing parentheses in call to 'print'": (
        "The code is written for Python 2, where print was a statement; in Python 3 it is a function."
    ),
    r"'dict' object has no attribute 'iter(items|keys|values)'": (
        "The code is written for Python 2; in Python 3 these are items, keys and values."
    ),
    r"'dict' object has no attribute 'has_key'": (
        "The code is written for Python 2; in Python 3 it is asked with: key in the_dict."
    ),
    r"inconsistent use of tabs and spaces": (
        "Lines of one block begin with tabs here and with spaces there; Python 3 refuses that."
    ),
    r"only integers, slices .* are valid indices": (
        "An index is no whole number here: in Python 3, / gives a float; // divides to a whole number."
    ),
    r"Module 'scipy' has no attribute '(?!misc)": (
        "SciPy no longer passes on the functions of NumPy; take those from numpy itself."
    ),
    r"cannot unpack non-iterable NoneType object": (
        "Something returned None where a tuple was expected: is a return missing?"
    ),
}


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception whose cause is certain from its message and from the functions that it came through.

    ``message`` is a pattern, and so is ``through``, of a function of the student's that it came through;
    ``not_through`` names one that it did not. ``checks`` is a pattern of the names
    ``part/check`` for which that is so.
    """

    code: str
    message: str
    sentence: str
    hint: str
    checks: str = ""
    through: str = ""
    not_through: str = ""

    def fits(self, check: str, error: Mapping[str, object]) -> bool:
        """Whether an error of the check is of this kind."""
        functions = set(re.findall(r", in (\w+)$", str(error.get("traceback", "")), re.MULTILINE))
        return (
            re.search(self.message, str(error.get("message", ""))) is not None
            and re.search(self.checks, check) is not None
            and (not self.through or any(re.fullmatch(self.through, name) for name in functions))
            and self.not_through not in functions
            and not error.get("scenario")
        )


RAISED = (
    Raised(
        "batch-without-replacement",
        "Cannot take a larger sample than population",
        "The batch is drawn without replacement, which needs at least batch_size samples.",
        "np.random.choice may draw a sample more than once, if it is told so.",
        checks="/training$|^classifier_trainer/",
    ),
    Raised(
        "labels-not-of-the-samples",
        "indexing arrays could not be broadcast together",
        "Training calls loss with a number of labels that is not the number of samples.",
        "One of the two is the batch, and the other all of the data?",
        checks="/training$",
        through="loss",
    ),
    Raised(
        "layernorm-goes-back-as-batchnorm",
        "",
        "With layer normalisation, the backward pass calls that of batch normalisation, and that raises.",
        "Has the choice between the normalisations a branch in the backward pass as well?",
        checks="^fully_connected_net/layernorm$",
        through="batchnorm_backward(_alt)?",
        not_through="layernorm_backward",
    ),
)


def raised_by(check: str, error: Mapping[str, object]) -> Raised | None:
    """The known cause of an exception, if there is one."""
    return next((item for item in RAISED if item.fits(check, error)), None)


def hint_for(message: str) -> str:
    """What a known exception means, from its message; empty for others."""
    return next((hint for pattern, hint in HINTS.items() if re.search(pattern, message)), "")
