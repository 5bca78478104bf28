"""Exceptions that have one cause whatever the exercise: what Python says, and what it means for who wrote the code."""

from __future__ import annotations

import re

from grader.words import plain_text

CALLED = re.compile(r"\bcode\.(\w+)")
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
    re.compile(r"could not broadcast input array from shape \([^()]{1,80}\) into shape \([^()]{0,80}\b0\b"): (
        "The slice that is assigned to is empty: so is a[p:-p] where p is 0, which means a[0:0]."
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
        "The code is written for Python 2; in Python 3, write: key in the_dict."
    ),
    re.compile(r"inconsistent use of tabs and spaces"): (
        "Lines of one block begin with tabs here and with spaces there; Python 3 refuses that."
    ),
    re.compile(r"only integers, slices \(.{0,100} are valid indices"): (
        "An index is not a whole number here: in Python 3, / gives a float; // divides to a whole number."
    ),
    re.compile(r"Module 'scipy' has no attribute '(?!misc)"): (
        "SciPy no longer passes on NumPy's functions; take them from numpy itself."
    ),
    re.compile(r"cannot unpack non-iterable NoneType object"): (
        "Something returned None where a tuple was expected: is a return missing?"
    ),
    re.compile(r"^(With .{0,100}: )?EOF when reading a line$"): (
        "Nobody can answer input() here: write the value into the code, or take it as an argument."
    ),
    re.compile(r"invalid character '[“”„‘’‚«»]'"): (
        "Such quotes come from a word processor or a web page: type them again, as \" or '."
    ),
    re.compile(r"invalid character '[\uff01-\uff5e、。，（）：；]'"): (
        "It is a full-width character, from another keyboard layout: type the plain one."
    ),
    re.compile(r"invalid non-printable character U\+(00A0|200B|FEFF)"): (
        "It looks like a space, or like nothing, and was pasted from a web page: delete it and type a space."
    ),
}
DEBUGGER = "A debugger was called just above (pdb.set_trace(), breakpoint()); nobody can step through here: remove it."


def hint_for(message: str) -> str:
    """What a known exception means, from its message; empty for others."""
    return next((hint for pattern, hint in HINTS.items() if pattern.search(message)), "")


def said_of_none(line: str, function: str) -> str:
    """Which function returned None, if the check's ``line`` calls one; else in which ``function`` a None came up."""
    called = CALLED.findall(line)
    if len(called) == 1:
        return f"{plain_text(called[0], 80)} returns None: it is not written yet, or its return is missing."
    if function:
        name = plain_text(function, 80)
        return f"{name} meets a None: a function that it calls, or a line of its own, is not written yet."
    return "A None came back where an array was expected: the function is not written yet, or its return is missing."
