"""The figures of executed pages, inside the kernel: drawn in the site's style, shown as themed SVG.

`figure_pages` has every page's kernel call `install` before the page's first cell, so that a page
shows nothing but the code that its reader needs.
"""

import itertools
from html import escape

import matplotlib as mpl
import matplotlib_inline.backend_inline  # noqa: F401  its import removes all formatters of figures
from figure_style import rc_params
from figure_svg import inline_svg
from IPython import get_ipython
from matplotlib.figure import Figure

FAILURE = "figure-error"


def install() -> None:
    """Make the running kernel draw in the site's style and show figures as themed SVG."""
    mpl.rcParams.update(rc_params())
    get_ipython().display_formatter.formatters["text/html"].for_type(Figure, _Renderer())


class _Renderer:
    """Turns figures into HTML, and a failure into a mark that `figure_pages` looks for."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)

    def __call__(self, fig: Figure) -> str:
        try:
            svg = inline_svg(fig, prefix=f"figure-{next(self._counter)}")
        except Exception as error:  # noqa: BLE001  IPython would print it, and the build would pass
            return f"<!--{FAILURE} {escape(str(error), quote=False)}-->"
        return f'<div class="wi-figure-frame" tabindex="0">{svg}</div>'
