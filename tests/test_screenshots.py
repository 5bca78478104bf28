"""The command that takes the pictures of the docs."""

from __future__ import annotations

from PIL import Image

from tests import screenshots
from tests.exporters.browser import BROWSER

pytestmark = BROWSER


def test_a_picture_shows_what_a_command_says(tmp_path):
    """At a terminal, with its colours; every picture is one that a page shows."""
    page, *size = screenshots.terminal(tmp_path)
    assert "is missing its factor 2." in page and page.count("<span style=") > 10
    screenshots.take("terminal", tmp_path / "terminal.png")
    with Image.open(tmp_path / "terminal.png") as picture:
        assert [*picture.size] == size
        assert len(picture.convert("RGB").getcolors(1000)) > 20
    assert {path.stem for path in screenshots.IMAGES.iterdir()} == {*screenshots.PICTURES}
