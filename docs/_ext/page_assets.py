"""What a page loads: the styles and scripts that it needs; pictures of cards when they are near.

Extensions put their styles and scripts on every page, whether or not it has what they are for.
"""

import re
from pathlib import PurePosixPath
from typing import Any

from figure_thumbnail import SIZE
from sphinx.application import Sphinx

PIXELS_PER_INCH = 96
# The beginning of a file's name -> what a page holds that needs the file.
NEEDED_BY = {
    "clipboard": '<div class="highlight',
    "copybutton": '<div class="highlight',
    "design-tabs": "sd-tab-",
    "explore": '<div class="wi-explore"',
    "mystnb": '<div class="cell',
    "sg-tags": "sg-tag",
    "sg_gallery": "sphx-glr-",
    "sphinx-design": "sd-",
}
_PICTURE = re.compile(r'(?<="><img alt="")(?= src="[^"]*_thumb\.svg")')
_WIDTH, _HEIGHT = (round(inches * PIXELS_PER_INCH) for inches in SIZE)
_LATE = f' loading="lazy" width="{_WIDTH}" height="{_HEIGHT}"'  # with its size nothing moves


def is_needed(file: str, body: str) -> bool:
    """Tell whether a page needs a style or a script; those of no extension every page needs."""
    name = PurePosixPath(file).name
    return all(mark in body for start, mark in NEEDED_BY.items() if name.startswith(start))


def lighten(
    app: Sphinx,  # noqa: ARG001  Sphinx passes five
    pagename: str,  # noqa: ARG001
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],
    doctree: object,  # noqa: ARG001
) -> None:
    """Leave out of a page the files that it does not need, and load pictures late."""
    body = context.get("body", "")
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if is_needed(str(file.filename), body)]
    if body:
        context["body"] = _PICTURE.sub(_LATE, body)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", lighten, priority=900)  # after those that add files
    return {"parallel_read_safe": True, "parallel_write_safe": True}
