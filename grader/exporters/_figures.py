"""The geometry of the reports' figures; the templates draw them.

Positions are percentages, so that a figure fits any width while its labels keep their size.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.model import Curve, Finding

# Red, from transparent (no error) to opaque (the largest): reads on light and on dark paper alike.
_HEAT_COLOUR = b"\xd6\x2f\x2f"
_HEAT_ALPHA = (0, 18, 36, 58, 82, 110, 142, 178, 216, 255)


def heat_png(rows: Sequence[str]) -> str:
    """A data: URI of a PNG, one pixel a digit, 16 colours at 4 bits. Stored, not deflated: same bytes everywhere."""
    width = max(len(row) for row in rows)
    lines = b"".join(_scanline(row.ljust(width + width % 2, "0")) for row in rows)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, len(rows), 4, 3, 0, 0, 0)),
        (b"PLTE", _HEAT_COLOUR * 10),
        (b"tRNS", bytes(_HEAT_ALPHA)),
        (b"IDAT", zlib.compress(lines, 0)),
        (b"IEND", b""),
    ]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _scanline(digits: str) -> bytes:
    return b"\0" + bytes(16 * int(a) + int(b) for a, b in zip(digits[::2], digits[1::2], strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis, in percent of its length."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class LogAxis:
    """Where a measured value and its limit lie on a log axis, in percent."""

    measured: float
    limit: float
    ticks: tuple[Tick, ...]


def log_axis(finding: Finding) -> LogAxis | None:
    """Place ``measured`` beside ``limit``; None where a log axis cannot show both."""
    if finding.measured is None or not all(0 < v < math.inf for v in (finding.measured, finding.limit)):
        return None
    here, limit = math.log10(finding.measured), math.log10(finding.limit)
    low, high = math.floor(min(here, limit) - 0.5), math.ceil(max(here, limit) + 0.5)
    step = math.ceil((high - low) / 4)

    def place(exponent: float) -> float:
        return round(100 * (exponent - low) / (high - low), 1)

    ticks = tuple(Tick(place(k), f"1e{k}") for k in range(low, high + 1, step))
    return LogAxis(place(here), place(limit), ticks)


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves on a log axis; lines are SVG points in a 1000 x 100 box, in pieces where values were not positive."""

    got: tuple[str, ...]
    want: tuple[str, ...]
    limit: float | None
    ticks: tuple[Tick, ...]
    last_step: int


def curve_chart(curve: Curve, most: int = 160) -> Chart | None:
    """Lay a training history over the reference's, with at most ``most`` points each; None if nothing is positive."""
    shown = [v for v in (*curve.got, *curve.want) if 0 < v < math.inf]
    if not shown:
        return None
    limit = curve.limit if curve.limit is not None and 0 < curve.limit < math.inf else None
    low = math.log10(min(shown if limit is None else [*shown, limit]))
    high = math.log10(max(shown if limit is None else [*shown, limit]))
    low, high = low - 0.06 * (high - low) - 0.05, high + 0.06 * (high - low) + 0.05
    last = max(len(curve.got), len(curve.want)) - 1

    def place(value: float) -> float:
        return round(100 * (high - math.log10(value)) / (high - low), 1)

    def line(values: Sequence[float]) -> tuple[str, ...]:
        steps = sorted({round(i * (len(values) - 1) / (most - 1)) for i in range(most)}) if values else []
        points = [
            f"{1000 * i / max(last, 1):.0f},{place(values[i])}" if 0 < values[i] < math.inf else "" for i in steps
        ]
        return tuple(_pieces(points))

    ticks = tuple(Tick(place(v), f"{v:g}") for v in _round_values(low, high))
    return Chart(line(curve.got), line(curve.want), place(limit) if limit else None, ticks, last)


def _pieces(points: Iterable[str]) -> Iterable[str]:
    """Join neighbours into lines, broken at the empty points."""
    piece: list[str] = []
    for point in [*points, ""]:
        if point:
            piece.append(point)
        elif piece:
            yield " ".join(piece)
            piece = []


def _round_values(low: float, high: float) -> list[float]:
    """The powers of ten between two exponents, every few of them if many; 2 and 5 times as well if few."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    factors = (1, 2, 5) if high - low < 2.5 else (1,)
    stride = math.ceil((high - low) / 6)
    values = [float(f"{factor}e{k}") for k in decades if k % stride == 0 for factor in factors]
    # Beyond what a float can be, a power is 0 or infinite.
    return [value for value in values if 0 < value < math.inf and low <= math.log10(value) <= high]
