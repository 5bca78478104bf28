"""Matrix product, C[i, j] = sum over k of A[i, k] B[k, j]: summed in the order of k, or by BLAS (solutions.tiers)."""

from __future__ import annotations

import numpy as np

from solutions.gemm import add_product
from solutions.inputs import Floats, as_float64
from solutions.tiers import is_portable


def matmul(a: Floats, b: Floats) -> Floats:
    """A (M, K) times B (K, N), float64 of shape (M, N)."""
    if not is_portable(a.shape[0] * a.shape[1] * b.shape[1]):
        return np.asarray(np.matmul(a, b))
    out = np.zeros((a.shape[0], b.shape[1]))
    add_product(as_float64(a), as_float64(b), out)
    return out
