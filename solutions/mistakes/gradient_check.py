"""What goes wrong in gradients by differences and in the relative error."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

naive = Naive(Path(__file__).parents[1] / "naive" / "gradient_check.py", parts=("gradient_check",))

STEP = "How far apart are the two points at which f is computed?"
BACK = "After one entry has been moved, what should x be when the next one is?"
UP = "Which entries of the output does one entry of x reach, and what comes back to each of them?"
TWO = "Try it on 0 and 0, on 1 and -1, and on two arrays that differ in one entry only."
ONE, MANY, ERROR = "eval_numerical_gradient", "eval_numerical_gradient_array", "rel_error"

GRADIENTS = (
    naive.wrong("difference-one-sided", "The difference is one-sided, f(x + h) - f(x): it is precise to h only; that of f(x + h) and f(x - h) is precise to h squared.", STEP, ONE, "x[ix] = old - h", "x[ix] = old", "/ (2 * h)", "/ h"),
    naive.wrong("difference-not-halved", "The difference of f(x + h) and f(x - h) is divided by h; the points are 2 h apart.", STEP, ONE, "/ (2 * h)", "/ h"),
    naive.wrong("difference-times-h", "The difference is multiplied by h where it should be divided by 2 h.", STEP, ONE, "(fxph - fxmh) / (2 * h)", "(fxph - fxmh) / 2 * h"),
    naive.wrong("difference-turned", "The gradient has the wrong sign.", STEP, ONE, "(fxph - fxmh)", "(fxmh - fxph)"),
    naive.wrong("difference-x-not-restored", "x is not restored after an entry has been moved.", BACK, ONE, "x[ix] = old\n", "pass\n"),
    naive.wrong("array-difference-one-sided", "The difference is one-sided, f(x + h) - f(x): it is precise to h only; that of f(x + h) and f(x - h) is precise to h squared.", STEP, MANY, "x[ix] = old - h", "x[ix] = old", "/ (2 * h)", "/ h"),
    naive.wrong("array-difference-not-halved", "The difference of f(x + h) and f(x - h) is divided by h; the points are 2 h apart.", STEP, MANY, "/ (2 * h)", "/ h"),
    naive.wrong("array-difference-times-h", "The difference is multiplied by h where it should be divided by 2 h.", STEP, MANY, "/ (2 * h)", "/ 2 * h"),
    naive.wrong("array-difference-turned", "The gradient has the wrong sign.", STEP, MANY, "(pos - neg)", "(neg - pos)"),
    *(
        naive.wrong(f"{code}difference-one-sided-over-2h", "The difference of f(x + h) and f(x) is divided by 2 h; these points are h apart.", STEP, function, "x[ix] = old - h", "x[ix] = old")
        for code, function in (("", ONE), ("array-", MANY))
    ),
    naive.wrong("array-difference-without-df", "df is not used: the gradient is that of the sum of f(x).", UP, MANY, "(pos - neg) * df", "pos - neg"),
    naive.wrong("array-difference-averaged", "The products with df are averaged; they should be summed.", UP, MANY, "np.sum(", "np.mean("),
    naive.wrong("array-difference-x-not-restored", "x is not restored after an entry has been moved.", BACK, MANY, "x[ix] = old\n", "pass\n"),
)  # fmt: skip

ERRORS = (
    naive.wrong("relative-error-no-floor", "Where both numbers are 0 the relative error is 0 / 0: the floor of 1e-8 is missing.", TWO, ERROR, "np.maximum(1e-8, np.abs(x) + np.abs(y))", "(np.abs(x) + np.abs(y))"),
    naive.wrong("relative-error-mean", "The relative errors are averaged; the largest should be taken.", TWO, ERROR, "np.max(np", "np.mean(np"),
    naive.wrong("relative-error-of-larger", "The difference is divided by the larger of both numbers; it should be divided by the sum of their magnitudes.", TWO, ERROR, "np.abs(x) + np.abs(y)", "np.maximum(np.abs(x), np.abs(y))"),
    naive.wrong("relative-error-of-sum", "The difference is divided by the magnitude of the sum; it should be divided by the sum of the magnitudes.", TWO, ERROR, "np.abs(x) + np.abs(y)", "np.abs(x + y)"),
    naive.wrong("relative-error-signed", "The magnitude of the difference is not taken: negative differences count for nothing.", TWO, ERROR, "np.abs(x - y)", "(x - y)"),
    naive.wrong("relative-error-absolute", "The error is absolute: it is not divided by the size of the numbers.", TWO, ERROR, " / np.maximum(1e-8, np.abs(x) + np.abs(y))", ""),
    naive.wrong("relative-error-of-first", "The difference is divided by the first number alone.", TWO, ERROR, "np.abs(x) + np.abs(y)", "np.abs(x)"),
    naive.wrong("relative-error-floor-added", "1e-8 is added to the sum of the magnitudes; it should only be their lower bound.", "What is the larger of 1e-8 and 1e-9?", ERROR, "np.maximum(1e-8, np.abs(x) + np.abs(y))", "(1e-8 + np.abs(x) + np.abs(y))"),
    naive.wrong("relative-error-of-norms", "The error is that of the norms of whole arrays; it should be taken entry by entry.", TWO, ERROR, "np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))", "np.linalg.norm(x - y) / max(1e-8, np.linalg.norm(x) + np.linalg.norm(y))"),
)  # fmt: skip
