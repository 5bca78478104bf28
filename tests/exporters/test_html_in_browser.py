"""What a real Chromium shows of the reports, on a phone's width, under their own content policy."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grader.exporters import html
from tests.exporters import samples
from tests.exporters.browser import BROWSER, ask

pytestmark = BROWSER

# innerText leaves out what is folded away.
PROBE = """return {
    text: page.body.innerText,
    overflow: root.scrollWidth - frame.clientWidth,
    images: [...page.images].map(image => image.naturalWidth),
    facts: getComputedStyle(page.querySelector(".facts")).display,
    paper: getComputedStyle(page.body).backgroundColor,
};"""


def look(page: str, *flags: str) -> dict[str, Any]:
    """Load a page in a frame of 390 x 844, and report what is visible."""
    return ask(page, PROBE, *flags)


def test_report_shows_what_matters():
    """Score, causes, findings, figures and places of errors are visible at once; folded tracebacks are not."""
    seen = look(html.report(samples.mixed()))
    for words in (
        "Zoë Müller-Okafor",
        "/ 75 points",
        "Fix these first",
        "The gradient of the L2 term lacks its factor",
        "W1 has relative error 8.0e-01 at [2, 6]; limit 1e-04.",
        "Also wrong: W2. Right: b1, b2",
        "IndexError: index 6 is out of bounds",
        "In cell 14, line 7 of ConvolutionalNetworks.ipynb.",
        "db has shape (2, 5); expected (2,).",
        "Timed out",
        "Needs review by a person",
    ):
        assert words in seen["text"]
    assert "dx_pad[n, :, i:i+HH" not in seen["text"]
    assert "W2 has relative error 3.3e-01" not in seen["text"]
    assert "4711" not in seen["text"]
    assert "Softmax loss, vectorised" not in seen["text"]


def test_policy_lets_style_and_heatmaps_through():
    """Under the page's own content policy its style applies and its images decode, at one pixel a digit."""
    seen = look(html.report(samples.mixed()))
    assert seen["facts"] == "flex"
    assert seen["images"] == [10, 3, 6]


@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_page_follows_the_colour_scheme(scheme):
    """The paper is dark where the system asks for dark, and light where it asks for light."""
    seen = look(html.report(samples.mixed()), f"--blink-settings=preferredColorScheme={scheme}")
    red = int(re.findall(r"\d+", seen["paper"])[0])
    assert (red < 60) if scheme == 0 else (red > 200)


@pytest.mark.parametrize("page", ["report", "index"])
def test_nothing_is_wider_than_a_phone(page):
    """At 390 pixels only the boxes of wide tables scroll sideways, never the page."""
    made = html.report(samples.mixed()) if page == "report" else html.index(samples.classroom(), title="Class")
    assert look(made)["overflow"] <= 0


def test_index_shows_a_large_class():
    """300 students have their rows, and hostile names are text."""
    seen = look(html.index([*samples.classroom(), *samples.classroom(300)], title="Class of 326"))
    for words in (
        "Class of 326",
        "326",
        "Mei Chen 279",
        "<script>alert(1)</script>",
        r"\u202egnp.eveal",
        "reg-gradient-factor",
    ):
        assert words in seen["text"]
