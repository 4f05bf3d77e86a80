"""The figures of gallery scripts: drawn in the site's style, put into the page as themed SVG.

Sphinx-gallery's own scrapers save images, which follow no theme and are described by their title.
"""

from pathlib import Path
from textwrap import indent
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from figure_frames import figure_html
from figure_style import rc_params
from figure_thumbnail import thumbnail_svg
from matplotlib.animation import Animation


def apply_style(gallery_conf: dict[str, Any], script: str) -> None:  # noqa: ARG001  sphinx-gallery
    """Give matplotlib the site's style before each script (listed in ``reset_modules``)."""
    mpl.rcParams.update(rc_params())


def scrape(
    block: tuple[Any, ...],  # noqa: ARG001  sphinx-gallery passes three
    block_vars: dict[str, Any],
    gallery_conf: dict[str, Any],  # noqa: ARG001
) -> str:
    """Return reStructuredText that holds every open figure; save a picture of each for its card.

    A figure that is drawn by an animation is shown as a figure to play with. One without
    alternative text raises ValueError, which stops the build.
    """
    animations = {  # found as sphinx-gallery does: an animation does not say its figure in public
        value._fig: value  # noqa: SLF001
        for value in block_vars["example_globals"].values()
        if isinstance(value, Animation)
    }
    parts = []
    for number, path in zip(plt.get_fignums(), block_vars["image_path_iterator"], strict=False):
        fig, file = plt.figure(number), Path(path).with_suffix(".svg")
        html = figure_html(animations.get(fig, fig), name=file.stem)
        file.write_text(thumbnail_svg(fig), encoding="utf-8")
        parts.append(raw_html(html))
    plt.close("all")
    return "\n".join(parts)


def raw_html(html: str) -> str:
    """Return a directive that puts HTML into the page as it is."""
    return "\n.. raw:: html\n\n" + indent(html, "    ") + "\n"
