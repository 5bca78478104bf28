"""``python -m solutions``: warm the compiled cache, and say whether it was warm."""

from functools import partial

from solutions.jit import KERNELS
from solutions.warmup import warm_up

compiled = warm_up(partial(print, flush=True))
print(f"{compiled} of {len(KERNELS)} kernels compiled, the others loaded from the cache.")
