"""k-means (S. P. Lloyd, Least squares quantization in PCM, 1982), its two steps.

labels[n] = argmin over k of |X[n] - centres[k]|**2
centres[k] = mean of the X[n] with labels[n] = k
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def assign(X: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The nearest centre (N,) of each sample, X (N, D), centres (K, D)."""
    return np.argmin(np.sum((X[:, None] - centres) ** 2, axis=2), axis=1)


def update(X: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.float64]:
    """The means (k, D) of the samples X (N, D) of each label (N,)."""
    return np.stack([X[labels == cluster].mean(axis=0) for cluster in range(k)])
