"""What a cell prints, shown as it was printed.

A kernel sends what a cell prints in pieces. Its clock decides where one ends: after a line, before
the line break, or within the line. MyST-NB's `nb_merge_streams` ends every piece with a line break
of its own, so that lines are cut and blank lines come and go from build to build. nbclient, which
runs the cells, joins the pieces as they are; MyST-NB has no setting that asks it to.
"""

from functools import partial
from typing import Any

from myst_nb.core.execute import inline
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:  # noqa: ARG001  Sphinx passes it
    """Register with Sphinx."""
    client = inline.ModifiedNotebookClient
    inline.ModifiedNotebookClient = partial(client, coalesce_streams=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
