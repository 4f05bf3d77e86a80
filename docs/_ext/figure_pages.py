"""The figures of executed pages, on Sphinx's side: how their kernels start, and what must not pass.

The kernels get an IPython profile of their own, below the build folder.
"""

import os
import re
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from figure_frames import FOLDER
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

_STARTUP = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import figure_kernel
figure_kernel.install()
del sys.path[0], sys, figure_kernel
"""
_CONFIG = """\
c.InlineBackend.figure_formats = set()
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"
"""
_FAILURE = re.compile(r"<!--figure-error (.*?)-->", re.DOTALL)


def write_profile(app: Sphinx, config: Config) -> None:  # noqa: ARG001  Sphinx passes both
    """Write the IPython profile of the pages' kernels, and have the kernels use it."""
    profile = Path(app.confdir) / "_build" / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True, exist_ok=True)
    (profile / "startup" / "00-figures.py").write_text(_STARTUP, encoding="utf-8")
    (profile / "ipython_kernel_config.py").write_text(_CONFIG, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(profile.parent)
    FOLDER.mkdir(parents=True, exist_ok=True)  # Sphinx asks for it before a frame is drawn


def stop_on_failure(app: Sphinx, doctree: nodes.document) -> None:  # noqa: ARG001  likewise
    """Fail the build when a figure of the page that was just read could not be shown."""
    for node in doctree.findall(nodes.raw):
        if failure := _FAILURE.search(node.astext()):
            raise ExtensionError(f"{doctree['source']}: {unescape(failure[1])}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", write_profile)
    app.connect("doctree-read", stop_on_failure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
