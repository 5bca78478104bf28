"""What goes wrong in k-means."""

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

naive = Naive(Path(__file__).parents[1] / "naive" / "kmeans.py", parts=("kmeans",))

farthest = naive.wrong(
    "kmeans-farthest",
    "Each sample goes to the farthest centre.",
    "Which distance should be small?",
    *("assign", "np.argmin", "np.argmax"),
)
sum_of_samples = naive.wrong(
    "kmeans-sum",
    "Each centre is the sum of its samples; it is their mean.",
    "What is the centre of two samples that are the same?",
    *("update", "np.mean(", "np.sum("),
)
