"""What sphinx-gallery writes on every page of a script and no reader needs, taken out again.

A note that points to the foot of the page, and an archive of the two files that are there too (with
the time of the build in it, so that no two builds would be alike).
"""

import re
from typing import Any

from sphinx.application import Sphinx

_NOTE = r"    \.\. note::\n        :class: sphx-glr-download-link-note\n(?:\n|        .*\n)*"
_ARCHIVE = r"    \.\. container:: sphx-glr-download sphx-glr-download-zip\n\n.*\n"
_UNWANTED = re.compile(f"{_NOTE}|{_ARCHIVE}")


def tidy(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001  Sphinx's signature
    """Take the unwanted parts out of a gallery page before it is parsed."""
    if docname.startswith("auto_gallery/"):
        source[0] = _UNWANTED.sub("", source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
