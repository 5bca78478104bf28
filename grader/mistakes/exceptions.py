"""Exceptions that are known mistakes: what Python says, and what it means for whoever wrote the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

ANY = re.compile("")
FRAME = re.compile(r", in (\w+)$", re.MULTILINE)
HINTS = {
    re.compile(
        r"module 'numpy(\.\w+)*' has no attribute '(lib\.)?pad'"
    ): "NumPy 2 no longer has np.lib.pad; it is np.pad now.",
    re.compile(r"module 'numpy' has no attribute '(float|int|bool|object)'"): (
        "NumPy no longer has np.float, np.int and np.bool; they were Python's own float, int and bool."
    ),
    re.compile(r"'(numpy\.)?float(64)?' object cannot be interpreted as an integer"): (
        "A size or an index is a float here: in Python 3, / gives a float; // divides to a whole number."
    ),
    re.compile(r"slice indices must be integers"): (
        "An index is a float here: in Python 3, / gives a float; // divides to a whole number."
    ),
    re.compile(r"Cannot take a larger sample than population"): (
        "The batch is drawn without replacement, which needs at least batch_size samples."
    ),
    re.compile(
        r"name 'xrange' is not defined"
    ): "The code is written for Python 2; xrange is called range in Python 3.",
    re.compile(r"Missing parentheses in call to 'print'"): (
        "The code is written for Python 2, where print was a statement; in Python 3 it is a function."
    ),
    re.compile(r"'dict' object has no attribute 'iter(items|keys|values)'"): (
        "The code is written for Python 2; in Python 3 these are items, keys and values."
    ),
    re.compile(r"'dict' object has no attribute 'has_key'"): (
        "The code is written for Python 2; in Python 3 it is asked with: key in the_dict."
    ),
    re.compile(r"inconsistent use of tabs and spaces"): (
        "Lines of one block begin with tabs here and with spaces there; Python 3 refuses that."
    ),
    re.compile(r"only integers, slices \(.{0,100} are valid indices"): (
        "An index is no whole number here: in Python 3, / gives a float; // divides to a whole number."
    ),
    re.compile(r"Module 'scipy' has no attribute '(?!misc)"): (
        "SciPy no longer passes on the functions of NumPy; take those from numpy itself."
    ),
    re.compile(r"cannot unpack non-iterable NoneType object"): (
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
    message: re.Pattern[str]
    sentence: str
    hint: str
    checks: re.Pattern[str] = ANY
    through: re.Pattern[str] | None = None
    not_through: str = ""

    def fits(self, check: str, error: Mapping[str, object]) -> bool:
        """Whether an error of the check is of this kind."""
        functions = set(FRAME.findall(str(error.get("traceback", ""))))
        return (
            self.message.search(str(error.get("message", ""))) is not None
            and self.checks.search(check) is not None
            and (not self.through or any(map(self.through.fullmatch, functions)))
            and self.not_through not in functions
            and not error.get("scenario")
        )


RAISED = (
    Raised(
        "batch-without-replacement",
        re.compile("Cannot take a larger sample than population"),
        "The batch is drawn without replacement, which needs at least batch_size samples.",
        "np.random.choice may draw a sample more than once, if it is told so.",
        checks=re.compile("/training$|^classifier_trainer/"),
    ),
    Raised(
        "labels-not-of-the-samples",
        re.compile("indexing arrays could not be broadcast together"),
        "Training calls loss with a number of labels that is not the number of samples.",
        "One of the two is the batch, and the other all of the data?",
        checks=re.compile("/training$"),
        through=re.compile("loss"),
    ),
    Raised(
        "layernorm-goes-back-as-batchnorm",
        ANY,
        "With layer normalisation, the backward pass calls that of batch normalisation, and that raises.",
        "Has the choice between the normalisations a branch in the backward pass as well?",
        checks=re.compile("^fully_connected_net/layernorm$"),
        through=re.compile("batchnorm_backward(_alt)?"),
        not_through="layernorm_backward",
    ),
)


def raised_by(check: str, error: Mapping[str, object]) -> Raised | None:
    """The known cause of an exception, if there is one."""
    return next((item for item in RAISED if item.fits(check, error)), None)


def hint_for(message: str) -> str:
    """What a known exception means, from its message; empty for others."""
    return next((hint for pattern, hint in HINTS.items() if pattern.search(message)), "")
