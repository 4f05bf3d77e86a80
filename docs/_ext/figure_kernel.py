"""The figures of executed pages, inside the kernel: drawn in the site's style, shown as themed SVG.

`figure_pages` has every page's kernel call `install` before the page's first cell, so that a page
shows nothing but the code that its reader needs.
"""

import itertools
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import matplotlib_inline.backend_inline  # noqa: F401  its import removes all formatters of figures
from figure_frames import explorable
from figure_style import rc_params
from figure_svg import framed, inline_svg
from IPython import get_ipython
from matplotlib.animation import Animation
from matplotlib.figure import Figure

FAILURE = "figure-error"


def install() -> None:
    """Make the running kernel draw in the site's style and show figures as themed SVG."""
    mpl.rcParams.update(rc_params())
    html = get_ipython().display_formatter.formatters["text/html"]
    numbers = itertools.count(1)
    html.for_type(Figure, _renderer(_figure, numbers))
    html.for_type(Animation, _renderer(_animation, numbers))


def _figure(fig: Figure, name: str) -> str:
    """Return a figure as HTML."""
    return framed(inline_svg(fig, prefix=name))


def _animation(anim: Animation, name: str) -> str:
    """Return an animation as HTML; close its figure, which the cell would show once more."""
    to_play_with = explorable(anim, identifier=name)
    plt.close(to_play_with.fig)
    return to_play_with.html()


def _renderer(draw: Callable[[Any, str], str], numbers: Iterator[int]) -> Callable[[Any], str]:
    """Name what `draw` draws, and turn a failure into a mark that `figure_pages` looks for."""

    def render(drawn: Any) -> str:
        try:
            return draw(drawn, f"figure-{next(numbers)}")
        except Exception as error:  # noqa: BLE001  IPython would print it, and the build would pass
            return f"<!--{FAILURE} {escape(str(error), quote=False)}-->"

    return render
