"""``python -m solutions``: warm the compiled cache, and say whether it was warm."""

from solutions.jit import KERNELS
from solutions.warmup import warm_up

print(f"{warm_up()} of {len(KERNELS)} kernels compiled, the others loaded from the cache.")
