"""What sphinx-gallery writes on every page of a script and no reader needs, taken out again.

A note that points to the foot of the page; a notebook, since `page_notebooks` makes one that reads
better; and an archive of both files, in which the time of the build differs from build to build.
"""

import re
from typing import Any

from sphinx.application import Sphinx

_NOTE = r"    \.\. note::\n        :class: sphx-glr-download-link-note\n(?:\n|        .*\n)*"
_FILES = r"    \.\. container:: sphx-glr-download sphx-glr-download-(?:jupyter|zip)\n\n.*\n"
_UNWANTED = re.compile(f"{_NOTE}|{_FILES}")


def tidy(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001  Sphinx's signature
    """Take the unwanted parts out of a gallery page before it is parsed."""
    if docname.startswith("auto_gallery/"):
        source[0] = _UNWANTED.sub("", source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
