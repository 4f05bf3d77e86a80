"""The picture in README.md: the front page's figure of what units learn, in light and in dark.

The build writes it to ``_static/``; README shows copies of it, since GitHub runs no build. A test
of the site says when they are old, and how to renew them.
"""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from figure_style import DARK_VARIABLES, LIGHT_VARIABLES, PAPER
from sphinx.application import Sphinx

COPIES = Path(__file__).parents[1]  # docs/
THEMES = {"light": LIGHT_VARIABLES, "dark": DARK_VARIABLES}
_FIGURE = re.compile(r'<svg [^>]*aria-label="Three rows of[^>]*>.*?</svg>', re.DOTALL)
_VARIABLE = re.compile(r"var\(--([\w-]+), #[0-9a-f]{6}\)")


def file_name(theme: str) -> str:
    """Return the name of the picture for a theme."""
    return f"readme-{theme}.svg"


def in_theme(svg: str, theme: str) -> str:
    """Return the figure with the colours of one theme in place of the page's variables."""
    style = f"background: {PAPER[theme]}; stroke-linejoin: round; "
    themed = _VARIABLE.sub(lambda match: THEMES[theme][match[1]], svg)
    return themed.replace('style="', f'style="{style}', 1)


def write(
    app: Sphinx,
    pagename: str,
    templatename: str,  # noqa: ARG001  Sphinx passes all
    context: dict[str, Any],
    doctree: nodes.document | None,  # noqa: ARG001
) -> None:
    """Write the picture for both themes, when the front page is written."""
    if pagename == "index" and (found := _FIGURE.search(context["body"])):
        folder = Path(app.outdir) / "_static"
        folder.mkdir(exist_ok=True)
        for theme in THEMES:
            (folder / file_name(theme)).write_text(in_theme(found[0], theme), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
