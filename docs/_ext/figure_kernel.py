"""The figures of executed pages, inside the kernel: drawn in the site's style, shown as themed SVG.

`figure_pages` has every page's kernel call `install` before the page's first cell, so that a page
shows nothing but the code that its reader needs.
"""

import itertools
import re
from html import escape

import matplotlib as mpl
import matplotlib_inline.backend_inline  # noqa: F401  its import removes all formatters of figures
from figure_frames import animated_variable, figure_html
from figure_style import rc_params
from IPython import get_ipython
from matplotlib.animation import Animation
from matplotlib.figure import Figure

FAILURE = "figure-error"


def install() -> None:
    """Make the running kernel draw in the site's style and show figures as themed SVG."""
    mpl.rcParams.update(rc_params())
    html = get_ipython().display_formatter.formatters["text/html"]
    numbers = itertools.count(1)
    played = set()

    def name(drawn: Figure | Animation) -> str:
        """Name a figure to play with after its variable, so that other pages may refer to it."""
        if not isinstance(drawn, Animation):
            return f"figure-{next(numbers)}"
        variable = animated_variable(drawn)
        if variable in played:
            raise ValueError(
                f"two figures to play with on this page have the variable {variable!r}, and would "
                "have one name: let the frames of one begin with other words"
            )
        played.add(variable)
        return "play-" + re.sub(r"\W+", "-", variable.lower()).strip("-")

    def render(drawn: Figure | Animation) -> str:
        """Turn a failure into a mark that `figure_pages` looks for."""
        try:
            return figure_html(drawn, name=name(drawn))
        except Exception as error:  # noqa: BLE001  IPython would print it, and the build would pass
            return f"<!--{FAILURE} {escape(str(error), quote=False)}-->"

    for kind in (Figure, Animation):
        html.for_type(kind, render)
