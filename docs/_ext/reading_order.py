"""The order in which pages are read: those that compute dealt out to all processes.

Sphinx gives a process some dozens of pages that are neighbours in the alphabet. Most of those that
compute are in `theory`: one process would read them all, while the others had nothing left to do.
"""

from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

HANDS = 10  # any number near that of Sphinx's shares does, which is 6 for two processes


def deal(_app: Sphinx, _env: BuildEnvironment, docnames: list[str]) -> None:
    """Put every tenth page beside the first, then every tenth beside the second, and so on."""
    docnames[:] = [name for hand in range(HANDS) for name in docnames[hand::HANDS]]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", deal)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
