"""Exceptions that are known mistakes of an exercise: certain from their message and the functions they came through.

Those at the end say what went wrong in every failed case, where nothing says why.
"""

# ruff: noqa: E501  # tables: one a line

from __future__ import annotations

import re

from grader.mistakes import ANY, Raised

RAISED = (
    Raised(
        "batch-without-replacement",
        re.compile("Cannot take a larger sample than population"),
        "The batch is drawn without replacement, which needs at least batch_size samples.",
        "np.random.choice may draw a sample more than once, if you let it.",
        checks=re.compile("/training$|^classifier_trainer/"),
    ),
    Raised(
        "labels-not-of-the-samples",
        re.compile("indexing arrays could not be broadcast together"),
        "Training calls loss with more or fewer labels than samples.",
        "One of the two is the batch, and the other all of the data?",
        checks=re.compile("/training$"),
        through=re.compile("loss"),
    ),
    Raised(
        "layernorm-goes-back-as-batchnorm",
        ANY,
        "With layer normalisation, the backward pass calls that of batch normalisation, and that raises.",
        "Does the backward pass choose between the normalisations as well?",
        checks=re.compile("^fully_connected_net/layernorm$"),
        through=re.compile("batchnorm_backward(_alt)?"),
        not_through="layernorm_backward",
    ),
    Raised(
        "gradients-under-other-names",
        re.compile("^grads holds "),
        "The gradients are not under the names of the parameters that they belong to.",
        "grads has the keys of params.",
    ),
    Raised(
        "own-assert",
        ANY,
        "An assert in your code refuses what the exercise allows.",
        "Which inputs does it rule out, and does the exercise rule them out as well?",
        kind="AssertionError",
    ),
    Raised(
        "size-is-a-float",
        re.compile(
            "object cannot be interpreted as an integer|slice indices must be integers|must be of integral type|"
            "expected a sequence of integers"
        ),
        "A number that has to be whole is a float: in Python 3, / gives a float.",
        "// divides to a whole number; code for Python 2 is graded as it was meant with --compat.",
    ),
    Raised(
        "old-numpy",
        re.compile(
            r"'newshape'|module 'numpy(\.\w+)*' has no attribute '(lib\.)?(pad|float|int|bool|object|complex|str|long|"
            r"float_|product|cumproduct|alltrue|sometrue|in1d|trapz|row_stack|round_|asscalar|random_integers|Inf|NaN|"
            r"infty|matrixlib)'"
        ),
        "The code is written for an older NumPy: what it asks for is no longer there.",
        "The message of the error names it; --compat grades code for an older NumPy.",
    ),
)


def general(code: str, kind: str, message: str, sentence: str, hint: str) -> Raised:
    """What an exception of this kind says, whatever the exercise."""
    return Raised(code, re.compile(message), sentence, hint, kind=kind, general=True)


WHICH_SIZE = "Print the shapes just above that line: which size is not the one that you expect?"
GENERAL = (
    general("empty-slice-assigned", "ValueError", r"could not broadcast input array .{1,100} into shape \([^()]{0,80}\b0\b", "A slice that is assigned to is empty.", "So is a[p:-p] where p is 0: it means a[0:0]. Name the end of the slice by a size."),
    general("assigned-other-shape", "ValueError", "could not broadcast input array", "An array is assigned to a place of another shape.", WHICH_SIZE),
    general("shapes-do-not-combine", "ValueError", "could not be broadcast together", "Two arrays are combined whose shapes do not go together.", WHICH_SIZE),
    general("product-of-other-sizes", "ValueError", "not aligned|matmul: Input operand", "The factors of a matrix product do not have the same inner size.", WHICH_SIZE),
    general("reshaped-to-other-size", "ValueError", "cannot reshape array", "An array is reshaped to a shape that has another number of entries.", WHICH_SIZE),
    general("index-beyond-end", "IndexError", "out of bounds", "An index reaches beyond the end of an array.", "Compare the bounds of the loops with the sizes of what they index."),
    general("axis-beyond-array", "AxisError", "out of bounds for array of dimension", "An axis is named that an array does not have.", "Are the arguments in the order of the function that is called?"),
    general("used-before-assigned", "UnboundLocalError", "", "A variable is used that has no value yet.", "Is it assigned in one branch or loop only?"),
    general("name-not-defined", "NameError", "", "A name is used that is not defined.", "Is it misspelt, or defined elsewhere?"),
    general("key-not-there", "KeyError", "", "A key is looked up that the dictionary does not have.", "Who puts it there, and in which cases?"),
    general("division-by-zero", "ZeroDivisionError", "", "Something is divided by zero.", "Which number is that, and when is it 0?"),
)  # fmt: skip
