"""The page and the JSON of a run: self-contained, and without paths or names of the machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.figures import BARS, Figure, short

PROCESSORS = "More processors"  # the topic of the curve
WIDTH, HEIGHT = 420, 240
PACKAGES = ("numpy", "numba", "scipy", "torch", "ipykernel", "nbclient")


def machine() -> dict[str, str]:
    """What the figures were measured on: kind of processor and versions, nothing that names the machine."""
    found = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "processor": processor(),
        "Python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The kind of processor, and the widest of the instructions on which products of matrices depend."""
    try:
        lines = cpuinfo.read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    said = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    flags = said.get("flags", "").split()
    widest = next((word for flag, word in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "")
    return ", ".join(filter(None, (said.get("model name", "unknown"), widest)))


@dataclass(frozen=True, slots=True)
class Curve:
    """What more processors bring, drawn: ``points`` are (x, y, processors, submissions a minute) in a picture."""

    title: str
    points: tuple[tuple[float, float, int, float], ...]
    ideal: tuple[float, float]  # where the line of a perfect speed-up ends


def curves(topics: Mapping[str, Sequence[Figure]]) -> list[Curve]:
    """The curves of the topics that measured several numbers of processors."""
    found = []
    for title, figures in topics.items():
        measured = [
            (int(figure.what.split()[0]), figure.median)
            for figure in figures
            if title.startswith(PROCESSORS) and figure.values and ":" not in figure.what
        ]
        if len(measured) < 2:
            continue
        (_, one), (most, _) = measured[0], measured[-1]
        top = max(most * one, *(speed for _, speed in measured))
        at = [(WIDTH * many / most, HEIGHT * (1 - speed / top), many, speed) for many, speed in measured]
        found.append(Curve(title, tuple(at), (WIDTH, HEIGHT * (1 - most * one / top))))
    return found


def by_bar(topics: Mapping[str, Sequence[Figure]]) -> dict[int, list[Figure]]:
    """The figures of each bar, every bar included."""
    figures = [figure for found in topics.values() for figure in found]
    return {bar: [figure for figure in figures if figure.bar == bar] for bar in BARS}


def bar_verdict(figures: Sequence[Figure]) -> str:
    """A bar is met if all its figures were measured and met; one missed figure misses it."""
    verdicts = {figure.verdict for figure in figures} - {""}
    if "missed" in verdicts:
        return "missed"
    if "met" in verdicts:
        return "met in part" if "not measured" in verdicts else "met"
    return "not measured"


def write(out: Path, name: str, title: str, topics: Mapping[str, Sequence[Figure]], **more: Any) -> Path:
    """Write ``name.json`` and ``name.html`` into the folder ``out``; the page's path.

    ``more`` goes to both: ``notes`` (sentences) and ``table`` ({"head": [...], "rows": [[...]]}).
    """
    out.mkdir(parents=True, exist_ok=True)
    bars = by_bar(topics)
    measured_on = machine()
    data = {
        "title": title,
        "machine": measured_on,
        "bars": {bar: {"text": BARS[bar], "verdict": bar_verdict(found)} for bar, found in bars.items()},
        "topics": {topic: [figure.as_dict() for figure in found] for topic, found in topics.items()},
        **more,
    }
    (out / f"{name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    page = out / f"{name}.html"
    page.write_text(render(title, measured_on, topics, **more), "utf-8")
    return page


def render(title: str, measured_on: Mapping[str, str], topics: Mapping[str, Sequence[Figure]], **more: Any) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["short"] = short
    bars = [(bar, BARS[bar], bar_verdict(found), found) for bar, found in by_bar(topics).items()]
    measured = any(found for _, _, _, found in bars)
    return environment.get_template("page.html.j2").render(
        title=title,
        machine=measured_on,
        topics=topics,
        bars=bars if measured else [],
        notes=more.get("notes", ()),
        table=more.get("table"),
        curves=curves(topics),
        size=(WIDTH, HEIGHT),
    )
