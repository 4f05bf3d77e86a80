"""A content security policy on every page: what a browser may load and run there, and no more.

A host can send one as a header; a folder cannot, and GitHub Pages does not: a page brings its own.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from sphinx.errors import ExtensionError
from sphinx.jinja2glue import BuiltinTemplateLoader

START = '<meta charset="utf-8">'
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    # figures are full of them; a style attribute runs nothing, and loads only what is named below
    "style-src-attr": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],  # rasters in figures, icons in the theme's styles
    "font-src": ["'self'"],
    "connect-src": ["'self'"],  # the menu that Read the Docs adds to pages asks its host
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
}
# What a page holds -> what it may have besides: the lab computes in a thread of its own, whose
# script it makes of its own functions; a page that embeds the lab shows it in a frame.
BESIDES = {
    '<div class="wi-lab"': {"worker-src": ["blob:"]},
    'class="wi-lab-embed"': {"frame-src": ["'self'"]},
}
_INLINE = {
    "script-src": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL),
    "style-src": re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL),
}


class Templates(BuiltinTemplateLoader):
    """Sphinx's own templates; each page that they make has a policy."""

    def render(self, template: str, context: dict[str, Any]) -> str:
        """Return a page, with its policy."""
        return guarded(super().render(template, context))


def guarded(page: str) -> str:
    """Return a page with a policy ahead of all it loads: what is inline now is all that may be."""
    if START not in page:
        raise ExtensionError(
            f"a page has no {START}, behind which its content security policy goes; it begins "
            f"{page[:80]!r}. Say in docs/_ext/content_policy.py where else it can go"
        )
    inline = {name: map(hashed, pattern.findall(page)) for name, pattern in _INLINE.items()}
    directives = dict(POLICY)
    for mark, besides in BESIDES.items():
        directives |= besides if mark in page else {}
    policy = "; ".join(
        " ".join([name, *sources, *dict.fromkeys(inline.get(name, ()))])
        for name, sources in directives.items()
    )
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return page.replace(START, f"{START}\n    {tag}", 1)


def hashed(text: str) -> str:
    """Return the source that admits an inline script or style with this text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
