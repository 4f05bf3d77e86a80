"""The order in which pages are read: those that compute dealt out evenly to all processes.

Sphinx gives a process some dozens of pages that are neighbours in the alphabet. Most of those that
compute are in `theory`: one process would read them all, while the others had nothing left to do.
"""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def deal(_app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Put pages that compute, and the others, at equal distances from the first to the last."""
    computing = [name for name in docnames if _computes(Path(env.doc2path(name)))]
    others = sorted(set(docnames) - set(computing))
    places = {
        name: (place + 0.5) / len(kind)
        for kind in (computing, others)
        for place, name in enumerate(kind)
    }
    docnames.sort(key=lambda name: (places[name], name))


def _computes(path: Path) -> bool:
    return path.suffix == ".md" and "{code-cell}" in path.read_text("utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", deal)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
