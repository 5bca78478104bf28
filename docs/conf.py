"""The site of the documentation: ``make docs`` builds it into build/site, and fails at a link that leads nowhere."""

from __future__ import annotations

import re

project = "grader"
html_title = "grader"
html_theme = "furo"
html_static_path = ["site"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
highlight_language = "none"  # blocks without a language are what a terminal shows
OUTSIDE = re.compile(r"\]\((?:\.\./)+(ARCHITECTURE|CONTRIBUTING)\.md\)")


def setup(app):
    """Lead links to the two pages that stand at the top of the repository to those that include them."""
    app.connect("source-read", lambda app, name, text: text.insert(0, OUTSIDE.sub(inside, text.pop())))


def inside(link: re.Match[str]) -> str:
    """The link to the page of the site, from any page of it."""
    return f"](/{link[1].lower()}.md)"
