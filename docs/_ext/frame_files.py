"""The frames of figures to play with, moved from the page to a script file that is loaded late.

A script, since a page opened from a folder may load scripts and may not fetch data.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FOLDER = "_frames"
_DATA = re.compile(
    r'(?P<tag><div class="wi-explore" id="(?P<id>[^"]+)")(?P<rest>[^>]*>)'
    r'<script type="application/json">(?P<data>.*?)</script>',
    re.DOTALL,
)


def move_frames(
    app: Sphinx,
    pagename: str,
    templatename: str,  # noqa: ARG001  Sphinx passes five
    context: dict[str, Any],
    doctree: object,  # noqa: ARG001
) -> None:
    """Write the frames of each figure on the page to a file, and name the file on the figure."""

    def move(found: re.Match[str]) -> str:
        name = f"{FOLDER}/{pagename}/{found['id']}.js"
        script = f'exploreFrames("{found["id"]}", {found["data"]});\n'
        file = Path(app.outdir, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script, encoding="utf-8")
        # as Sphinx does for its own files: a browser never pairs a new page with old frames
        address = f"{context['pathto'](name, 1)}?v={sha256(script.encode()).hexdigest()[:8]}"
        return f'{found["tag"]} data-frames="{address}"{found["rest"]}'

    context["body"], figures = _DATA.subn(move, context.get("body", ""))
    if figures:
        app.add_js_file("explore.js", loading_method="defer")  # in this event: to this page alone


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", move_frames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
