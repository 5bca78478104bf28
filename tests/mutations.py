"""A hypothesis strategy: valid bytes with a few changes, which reach deeper than random ones."""

from __future__ import annotations

from hypothesis import strategies as st

INTERESTING = [0, 1, 2**8 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1]


@st.composite
def mutated(draw, valid: bytes):
    """The bytes with one to four changes: overwritten, cut out, doubled, or a number's worth of them set."""
    data = bytearray(valid)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(["overwrite", "cut", "double", "number", "end"])):
            case "overwrite":
                new = draw(st.binary(min_size=1, max_size=4))
                data[at : at + len(new)] = new
            case "cut":
                del data[at : at + draw(st.integers(1, 40))]
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case "number":
                size = draw(st.sampled_from([1, 2, 4, 8]))
                data[at : at + size] = (draw(st.sampled_from(INTERESTING)) % 2 ** (8 * size)).to_bytes(size, "little")
            case "end":
                del data[at:]
    return bytes(data)
