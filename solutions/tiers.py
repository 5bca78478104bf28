"""The one place that says which of the two tiers of kernels computes something.

Portable, at all grading sizes: loops that add in the order that is written, the same bits on every CPU and thread
count. BLAS, at the sizes of CIFAR-10: several times faster, but the order of its sums, and so the last bits, depend on
the machine. docs/decisions/0009-kernels.md says why there are two.
"""

from __future__ import annotations

# The largest computation of a check has 1.6 million multiplications; here both tiers take about a millisecond.
PORTABLE_LIMIT = 2**22


def is_portable(multiplications: int) -> bool:
    """Whether a computation of so many multiplications belongs to the portable tier: asked once, for all its blocks."""
    return multiplications <= PORTABLE_LIMIT
